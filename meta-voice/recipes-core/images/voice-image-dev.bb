SUMMARY = "Parley for a Raspberry Pi 5, with a way in for developers"
DESCRIPTION = "As voice-image, with SSH for the key that parley-setup.toml names, and tools for looking inside. Never for a product."

# With tools, it may be larger.
PARLEY_ROOT_BUDGET = "320000"

require voice-image.inc

IMAGE_FEATURES += "ssh-server-openssh"
IMAGE_INSTALL += "alsa-utils gdbserver parley-development strace"

# New host keys with every start would be a warning with every connection.
parley_host_keys () {
    sed -i -e 's#/var/run/ssh#${localstatedir}/lib/ssh#g' ${IMAGE_ROOTFS}${sysconfdir}/default/ssh ${IMAGE_ROOTFS}${sysconfdir}/ssh/sshd_config_readonly
}
ROOTFS_POSTPROCESS_COMMAND:append = " parley_host_keys"

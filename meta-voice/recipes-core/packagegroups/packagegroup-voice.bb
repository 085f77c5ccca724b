SUMMARY = "What makes a Raspberry Pi a Parley"
DESCRIPTION = "The program with its models, updates, sound, network and the first start."

COMPATIBLE_MACHINE = "^rpi$"
PACKAGE_ARCH = "${MACHINE_ARCH}"

inherit packagegroup

# Sound.
SOUND = "alsa-lib alsa-ucm-conf alsa-utils-amixer"
# Updates: streaming of bundles, growing of the data partition, file systems of sticks.
UPDATES = "parley-rauc-conf rauc rauc-service e2fsprogs-e2fsck e2fsprogs-mke2fs e2fsprogs-resize2fs util-linux-fsck"
# Wi-Fi, by the provisioning file alone: its firmware is in no kernel.
NETWORK = "linux-firmware-rpidistro-bcm43455 wireless-regdb-static wpa-supplicant"
# All modules: which sound card, stick or fan an owner has is known only on the board, and one without its driver is deaf without a word.
DRIVERS = "kernel-modules"
# `dmsetup` tells whether the root is still checked for damage.
ROOT = "libdevmapper"
# A fleet's client, which starts where the owner's file names a server.
FLEET = "parley-fleet"

RDEPENDS:${PN} = "\
    ${DRIVERS} \
    ${FLEET} \
    ${NETWORK} \
    ${ROOT} \
    ${SOUND} \
    ${UPDATES} \
    parley \
    parley-config \
    parley-overlay \
    parley-setup \
"

SUMMARY = "A way in for developers"
DESCRIPTION = "SSH for the key that the owner wrote onto the card, host keys that outlive updates, and the mark by which parley-setup knows that it may let \
               a key in."
SECTION = "base"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

SRC_URI = "\
    file://50-parley.conf \
    file://60-development.conf \
"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"

inherit allarch

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0600 -t ${D}${sysconfdir}/ssh/sshd_config.d ${S}/50-parley.conf
    install -D -m 0644 -t ${D}${systemd_unitdir}/journald.conf.d ${S}/60-development.conf
    install -d ${D}${sysconfdir}/parley
    touch ${D}${sysconfdir}/parley/development
}

FILES:${PN} += "${systemd_unitdir}/journald.conf.d"
RDEPENDS:${PN} = "openssh-sshd"

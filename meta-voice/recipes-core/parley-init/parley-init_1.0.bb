SUMMARY = "The first program of both slots"
DESCRIPTION = "ota/initramfs/init of the clone, as it is: opens the root behind dm-verity, counts starts that nobody confirmed. With the links that it calls \
               its tools by."
SECTION = "base"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10 \
    file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302 \
"

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}/ota/initramfs:"
SRC_URI = "file://init"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

inherit features_check

REQUIRED_DISTRO_FEATURES = "usrmerge"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0755 ${S}/init ${D}/init
    install -d ${D}${sysconfdir} ${D}/modules ${D}/root
    printf 'offset=%s\nlimit=%s\n' ${PARLEY_STARTS_OFFSET} ${PARLEY_STARTS_LIMIT} > ${D}${sysconfdir}/starts
    # The one folder that init searches; without the links a shell would take a tool of /usr/sbin for missing.
    install -d ${D}${bindir}
    ln -s ../sbin/dmsetup ${D}${bindir}/dmsetup
    for tool in insmod switch_root; do
        ln -s busybox.nosuid ${D}${bindir}/$tool
    done
}

FILES:${PN} += "/init /modules /root"
RDEPENDS:${PN} = "busybox libdevmapper parley-restart"

SUMMARY = "The first program of both slots"
DESCRIPTION = "ota/initramfs of the clone, as it is: `init` opens the root behind dm-verity and counts starts that nobody confirmed; `contents` lists the \
               folders and links that it needs."
SECTION = "base"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10 \
    file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302 \
"

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}/ota/initramfs:"
SRC_URI = "file://contents file://init"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

inherit features_check

REQUIRED_DISTRO_FEATURES = "usrmerge"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    grep -v '^#' ${S}/contents | while read -r kind path target; do
        case $kind in
            folder) install -d ${D}$path ;;
            file) install -D -m 0755 ${S}/$target ${D}$path ;;
            link) ln -s $target ${D}$path ;;
        esac
    done
    printf 'offset=%s\nlimit=%s\n' ${PARLEY_STARTS_OFFSET} ${PARLEY_STARTS_LIMIT} > ${D}${sysconfdir}/starts
}

FILES:${PN} += "/dev /init /modules /proc /root /sys /tools"
RDEPENDS:${PN} = "busybox libdevmapper parley-restart"

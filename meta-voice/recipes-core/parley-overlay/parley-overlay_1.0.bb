SUMMARY = "Units, users, D-Bus policy and udev rules of Parley"
DESCRIPTION = "rootfs-overlay/ of the clone, as it is. Every unit of it that says what wants it is switched on."
SECTION = "base"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10 \
    file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302 \
"

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}:"
SRC_URI = "file://rootfs-overlay"
S = "${UNPACKDIR}/rootfs-overlay"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

inherit allarch features_check systemd

REQUIRED_DISTRO_FEATURES = "rauc systemd usrmerge"

# The units that are to be switched on: those with an [Install] section.
def parley_units(d):
    folder = os.path.join(d.getVar('PARLEY_CLONE'), 'rootfs-overlay/usr/lib/systemd/system')
    units = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and '@' not in name:
            bb.parse.mark_dependency(d, path)
            with open(path) as unit:
                if '\n[Install]' in unit.read():
                    units.append(name)
    return ' '.join(units)

SYSTEMD_SERVICE:${PN} = "${@parley_units(d)}"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    cp -R --no-dereference --preserve=mode,links ${S}/. ${D}/
}

FILES:${PN} += "${nonarch_libdir}"
RDEPENDS:${PN} = "parley rauc-service"

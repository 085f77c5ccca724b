SUMMARY = "The first partition: which system starts"
DESCRIPTION = "autoboot.txt, by which the board's firmware chooses a slot, and an example of the owner's parley-setup.toml, as a FAT image."
SECTION = "bsp"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

DEPENDS = "dosfstools-native mtools-native"

SRC_URI = "file://parley-setup.example.toml"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"
PACKAGE_ARCH = "${MACHINE_ARCH}"

inherit deploy nopackages parley_fat

do_configure[noexec] = "1"

do_compile() {
    printf '%b' '${PARLEY_AUTOBOOT}' > ${B}/${PARLEY_AUTOBOOT_FILE}
    parley_make_fat ${B}/parley-autoboot.vfat ${PARLEY_SIZE_AUTOBOOT} ${PARLEY_FSLABEL_AUTOBOOT}
    parley_put ${B}/parley-autoboot.vfat ${B}/${PARLEY_AUTOBOOT_FILE} ${PARLEY_AUTOBOOT_FILE}
    parley_put ${B}/parley-autoboot.vfat ${S}/parley-setup.example.toml parley-setup.example.toml
}
do_install[noexec] = "1"

do_deploy() {
    install -D -m 0644 ${B}/parley-autoboot.vfat ${DEPLOYDIR}/parley-autoboot.vfat
}

addtask deploy before do_build after do_compile

SUMMARY = "Where a kernel's last words survive its restart"
DESCRIPTION = "An overlay that keeps 64 KiB of memory for pstore. A kernel that has raspberrypi/linux#7518 brings ramoops-pi5, and makes this one needless."
SECTION = "bsp"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

DEPENDS = "dtc-native"

SRC_URI = "file://parley-ramoops.dts"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"
PACKAGE_ARCH = "${MACHINE_ARCH}"

inherit deploy nopackages

do_configure[noexec] = "1"

do_compile() {
    dtc -@ -I dts -O dtb -o ${B}/parley-ramoops.dtbo ${S}/parley-ramoops.dts
}
do_install[noexec] = "1"

do_deploy() {
    install -D -m 0644 ${B}/parley-ramoops.dtbo ${DEPLOYDIR}/parley-ramoops.dtbo
}

addtask deploy before do_build after do_compile

SUMMARY = "What makes a device one of a fleet"
DESCRIPTION = "ota/hawkbit/config.conf of the clone as it is, which parley-setup completes with what the owner's file says; hawkBit's client, which starts \
               once that has happened; and its right to ask RAUC."
SECTION = "base"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10 \
    file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302 \
"

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}/ota/hawkbit:"
SRC_URI = "\
    file://30-fleet.conf \
    file://config.conf \
    file://parley-fleet.conf \
"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

inherit allarch features_check

REQUIRED_DISTRO_FEATURES = "rauc systemd usrmerge"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0644 ${S}/config.conf ${D}${datadir}/parley/hawkbit.conf
    install -D -m 0644 -t ${D}${systemd_system_unitdir}/rauc-hawkbit-updater.service.d ${S}/30-fleet.conf
    install -D -m 0644 -t ${D}${sysconfdir}/dbus-1/system.d ${S}/parley-fleet.conf
}

FILES:${PN} += "${datadir}/parley ${systemd_system_unitdir}"
RDEPENDS:${PN} = "parley-setup rauc-hawkbit-updater"

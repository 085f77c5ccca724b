SUMMARY = "The first start: what the owner wrote onto the card"
DESCRIPTION = "The unit that runs parley-setup, and the Wi-Fi that it may switch on."
SECTION = "base"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

SRC_URI = "\
    file://10-names.conf \
    file://10-parley.conf \
    file://20-setup.conf \
    file://20-wifi.conf \
    file://20-wired.conf \
    file://25-wlan.network \
    file://parley-setup.service \
    file://parley-wifi.service \
"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

inherit allarch features_check systemd

REQUIRED_DISTRO_FEATURES = "systemd wifi"

SYSTEMD_SERVICE:${PN} = "parley-setup.service"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -D -m 0644 -t ${D}${systemd_system_unitdir} ${S}/parley-setup.service
    install -D -m 0644 -t ${D}${systemd_system_unitdir}/parley-setup.service.d ${S}/20-setup.conf
    install -D -m 0644 -t ${D}${systemd_system_unitdir}/wpa_supplicant@wlan0.service.d ${S}/10-parley.conf
    install -d ${D}${systemd_system_unitdir}/multi-user.target.wants
    ln -s ../wpa_supplicant@.service ${D}${systemd_system_unitdir}/multi-user.target.wants/wpa_supplicant@wlan0.service
    install -D -m 0644 -t ${D}${systemd_system_unitdir} ${S}/parley-wifi.service
    install -D -m 0644 -t ${D}${systemd_system_unitdir}/parley-wifi.service.d ${S}/20-wifi.conf
    install -d ${D}${systemd_system_unitdir}/wpa_supplicant@wlan0.service.wants
    ln -s ../parley-wifi.service ${D}${systemd_system_unitdir}/wpa_supplicant@wlan0.service.wants/parley-wifi.service
    install -D -m 0644 -t ${D}${systemd_unitdir}/network ${S}/25-wlan.network
    install -D -m 0644 -t ${D}${systemd_unitdir}/network/80-wired.network.d ${S}/20-wired.conf
    install -D -m 0644 -t ${D}${systemd_unitdir}/resolved.conf.d ${S}/10-names.conf
}

FILES:${PN} += "${systemd_unitdir}"
# Time zones by their names, and the Wi-Fi.
RDEPENDS:${PN} = "parley tzdata wpa-supplicant"

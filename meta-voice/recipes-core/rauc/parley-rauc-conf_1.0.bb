SUMMARY = "RAUC's configuration, and whom this device trusts"
DESCRIPTION = "ota/system.conf of the clone as it is, and the keyring that PARLEY_KEYRING_FILE names: certificate and list of revoked ones. In place of \
               meta-rauc's example."
SECTION = "base"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "\
    file://${COMMON_LICENSE_DIR}/Apache-2.0;md5=89aea4e17d99a7cacdbeed46a0096b10 \
    file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302 \
"

DEPENDS = "openssl-native"

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}/ota:"
SRC_URI = "file://system.conf"
S = "${UNPACKDIR}"

INHIBIT_DEFAULT_DEPS = "1"
COMPATIBLE_MACHINE = "^rpi$"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    if [ -z "${PARLEY_KEYRING_FILE}" ]; then
        bbfatal "PARLEY_KEYRING_FILE does not say whom the device trusts. For development: cargo xtask bundle --keys show, then kas/development.yml"
    fi
    if grep --quiet 'PRIVATE KEY' "${PARLEY_KEYRING_FILE}"; then
        bbfatal "${PARLEY_KEYRING_FILE} has a private key in it: it would be on every device"
    fi
    if [ "${VOICE_DEVELOPMENT}" != "1" ] && openssl crl2pkcs7 -nocrl -certfile "${PARLEY_KEYRING_FILE}" | openssl pkcs7 -print_certs -noout | grep --quiet --fixed-strings 'Parley development (throw-away)'; then
        bbfatal "${PARLEY_KEYRING_FILE} trusts the throw-away authority of a development build, whose key lies in a cache: only with kas/development.yml"
    fi
    install -D -m 0644 ${S}/system.conf ${D}${nonarch_libdir}/rauc/system.conf
    install -D -m 0644 "${PARLEY_KEYRING_FILE}" ${D}${sysconfdir}/rauc/keyring.pem
}
do_install[file-checksums] += "${@'%s:True' % d.getVar('PARLEY_KEYRING_FILE') if d.getVar('PARLEY_KEYRING_FILE') else ''}"

FILES:${PN} += "${nonarch_libdir}/rauc ${sysconfdir}/rauc"
RPROVIDES:${PN} = "virtual-rauc-conf"

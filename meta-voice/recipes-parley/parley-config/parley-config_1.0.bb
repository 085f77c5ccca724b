SUMMARY = "The image's own settings of Parley"
DESCRIPTION = "Names the profile of models that is in the image. What an owner sets lies on the data partition and comes first."
SECTION = "multimedia"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

INHIBIT_DEFAULT_DEPS = "1"
S = "${UNPACKDIR}"

inherit allarch

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${sysconfdir}/parley
    {
        echo '# What this image was built with. The settings of an owner: ${localstatedir}/lib/parley/.config/parley/parley.toml, which replaces this file.'
        echo '[models]'
        echo 'profile = "${VOICE_MODELS_PROFILE}"'
    } > ${D}${sysconfdir}/parley/parley.toml
}

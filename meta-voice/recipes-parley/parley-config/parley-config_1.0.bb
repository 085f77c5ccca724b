SUMMARY = "The image's own settings of Parley"
DESCRIPTION = "Names the profile of models that is in the image, and the word that wakes it. What an owner sets lies on the data partition and wins, key by key."
SECTION = "multimedia"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/MIT;md5=0835ade698e0bcf8506ecda2f7b4f302"

INHIBIT_DEFAULT_DEPS = "1"
S = "${UNPACKDIR}"

inherit allarch

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}/parley
    {
        echo '# What this image was built with: the layer above the defaults of the code. The owner wins: ${localstatedir}/lib/parley-setup/parley.toml.'
        echo '[models]'
        echo 'profile = "${VOICE_MODELS_PROFILE}"'
        echo '[conversation]'
        echo 'wake-words = ["hey jarvis"]'
    } > ${D}${datadir}/parley/parley.toml
}

FILES:${PN} += "${datadir}/parley"

SUMMARY = "Phoneme tables and dictionaries of espeak-ng"
DESCRIPTION = "What the voice worker reads words aloud with, compiled by espeak-ng-native."
HOMEPAGE = "https://github.com/espeak-ng/espeak-ng"
BUGTRACKER = "https://github.com/espeak-ng/espeak-ng/issues"
SECTION = "libs"
LICENSE = "GPL-3.0-or-later"
LIC_FILES_CHKSUM = "file://${COMMON_LICENSE_DIR}/GPL-3.0-or-later;md5=1c76c4cc354acaac30ed4d5eefea7245"

DEPENDS = "espeak-ng-native"

inherit allarch

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    install -d ${D}${datadir}
    cp -R --no-dereference --preserve=mode,links ${STAGING_DATADIR_NATIVE}/espeak-ng-data ${D}${datadir}/
}

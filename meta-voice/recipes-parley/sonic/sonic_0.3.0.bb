SUMMARY = "Speeds speech up and slows it down"
DESCRIPTION = "The library that espeak-ng changes the pace of speech with, as a static library: no device has to carry it."
HOMEPAGE = "https://github.com/waywardgeek/sonic"
BUGTRACKER = "https://github.com/waywardgeek/sonic/issues"
SECTION = "libs"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=3b83ef96387f14655fc854ddc3c6bd57"

# The commit that espeak-ng 1.52 asks for in its cmake/deps.cmake.
SRC_URI = "git://github.com/waywardgeek/sonic.git;protocol=https;branch=master"
SRCREV = "fbf75c3d6d846bad3bb3d456cbc5d07d9fd8c104"

do_compile() {
    ${CC} ${CPPFLAGS} ${CFLAGS} -fPIC -pthread -c ${S}/sonic.c -o sonic.o
    ${AR} rcsD libsonic.a sonic.o
}

do_install() {
    install -D -m 0644 libsonic.a ${D}${libdir}/libsonic.a
    install -D -m 0644 ${S}/sonic.h ${D}${includedir}/sonic.h
}

# A library and its header for building alone: the main package would be empty.
ALLOW_EMPTY:${PN} = "1"

BBCLASSEXTEND = "native"

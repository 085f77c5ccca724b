SUMMARY = "espeak-ng for the building machine"
DESCRIPTION = "Compiles the phoneme tables: a cross build of espeak-ng cannot, since it would have to run itself. From the very source that the voice \
               worker links."
HOMEPAGE = "https://github.com/espeak-ng/espeak-ng"
BUGTRACKER = "https://github.com/espeak-ng/espeak-ng/issues"
SECTION = "libs"
LICENSE = "GPL-3.0-or-later"
LIC_FILES_CHKSUM = "file://src/libespeak-ng/speech.c;beginline=1;endline=19;md5=2a959e5193796d6bc8968363b25014d9"

DEPENDS = "sonic-native"

# As in Cargo.lock; `cargo xtask layer check` compares the two.
SRC_URI = "crate://crates.io/espeak-rs-sys/0.2.0"
SRC_URI[espeak-rs-sys-0.2.0.sha256sum] = "2d45d148019084e930df6cc3964a58c4c211342451ec5d3c328d8a6cc6b3464d"
S = "${UNPACKDIR}/cargo_home/bitbake/espeak-rs-sys-0.2.0/espeak-ng"

inherit cmake
inherit_defer native

EXTRA_OECMAKE = "-DBUILD_SHARED_LIBS=OFF -DENABLE_TESTS=OFF -DUSE_MBROLA=OFF -DUSE_LIBPCAUDIO=OFF"

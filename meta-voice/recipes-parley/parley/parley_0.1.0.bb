SUMMARY = "Parley, an offline-first voice assistant"
DESCRIPTION = "The daemon, its engines as worker programs, and the boot chain's part of updates. Built from the clone that this layer lies in."
SECTION = "multimedia"
LICENSE = "(MIT | Apache-2.0) & GPL-3.0-or-later"
LICENSE:${PN} = "MIT | Apache-2.0"
LICENSE:${PN}-restart = "MIT | Apache-2.0"
# espeak-ng is linked into it.
LICENSE:${PN}-worker-piper = "GPL-3.0-or-later"
LIC_FILES_CHKSUM = "\
    file://LICENSE-APACHE;md5=3b83ef96387f14655fc854ddc3c6bd57 \
    file://LICENSE-MIT;md5=abdff6171de2b19de3843b79a8872d35 \
    file://appliance/workers/piper/LICENSE;md5=1ebbd3e34237af26da5dc08a4e440464 \
"

DEPENDS = "alsa-lib clang-native onnxruntime-bin openssl sonic"

COMPATIBLE_MACHINE = "^rpi$"

inherit cmake parley_source pkgconfig useradd

# Each with its own native library in a program of its own; the other members of the workspace are tests and developer commands.
CARGO_BUILD_FLAGS:append = "\
    -p parley \
    -p parley-worker-smart-turn \
    -p parley-worker-llama \
    -p parley-worker-piper \
    -p parley-worker-whisper \
    -p parley-restart \
    -p parley-setup \
    -p parley-update \
"

# What .cargo/config.toml says, which cargo does not find from the build folder, and what CMake needs to build for another machine.
export CMAKE_PROJECT_INCLUDE = "${S}/appliance/ggml.cmake"
export CMAKE_TOOLCHAIN_FILE = "${WORKDIR}/toolchain.cmake"
export GGML_NATIVE = "OFF"
export ORT_SKIP_DOWNLOAD = "1"
export ORT_PREFER_DYNAMIC_LINK = "1"
export ORT_LIB_LOCATION = "${STAGING_LIBDIR}"
export LIBCLANG_PATH = "${STAGING_LIBDIR_NATIVE}"
export BINDGEN_EXTRA_CLANG_ARGS = "--target=${HOST_ARCH}-linux-gnu --sysroot=${STAGING_DIR_HOST}"

# The numbers never change: the data partition outlives every update and remembers its owners by them.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system --gid 950 parley; --system --gid 951 parley-stream; --system --gid 952 parley-gateway; --system --gid 953 parley-read; --system --gid 954 parley-control"
USERADD_PARAM:${PN} = "\
    --system --uid 950 --gid parley --groups audio --home-dir /var/lib/parley --no-create-home --shell /sbin/nologin parley; \
    --system --uid 951 --gid parley-stream --home-dir / --no-create-home --shell /sbin/nologin parley-stream; \
    --system --uid 952 --gid parley-gateway --groups parley-read --home-dir / --no-create-home --shell /sbin/nologin parley-gateway \
"

do_install:append() {
    install -d ${D}${nonarch_libdir}/parley
    mv ${D}${bindir}/parley-tryboot ${D}${nonarch_libdir}/parley/
    # The voice looks beside its program.
    ln -s ../share/espeak-ng-data ${D}${bindir}/espeak-ng-data
}

# The engines are worth half as much without these instructions, and nothing else would tell.
do_install:append:aarch64() {
    for worker in whisper llama; do
        ${OBJDUMP} --disassemble ${D}${bindir}/parley-worker-$worker | grep --quiet --word-regexp sdot || \
            bbfatal "parley-worker-$worker has no dot-product instructions: appliance/ggml.cmake did not reach its build"
    done
}

PACKAGE_BEFORE_PN = "${PN}-worker-piper ${PN}-restart"
FILES:${PN}-worker-piper += "${bindir}/parley-worker-piper ${bindir}/espeak-ng-data"
FILES:${PN}-restart += "${bindir}/parley-restart"
FILES:${PN} += "${nonarch_libdir}/parley"
RDEPENDS:${PN} = "${PN}-worker-piper onnxruntime-bin voice-models"
RDEPENDS:${PN}-worker-piper = "espeak-ng-data onnxruntime-bin"

SUMMARY = "ONNX Runtime, as its makers build it for arm64"
DESCRIPTION = "The library out of the makers' Python wheel, the same that the program is tested with; nothing of Python is used. \
               Building it takes hours and a toolchain of its own."
HOMEPAGE = "https://onnxruntime.ai"
BUGTRACKER = "https://github.com/microsoft/onnxruntime/issues"
SECTION = "libs"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://onnxruntime/LICENSE;md5=0f7e3b1308cb5c00b372a6e78835732d"

SRC_URI = "https://files.pythonhosted.org/packages/cp311/o/onnxruntime/onnxruntime-${PV}-cp311-cp311-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl;downloadfilename=onnxruntime-${PV}-aarch64.zip;subdir=${BP}"
SRC_URI[sha256sum] = "046ff290045a387676941a02a8ae5c3ebec6b4f551ae228711968c4a69d8f6b7"

COMPATIBLE_HOST = "aarch64.*-linux"

do_configure[noexec] = "1"
do_compile[noexec] = "1"

do_install() {
    library=${S}/onnxruntime/capi/libonnxruntime.so.${PV}
    install -D -m 0755 $library ${D}${libdir}/libonnxruntime.so.${PV}
    ln -s libonnxruntime.so.${PV} ${D}${libdir}/libonnxruntime.so.1
    ln -s libonnxruntime.so.1 ${D}${libdir}/libonnxruntime.so
    install -D -m 0644 ${S}/onnxruntime/ThirdPartyNotices.txt ${D}${datadir}/licenses/${PN}/ThirdPartyNotices.txt
}

FILES:${PN} += "${datadir}/licenses/${PN}"

# The makers have stripped it, and linked it without our flags.
INSANE_SKIP:${PN} = "already-stripped ldflags"
# Its interfaces are checked by the makers' own notices, not by a source that we have: the CVE check goes by the product's name.
CVE_PRODUCT = "microsoft:onnxruntime"

SUMMARY = "The initramfs of both slots"
DESCRIPTION = "busybox, dmsetup, parley-restart and ota/initramfs/init; what it needs of the kernel is built in."
LICENSE = "MIT"

COMPATIBLE_MACHINE = "^rpi$"

PACKAGE_INSTALL = "parley-init"
# Neither of the root's features nor of its recommendations.
IMAGE_FEATURES = ""
IMAGE_LINGUAS = ""
NO_RECOMMENDATIONS = "1"
PACKAGE_EXCLUDE = "kernel-image-*"
IMAGE_FSTYPES = "cpio.gz"
IMAGE_ROOTFS_SIZE = "8192"
IMAGE_ROOTFS_EXTRA_SPACE = "0"
# KiB before compression: every start reads it.
INITRAMFS_MAXSIZE = "32768"
IMAGE_NAME_SUFFIX = ""

inherit core-image

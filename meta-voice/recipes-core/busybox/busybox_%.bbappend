FILESEXTRAPATHS:prepend:voice := "${THISDIR}/files:"
# ota/initramfs/init writes its counter with `dd conv=notrunc,fsync`.
SRC_URI:append:voice = " file://parley.cfg"

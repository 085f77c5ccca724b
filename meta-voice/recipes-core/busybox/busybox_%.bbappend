FILESEXTRAPATHS:prepend:voice := "${THISDIR}/files:"
# ota/initramfs/init writes its counter with `dd conv=notrunc,fsync`, and hashes the serial number.
SRC_URI:append:voice = " file://parley.cfg"

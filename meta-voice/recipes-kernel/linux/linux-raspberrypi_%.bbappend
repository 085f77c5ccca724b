FILESEXTRAPATHS:prepend := "${THISDIR}/files:"
SRC_URI:append:voice = " file://parley.cfg"

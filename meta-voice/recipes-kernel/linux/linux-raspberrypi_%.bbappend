FILESEXTRAPATHS:prepend:voice := "${THISDIR}/files:"
SRC_URI:append:voice = " file://parley.cfg"

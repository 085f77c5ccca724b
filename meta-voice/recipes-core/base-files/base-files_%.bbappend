FILESEXTRAPATHS:prepend:voice := "${THISDIR}/files:"

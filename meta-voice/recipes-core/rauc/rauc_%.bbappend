# parley-commit.service marks a slot good, after the gate and not merely after a start.
RRECOMMENDS:${PN}:remove:voice = "${PN}-mark-good"

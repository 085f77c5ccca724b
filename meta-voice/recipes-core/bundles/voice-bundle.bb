SUMMARY = "A signed update of Parley"
DESCRIPTION = "Kernel and root of one version, as ota/manifest.raucm says: `cargo xtask layer check` compares the two."
LICENSE = "MIT"

COMPATIBLE_MACHINE = "^rpi$"

require recipes-parley/voice-models/voice-models.inc

inherit bundle

FILESEXTRAPATHS:prepend := "${PARLEY_CLONE}/ota:"
SRC_URI = "file://hook"

RAUC_BUNDLE_COMPATIBLE = "parley-raspberrypi5"
RAUC_BUNDLE_VERSION = "${DISTRO_VERSION}"
RAUC_BUNDLE_FORMAT = "verity"
RAUC_BUNDLE_HOOKS[file] = "hook"

# The root first: the boot partition is completed last, and a slot without a complete command line is never armed.
RAUC_BUNDLE_SLOTS = "rootfs boot"

RAUC_SLOT_rootfs = "voice-image"
RAUC_SLOT_rootfs[fstype] = "erofs-lz4.verity"
RAUC_SLOT_rootfs[rename] = "root.img"
RAUC_SLOT_rootfs[adaptive] = "block-hash-index"

RAUC_SLOT_boot = "voice-image"
RAUC_SLOT_boot[fstype] = "bootslot"
RAUC_SLOT_boot[rename] = "boot.img"
RAUC_SLOT_boot[adaptive] = "block-hash-index"
RAUC_SLOT_boot[hooks] = "post-install"

# Going back to an older version is for `parley update rollback`; PARLEY_ALLOW_DOWNGRADE_FROM = ">=1.4.0,<1.4.3" lets a whole fleet
# go back from these versions, and from no later one.
PARLEY_ALLOW_DOWNGRADE_FROM ??= "none"
RAUC_META_SECTIONS = "parley"
RAUC_META_parley[allow-downgrade-from] = "${PARLEY_ALLOW_DOWNGRADE_FROM}"
# What the image offers: a device whose owner uses something else refuses the bundle.
RAUC_META_parley[sound-cards] = "${PARLEY_SOUND_CARDS}"
RAUC_META_parley[fleet] = "hawkbit"
RAUC_META_parley[least-board-gb] = "${@d.getVarFlag('VOICE_MODELS_BOARD_GB', d.getVar('VOICE_MODELS_PROFILE'), True) or 'unknown'}"
# The class reads these flags without telling bitbake: a build that goes on from an earlier one would offer what that did.
do_configure[vardeps] += "RAUC_META_parley[allow-downgrade-from] RAUC_META_parley[sound-cards] RAUC_META_parley[fleet] RAUC_META_parley[least-board-gb]"

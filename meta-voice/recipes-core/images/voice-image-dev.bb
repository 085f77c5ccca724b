SUMMARY = "Parley for a Raspberry Pi 5, with a way in for developers"
DESCRIPTION = "As voice-image, with SSH for the key that parley-setup.toml names, and tools for looking inside. Never for a product."

# With tools, it may be larger.
PARLEY_ROOT_BUDGET = "320000"

require voice-image.inc

IMAGE_FEATURES += "ssh-server-openssh"
IMAGE_INSTALL += "alsa-utils gdbserver parley-development strace"

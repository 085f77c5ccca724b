SUMMARY = "Parley for a Raspberry Pi 5"
DESCRIPTION = "Read-only root behind dm-verity, two systems on one card, models included. Nobody can log in."

require voice-image.inc

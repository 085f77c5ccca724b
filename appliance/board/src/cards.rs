//! The sound cards on the board's pins that an owner may name.

/// A sound card on the board's pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundCard {
    /// Its overlay, by which owners call it: `overlays/NAME.dtbo` on the boot partition.
    pub overlay: &'static str,
    /// Whether it can record what is said; a card that cannot, or only from a digital input, needs a microphone.
    pub records: bool,
    /// The kernel's symbol of its driver.
    pub driver: &'static str,
    /// The lines that it has beside those of every card: resets, mutes and clocks, as its overlay says.
    pub lines: &'static [u8],
}

impl SoundCard {
    /// Whether it has this line: its own, and those of I²C (2, 3) and I²S (18 to 21) that every card has.
    pub fn has_line(&self, line: u8) -> bool {
        matches!(line, 2 | 3 | 18..=21) || self.lines.contains(&line)
    }
}

const fn card(overlay: &'static str, records: bool, driver: &'static str, lines: &'static [u8]) -> SoundCard {
    SoundCard { overlay, records, driver, lines }
}

/// The cards that an owner may name: those of the kernel's overlays whose drivers' modules the image is searched for. The
/// layer generates its list from this table, and the image's build fails without one of the overlays. Where
/// meta-raspberrypi is there, the check of the layer compares the table with all of its HiFiBerry overlays.
///
/// Lines: `mute-gpio`, `reset-gpio` and `clock44-gpio` in `arch/arm/boot/dts/overlays/NAME-overlay.dts` of raspberrypi/linux.
pub const SOUND_CARDS: &[SoundCard] = &[
    card("hifiberry-amp", false, "SND_BCM2708_SOC_HIFIBERRY_AMP", &[]),
    card("hifiberry-amp100", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS", &[4, 17]),
    card("hifiberry-amp3", false, "SND_SOC_MA120X0P", &[4]),
    card("hifiberry-amp4pro", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS", &[4]),
    card("hifiberry-dac", false, "SND_BCM2708_SOC_HIFIBERRY_DAC", &[]),
    card("hifiberry-dacplus", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUS", &[]),
    card("hifiberry-dacplusadc", true, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADC", &[]),
    card("hifiberry-dacplusadcpro", true, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADCPRO", &[]),
    card("hifiberry-dacplusdsp", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSDSP", &[]),
    card("hifiberry-dacplushd", false, "SND_BCM2708_SOC_HIFIBERRY_DACPLUSHD", &[]),
    card("hifiberry-digi", false, "SND_BCM2708_SOC_HIFIBERRY_DIGI", &[]),
    card("hifiberry-digi-pro", false, "SND_BCM2708_SOC_HIFIBERRY_DIGI", &[5, 6]),
    card("wm8960-soundcard", true, "SND_SOC_WM8960", &[]),
];

/// The card with this overlay, where this version knows it.
pub fn known_card(overlay: &str) -> Option<&'static SoundCard> {
    SOUND_CARDS.iter().find(|card| card.overlay == overlay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_has_a_name_of_its_own_and_lines_of_the_header() {
        assert!(SOUND_CARDS.is_sorted_by(|one, next| one.overlay < next.overlay));
        for card in SOUND_CARDS {
            assert_eq!(known_card(card.overlay), Some(card));
            assert!((0..=27).filter(|line| card.has_line(*line)).count() == 6 + card.lines.len(), "{}", card.overlay);
        }
    }
}

//! `autoboot.txt`: the few bytes by which the firmware chooses a slot.
//!
//! Terms: the *committed* slot is the one that an ordinary start boots; a *trial* is the one-shot start of the other slot, which the
//! firmware makes when a restart asked for it.
//! Rules: the file has one length, fits one sector, and only its two numbers ever change. A file that is missing or makes no sense boots
//! [`FALLBACK`], so it is repaired before anything is written to that slot.

use crate::slot::Slot;

/// The size of a sector; the file lies in one.
pub const SECTOR: usize = 512;

/// What the firmware boots when the file tells it nothing: the first FAT partition that holds its files.
pub const FALLBACK: Slot = Slot::A;

/// The file that commits to a slot; the other one is there to be tried.
#[must_use]
pub fn render(committed: Slot) -> String {
    format!(
        "[all]\ntryboot_a_b=1\nboot_partition={}\n[tryboot]\nboot_partition={}\n",
        committed.boot_partition(),
        committed.other().boot_partition()
    )
}

/// The sector that holds the file.
#[must_use]
pub fn sector(committed: Slot) -> [u8; SECTOR] {
    let mut sector = [0; SECTOR];
    let text = render(committed);
    sector[..text.len()].copy_from_slice(text.as_bytes());
    sector
}

/// What the firmware finds in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// The partition of an ordinary start.
    pub ordinary: Option<u8>,
    /// The partition of a trial.
    pub trial: Option<u8>,
    /// Whether the sections are followed at all.
    pub a_b: bool,
}

impl Choice {
    /// Reads a file as the firmware does: unknown lines and sections are passed over, later lines win.
    #[must_use]
    pub fn of(file: &[u8]) -> Choice {
        let mut choice = Choice::default();
        let mut section = Section::All;
        for line in file.split(|byte| *byte == b'\n') {
            let Ok(line) = std::str::from_utf8(line) else { continue };
            let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = match name {
                    "all" => Section::All,
                    "tryboot" => Section::Tryboot,
                    _ => Section::Unknown,
                };
            } else if let Some((key, value)) = line.split_once('=') {
                let number = value.trim().parse::<u8>().ok();
                match (key.trim(), section) {
                    ("tryboot_a_b", Section::All) => choice.a_b = number == Some(1),
                    ("boot_partition", Section::All) => choice.ordinary = number,
                    ("boot_partition", Section::Tryboot) => choice.trial = number,
                    _ => {}
                }
            }
        }
        choice
    }

    /// The slot that an ordinary start boots, if this is a file of ours to its last number.
    #[must_use]
    pub fn committed(self) -> Option<Slot> {
        let slot = Slot::of_boot_partition(self.ordinary?)?;
        (self.a_b && self.trial == Some(slot.other().boot_partition())).then_some(slot)
    }
}

#[derive(Clone, Copy)]
enum Section {
    All,
    Tryboot,
    Unknown,
}

/// The slot that the firmware boots with this file.
#[must_use]
pub fn boots(file: Option<&[u8]>, trial: bool) -> Slot {
    let Some(choice) = file.map(Choice::of) else { return FALLBACK };
    let asked = if trial && choice.a_b { choice.trial.or(choice.ordinary) } else { choice.ordinary };
    asked.and_then(Slot::of_boot_partition).unwrap_or(FALLBACK)
}

/// Whether the file is byte for byte one that we wrote, and for which slot.
#[must_use]
pub fn whole(file: &[u8]) -> Option<Slot> {
    crate::slot::SLOTS.into_iter().find(|slot| render(*slot).as_bytes() == file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::slot::SLOTS;

    #[test]
    fn the_length_never_changes_and_fits_a_sector() {
        assert_eq!(render(Slot::A).len(), render(Slot::B).len());
        assert!(render(Slot::A).len() < SECTOR);
    }

    #[test]
    fn what_is_written_is_what_boots() {
        for slot in SLOTS {
            let file = render(slot);
            assert_eq!(boots(Some(file.as_bytes()), false), slot);
            assert_eq!(boots(Some(file.as_bytes()), true), slot.other());
            assert_eq!(boots(Some(&sector(slot)), false), slot, "the rest of the sector changes nothing");
            assert_eq!(Choice::of(file.as_bytes()).committed(), Some(slot));
            assert_eq!(whole(file.as_bytes()), Some(slot));
        }
    }

    #[test]
    fn missing_zeroed_and_garbled_files_boot_the_fallback() {
        assert_eq!(boots(None, false), FALLBACK);
        assert_eq!(boots(Some(&[0; 64]), true), FALLBACK);
        assert_eq!(boots(Some(b"\xff\xfe[all\nboot_partition=9"), false), FALLBACK);
    }

    #[test]
    fn files_from_a_pc_are_read_too() {
        let file = "[all]\r\ntryboot_a_b = 1\r\nboot_partition=3\r\n\r\n[tryboot]\r\nboot_partition=2\r\n[cm5]\nboot_partition=7";
        assert_eq!(Choice::of(file.as_bytes()).committed(), Some(Slot::B));
    }

    #[test]
    fn a_file_without_the_a_b_line_has_no_trial() {
        let file = b"[all]\nboot_partition=3\n[tryboot]\nboot_partition=2\n";
        assert_eq!(boots(Some(file), true), Slot::B);
        assert_eq!(Choice::of(file).committed(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_boot_one_of_the_slots(file in proptest::collection::vec(any::<u8>(), 0..600), trial: bool) {
            let slot = boots(Some(&file), trial);
            prop_assert!(SLOTS.contains(&slot));
        }

        #[test]
        fn a_file_with_a_flipped_bit_is_not_whole(slot in prop_oneof![Just(Slot::A), Just(Slot::B)], bit in 0..68usize * 8) {
            let mut file = render(slot).into_bytes();
            prop_assume!(bit / 8 < file.len());
            file[bit / 8] ^= 1 << (bit % 8);
            // Flipping the last bit of one number makes both name the same partition: neither file of ours.
            prop_assert_eq!(whole(&file), None);
        }

        #[test]
        fn a_sector_torn_between_both_slots_still_boots_one_of_them(cut in 0..SECTOR, trial: bool) {
            let (old, new) = (sector(Slot::A), sector(Slot::B));
            let torn: Vec<u8> = new[..cut].iter().chain(&old[cut..]).copied().collect();
            prop_assert!(SLOTS.contains(&boots(Some(&torn), trial)));
        }
    }
}

//! `autoboot.txt`: the few bytes by which the firmware chooses a slot.
//!
//! Terms: the *committed* slot is the one that an ordinary start boots; a *trial* is the one-shot start of the other
//! slot, which the firmware makes when a restart asked for it.
//!
//! Rules: the file has one length, fits one sector, and only its two numbers ever change. A file that is missing or
//! makes no sense boots [`FALLBACK`], so it is repaired before anything is written to that slot.

use crate::bootchain::slot::Slot;

/// The size of a sector; the file lies in one.
pub const SECTOR: usize = 512;

/// What the firmware boots when the file tells it nothing: the first FAT partition that holds its files.
pub const FALLBACK: Slot = Slot::A;

/// The file that commits to a slot; the other one is there to be tried.
pub fn render(committed: Slot) -> String {
    format!(
        "[all]\ntryboot_a_b=1\nboot_partition={}\n[tryboot]\nboot_partition={}\n",
        committed.boot_partition(),
        committed.other().boot_partition()
    )
}

/// The sector that holds the file.
pub fn sector(committed: Slot) -> [u8; SECTOR] {
    let mut sector = [0; SECTOR];
    let text = render(committed);
    sector[..text.len()].copy_from_slice(text.as_bytes());
    sector
}

/// Whether the file is byte for byte one that we wrote, and for which slot.
pub fn whole(file: &[u8]) -> Option<Slot> {
    crate::bootchain::slot::SLOTS.into_iter().find(|slot| render(*slot).as_bytes() == file)
}

/// The firmware, for the tests of this crate: which slot it boots with this file. Unknown lines and sections are passed
/// over, later lines win.
#[cfg(test)]
pub fn boots(file: Option<&[u8]>, trial: bool) -> Slot {
    let (mut section, mut a_b, mut ordinary, mut tryboot) = (String::new(), false, None, None);
    for line in String::from_utf8_lossy(file.unwrap_or_default()).lines() {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\0');
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.to_owned();
        } else if let Some((key, value)) = line.split_once('=') {
            let number = value.trim().parse::<u8>().ok();
            match (section.as_str(), key.trim()) {
                ("all" | "", "tryboot_a_b") => a_b = number == Some(1),
                ("all" | "", "boot_partition") => ordinary = number,
                ("tryboot", "boot_partition") => tryboot = number,
                _ => {}
            }
        }
    }
    let asked = if trial && a_b { tryboot.or(ordinary) } else { ordinary };
    asked.and_then(Slot::of_boot_partition).unwrap_or(FALLBACK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bootchain::slot::SLOTS;

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
            assert_eq!(whole(file.as_bytes()), Some(slot));
        }
    }

    proptest! {
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

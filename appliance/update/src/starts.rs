//! The sector in which the initramfs counts starts that nobody confirmed.

use crate::autoboot::SECTOR;
use crate::slot::Slot;

/// Where the sector lies on the disk.
pub const OFFSET_BYTES: u64 = 1_048_576;

/// The counter: `starts=2 slot=A`, padded with spaces. Whatever else lies there counts as none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starts {
    /// How often the slot was started since it last proved itself.
    pub starts: u32,
    /// Which slot.
    pub slot: Slot,
}

impl Starts {
    /// Reads the sector.
    #[must_use]
    pub fn of(sector: &[u8]) -> Option<Starts> {
        let line = sector.split(|byte| *byte == b'\n').next()?;
        // The initramfs pads before the end of the line.
        let (starts, slot) =
            std::str::from_utf8(line).ok()?.trim_end().strip_prefix("starts=")?.split_once(" slot=")?;
        Some(Starts { starts: starts.parse().ok()?, slot: slot.parse().ok()? })
    }

    /// The sector's bytes.
    #[must_use]
    pub fn sector(self) -> [u8; SECTOR] {
        let mut sector = [b' '; SECTOR];
        let line = format!("starts={} slot={}\n", self.starts, self.slot);
        sector[..line.len()].copy_from_slice(line.as_bytes());
        sector
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(starts: u32, slot in prop_oneof![Just(Slot::A), Just(Slot::B)]) {
            let counter = Starts { starts, slot };
            prop_assert_eq!(Starts::of(&counter.sector()), Some(counter));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = Starts::of(&bytes);
        }
    }

    #[test]
    fn what_the_initramfs_writes_is_read() {
        let sector = format!("{:<511}\n", "starts=3 slot=B");
        assert_eq!(Starts::of(sector.as_bytes()), Some(Starts { starts: 3, slot: Slot::B }));
    }

    #[test]
    fn an_empty_sector_counts_nothing() {
        assert_eq!(Starts::of(&[0; SECTOR]), None);
    }
}

//! `ota/layout.toml`: the one description of the disk, for whoever builds one.

use serde::Deserialize;

/// The description as it was when this program was built.
const TEXT: &str = include_str!("../../../ota/layout.toml");

/// The disk.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    /// The partition table: "gpt".
    pub table: String,
    /// Every partition begins at a multiple of this.
    pub align_mib: u64,
    /// In the disk's order.
    pub partition: Vec<Partition>,
    /// Which partitions make up a slot.
    pub slot: Vec<SlotGroup>,
    /// The file that the firmware chooses a slot by.
    pub autoboot: AutobootFile,
    /// The kernel command line of each slot.
    pub cmdline: CommandLine,
    /// The counter of the initramfs.
    pub unconfirmed_starts: UnconfirmedStarts,
}

/// A partition.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Partition {
    /// Counted from 1.
    pub number: u8,
    /// The GPT name.
    pub label: String,
    /// The GPT type.
    #[serde(rename = "type")]
    pub type_guid: String,
    /// "vfat", "erofs" or "ext4".
    pub filesystem: String,
    /// The file system's own label.
    pub filesystem_label: Option<String>,
    /// Where it is mounted; slots and `autoboot` have no fixed place.
    pub mount: Option<String>,
    /// Whether it takes what the card has left, at the first start.
    #[serde(default)]
    pub grows: bool,
    /// On the product.
    pub size_mib: u64,
    /// On the virtual device.
    pub virtual_size_mib: u64,
}

/// What belongs to a slot.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SlotGroup {
    /// RAUC's bootname: "A" or "B".
    pub name: String,
    /// The label of its boot partition.
    pub boot: String,
    /// The label of its root partition.
    pub root: String,
    /// RAUC's name for the root slot.
    pub rauc_root: String,
    /// RAUC's name for the boot slot, whose parent the root slot is.
    pub rauc_boot: String,
}

/// `autoboot.txt`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AutobootFile {
    /// Its name in the root directory.
    pub file: String,
    /// The slot that it names on a new card.
    pub committed: String,
}

/// The kernel command line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandLine {
    /// Its name in the root directory of a boot partition.
    pub file: String,
    /// The length of the file, which never changes.
    pub bytes: usize,
    /// How the root is named, with the label's place.
    pub root: String,
}

/// The counter of starts that nobody confirmed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct UnconfirmedStarts {
    /// Where its sector lies, from the beginning of the disk.
    pub offset_bytes: u64,
    /// So many, and the other slot is tried.
    pub limit: u32,
}

impl Layout {
    /// The layout that this program was built with.
    ///
    /// # Errors
    /// A mistake in the description, which the tests of this crate find.
    pub fn embedded() -> Result<Layout, toml::de::Error> {
        toml::from_str(TEXT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::{SLOTS, Slot};

    fn layout() -> Layout {
        Layout::embedded().expect("the layout is sound")
    }

    #[test]
    fn the_slots_are_those_of_the_code() {
        let layout = layout();
        for (group, slot) in layout.slot.iter().zip(SLOTS) {
            assert_eq!(group.name.parse(), Ok(slot));
            assert_eq!((group.boot.as_str(), group.root.as_str()), (slot.boot_label(), slot.root_label()));
            let boot = layout.partition.iter().find(|partition| partition.label == group.boot).expect("it exists");
            assert_eq!(Slot::of_boot_partition(boot.number), Some(slot));
            assert_eq!(layout.cmdline.root.replace("{label}", &group.root), crate::complete::root_of(slot));
        }
        assert_eq!(layout.slot.len(), SLOTS.len());
        assert_eq!(layout.partition[0].label, crate::slot::AUTOBOOT_LABEL);
        assert_eq!(layout.cmdline.bytes, crate::complete::LENGTH);
        assert_eq!(layout.unconfirmed_starts.offset_bytes, crate::starts::OFFSET_BYTES);
    }

    #[test]
    fn partitions_are_numbered_in_order_and_only_the_last_one_grows() {
        let partitions = layout().partition;
        assert!(partitions.iter().map(|partition| partition.number).eq(1..=6));
        let growing: Vec<_> = partitions.iter().filter(|partition| partition.grows).map(|p| p.number).collect();
        assert_eq!(growing, [6]);
        for partition in &partitions {
            assert!(partition.virtual_size_mib <= partition.size_mib, "{}", partition.label);
        }
    }

    #[test]
    fn both_slots_have_partitions_of_one_size() {
        let layout = layout();
        let size = |label: &str| {
            let found = layout.partition.iter().find(|partition| partition.label == label).expect("it exists");
            (found.size_mib, found.virtual_size_mib, &found.type_guid)
        };
        let [a, b] = [&layout.slot[0], &layout.slot[1]];
        assert_eq!(size(&a.boot), size(&b.boot));
        assert_eq!(size(&a.root), size(&b.root));
    }

    #[test]
    fn the_counter_lies_in_the_gap_before_the_first_partition() {
        let layout = layout();
        let table_ends = 34 * 512;
        assert!(layout.unconfirmed_starts.offset_bytes >= table_ends);
        assert!(layout.unconfirmed_starts.offset_bytes + 512 <= layout.align_mib * 1024 * 1024);
    }

    #[test]
    fn rauc_writes_to_the_slots_of_the_layout() {
        let config = include_str!("../../../ota/system.conf");
        let section = |name: &str| -> Vec<&str> {
            let lines = config.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
            lines.take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#')).collect()
        };
        for group in layout().slot {
            let root = section(&format!("slot.{}", group.rauc_root));
            assert!(root.contains(&format!("device=/dev/disk/by-partlabel/{}", group.root).as_str()), "{root:?}");
            assert!(root.contains(&format!("bootname={}", group.name).as_str()), "{root:?}");
            let boot = section(&format!("slot.{}", group.rauc_boot));
            assert!(boot.contains(&format!("device=/dev/disk/by-partlabel/{}", group.boot).as_str()), "{boot:?}");
            assert!(boot.contains(&format!("parent={}", group.rauc_root).as_str()), "{boot:?}");
        }
    }
}

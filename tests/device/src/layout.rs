//! The disk's layout, read from `ota/layout.toml`, and what follows from it for the virtual device's disk image.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The sector that partition tables count in, bytes.
pub const SECTOR: u64 = 512;
const MIB: u64 = 1024 * 1024;
/// The place that a GPT needs behind the last partition for its second copy, sectors; one more aligned unit is given.
const TABLE_COPY_MIB: u64 = 1;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SlotName {
    A,
    B,
}

impl SlotName {
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// As RAUC and the kernel command line spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

impl std::fmt::Display for SlotName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub struct Partition {
    /// From 1.
    pub number: u32,
    pub label: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub filesystem: String,
    pub filesystem_label: Option<String>,
    /// Its size on the product, MiB.
    pub size_mib: u64,
    /// Its size on the virtual device, MiB.
    pub virtual_size_mib: u64,
    /// Where it begins on this disk, bytes.
    #[serde(skip)]
    pub start: u64,
    /// How long it is there, bytes.
    #[serde(skip)]
    pub size: u64,
}

impl Partition {
    /// Whether bytes of the disk from `start` for `length` touch this partition.
    pub fn touches(&self, start: u64, length: u64) -> bool {
        start < self.start + self.size && self.start < start + length
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub struct Layout {
    table: String,
    /// Where partitions may begin, MiB.
    pub align_mib: u64,
    /// In the order of their numbers.
    #[serde(rename = "partition")]
    pub partitions: Vec<Partition>,
    #[serde(rename = "slot")]
    slots: Vec<Slot>,
    pub autoboot: Autoboot,
    pub cmdline: Cmdline,
    pub unconfirmed_starts: UnconfirmedStarts,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
struct Slot {
    name: SlotName,
    boot: String,
    root: String,
}

/// The file on the first partition that says which slot starts.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Autoboot {
    pub file: String,
    /// The slot of a fresh card.
    pub committed: SlotName,
}

/// The command line's file on each boot partition.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Cmdline {
    pub file: String,
    pub bytes: usize,
}

/// The counter of starts that nobody confirmed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub struct UnconfirmedStarts {
    /// Where its sector lies, from the beginning of the disk.
    pub offset_bytes: u64,
    /// So many, and the other slot is tried.
    pub limit: u32,
}

impl UnconfirmedStarts {
    pub fn shell(&self) -> String {
        format!("offset={}\nlimit={}\n", self.offset_bytes, self.limit)
    }
}

impl Layout {
    /// Reads the description, with the virtual device's sizes.
    ///
    /// # Errors
    /// When it is not the TOML that is expected, is no GPT, or its partitions are not numbered from 1 on.
    pub fn parse(description: &str) -> Result<Self> {
        Self::with_sizes(description, |partition| partition.virtual_size_mib)
    }

    /// Reads the description, with the product's sizes: those of a card that the Yocto layer lays out.
    pub fn parse_product(description: &str) -> Result<Self> {
        Self::with_sizes(description, |partition| partition.size_mib)
    }

    fn with_sizes(description: &str, size_mib: fn(&Partition) -> u64) -> Result<Self> {
        let mut layout: Self = toml::from_str(description).context("ota/layout.toml cannot be read")?;
        ensure!(layout.table == "gpt", "only a GPT is built, not {}", layout.table);
        let align = layout.align_mib.max(1) * MIB;
        let mut start = align;
        for (index, partition) in layout.partitions.iter_mut().enumerate() {
            ensure!(partition.number as usize == index + 1, "partition {} is out of order", partition.label);
            (partition.start, partition.size) = (start, size_mib(partition) * MIB);
            start = (start + partition.size).next_multiple_of(align);
        }
        for slot in SlotName::BOTH {
            layout.boot(slot)?;
            layout.root(slot)?;
        }
        Ok(layout)
    }

    /// The partition of that label.
    pub fn partition(&self, label: &str) -> Result<&Partition> {
        let found = self.partitions.iter().find(|partition| partition.label == label);
        found.with_context(|| format!("ota/layout.toml has no partition {label}"))
    }

    /// The boot partition of a slot.
    pub fn boot(&self, slot: SlotName) -> Result<&Partition> {
        self.partition(&self.slot(slot)?.boot)
    }

    /// The root partition of a slot.
    pub fn root(&self, slot: SlotName) -> Result<&Partition> {
        self.partition(&self.slot(slot)?.root)
    }

    pub fn slot_of_boot(&self, number: u32) -> Option<SlotName> {
        SlotName::BOTH.into_iter().find(|slot| self.boot(*slot).is_ok_and(|partition| partition.number == number))
    }

    /// `autoboot.txt` with this slot committed.
    pub fn autoboot_txt(&self, committed: SlotName) -> Result<String> {
        let (now, other) = (self.boot(committed)?.number, self.boot(committed.other())?.number);
        Ok(format!("[all]\ntryboot_a_b=1\nboot_partition={now}\n[tryboot]\nboot_partition={other}\n"))
    }

    /// The whole disk, bytes.
    pub fn disk_size(&self) -> u64 {
        self.partitions.last().map_or(0, |last| last.start + last.size) + TABLE_COPY_MIB * MIB
    }

    pub fn sfdisk_script(&self) -> String {
        let mut script = format!("label: gpt\nlabel-id: {}\nunit: sectors\n", partition_uuid(0));
        for Partition { number, label, kind, start, size, .. } in &self.partitions {
            let (start, size) = (start / SECTOR, size / SECTOR);
            let uuid = partition_uuid(*number);
            let _ =
                writeln!(script, "{number}: start={start}, size={size}, type={kind}, uuid={uuid}, name=\"{label}\"");
        }
        script
    }

    fn slot(&self, slot: SlotName) -> Result<&Slot> {
        let found = self.slots.iter().find(|description| description.name == slot);
        found.with_context(|| format!("ota/layout.toml has no slot {slot}"))
    }
}

/// The same on every build; number 0 is the disk's own.
fn partition_uuid(number: u32) -> String {
    format!("00000000-0000-4000-8000-{:012x}", 0x100 + number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product() -> Layout {
        Layout::parse(include_str!("../../../ota/layout.toml")).unwrap()
    }

    #[test]
    fn the_products_layout_is_the_one_of_the_design() {
        let labels: Vec<_> = product().partitions.iter().map(|partition| partition.label.clone()).collect();
        assert_eq!(labels, ["autoboot", "boot_a", "boot_b", "root_a", "root_b", "data"]);
    }

    #[test]
    fn partitions_do_not_overlap_and_fit_on_the_disk() {
        let layout = product();
        for pair in layout.partitions.windows(2) {
            assert!(pair[0].start + pair[0].size <= pair[1].start, "{pair:?}");
            assert!(!pair[0].touches(pair[1].start, pair[1].size));
            assert!(pair[1].touches(pair[0].start, pair[1].start - pair[0].start + 1));
        }
        let last = layout.partitions.last().unwrap();
        assert!(last.start + last.size + 34 * SECTOR <= layout.disk_size());
    }

    #[test]
    fn a_card_has_the_products_sizes_and_the_same_partitions() {
        let card = Layout::parse_product(include_str!("../../../ota/layout.toml")).unwrap();
        let labels = |layout: &Layout| layout.partitions.iter().map(|p| p.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(&card), labels(&product()));
        let root = card.partition("root_a").unwrap();
        assert_eq!((root.start / MIB, root.size / MIB), (4 + 16 + 128 + 128, 4096));
    }

    #[test]
    fn the_script_for_sfdisk_names_every_partition() {
        let script = product().sfdisk_script();
        let expected = "label: gpt\nlabel-id: 00000000-0000-4000-8000-000000000100\nunit: sectors\n1: start=8192, size=32768, \
                        type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, uuid=00000000-0000-4000-8000-000000000101, name=\"autoboot\"\n";
        assert!(script.starts_with(expected), "{script}");
        assert_eq!(script.lines().count(), 3 + 6);
    }

    #[test]
    fn a_fresh_card_names_both_boot_partitions() {
        let layout = product();
        let autoboot = layout.autoboot_txt(layout.autoboot.committed).unwrap();
        assert_eq!(autoboot, "[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n");
        assert_eq!(layout.slot_of_boot(3), Some(SlotName::B));
        assert_eq!(layout.slot_of_boot(1), None);
    }

    #[test]
    fn a_layout_without_a_slots_partition_is_refused() {
        let broken = include_str!("../../../ota/layout.toml").replace("root = \"root_b\"", "root = \"root_c\"");
        assert!(Layout::parse(&broken).unwrap_err().to_string().contains("root_c"));
    }
}

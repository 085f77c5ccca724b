//! The two slots and the disk they lie on, as `ota/layout.toml` describes them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A slot: a boot partition and a root partition that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot {
    /// Partitions 2 and 4.
    A,
    /// Partitions 3 and 5.
    B,
}

/// Both slots, in the disk's order.
pub const SLOTS: [Slot; 2] = [Slot::A, Slot::B];

impl Slot {
    /// The one that is not this one.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The number of its boot partition, as the firmware counts: from 1.
    pub fn boot_partition(self) -> u8 {
        match self {
            Self::A => 2,
            Self::B => 3,
        }
    }

    /// The slot whose boot partition has this number.
    pub fn of_boot_partition(number: u8) -> Option<Self> {
        SLOTS.into_iter().find(|slot| slot.boot_partition() == number)
    }

    /// The GPT label of its boot partition.
    pub fn boot_label(self) -> &'static str {
        match self {
            Self::A => "boot_a",
            Self::B => "boot_b",
        }
    }

    /// The GPT label of its root partition.
    pub fn root_label(self) -> &'static str {
        match self {
            Self::A => "root_a",
            Self::B => "root_b",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "A",
            Self::B => "B",
        })
    }
}

impl FromStr for Slot {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let unknown = || format!("there is no slot {name:?}: the slots are A and B");
        SLOTS.into_iter().find(|slot| slot.to_string() == name).ok_or_else(unknown)
    }
}

/// The GPT label of the partition with `autoboot.txt`.
pub const AUTOBOOT_LABEL: &str = "autoboot";

/// The device of the partition with this GPT label, below a root folder.
pub fn device(root: &Path, label: &str) -> PathBuf {
    root.join("dev/disk/by-parley").join(label)
}

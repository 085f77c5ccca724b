//! What the running system says about itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::slot::Slot;
use crate::state::Start;

/// Where the updater keeps its files on `data`.
pub const STATE_FOLDER: &str = "/var/lib/parley/update";

/// Where the data that outlives a slot lies.
pub const DATA_FOLDER: &str = "/var/lib/parley/data";

/// The journal of the boot chain, in [`STATE_FOLDER`].
pub const JOURNAL: &str = "boot.json";

/// The argument of a restart that makes the firmware try the other slot once.
pub const TRYBOOT_ARGUMENT: &str = "0 tryboot";

/// Why it is not known which slot runs.
#[derive(Debug, thiserror::Error)]
#[error("this system was not started from a slot: neither the kernel command line nor the firmware names one")]
pub struct NoSlot;

/// How the running system was started.
///
/// # Errors
/// It is no device with slots.
pub fn start() -> Result<Start, NoSlot> {
    let command_line = fs::read_to_string("/proc/cmdline").unwrap_or_default();
    start_from(&command_line, Path::new("/proc/device-tree/chosen/bootloader")).ok_or(NoSlot)
}

/// The slot as the command line names it, or else the firmware; whether it is a trial only the firmware knows.
fn start_from(command_line: &str, firmware: &Path) -> Option<Start> {
    let named = command_line.split_whitespace().find_map(|word| word.strip_prefix("rauc.slot=")?.parse::<Slot>().ok());
    let partition = || Slot::of_boot_partition(u8::try_from(cell(&firmware.join("partition"))?).ok()?);
    Some(Start {
        slot: named.or_else(partition)?,
        trial: cell(&firmware.join("tryboot")).is_some_and(|flag| flag != 0),
    })
}

/// The slot whose boot partition the firmware read, as it says itself.
#[must_use]
pub fn firmware_slot() -> Option<Slot> {
    let partition = cell(Path::new("/proc/device-tree/chosen/bootloader/partition"))?;
    Slot::of_boot_partition(u8::try_from(partition).ok()?)
}

/// A device tree cell: four bytes, the highest first.
fn cell(path: &Path) -> Option<u32> {
    Some(u32::from_be_bytes(fs::read(path).ok()?.try_into().ok()?))
}

/// The version of the running image: `IMAGE_VERSION` of os-release.
#[must_use]
pub fn version() -> Option<semver::Version> {
    version_from(&fs::read_to_string("/etc/os-release").ok()?)
}

fn version_from(os_release: &str) -> Option<semver::Version> {
    let value = os_release.lines().find_map(|line| line.strip_prefix("IMAGE_VERSION="))?;
    value.trim().trim_matches('"').parse().ok()
}

/// The ledger's file.
#[must_use]
pub fn ledger() -> PathBuf {
    Path::new(STATE_FOLDER).join("ledger.json")
}

/// The version that is being installed, in [`STATE_FOLDER`]: put down by the pre-install handler, taken up when the trial is armed.
pub const CANDIDATE: &str = "candidate.json";

/// The candidate's file.
#[must_use]
pub fn candidate() -> PathBuf {
    Path::new(STATE_FOLDER).join(CANDIDATE)
}

/// The journal's file.
#[must_use]
pub fn journal() -> PathBuf {
    Path::new(STATE_FOLDER).join(JOURNAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firmware(tryboot: u32, partition: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("tryboot"), tryboot.to_be_bytes()).expect("it can be written");
        fs::write(folder.path().join("partition"), partition.to_be_bytes()).expect("it can be written");
        folder
    }

    #[test]
    fn the_command_line_names_the_slot_and_the_firmware_the_trial() {
        let folder = firmware(1, 3);
        let line = "root=PARTLABEL=root_b rauc.slot=B panic=1\n";
        assert_eq!(start_from(line, folder.path()), Some(Start { slot: Slot::B, trial: true }));
        let folder = firmware(0, 2);
        assert_eq!(start_from("quiet", folder.path()), Some(Start { slot: Slot::A, trial: false }));
    }

    #[test]
    fn a_laptop_has_no_slot() {
        assert_eq!(start_from("quiet splash", Path::new("/nonexistent")), None);
    }

    #[test]
    fn the_version_is_the_images() {
        let text = "NAME=x\nVERSION_ID=6\nIMAGE_VERSION=\"1.4.0-rc.1\"\n";
        assert_eq!(version_from(text), semver::Version::parse("1.4.0-rc.1").ok());
        assert_eq!(version_from("VERSION_ID=6"), None);
    }
}

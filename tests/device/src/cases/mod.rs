//! The named cases that the device must survive, each with its expected result. `cargo xtask device test` runs them.

mod committed;
mod install;
mod starting;
mod trial;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::layout::{Layout, SlotName};
use crate::virtual_device::{Said, VirtualDevice};

/// What a guest says when it has started.
pub const STARTED: &str = "DEVICE started";
/// In which a guest starts, of its own time.
pub const START_BUDGET: Duration = Duration::from_secs(60);
/// From the moment that a failure sets in to the first answer on the good slot.
pub const ROLLBACK_BUDGET: Duration = Duration::from_secs(30);
/// What the Pi's firmware takes of it, and the emulator does not play. An estimate, from the design: 6 to 9 s.
pub const FIRMWARE: Duration = Duration::from_secs(9);

/// What the cases start from.
pub struct Bench {
    /// The disk's layout.
    pub layout: Layout,
    /// The disk as it leaves the bench.
    pub disk: PathBuf,
    /// A disk image with bundles, good and bad.
    pub bundles: PathBuf,
    /// How many cuts of a recording are checked, if not the usual number.
    pub cuts: Option<u64>,
    /// The one cut to check, to look at a failure again.
    pub seed: Option<u64>,
    /// Where each case has a folder of its own.
    pub folder: PathBuf,
}

impl Bench {
    /// A new device for a case.
    ///
    /// # Errors
    /// When its disk cannot be copied.
    pub fn device(&self, case: &str) -> Result<VirtualDevice> {
        VirtualDevice::new(self.layout.clone(), &self.disk, &self.folder(case))
    }

    /// The folder of a case.
    pub fn folder(&self, case: &str) -> PathBuf {
        self.folder.join(case)
    }
}

/// A case.
pub struct Case {
    /// Its name, and its test's.
    pub name: &'static str,
    /// What it expects.
    pub expects: &'static str,
    /// How often the board starts in it.
    pub starts: u32,
    /// Whether it is one of the few of every change; the others wait for `--full`.
    pub always: bool,
    /// Does it; the lines are what it measured.
    pub run: fn(&Bench) -> Result<Vec<String>>,
}

/// All of them.
pub const CASES: &[Case] = &[
    starting::FRESH_CARD,
    starting::AUTOBOOT_GARBLED,
    trial::FALLS_BACK,
    trial::CUT,
    trial::INIT_FROZEN,
    trial::INITRAMFS_HANGS,
    install::INSTALL,
    install::REFUSED,
    install::CUTS_BOOT,
    committed::STOPS_STARTING,
    committed::ROOT_ROTS,
];

/// Says which slot a guest's line came from.
fn slot_of(said: &Said) -> Option<SlotName> {
    SlotName::BOTH.into_iter().find(|slot| said.line.text.ends_with(&format!("slot={slot}")))
}

/// Waits for the guest to have started, which must be on that slot.
fn started(device: &mut VirtualDevice, slot: SlotName) -> Result<Said> {
    let said = device.wait(STARTED, START_BUDGET)?;
    ensure!(
        slot_of(&said) == Some(slot),
        "slot {slot} was to start, and did not: {}; {:?}",
        said.line.text,
        device.starts
    );
    Ok(said)
}

/// Waits for the good slot after a failure, and holds the time against the budget.
fn back_on(device: &mut VirtualDevice, slot: SlotName, failure: &Said) -> Result<String> {
    let good = started(device, slot)?;
    let took = good.at.saturating_sub(failure.at);
    ensure!(
        took + FIRMWARE <= ROLLBACK_BUDGET,
        "back on slot {slot} after {:.1} s, and {} s of firmware on a Pi: more than {} s",
        took.as_secs_f64(),
        FIRMWARE.as_secs(),
        ROLLBACK_BUDGET.as_secs()
    );
    let name = failure.line.text.split_once("DEVICE ").map_or("failure", |(_, name)| name);
    Ok(format!(
        "{name}: started again after {:.1} s of guest time (+ {} s of firmware on a Pi, estimated)",
        took.as_secs_f64(),
        FIRMWARE.as_secs()
    ))
}

/// Changes some bytes of a disk's image.
fn overwrite(disk: &Path, position: u64, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::FileExt;
    Ok(std::fs::OpenOptions::new().write(true).open(disk)?.write_all_at(bytes, position)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_of_every_change_start_the_board_ten_times_at_most() {
        let starts: u32 = CASES.iter().filter(|case| case.always).map(|case| case.starts).sum();
        assert!(starts <= 10, "{starts} starts");
    }

    #[test]
    fn every_case_has_a_name_of_its_own() {
        for (index, case) in CASES.iter().enumerate() {
            assert!(CASES[..index].iter().all(|other| other.name != case.name), "{}", case.name);
        }
    }
}

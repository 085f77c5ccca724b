//! The named cases that the device must survive, each with its expected result. `cargo xtask device test` runs them.
//!
//! A *scenario* is one device and what happens to it; starts are slow under emulation, so it holds as many cases as it
//! can. A case that a scenario does not reach has failed.

/// Names, each with what it expects.
macro_rules! cases {
    ($($name:literal: $expects:expr,)*) => {
        &[$($crate::cases::Case { name: $name, expects: $expects }),*]
    };
}

mod bad_sticks;
mod board;
mod committed;
mod cuts;
mod data;
mod doors;
mod flashing;
mod gate;
mod install;
mod probation;
mod refused;
mod report;
mod reset;
mod sound;
mod sound_card;
mod starting;
mod stick;
mod strangers;
mod stream;
mod trial;
mod units;
mod wifi;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};

pub use self::report::{Figures, Report};
use crate::layout::{Layout, Partition, SlotName};
use crate::virtual_device::{Said, VirtualDevice};

/// What a guest says when it has started.
pub const STARTED: &str = "DEVICE started";
/// What a guest says when the assistant has answered a question.
pub const ANSWERS: &str = "DEVICE answers";
/// In which a guest starts, of its own time.
pub const START_BUDGET: Duration = Duration::from_secs(60);
/// In which a trial passes its gate and is committed: a quiet minute, and what comes before and after.
pub const COMMIT_BUDGET: Duration = Duration::from_secs(180);

pub struct Bench {
    pub layout: Layout,
    /// The disk as it leaves the bench.
    pub disk: PathBuf,
    pub bundles: PathBuf,
    pub served: PathBuf,
    /// The image of a USB stick with a good bundle.
    pub stick: PathBuf,
    /// The command that serves a folder over its standard input and output; folder and log follow.
    pub server: String,
    /// The one cut to check, to look at a failure again.
    pub seed: Option<u64>,
    /// Where each scenario has a folder of its own.
    pub folder: PathBuf,
}

impl Bench {
    /// A new device for a scenario.
    pub fn device(&self, scenario: &Scenario) -> Result<VirtualDevice> {
        let mut device = VirtualDevice::new(self.layout.clone(), &self.disk, &self.folder(scenario.name))?;
        device.plugged.bundles = Some(self.bundles.clone());
        Ok(device)
    }

    pub fn folder(&self, scenario: &str) -> PathBuf {
        self.folder.join(scenario)
    }
}

pub struct Case {
    pub name: &'static str,
    pub expects: &'static str,
}

/// One device, and the cases that happen to it.
pub struct Scenario {
    pub name: &'static str,
    pub cases: &'static [Case],
    /// How often the board starts in it.
    pub starts: u32,
    /// The scenario whose recording it needs.
    pub after: Option<&'static str>,
    /// Whether it is one of the few of every change; the others wait for `--full`.
    pub always: bool,
    pub run: fn(&Bench, &mut Report) -> Result<()>,
}

/// What most scenarios are: run on demand, and after none.
const RARE: Scenario = Scenario { name: "", cases: &[], starts: 0, after: None, always: false, run: |_, _| Ok(()) };

pub const SCENARIOS: &[&Scenario] = &[
    &starting::FRESH_CARD,
    &starting::AUTOBOOT,
    &flashing::FLASHING,
    &refused::REFUSED,
    &refused::OLD_EEPROM,
    &install::UPDATE,
    &install::REPLAY,
    &probation::PROBATION,
    &probation::NEVER_READY,
    &probation::LIMITS,
    &probation::RESETS,
    &stream::STREAM,
    &stick::STICK,
    &stick::YES,
    &strangers::STRANGERS,
    &bad_sticks::BAD_STICKS,
    &units::UNITS,
    &wifi::WIFI,
    &data::WIPED,
    &data::WORN,
    &data::FULL,
    &data::FULL_OF_FILES,
    &data::EMERGENCY,
    &reset::RESET,
    &sound::SOUND,
    &sound_card::SOUND_CARD,
    &board::BOARD,
    &trial::HANGS,
    &trial::PANICS,
    &trial::CUT,
    &trial::SILENT,
    &trial::INIT,
    &trial::INITRAMFS,
    &gate::LIMITS,
    &trial::SERVICE,
    &committed::STOPS_STARTING,
    &committed::ROOT_ROTS,
    &committed::FELL_BACK,
    &cuts::STARTED_CUTS[0],
    &cuts::STARTED_CUTS[1],
    &cuts::STARTED_CUTS[2],
];

/// Says which slot a guest's line came from.
fn slot_of(said: &Said) -> Option<SlotName> {
    SlotName::BOTH.into_iter().find(|slot| said.line.text.ends_with(&format!("slot={slot}")))
}

/// Waits for the guest to have started, which must be on that slot.
fn started(device: &mut VirtualDevice, slot: SlotName) -> Result<Said> {
    said_on(device, STARTED, slot)
}

/// Switches the power on and waits for the same.
fn switched_on(device: &mut VirtualDevice, slot: SlotName) -> Result<Said> {
    device.power_on()?;
    started(device, slot)
}

/// Waits for a line, which must come from that slot.
fn said_on(device: &mut VirtualDevice, words: &str, slot: SlotName) -> Result<Said> {
    let said = device.wait(words, START_BUDGET)?;
    ensure!(
        slot_of(&said) == Some(slot),
        "slot {slot} was to say it, and did not: {}; {:?}",
        said.line.text,
        device.starts
    );
    Ok(said)
}

/// Waits until the good slot answers a question after a failure, and holds the time against the budget.
fn back_on(
    device: &mut VirtualDevice,
    slot: SlotName,
    name: &str,
    failure: &Said,
    report: &mut Report,
) -> Result<String> {
    let answered = device.wait(&format!("{ANSWERS} slot={slot}"), START_BUDGET)?;
    report.rollback(name, answered.at.saturating_sub(failure.at))
}

/// What a command said last, without the progress that it had shown in the same line.
fn conclusion(output: &str) -> String {
    let last = output.lines().last().unwrap_or_default();
    last.rsplit("\u{1b}[K").next().unwrap_or(last).to_owned()
}

/// What an owner has said, as parley-setup writes it.
const OWNER: &str = "/var/lib/parley-setup/parley.toml";

/// As if the owner had switched updates on sticks off.
fn owner_wants_no_stick(device: &mut VirtualDevice) -> Result<()> {
    let write = format!("mkdir -p $(dirname {OWNER}) && printf '[updates]\\nstick = \"ignore\"\\n' > {OWNER}");
    device.run(&write).map(|_| ())
}

/// Where the guest mounts the bundles.
const BUNDLES: &str = "/run/bundles";

fn mount_bundles(device: &mut VirtualDevice) -> Result<()> {
    let mount = format!("mkdir -p {BUNDLES} && mount -t erofs -o ro /dev/disk/by-id/virtio-bundles {BUNDLES}");
    device.run(&mount).map(|_| ())
}

fn overwrite(disk: &Path, position: u64, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::FileExt;
    Ok(std::fs::OpenOptions::new().write(true).open(disk)?.write_all_at(bytes, position)?)
}

fn slots(bench: &Bench, disk: &Path) -> Result<Vec<[u8; 32]>> {
    use sha2::{Digest, Sha256};
    let disk = std::fs::File::open(disk)?;
    let mut digests = Vec::new();
    for slot in SlotName::BOTH {
        for partition in [bench.layout.boot(slot)?, bench.layout.root(slot)?] {
            let mut digest = Sha256::new();
            pieces(&disk, partition, |piece| digest.update(piece))?;
            digests.push(digest.finalize().into());
        }
    }
    Ok(digests)
}

/// Reads a partition MiB by MiB.
fn pieces(disk: &std::fs::File, partition: &Partition, mut each: impl FnMut(&[u8])) -> Result<()> {
    use std::os::unix::fs::FileExt;
    let mut piece = vec![0; 1 << 20];
    for position in (partition.start..partition.start + partition.size).step_by(piece.len()) {
        disk.read_exact_at(&mut piece, position)?;
        each(&piece);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_of_every_change_start_the_board_ten_times_at_most() {
        let starts: u32 = SCENARIOS.iter().filter(|scenario| scenario.always).map(|scenario| scenario.starts).sum();
        assert!(starts <= 10, "{starts} starts");
    }

    #[test]
    fn the_document_says_of_each_of_thirty_faults_which_case_shows_it_or_why_none() {
        let names: Vec<&str> = SCENARIOS.iter().flat_map(|scenario| scenario.cases).map(|case| case.name).collect();
        let document = include_str!("../../../docs/DEVICE.md");
        let rows = document.lines().filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let number: u32 = cells.first()?.parse().ok()?;
            Some((number, cells))
        });
        let mut numbers = Vec::new();
        for (number, cells) in rows {
            let [_, _, cases, why] = cells[..] else { panic!("{cells:?}") };
            numbers.push(number);
            assert!(cases != "–" || !why.is_empty(), "{number}: nothing shows it, and nobody says why");
            for name in cases.split(", ").filter(|name| *name != "–") {
                assert!(names.contains(&name.trim_matches('`')), "{number}: there is no case {name}");
            }
        }
        assert_eq!(numbers, (1..=30).collect::<Vec<u32>>());
    }

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let names: Vec<&str> = SCENARIOS.iter().flat_map(|scenario| scenario.cases).map(|case| case.name).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{name}");
        }
    }
}

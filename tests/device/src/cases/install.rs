//! An update from the first byte to the commit, and back.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::starting::LONG;
use super::{
    ANSWERS, BUNDLES, Bench, COMMIT_BUDGET, RARE, Report, START_BUDGET, Scenario, conclusion, mount_bundles, started,
    switched_on,
};
use crate::cuts::{Recording, Said, told};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const UPDATE: Scenario = Scenario {
    name: "update",
    cases: cases! {
        "an_update_is_tried_and_committed": "the idle slot is written, the trial starts it, the gate passes, the commit makes it the one that starts",
        "data_is_migrated_on_a_copy": "the new version reads what the old one wrote, in its own schema; the old folder stays as it was",
        "power_cuts_leave_a_whole_slot_with_its_data": "after each of 1,000 cuts over installation, trial, migration and commit the firmware finds a whole slot, and its data is there",
        "a_rollback_by_command_reads_what_was_written_since": "the old version answers within 30 s, and has the lines that the new one wrote, in the old schema",
        "a_version_that_was_sent_back_is_not_offered_again": "five times refused in words, and nothing is written",
    },
    starts: 3,
    always: true,
    run: update,
    ..RARE
};

const CUTS: u64 = 1000;

fn update(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&UPDATE)?;
    let kept = KeptRecording::of(bench);
    let recorded = record(bench, &mut device, &kept, report);
    let is_recorded = report.case("an_update_is_tried_and_committed", recorded);
    ensure!(is_recorded, "without an update there is nothing to cut and no way back");
    report.case("data_is_migrated_on_a_copy", migrated(&mut device));
    // From here on nothing that is said belongs to the recording.
    let outcome = back_by_command(&mut device, report);
    if report.case("a_rollback_by_command_reads_what_was_written_since", outcome) {
        report.case("a_version_that_was_sent_back_is_not_offered_again", offered_again(&mut device));
    }
    device.end()?;
    let outcome = check_cuts(bench, &kept, report);
    report.case("power_cuts_leave_a_whole_slot_with_its_data", outcome);
    Ok(())
}

/// A recording in files, so that a seed can be replayed and cuts be started later.
pub(super) struct KeptRecording {
    log: PathBuf,
    said: PathBuf,
}

impl KeptRecording {
    pub(super) fn of(bench: &Bench) -> Self {
        let folder = bench.folder("recording");
        Self { log: folder.join("writes.log"), said: folder.join("said.json") }
    }

    /// Opens it, if it is of these images; what is looked at is unpacked into that folder.
    pub(super) fn open(&self, bench: &Bench, scratch: &Path) -> Result<Recording> {
        let said: Said = serde_json::from_slice(&fs::read(&self.said).context("no update has been recorded yet")?)?;
        ensure!(said.base == bench.disk, "the recording is of other images: run the scenario `update` first");
        let recording = Recording::open(&bench.layout, &said, &self.log, scratch)?;
        ensure!(recording.is_whole(), "the recording misses the installation or the commit");
        Ok(recording)
    }
}

const OLD_LINES: &str = "one\ntwo";
const NEW_LINES: &str = "1 one\n2 two";

/// Installs, tries and commits while every write is recorded.
fn record(bench: &Bench, device: &mut VirtualDevice, kept: &KeptRecording, report: &mut Report) -> Result<String> {
    let folder = bench.folder("recording");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder)?;
    device.plugged.record = Some(kept.log.clone());
    switched_on(device, SlotName::A)?;
    wait_committed(device)?;
    device.run("systemd-run --quiet --unit=promise /usr/lib/device/promise")?;
    let write = "cd /var/lib/parley/data/probe/v1 && printf 'one\\ntwo\\n' > lines && sync lines . && /usr/lib/device/tell lines";
    device.run(write)?;
    mount_bundles(device)?;
    let begun = device.elapsed()?;
    device.run_within(&format!("parley update install {BUNDLES}/recompressed.raucb"), LONG)?;
    let took = device.elapsed()?.saturating_sub(begun);
    report.figure("installation of a whole image", format!("{} s", took.as_secs()));
    device.run("/usr/lib/device/tell installed")?;
    device.wait("DEVICE installed", START_BUDGET)?;
    ensure!(device.committed()? == Some(SlotName::A), "the installation alone committed the new slot");
    device.begin("parley update install --restart")?;
    started(device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "that was no trial: {:?}", device.starts);
    device.run("grep -qx 'IMAGE_VERSION=1.1.0' /etc/os-release")?;
    device.run("systemd-run --quiet --unit=promise /usr/lib/device/promise")?;
    ensure!(device.committed()? == Some(SlotName::A), "it was committed before the gate");
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::B), "the commit did not change what starts");
    device.run("systemctl stop promise.service; sleep 2; /usr/lib/device/tell recorded")?;
    device.wait("DEVICE recorded", START_BUDGET)?;
    let said = Said { base: bench.disk.clone(), lines: device.said() };
    fs::write(&kept.said, serde_json::to_vec(&said)?)?;
    Ok(format!("installed in {} s", took.as_secs()))
}

/// Waits until the start is confirmed: in a trial the gate comes first.
pub(super) fn wait_committed(device: &mut VirtualDevice) -> Result<()> {
    let done = device.shell_within("systemctl start parley-commit.service", COMMIT_BUDGET)?;
    if done.code != 0 {
        let why = device.shell(
            "journalctl --no-pager --lines=40 -u parley-gate -u parley-commit -u parley.service; parley update history",
        )?;
        anyhow::bail!("the start was not confirmed: {}\n{}", done.output, why.output);
    }
    Ok(())
}

pub(super) fn lines(device: &mut VirtualDevice, version: u32) -> Result<String> {
    device.run(&format!("cat /var/lib/parley/data/probe/v{version}/lines"))
}

fn migrated(device: &mut VirtualDevice) -> Result<String> {
    let (old, new) = (lines(device, 1)?, lines(device, 2)?);
    ensure!(old == OLD_LINES && new == NEW_LINES, "the old has `{old}`, the new `{new}`");
    let current = device.run("cat /var/lib/parley-update/data-in-use.json")?;
    ensure!(current.contains('2'), "in use is {current}");
    Ok(String::new())
}

fn back_by_command(device: &mut VirtualDevice, report: &mut Report) -> Result<String> {
    device.run("echo '3 three' >> /var/lib/parley/data/probe/v2/lines && /usr/lib/device/tell sent-back")?;
    let asked = device.wait("DEVICE sent-back", START_BUDGET)?;
    device.begin("parley update rollback")?;
    let answered = device.wait(&format!("{ANSWERS} slot=A"), START_BUDGET)?;
    let words = report.rollback("by command", answered.at.saturating_sub(asked.at))?;
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::A), "the way back was not committed");
    let now = lines(device, 1)?;
    ensure!(now == "one\ntwo\nthree", "the old version reads `{now}`");
    Ok(words)
}

/// A version that will not do, offered five times.
pub(super) fn offered_again(device: &mut VirtualDevice) -> Result<String> {
    mount_bundles(device)?;
    let mut words = String::new();
    for _ in 0..5 {
        let done = device.shell_within(&format!("parley update install {BUNDLES}/good.raucb"), LONG)?;
        ensure!(done.code != 0, "it was installed again: {}", done.output);
        words = conclusion(&done.output);
    }
    Ok(words)
}

fn check_cuts(bench: &Bench, kept: &KeptRecording, report: &mut Report) -> Result<String> {
    let mut recording = kept.open(bench, &bench.folder("recording").join("cuts"))?;
    let seeds = bench.seed.map_or(0..CUTS, |seed| seed..seed + 1);
    let outcomes: Vec<_> = seeds.map(|seed| (seed, recording.check(recording.cut(seed)))).collect();
    let (words, outcome) = told(recording.len(), outcomes);
    report.figure("power cuts, block level", words.clone());
    outcome.map(|()| words)
}

/// Checks the cuts of the recording that is there.
pub const REPLAY: Scenario = Scenario {
    name: "replay",
    cases: cases! {
        "power_cuts_of_the_last_recording": "as power_cuts_leave_a_whole_slot_with_its_data, over the recording that the scenario `update` has left",
    },
    starts: 0,
    after: Some(UPDATE.name),
    run: |bench, report| {
        let outcome = check_cuts(bench, &KeptRecording::of(bench), report);
        report.case("power_cuts_of_the_last_recording", outcome);
        Ok(())
    },
    ..RARE
};

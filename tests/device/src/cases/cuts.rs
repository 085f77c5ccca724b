//! Power cuts whose disk is really started.

use std::path::Path;

use anyhow::{Result, ensure};

use super::install::{KeptRecording, UPDATE};
use super::{Bench, Case, Report, Scenario, switched_on};
use crate::cuts::{Recording, Survived};
use crate::virtual_device::VirtualDevice;

/// How many cuts are started, all together.
const STARTED: u64 = 30;
const EXPECTS: &str = "a third of thirty of the power cuts over installation, trial, migration and commit, really started: the expected slot runs, with its data";

/// In three parts, each with every third seed, so that they can run side by side.
pub const STARTED_CUTS: [Scenario; 3] = [
    part("started_cuts_1", cases! { "power_cuts_end_on_a_device_that_starts_1": EXPECTS, }, started_cuts::<0>),
    part("started_cuts_2", cases! { "power_cuts_end_on_a_device_that_starts_2": EXPECTS, }, started_cuts::<1>),
    part("started_cuts_3", cases! { "power_cuts_end_on_a_device_that_starts_3": EXPECTS, }, started_cuts::<2>),
];

const fn part(name: &'static str, cases: &'static [Case], run: fn(&Bench, &mut Report) -> Result<()>) -> Scenario {
    Scenario { name, cases, starts: STARTED as u32 / 3, after: Some(UPDATE.name), always: false, run }
}

fn started_cuts<const PART: usize>(bench: &Bench, report: &mut Report) -> Result<()> {
    let (scenario, parts) = (&STARTED_CUTS[PART], STARTED_CUTS.len() as u64);
    let folder = bench.folder(scenario.name);
    let mut recording = KeptRecording::of(bench).open(bench, &folder.join("scratch"))?;
    let seeds = bench.seed.map_or(0..STARTED, |seed| seed..seed + 1);
    let mut slots = [0, 0];
    for seed in seeds.filter(|seed| seed % parts == PART as u64) {
        let expected = recording.check(recording.cut(seed))?;
        let outcome = start(bench, &recording, &expected, &folder);
        slots[expected.slot as usize] += u32::from(outcome.is_ok());
        let outcome =
            outcome.map_err(|error| error.context(format!("seed {seed}: cut after request {}", expected.cut.after)));
        report.case(scenario.cases[0].name, outcome);
    }
    let words = format!("{} on slot A, {} on slot B", slots[0], slots[1]);
    report.figure(&format!("power cuts, started, part {}", PART + 1), words.clone());
    report.case(scenario.cases[0].name, Ok(words));
    Ok(())
}

fn start(bench: &Bench, recording: &Recording, expected: &Survived, folder: &Path) -> Result<String> {
    let disk = folder.join("cut.img");
    recording.write_disk_after(expected.cut, &bench.disk, &disk)?;
    let mut device = VirtualDevice::new(bench.layout.clone(), &disk, &folder.join("cut"))?;
    switched_on(&mut device, expected.slot)?;
    let number: u64 = device.run("cat /var/device/safe 2>/dev/null || echo 0")?.parse()?;
    let promised = recording.promised(expected.cut);
    ensure!(number >= promised, "number {number} is there, {promised} was promised");
    if let Some((file, lines)) = recording.promised_lines(expected.cut, expected.slot) {
        let found = device.run(&format!("cat /var{file}"))?;
        ensure!(found == lines, "the data holds `{found}` instead of `{lines}`");
    }
    Ok(format!("slot {} with number {number}", expected.slot))
}

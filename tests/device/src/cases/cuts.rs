//! Power cuts whose disk is really started.

use anyhow::{Result, ensure};

use super::install::{KeptRecording, UPDATE};
use super::{Bench, Case, Report, Scenario, started};
use crate::cuts::{Recording, Survived};
use crate::virtual_device::VirtualDevice;

/// How many cuts are started.
const STARTED: u64 = 30;

pub const STARTED_CUTS: Scenario = Scenario {
    name: "started_cuts",
    cases: &[Case {
        name: "power_cuts_end_on_a_device_that_starts",
        expects: "thirty of the power cuts over installation, trial, migration and commit, really started: the expected slot runs, with its data",
    }],
    starts: STARTED as u32,
    after: Some(UPDATE.name),
    always: false,
    run: started_cuts,
};

fn started_cuts(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut recording = KeptRecording::of(bench).open(bench)?;
    let seeds = bench.seed.map_or(0..STARTED, |seed| seed..seed + 1);
    let mut slots = [0, 0];
    for seed in seeds {
        let expected = recording.check(recording.cut(seed))?;
        let outcome = start(bench, &recording, &expected);
        slots[expected.slot as usize] += u32::from(outcome.is_ok());
        let outcome =
            outcome.map_err(|error| error.context(format!("seed {seed}: cut after request {}", expected.cut.after)));
        report.case(STARTED_CUTS.cases[0].name, outcome);
    }
    report.figure("power cuts, started", format!("{} on slot A, {} on slot B", slots[0], slots[1]));
    Ok(())
}

fn start(bench: &Bench, recording: &Recording, expected: &Survived) -> Result<String> {
    let folder = bench.folder(STARTED_CUTS.name);
    std::fs::create_dir_all(&folder)?;
    let disk = folder.join("cut.img");
    recording.write_disk_after(expected.cut, &bench.disk, &disk)?;
    let mut device = VirtualDevice::new(bench.layout.clone(), &disk, &folder.join("cut"))?;
    device.power_on()?;
    started(&mut device, expected.slot)?;
    let number: u64 = device.run("cat /var/device/safe 2>/dev/null || echo 0")?.parse()?;
    let promised = recording.promised(expected.cut);
    ensure!(number >= promised, "number {number} is there, {promised} was promised");
    if let Some((file, lines)) = recording.promised_lines(expected.cut, expected.slot) {
        let found = device.run(&format!("cat /var{file}"))?;
        ensure!(found == lines, "the data holds `{found}` instead of `{lines}`");
    }
    Ok(format!("slot {} with number {number}", expected.slot))
}

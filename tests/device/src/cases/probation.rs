//! A version that passed its gate, and then gives trouble.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{BUNDLES, Bench, RARE, Report, START_BUDGET, Scenario, back_on, mount_bundles, started, switched_on};
use crate::disk::copy_sparse;
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const PROBATION: Scenario = Scenario {
    name: "probation",
    cases: cases! {
        "a_committed_version_that_keeps_crashing_goes_back": "more restarts than probation allows: the old version answers within 30 s, is committed, and the history says why",
    },
    starts: 3,
    run: probation,
    ..RARE
};

pub const LIMITS: Scenario = Scenario {
    name: "probation_limits",
    cases: cases! {
        "a_committed_version_that_panicked_goes_back": GOES_BACK,
        "a_committed_version_that_resets_the_board_goes_back": GOES_BACK,
        "a_committed_version_with_damaged_files_goes_back": GOES_BACK,
        "a_committed_version_that_fails_to_answer_goes_back": GOES_BACK,
        "a_committed_version_that_answers_too_slowly_goes_back": GOES_BACK,
        "a_committed_version_that_does_the_wrong_thing_goes_back": GOES_BACK,
        "a_committed_version_that_hears_badly_goes_back": GOES_BACK,
    },
    starts: 16,
    run: limits,
    ..RARE
};

const GOES_BACK: &str = "this limit alone is exceeded: the old version starts, and the history says why";

/// A measurement of each case, beyond its limit.
const EXCEEDED: [(&str, &str); 7] = [
    ("panics", "1"),
    ("resets-per-hour", "2"),
    ("verity-errors", "1"),
    ("error-rate", "0.06"),
    ("quickest-answer-of-a-minute-s", "2.1"),
    ("tool-accuracy", "0.89"),
    ("signal-to-noise-db", "19.5"),
];

/// A device whose new version has just passed its gate.
fn committed(bench: &Bench, scenario: &Scenario) -> Result<VirtualDevice> {
    let mut device = bench.device(scenario)?;
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    mount_bundles(&mut device)?;
    device.run_within(&format!("parley update install {BUNDLES}/good.raucb"), LONG)?;
    device.begin("parley update install --restart")?;
    started(&mut device, SlotName::B)?;
    wait_committed(&mut device)?;
    ensure!(device.committed()? == Some(SlotName::B), "the commit did not change what starts");
    Ok(device)
}

fn limits(bench: &Bench, report: &mut Report) -> Result<()> {
    let folder = bench.folder(LIMITS.name);
    let mut device = committed(bench, &LIMITS)?;
    device.run("sync")?;
    device.end()?;
    let disk = folder.join("committed.img");
    copy_sparse(&device.disk, &disk)?;
    for (case, (name, value)) in LIMITS.cases.iter().zip(EXCEEDED) {
        let mut device = VirtualDevice::new(bench.layout.clone(), &disk, &folder.join(name))?;
        report.case(case.name, exceeded(&mut device, name, value));
    }
    std::fs::remove_file(disk)?;
    Ok(())
}

fn exceeded(device: &mut VirtualDevice, name: &str, value: &str) -> Result<String> {
    switched_on(device, SlotName::B)?;
    wait_committed(device)?;
    // Without the fault it stays.
    device.run("systemctl start parley-probation.service")?;
    // What root has measured is believed, whatever is seen.
    let measured = format!("{{\"{name}\": {{\"value\": {value}, \"samples\": 100}}}}");
    device.run(&format!("echo '{measured}' > /run/parley-update/measurements/zz-fault.json"))?;
    device.begin("systemctl start parley-probation.service")?;
    started(device, SlotName::A)?;
    let history = device.run("parley update history --json")?;
    ensure!(history.contains(&format!("\"name\":\"{name}\"")), "the history does not say why: {history}");
    Ok(device.run("parley update history")?.lines().last().unwrap_or_default().to_owned())
}

fn probation(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = committed(bench, &PROBATION)?;
    device.run(&format!("systemd-run --quiet --unit=crashes /bin/sh -c '{CRASHES}'"))?;
    let failure = device.wait("DEVICE fault service-crashes", START_BUDGET)?;
    let outcome = back_on(&mut device, SlotName::A, "crash loop after the commit", &failure, report);
    let outcome = match outcome {
        Ok(words) => went_back(&mut device).map(|()| words),
        Err(error) => {
            let why = "journalctl --no-pager --lines=80 -u parley -u parley-probation; parley update history";
            Err(error.context(device.shell(why).map(|done| done.output).unwrap_or_default()))
        }
    };
    report.case(PROBATION.cases[0].name, outcome);
    Ok(())
}

/// The program itself crashes, and not what systemd runs after it.
const CRASHES: &str = "/usr/lib/device/tell fault service-crashes; \
                       while :; do systemctl kill --kill-whom=main --signal=SEGV parley.service; sleep 1; done";

fn went_back(device: &mut VirtualDevice) -> Result<()> {
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::A), "the way back was not committed");
    let history = device.run("parley update history")?;
    ensure!(history.contains("went back"), "the history does not say why: {history}");
    Ok(())
}

//! A version that passed its gate, and then gives trouble.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{
    BUNDLES, Bench, RARE, Report, START_BUDGET, STARTED, Scenario, back_on, mount_bundles, started, switched_on,
};
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

pub const NEVER_READY: Scenario = Scenario {
    name: "never_ready",
    cases: cases! {
        "a_committed_version_that_dies_at_its_start_goes_back": "its gate fails and it is judged all the same: the old version answers within 30 s, is committed, and the history says why",
    },
    starts: 4,
    run: never_ready,
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

pub const RESETS: Scenario = Scenario {
    name: "resets",
    cases: cases! {
        "a_power_cut_is_not_the_versions_fault": "the emulated firmware says that the power came: nothing is counted",
        "an_orderly_restart_is_not_the_versions_fault": "the emulated firmware says that something asked for the reset, and the system had said goodbye: nothing is counted",
        "a_panic_of_a_committed_version_counts": "the emulated firmware says that the power was there all the time: one reset is counted, and the version stays",
        "two_panics_an_hour_send_a_committed_version_back": "at the next start, before it can panic again: the old version is committed, and the history says why",
    },
    starts: 7,
    run: resets,
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

/// How often the version in use has reset the device, by its own books.
fn resets_counted(device: &mut VirtualDevice) -> Result<usize> {
    device.run("systemctl start parley-started.service")?;
    let kept = device.run("tr -d '\\n ' < /var/lib/parley-update/resets.json 2>/dev/null || true")?;
    let times = kept.split_once("\"at_s\":[").and_then(|(_, times)| times.split(']').next()).unwrap_or_default();
    Ok(times.split(',').filter(|time| !time.is_empty()).count())
}

/// As the kernel panics when a driver of the new version is at fault.
const PANIC: &str = "sync; echo c > /proc/sysrq-trigger";

fn resets(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = committed(bench, &RESETS)?;
    let none = |device: &mut VirtualDevice| -> Result<String> {
        let told = device.run("cd /proc/device-tree/chosen/bootloader && od -An -tx1 rsts && od -An -tx1 count")?;
        let counted = resets_counted(device)?;
        ensure!(counted == 0, "{counted} resets are counted; the firmware says {told}");
        Ok(told.replace('\n', ";"))
    };
    device.run("sync")?;
    device.cut_power()?;
    switched_on(&mut device, SlotName::B)?;
    report.case("a_power_cut_is_not_the_versions_fault", none(&mut device));
    device.begin("systemctl reboot")?;
    started(&mut device, SlotName::B)?;
    report.case("an_orderly_restart_is_not_the_versions_fault", none(&mut device));
    wait_committed(&mut device)?;
    device.begin(PANIC)?;
    started(&mut device, SlotName::B)?;
    let counted = resets_counted(&mut device).and_then(|counted| {
        ensure!(counted == 1, "{counted} resets are counted");
        wait_committed(&mut device)?;
        ensure!(device.committed()? == Some(SlotName::B), "it did not stay");
        Ok(String::new())
    });
    report.case("a_panic_of_a_committed_version_counts", counted);
    device.begin(PANIC)?;
    let back = device.wait(&format!("{STARTED} slot=A"), LONG).and_then(|_| {
        wait_committed(&mut device)?;
        ensure!(device.committed()? == Some(SlotName::A), "the way back was not committed");
        let history = device.run("parley update history --json")?;
        ensure!(history.contains("\"name\":\"resets-per-hour\""), "the history does not say why: {history}");
        Ok(device.run("parley update history")?.lines().last().unwrap_or_default().to_owned())
    });
    report.case("two_panics_an_hour_send_a_committed_version_back", back);
    Ok(())
}

fn probation(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = committed(bench, &PROBATION)?;
    device.run(&format!("systemd-run --quiet --unit=crashes /bin/sh -c '{CRASHES}'"))?;
    let outcome = fled(&mut device, "service-crashes", "crash loop after the commit", report);
    report.case(PROBATION.cases[0].name, outcome);
    Ok(())
}

fn never_ready(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = committed(bench, &NEVER_READY)?;
    device.words_for = vec![(SlotName::B, "device.fault=service-never-ready".to_owned())];
    device.begin("systemctl reboot")?;
    let outcome = fled(&mut device, "service-never-ready", "crash loop from the start, after the commit", report);
    report.case(NEVER_READY.cases[0].name, outcome);
    Ok(())
}

/// Waits until the version has gone back from a fault that sets in.
fn fled(device: &mut VirtualDevice, fault: &str, name: &str, report: &mut Report) -> Result<String> {
    let failure = device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
    let words = back_on(device, SlotName::A, name, &failure, report).map_err(|error| {
        let why =
            "journalctl --no-pager --lines=80 -u parley -u parley-gate -u parley-probation; parley update history";
        error.context(device.shell(why).map(|done| done.output).unwrap_or_default())
    })?;
    went_back(device)?;
    Ok(words)
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

//! Each limit of the gate, alone beyond what it allows.

use anyhow::{Result, ensure};

use super::{Bench, COMMIT_BUDGET, RARE, Report, START_BUDGET, Scenario, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const LIMITS: Scenario = Scenario {
    name: "gate_limits",
    cases: cases! {
        "a_trial_of_the_wrong_slot_is_ended": ENDS,
        "a_trial_of_a_damaged_root_is_ended": ENDS,
        "a_trial_whose_hang_would_not_be_noticed_is_ended": ENDS,
        "a_trial_that_cannot_save_is_ended": ENDS,
        "a_trial_that_cannot_take_over_the_data_is_ended": ENDS,
        "a_trial_without_sound_is_ended": ENDS,
        "a_trial_that_answers_too_slowly_is_ended": ENDS,
        "a_trial_whose_parts_restart_is_ended": ENDS,
        "a_trial_without_a_quiet_minute_is_ended": ENDS,
        "a_trial_that_could_not_be_updated_again_is_ended": ENDS,
    },
    starts: 11,
    run: limits,
    ..RARE
};

const ENDS: &str = "the gate ends the trial for this alone, the committed slot is next, and the history says why";

/// The harm of each case, and the measurement's name in the history.
const FAULTS: &[(&str, &str)] = &[
    ("gate-slot-identity", "slot-identity"),
    ("gate-verity", "verity"),
    ("gate-boot-watchdog", "boot-watchdog"),
    ("gate-data-writable", "data-writable"),
    ("gate-migration", "migration"),
    ("gate-sound-card", "sound-card"),
    ("gate-self-test", "self-test-s"),
    ("gate-restarts", "restarts"),
    ("gate-quiet", "quiet-s"),
    ("gate-updater", "updater"),
];

fn limits(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&LIMITS)?;
    for (case, (fault, _)) in LIMITS.cases.iter().zip(FAULTS) {
        let outcome = ended(&mut device, fault);
        report.case(case.name, outcome);
        if device.is_on() {
            device.cut_power()?;
        }
    }
    // The reasons lie on the data partition.
    device.words_for.clear();
    switched_on(&mut device, SlotName::A)?;
    let history = device.run("parley update history --json")?;
    for (case, (_, measurement)) in LIMITS.cases.iter().zip(FAULTS) {
        let entry = format!("\"name\":\"{measurement}\"");
        let unknown = || anyhow::anyhow!("the history does not know {measurement}: {history}");
        report.case(case.name, history.contains(&entry).then(String::new).ok_or_else(unknown));
    }
    Ok(())
}

fn ended(device: &mut VirtualDevice, fault: &str) -> Result<String> {
    device.words_for = vec![(SlotName::B, format!("device.fault={fault}"))];
    device.power_on_in_trial()?;
    device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
    let next = device.wait_for_restart(COMMIT_BUDGET)?;
    ensure!(next.partition == 2 && !next.tryboot, "the firmware would start {next}");
    Ok(format!("the firmware starts {next}"))
}

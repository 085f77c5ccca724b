//! Trials of the other slot that fail: whatever happens in one, the next start is the committed slot.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{Bench, RARE, Report, START_BUDGET, Scenario, back_on, mount_bundles, started, switched_on};
use crate::layout::SlotName;
use crate::qmp::Stop;
use crate::virtual_device::VirtualDevice;

pub const HANGS: Scenario = Scenario {
    name: "kernel_hangs",
    cases: cases! {
        "a_trial_whose_kernel_hangs_falls_back": "the watchdog that nobody feeds any more ends the trial; the committed slot answers within 30 s",
    },
    starts: 2,
    always: true,
    run: |bench, report| {
        fails(bench, report, &HANGS, &[("kernel-hang", "hang of the kernel in a trial", Stop::Watchdog)])
    },
    ..RARE
};

pub const PANICS: Scenario = Scenario {
    name: "kernel_panics",
    cases: cases! {
        "a_trial_whose_kernel_panics_falls_back": "the kernel restarts after a second; the committed slot answers within 30 s",
    },
    starts: 2,
    run: |bench, report| fails(bench, report, &PANICS, &[("panic", "panic in a trial", Stop::Reset)]),
    ..RARE
};

pub const INIT: Scenario = Scenario {
    name: "first_process",
    cases: cases! {
        "a_trial_whose_first_process_freezes_falls_back": "the watchdog ends the trial; the committed slot answers within 30 s",
        "a_trial_whose_first_process_crashes_falls_back": "systemd itself restarts after its ten seconds, sooner than the watchdog; the committed slot answers within 30 s",
    },
    starts: 4,
    run: |bench, report| {
        let faults = [
            ("init-frozen", "hang of the first process in a trial", Stop::Watchdog),
            ("init-crash", "crash of the first process in a trial", Stop::Reset),
        ];
        fails(bench, report, &INIT, &faults)
    },
    ..RARE
};

pub const SERVICE: Scenario = Scenario {
    name: "service",
    cases: cases! {
        "a_trial_whose_service_hangs_falls_back": "the service's own watchdog ends it, the gate sees the restart, the committed slot answers within 30 s",
        "a_trial_whose_service_crashes_falls_back": "the first crash fails the gate; the committed slot answers within 30 s",
        "a_trial_that_fails_the_gate_falls_back": "a self-test that takes too long ends the trial; the committed slot answers within 30 s",
    },
    starts: 6,
    run: |bench, report| {
        let faults = [
            ("service-hang", "hang of the service in a trial", Stop::Reset),
            ("service-crashes", "crash of the service in a trial", Stop::Reset),
            ("gate-self-test", "failed gate", Stop::Reset),
        ];
        fails(bench, report, &SERVICE, &faults)
    },
    ..RARE
};

/// A harm, its row in the table of rollbacks, and what ends the trial.
type Fault<'a> = (&'a str, &'a str, Stop);

/// One failing trial after the other, each a case of the scenario in its order.
fn fails(bench: &Bench, report: &mut Report, scenario: &Scenario, faults: &[Fault<'_>]) -> Result<()> {
    let mut device = bench.device(scenario)?;
    for (case, fault) in scenario.cases.iter().zip(faults) {
        let outcome = falls_back(&mut device, *fault, report);
        let is_lost = outcome.is_err();
        report.case(case.name, outcome);
        if is_lost {
            // Whatever state it is in: the next trial begins with the power switch.
            device.cut_power()?;
        }
    }
    Ok(())
}

fn falls_back(device: &mut VirtualDevice, (fault, row, stop): Fault<'_>, report: &mut Report) -> Result<String> {
    device.words_for = vec![(SlotName::B, format!("device.fault={fault}"))];
    if device.is_on() {
        device.begin("systemctl reboot --reboot-argument='0 tryboot'")?;
    } else {
        device.power_on_in_trial()?;
    }
    let failure = device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
    let words = back_on(device, SlotName::A, row, &failure, report)?;
    let trial = &device.starts[device.starts.len() - 2];
    let ended = trial.end.map(|(how, _)| how);
    ensure!(trial.choice.tryboot && ended == Some(stop), "the trial went otherwise: {trial:?}");
    Ok(words)
}

pub const CUT: Scenario = Scenario {
    name: "cut_in_trial",
    cases: cases! {
        "what_waits_is_not_hidden_by_a_later_failure": "an update waits for its trial; two others that are refused behind it change nothing: the status still names it",
        "a_power_cut_in_a_trial_falls_back": "the committed slot starts, the trial is not repeated by itself, and it counts as interrupted, not as bad",
    },
    starts: 3,
    run: cut,
    ..RARE
};

fn cut(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&CUT)?;
    switched_on(&mut device, SlotName::A)?;
    device.run("systemctl start parley-started.service")?;
    mount_bundles(&mut device)?;
    device.run_within("parley update install /run/bundles/good.raucb", LONG)?;
    for bundle in ["older", "damaged"] {
        let done = device.shell_within(&format!("parley update install /run/bundles/{bundle}.raucb"), LONG)?;
        ensure!(done.code != 0, "{bundle} was installed: {}", done.output);
    }
    let status = device.run("parley update status --json")?;
    let waits = || anyhow::anyhow!("nothing is said to wait: {status}");
    let outcome = status.contains(r#""waiting":"1.1.0""#).then(String::new).ok_or_else(waits);
    report.case("what_waits_is_not_hidden_by_a_later_failure", outcome);
    device.begin("parley update install --restart")?;
    started(&mut device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "that was no trial: {:?}", device.starts);
    device.run("systemctl start parley-started.service")?;
    device.cut_power()?;
    switched_on(&mut device, SlotName::A)?;
    ensure!(!device.starts[2].choice.tryboot, "the flag outlived the cut: {:?}", device.starts);
    device.run("systemctl start parley-started.service")?;
    let record = device.run("tr -d '\\n ' < /var/lib/parley-update/boot.json")?;
    for part in ["\"is\":\"armed\"", "\"interrupted\":1", "\"other-is-good\":true"] {
        ensure!(record.contains(part), "it counts otherwise, without {part}: {record}");
    }
    report.case("a_power_cut_in_a_trial_falls_back", Ok(record));
    Ok(())
}

pub const SILENT: Scenario = Scenario {
    name: "no_sound_card",
    cases: cases! {
        "a_trial_is_not_blamed_for_a_microphone_that_was_missing_before": "with neither card before nor in the trial, the version is judged without sound, and kept",
    },
    starts: 2,
    run: silent,
    ..RARE
};

/// Kernel words that keep each of the emulated cards from being there.
const NO_CARD: &str = "module_blacklist=snd_hda_intel,snd_aloop,snd_usb_audio";

fn silent(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&SILENT)?;
    device.words_for = SlotName::BOTH.map(|slot| (slot, NO_CARD.to_owned())).into();
    switched_on(&mut device, SlotName::A)?;
    device.run("! ls /sys/class/sound | grep -q ^pcm")?;
    // What was missing is noted once the start counts as one.
    wait_committed(&mut device)?;
    device.run("/usr/lib/parley/parley-tryboot set-primary B")?;
    device.begin("parley update install --restart")?;
    started(&mut device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "that was no trial: {:?}", device.starts);
    wait_committed(&mut device)?;
    let said = device.run("journalctl --no-pager -o cat -u parley-gate | grep 'judged without sound'")?;
    report.case(SILENT.cases[0].name, Ok(said));
    Ok(())
}

pub const INITRAMFS: Scenario = Scenario {
    name: "initramfs_hangs",
    cases: cases! {
        "a_trial_whose_initramfs_hangs_falls_back": "the firmware's watchdog, which runs from before the kernel, ends the trial",
    },
    starts: 2,
    run: initramfs_hangs,
    ..RARE
};

fn initramfs_hangs(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&INITRAMFS)?;
    device.words_for = vec![(SlotName::B, "rdinit=/bin/cat".to_owned())];
    device.power_on_in_trial()?;
    started(&mut device, SlotName::A)?;
    ensure!(device.starts.len() == 2 && device.starts[0].choice.tryboot, "it went otherwise: {:?}", device.starts);
    report.case(INITRAMFS.cases[0].name, Ok(String::new()));
    Ok(())
}

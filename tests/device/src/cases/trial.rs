//! Trials of the other slot that fail: whatever happens in one, the next start is the committed slot.

use anyhow::{Result, ensure};

use super::{Bench, Case, START_BUDGET, back_on, started};
use crate::layout::SlotName;
use crate::qmp::Stop;

pub const FALLS_BACK: Case = Case {
    name: "a_failing_trial_falls_back",
    expects: "a trial whose kernel panics, and one whose kernel hangs, end on the committed slot within 30 s",
    starts: 4,
    always: true,
    run: falls_back,
};

fn falls_back(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(FALLS_BACK.name)?;
    let mut measured = Vec::new();
    for (fault, stop) in [("panic", Stop::Reset), ("kernel-hang", Stop::Watchdog)] {
        device.words_for = vec![(SlotName::B, format!("device.fault={fault}"))];
        if device.starts.is_empty() {
            device.power_on_in_trial()?;
        } else {
            device.begin("systemctl reboot --reboot-argument='0 tryboot'")?;
        }
        let failure = device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
        measured.push(back_on(&mut device, SlotName::A, &failure)?);
        let trial = &device.starts[device.starts.len() - 2];
        let ended = trial.end.map(|(how, _)| how);
        ensure!(trial.choice.tryboot && ended == Some(stop), "the trial went otherwise: {trial:?}");
    }
    Ok(measured)
}

pub const CUT: Case = Case {
    name: "a_power_cut_in_a_trial_falls_back",
    expects: "after the cut the committed slot starts, and the trial is not repeated by itself",
    starts: 2,
    always: false,
    run: cut,
};

fn cut(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(CUT.name)?;
    device.power_on_in_trial()?;
    started(&mut device, SlotName::B)?;
    device.cut_power()?;
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    ensure!(!device.starts[1].choice.tryboot, "the flag outlived the cut: {:?}", device.starts);
    Ok(Vec::new())
}

pub const INIT_FROZEN: Case = Case {
    name: "a_trial_whose_first_process_freezes_or_crashes_falls_back",
    expects: "the watchdog that nobody feeds, or systemd itself, ends the trial, and the committed slot starts within 30 s",
    starts: 4,
    always: false,
    run: init_frozen,
};

fn init_frozen(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(INIT_FROZEN.name)?;
    let mut measured = Vec::new();
    for fault in ["init-frozen", "init-crash"] {
        device.words_for = vec![(SlotName::B, format!("device.fault={fault}"))];
        device.power_on_in_trial()?;
        let failure = device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
        measured.push(back_on(&mut device, SlotName::A, &failure)?);
        device.cut_power()?;
    }
    Ok(measured)
}

pub const INITRAMFS_HANGS: Case = Case {
    name: "a_trial_whose_initramfs_hangs_falls_back",
    expects: "the firmware's watchdog, which runs from before the kernel, ends the trial",
    starts: 2,
    always: false,
    run: initramfs_hangs,
};

fn initramfs_hangs(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(INITRAMFS_HANGS.name)?;
    device.words_for = vec![(SlotName::B, "rdinit=/bin/cat".to_owned())];
    device.power_on_in_trial()?;
    started(&mut device, SlotName::A)?;
    ensure!(device.starts.len() == 2 && device.starts[0].choice.tryboot, "it went otherwise: {:?}", device.starts);
    Ok(Vec::new())
}

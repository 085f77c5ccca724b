//! Trials of the other slot that fail: whatever happens in one, the next start is the committed slot.

use anyhow::{Result, ensure};

use super::{Bench, Case, START_BUDGET, back_on, started};
use crate::layout::SlotName;
use crate::qmp::Stop;

pub const FALLS_BACK: Case = Case {
    name: "a_failing_trial_falls_back",
    expects: "a kernel panic, a hung kernel and a power cut in a trial each end on the committed slot, within 30 s where it was a failure",
    starts: 7,
    always: true,
    run: falls_back,
};

fn falls_back(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(FALLS_BACK.name)?;
    let mut measured = Vec::new();
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    for (fault, stop) in [("panic", Stop::Reset), ("kernel-hang", Stop::Watchdog)] {
        device.words_for = vec![(SlotName::B, format!("device.fault={fault}"))];
        device.begin("systemctl reboot --reboot-argument='0 tryboot'")?;
        let failure = device.wait(&format!("DEVICE fault {fault}"), START_BUDGET)?;
        measured.push(back_on(&mut device, SlotName::A, &failure)?);
        let trial = &device.starts[device.starts.len() - 2];
        ensure!(
            trial.choice.tryboot && trial.end.is_some_and(|(how, _)| how == stop),
            "the trial went otherwise: {trial:?}"
        );
    }
    device.words_for.clear();
    device.begin("systemctl reboot --reboot-argument='0 tryboot'")?;
    started(&mut device, SlotName::B)?;
    device.cut_power()?;
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    Ok(measured)
}

pub const INIT_FROZEN: Case = Case {
    name: "a_trial_whose_first_process_freezes_falls_back",
    expects: "the watchdog that nobody feeds ends the trial, and the committed slot starts within 30 s",
    starts: 2,
    always: false,
    run: init_frozen,
};

fn init_frozen(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(INIT_FROZEN.name)?;
    device.words_for = vec![(SlotName::B, "device.fault=init-frozen".to_owned())];
    device.power_on_in_trial()?;
    let failure = device.wait("DEVICE fault init-frozen", START_BUDGET)?;
    Ok(vec![back_on(&mut device, SlotName::A, &failure)?])
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

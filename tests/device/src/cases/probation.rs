//! A version that passed its gate, and then gives trouble.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{BUNDLES, Bench, Case, Report, START_BUDGET, Scenario, back_on, mount_bundles, started};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const PROBATION: Scenario = Scenario {
    name: "probation",
    cases: &[Case {
        name: "a_committed_version_that_keeps_crashing_goes_back",
        expects: "more restarts than probation allows: the old version answers within 30 s, is committed, and the history says why",
    }],
    starts: 3,
    after: None,
    always: false,
    run: probation,
};

fn probation(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&PROBATION)?;
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    mount_bundles(&mut device)?;
    let installed = device.shell_within(&format!("parley update install {BUNDLES}/good.raucb"), LONG)?;
    ensure!(installed.code == 0, "it was not installed: {}", installed.output);
    device.begin("parley update install --restart")?;
    started(&mut device, SlotName::B)?;
    wait_committed(&mut device)?;
    ensure!(device.committed()? == Some(SlotName::B), "the commit did not change what starts");
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

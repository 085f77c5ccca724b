//! USB sticks.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::{Bench, Case, Report, Scenario, slots, started};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const STICK: Scenario = Scenario {
    name: "stick",
    cases: &[
        Case {
            name: "a_stick_with_an_update_is_offered_and_gets_a_report",
            expects: "the stick is mounted without devices, programs and set-uid, the update is offered, and a report lies on the stick",
        },
        Case {
            name: "a_stick_that_is_pulled_while_it_installs_ends_the_installation",
            expects: "the installation ends by itself and says so; the running slot is untouched, and the next one may begin",
        },
    ],
    starts: 1,
    after: None,
    always: false,
    run: stick,
};

/// An installation from a stick that is gone must not wait for it any longer than this.
const PULLED_BUDGET: Duration = Duration::from_secs(180);

fn stick(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&STICK)?;
    let copy = bench.folder(STICK.name).join("stick.img");
    crate::virtual_device::copy_sparse(&bench.stick, &copy)?;
    device.plugged.stick = Some(copy);
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    let before = slots(bench, device.disk())?;
    report.case("a_stick_with_an_update_is_offered_and_gets_a_report", offered(&mut device));
    let outcome = pulled(&mut device).and_then(|said| {
        device.run("sync")?;
        ensure!(slots(bench, device.disk())?[..2] == before[..2], "the running slot was written");
        Ok(said)
    });
    report.case("a_stick_that_is_pulled_while_it_installs_ends_the_installation", outcome);
    Ok(())
}

fn offered(device: &mut VirtualDevice) -> Result<String> {
    device.plug_stick()?;
    let wait = "for i in $(seq 60); do test -e /run/parley-update/offer.json && exit 0; sleep 1; done; \
                journalctl --no-pager -n 30; grep /dev/sd /proc/mounts; ls -l /run/parley-stick/*; exit 1";
    let done = device.shell_within(&format!("({wait})"), PULLED_BUDGET)?;
    ensure!(done.code == 0, "nothing was offered: {}", done.output);
    let options = device.run("grep /run/parley-stick /proc/mounts")?;
    for option in ["nosuid", "nodev", "noexec"] {
        ensure!(options.contains(option), "it is mounted without {option}: {options}");
    }
    device.run("for i in $(seq 30); do cat /run/parley-stick/*/parley-report.txt && exit 0; sleep 1; done")
}

fn pulled(device: &mut VirtualDevice) -> Result<String> {
    device.begin("parley update install /run/parley-stick/*/good.raucb; /usr/lib/device/tell pulled $?")?;
    // The check of the whole file comes first; it takes longer than this.
    std::thread::sleep(Duration::from_secs(3));
    device.pull_stick()?;
    let said = device.wait("DEVICE pulled", PULLED_BUDGET)?;
    ensure!(!said.line.text.contains("pulled 0"), "it was installed before the stick was pulled: {}", said.line.text);
    device.run(
        "sleep 2; busctl get-property de.pengutronix.rauc / de.pengutronix.rauc.Installer Operation | grep -q idle",
    )?;
    Ok(said.line.text)
}

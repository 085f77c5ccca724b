//! USB sticks.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{Bench, RARE, Report, STARTED, Scenario, conclusion, slots, switched_on};
use crate::disk::fat_file;
use crate::layout::{Partition, SlotName};
use crate::virtual_device::VirtualDevice;

pub const STICK: Scenario = Scenario {
    name: "stick",
    cases: cases! {
        "a_stick_with_an_update_is_offered_and_gets_a_report": "the stick is mounted without devices, programs and set-uid, the update is offered, and a report lies on the stick",
        "a_stick_that_is_pulled_while_it_installs_ends_the_installation": "the installation ends by itself and says so; the running slot is untouched, and the next one may begin",
        "a_yes_installs_from_the_stick_and_the_device_tries_it": "`parley update accept` installs the offer, says so on the stick, and the other slot starts",
    },
    starts: 2,
    run: stick,
    ..RARE
};

pub const YES: Scenario = Scenario {
    name: "stick_with_a_yes",
    cases: cases! {
        "a_file_beside_the_update_is_a_yes": "with `install.txt` beside it the update is installed as soon as the stick is plugged in, the stick says so, and the other slot starts",
    },
    starts: 2,
    run: with_a_yes,
    ..RARE
};

/// An installation from a stick that is gone must not wait for it any longer than this.
const PULLED_BUDGET: Duration = Duration::from_secs(180);

fn stick(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&STICK)?;
    let copy = bench.folder(STICK.name).join("stick.img");
    crate::disk::copy_sparse(&bench.stick, &copy)?;
    device.plugged.stick = Some(copy.clone());
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    let before = slots(bench, &device.disk)?;
    report.case("a_stick_with_an_update_is_offered_and_gets_a_report", offered(&mut device));
    let outcome = pulled(&mut device).and_then(|said| {
        device.run("sync")?;
        ensure!(slots(bench, &device.disk)?[..2] == before[..2], "the running slot was written");
        Ok(said)
    });
    report.case("a_stick_that_is_pulled_while_it_installs_ends_the_installation", outcome);
    let outcome = accepted(&mut device).and_then(|()| report_on(bench, &copy));
    report.case("a_yes_installs_from_the_stick_and_the_device_tries_it", outcome);
    Ok(())
}

fn with_a_yes(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&YES)?;
    let folder = bench.folder(YES.name);
    let (copy, yes) = (folder.join("stick.img"), folder.join("install.txt"));
    crate::disk::copy_sparse(&bench.stick, &copy)?;
    std::fs::write(&yes, "")?;
    let put = Command::new("mcopy").arg("-i").args([&copy, &yes]).arg("::install.txt").status();
    ensure!(put.context("cannot start mcopy")?.success(), "the yes cannot be put onto the stick");
    device.plugged.stick = Some(copy.clone());
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    device.machine()?.plug_stick()?;
    let tried = device.wait(&format!("{STARTED} slot=B"), LONG);
    report.case(YES.cases[0].name, tried.and_then(|_| report_on(bench, &copy)));
    Ok(())
}

fn plug(device: &mut VirtualDevice) -> Result<()> {
    device.machine()?.plug_stick()?;
    let wait = "for i in $(seq 60); do test -e /run/parley-update/offer.json && exit 0; sleep 1; done; \
                journalctl --no-pager -n 30; grep /dev/sd /proc/mounts; ls -l /run/parley-stick/*; exit 1";
    device.run_within(&format!("({wait})"), PULLED_BUDGET).context("nothing was offered").map(|_| ())
}

fn accepted(device: &mut VirtualDevice) -> Result<()> {
    plug(device)?;
    device.begin("parley update accept")?;
    device.wait(&format!("{STARTED} slot=B"), LONG)?;
    Ok(())
}

/// The report on a stick that is in nobody's use.
fn report_on(bench: &Bench, stick: &Path) -> Result<String> {
    let file = std::fs::File::open(stick)?;
    let whole = Partition { start: 0, size: file.metadata()?.len(), ..bench.layout.partition("autoboot")?.clone() };
    let report = fat_file(&file, &whole, "parley-report.txt")?.context("there is no report on the stick")?;
    let report = String::from_utf8(report)?;
    ensure!(report.contains("version 1.1.0 was installed"), "the stick says: {report}");
    Ok(report)
}

fn offered(device: &mut VirtualDevice) -> Result<String> {
    plug(device)?;
    let options = device.run("grep /run/parley-stick /proc/mounts")?;
    for option in ["nosuid", "nodev", "noexec"] {
        ensure!(options.contains(option), "it is mounted without {option}: {options}");
    }
    device.run("(for i in $(seq 30); do cat /run/parley-stick/*/parley-report.txt && exit 0; sleep 1; done; exit 1)")
}

fn pulled(device: &mut VirtualDevice) -> Result<String> {
    let operation = "busctl get-property de.pengutronix.rauc / de.pengutronix.rauc.Installer Operation";
    device.begin(&format!(
        "(until {operation} | grep -q installing; do sleep 0.1; done; /usr/lib/device/tell installing) & \
         parley update install /run/parley-stick/*/good.raucb > /run/said 2>&1; /usr/lib/device/tell pulled $?"
    ))?;
    // The check of the whole file comes first; it takes longer than this.
    device.wait("DEVICE installing", PULLED_BUDGET)?;
    device.machine()?.pull_stick()?;
    let ended = device.wait("DEVICE pulled", PULLED_BUDGET)?.line.text;
    ensure!(!ended.contains("pulled 0"), "it was installed before the stick was pulled: {ended}");
    let said = device.run("cat /run/said")?;
    ensure!(said.contains("the USB stick was pulled"), "it says: {said}");
    device.run(&format!("sleep 2; {operation} | grep -q idle"))?;
    Ok(conclusion(&said))
}

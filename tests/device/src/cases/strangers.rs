//! A stick that says that it is a card of ours.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::{Bench, OWNER, RARE, Report, Scenario, owner_wants_no_stick, started, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const STRANGERS: Scenario = Scenario {
    name: "strangers",
    cases: cases! {
        "a_stick_that_nobody_wants_is_not_mounted": "with `updates.stick = \"ignore\"` nothing of a stick is mounted, not even a FAT",
        "a_stick_with_our_partitions_lends_the_device_none": "plugged in from the start, a copy of the whole card changes neither where /var comes from nor any partition by its name, and the start is confirmed on the device's own disk",
        "a_file_system_of_a_stranger_is_not_mounted": "of such a stick FAT is mounted, and neither its ext4 nor its EROFS",
    },
    starts: 2,
    run: strangers,
    ..RARE
};

/// Waits until the kernel has the stick's last partition, and udev has looked at all.
const SETTLED: &str = "for i in $(seq 100); do test -b /dev/sda6 && break; sleep 0.2; done; \
                       test -b /dev/sda6 && udevadm settle && sleep 2";

fn strangers(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&STRANGERS)?;
    let copy = bench.folder(STRANGERS.name).join("stick.img");
    crate::disk::copy_sparse(&bench.disk, &copy)?;
    device.plugged.stick = Some(copy);
    switched_on(&mut device, SlotName::A)?;
    report.case("a_stick_that_nobody_wants_is_not_mounted", unwanted(&mut device));
    device.run(&format!("rm {OWNER} && sync"))?;
    device.end()?;
    device.power_on()?;
    device.machine()?.plug_stick()?;
    started(&mut device, SlotName::A)?;
    report.case("a_stick_with_our_partitions_lends_the_device_none", lends_none(&mut device));
    // Its units come after the confirmation.
    let look = "for i in $(seq 150); do grep -q '^/dev/sda' /proc/mounts && break; sleep 0.2; done; sleep 5; \
                grep '^/dev/sda' /proc/mounts || journalctl --no-pager --unit='parley-stick@*' --lines=20";
    let mounted = device.run(look).and_then(|mounts| {
        ensure!(mounts.contains(" vfat "), "no FAT of the stick is mounted, so nothing is shown: {mounts}");
        ensure!(!mounts.contains(" ext4 ") && !mounts.contains(" erofs "), "the kernel reads them: {mounts}");
        Ok(mounts)
    });
    report.case("a_file_system_of_a_stranger_is_not_mounted", mounted);
    Ok(())
}

fn unwanted(device: &mut VirtualDevice) -> Result<String> {
    owner_wants_no_stick(device)?;
    device.machine()?.plug_stick()?;
    device.run(&format!("({SETTLED}) && ! grep '^/dev/sda' /proc/mounts"))?;
    device.run("systemctl show --property=Result --value parley-stick@dev-sda1.service")
}

fn lends_none(device: &mut VirtualDevice) -> Result<String> {
    device.run(&format!("({SETTLED})"))?;
    let links = device.run("cd /dev/disk/by-parley && for name in *; do echo $name $(readlink -f $name); done")?;
    ensure!(links.lines().count() == 6, "six partitions: {links}");
    ensure!(links.lines().all(|line| line.contains(" /dev/vd")), "a stick's are among them: {links}");
    device.run("grep -q '^/dev/vd.* /var ext4 rw' /proc/mounts")?;
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::A), "the device's own disk names {:?}", device.committed()?);
    // What udev makes of it, by names that anybody may have.
    device.run("ls -l /dev/disk/by-partlabel | sed 's/.* \\([a-z_]* -> \\)/\\1/'")
}

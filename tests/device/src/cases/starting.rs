//! Ordinary starts.

use anyhow::{Result, ensure};

use super::{Bench, Case, overwrite, started};
use crate::layout::{SECTOR, SlotName};

pub const FRESH_CARD: Case = Case {
    name: "a_fresh_card_starts",
    expects: "slot A runs from a verified root, with its data mounted and the watchdog fed",
    starts: 1,
    always: true,
    run: fresh_card,
};

fn fresh_card(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(FRESH_CARD.name)?;
    device.power_on()?;
    let said = started(&mut device, SlotName::A)?;
    let root = device.run("dmsetup status root")?;
    ensure!(root.contains("verity V"), "the root is not verified: {root}");
    device.run("! touch /usr/x 2>/dev/null && echo probe > /var/probe && sync /var/probe && grep -q '^/dev/.* /var ext4 rw' /proc/mounts")?;
    device.run("test $(od -An -tu1 -j3 /proc/device-tree/chosen/bootloader/partition) = 2")?;
    let watchdog = device.run("systemctl show --property=RuntimeWatchdogUSec --value")?;
    ensure!(!watchdog.is_empty() && watchdog != "0", "nobody feeds the watchdog: {watchdog}");
    Ok(vec![format!("started after {:.1} s of guest time", said.at.as_secs_f64()), device.run("rauc --version")?])
}

pub const AUTOBOOT_GARBLED: Case = Case {
    name: "a_garbled_autoboot_starts_slot_a",
    expects: "zeros where autoboot.txt and its file system were start the first slot",
    starts: 1,
    always: false,
    run: autoboot_garbled,
};

fn autoboot_garbled(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(AUTOBOOT_GARBLED.name)?;
    let partition = bench.layout.partition("autoboot")?;
    overwrite(device.disk(), partition.start, &vec![0; 64 * SECTOR as usize])?;
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    Ok(Vec::new())
}

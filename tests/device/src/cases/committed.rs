//! A committed slot that stops starting, which no trial protects.

use anyhow::{Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{BUNDLES, Bench, RARE, Report, Scenario, mount_bundles, overwrite, started, switched_on};
use crate::layout::{SECTOR, SlotName};

pub const STOPS_STARTING: Scenario = Scenario {
    name: "stops_starting",
    cases: cases! {
        "a_committed_slot_that_stops_starting_gives_way": "after the limit of starts that nobody confirmed, the initramfs asks for the other slot, which starts",
    },
    starts: 2,
    always: true,
    run: stops_starting,
    ..RARE
};

fn stops_starting(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&STOPS_STARTING)?;
    let counter = bench.layout.unconfirmed_starts;
    let sector = format!("{:<511}\n", format!("starts={} slot=A", counter.limit));
    ensure!(sector.len() as u64 == SECTOR, "a counter fills its sector");
    overwrite(&device.disk, counter.offset_bytes, sector.as_bytes())?;
    let said = switched_on(&mut device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "slot B was to start by tryboot: {:?}", device.starts);
    let words = format!("the other slot had started after {:.1} s", said.at.as_secs_f64());
    report.case(STOPS_STARTING.cases[0].name, Ok(words));
    Ok(())
}

pub const ROOT_ROTS: Scenario = Scenario {
    name: "root_rots",
    cases: cases! {
        "bit_rot_in_the_active_root_gives_way_at_once": "a root that does not verify is not used: the other slot starts, without waiting for more failed starts",
        "bit_rot_in_the_idle_slot_is_not_armed": "a boot partition whose command line has rotted is not armed; before that, it was",
    },
    starts: 3,
    run: root_rots,
    ..RARE
};

fn root_rots(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&ROOT_ROTS)?;
    let idle = bench.layout.boot(SlotName::B)?;
    let cmdline = super::starting::find(&device.disk, idle.start, idle.size, b"rauc.slot=B")?;
    switched_on(&mut device, SlotName::A)?;
    device.run("systemctl start parley-started.service")?;
    let arm = "/usr/lib/parley/parley-tryboot set-primary";
    device.run(&format!("{arm} B && {arm} A"))?;
    let rot =
        format!("printf rot | dd of=/dev/disk/by-parley/boot_b bs=1 seek={} conv=notrunc,fsync", cmdline - idle.start);
    device.run(&rot)?;
    let refused = device.shell(&format!("{arm} B"))?;
    let outcome = match refused.code {
        0 => Err(anyhow::anyhow!("it was armed: {}", refused.output)),
        _ => Ok(refused.output),
    };
    report.case("bit_rot_in_the_idle_slot_is_not_armed", outcome);
    device.cut_power()?;

    let mut device = bench.device(&ROOT_ROTS)?;
    let root = bench.layout.root(SlotName::A)?;
    // EROFS begins with 1024 bytes of nothing; its description follows.
    overwrite(&device.disk, root.start + 1024, &[0x55; 128])?;
    switched_on(&mut device, SlotName::B)?;
    ensure!(device.starts.len() == 2 && device.starts[1].choice.tryboot, "it went otherwise: {:?}", device.starts);
    // docs/FLASHING.md tells whoever looks at the serial console to look for this.
    let said = device.said().into_iter().map(|(line, _)| line).find(|line| line.contains("parley-init: restart: "));
    let outcome = said.ok_or_else(|| anyhow::anyhow!("the console does not say why the start failed"));
    report.case("bit_rot_in_the_active_root_gives_way_at_once", outcome);
    Ok(())
}

pub const FELL_BACK: Scenario = Scenario {
    name: "fell_back",
    cases: cases! {
        "a_fall_back_of_the_firmware_alone_changes_nothing": "the committed slot's boot partition cannot be read, and the emulated firmware walks on to the other one: that system runs, and nothing is committed yet",
        "a_slot_that_the_firmware_fell_back_to_twice_takes_over": "it passes its gate and is committed",
        "a_slot_that_the_firmware_fell_back_to_can_be_updated": "the update goes into the slot whose boot partition was unreadable, which is tried and kept",
    },
    starts: 3,
    run: fell_back,
    ..RARE
};

fn fell_back(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&FELL_BACK)?;
    // The beginning of its FAT: neither its boot sector nor its tables are left.
    overwrite(&device.disk, bench.layout.boot(SlotName::A)?.start, &[0; 1 << 20])?;
    let outcome = switched_on(&mut device, SlotName::B).and_then(|_| {
        device.run("systemctl start parley-started.service && sync")?;
        ensure!(!device.starts[0].choice.tryboot, "that was a trial: {:?}", device.starts);
        ensure!(device.committed()? == Some(SlotName::A), "once may be the reader's: {:?}", device.committed()?);
        Ok(String::new())
    });
    report.case("a_fall_back_of_the_firmware_alone_changes_nothing", outcome);
    device.cut_power()?;
    let outcome = switched_on(&mut device, SlotName::B).and_then(|_| {
        wait_committed(&mut device)?;
        device.run("sync")?;
        ensure!(device.committed()? == Some(SlotName::B), "autoboot.txt names {:?}", device.committed()?);
        Ok(String::new())
    });
    report.case("a_slot_that_the_firmware_fell_back_to_twice_takes_over", outcome);
    let mut updated = || -> Result<String> {
        mount_bundles(&mut device)?;
        device.run_within(&format!("parley update install {BUNDLES}/good.raucb"), LONG)?;
        device.begin("parley update install --restart")?;
        started(&mut device, SlotName::A)?;
        wait_committed(&mut device)?;
        ensure!(device.committed()? == Some(SlotName::A), "it was not kept");
        device.run("parley update status")
    };
    let outcome = updated();
    report.case("a_slot_that_the_firmware_fell_back_to_can_be_updated", outcome);
    Ok(())
}

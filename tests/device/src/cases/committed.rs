//! A committed slot that stops starting, which no trial protects.

use anyhow::{Result, ensure};

use super::{Bench, Case, overwrite, started};
use crate::layout::{SECTOR, SlotName};

pub const STOPS_STARTING: Case = Case {
    name: "a_committed_slot_that_stops_starting_gives_way",
    expects: "after the limit of starts that nobody confirmed, the initramfs asks for the other slot, which starts",
    starts: 2,
    always: true,
    run: stops_starting,
};

fn stops_starting(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(STOPS_STARTING.name)?;
    let counter = bench.layout.unconfirmed_starts;
    let sector = format!("{:<511}\n", format!("starts={} slot=A", counter.limit));
    ensure!(sector.len() as u64 == SECTOR, "a counter fills its sector");
    overwrite(device.disk(), counter.offset_bytes, sector.as_bytes())?;
    device.power_on()?;
    let said = started(&mut device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "slot B was to start by tryboot: {:?}", device.starts);
    Ok(vec![format!("the other slot had started after {:.1} s of guest time", said.at.as_secs_f64())])
}

pub const ROOT_ROTS: Case = Case {
    name: "a_committed_slot_whose_root_rots_gives_way_at_once",
    expects: "a root that does not verify is not used: the other slot starts, without waiting for more failed starts",
    starts: 2,
    always: false,
    run: root_rots,
};

fn root_rots(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(ROOT_ROTS.name)?;
    let root = bench.layout.root(SlotName::A)?;
    // EROFS begins with 1024 bytes of nothing; its description follows.
    overwrite(device.disk(), root.start + 1024, &[0x55; 128])?;
    device.power_on()?;
    started(&mut device, SlotName::B)?;
    ensure!(device.starts.len() == 2 && device.starts[1].choice.tryboot, "it went otherwise: {:?}", device.starts);
    Ok(Vec::new())
}

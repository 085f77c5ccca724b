//! A data partition that fails: the device comes up all the same, and says so.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::install::wait_committed;
use super::{ANSWERS, Bench, RARE, Report, STARTED, Scenario, said_on, switched_on};
use crate::layout::{SECTOR, SlotName};
use crate::machine::DiskHarm;
use crate::qmp::Stop;
use crate::virtual_device::VirtualDevice;

/// In a folder of ours.
const KEPT: &str = "/var/lib/parley-probe/name";

/// Waits for an answer, and says what has become of the data.
fn answers(device: &mut VirtualDevice, slot: SlotName) -> Result<String> {
    switched_on(device, slot)?;
    said_on(device, ANSWERS, slot)?;
    device.run("cat /run/parley-data/state.json")
}

fn ensure_data(told: &str, expected: &str) -> Result<()> {
    ensure!(told.contains(&format!("\"data\": \"{expected}\"")), "the data is to be {expected}: {told}");
    Ok(())
}

pub const WIPED: Scenario = Scenario {
    name: "data_wiped",
    cases: cases! {
        "a_wiped_data_partition_leaves_the_device_alive": "for two starts the assistant answers and updates can be confirmed, with the data in memory, and nothing is written to the partition",
        "a_wiped_data_partition_is_made_anew_at_the_third_start": "the partition has a file system again, and the next start finds it whole",
    },
    starts: 4,
    run: wiped,
    ..RARE
};

fn wiped(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&WIPED)?;
    let data = bench.layout.partition("data")?;
    wipe(&device, data.start, data.size)?;
    let mut in_memory = || -> Result<String> {
        let mut said = String::new();
        for _ in 0..2 {
            said = answers(&mut device, SlotName::A)?;
            ensure_data(&said, "memory")?;
            wait_committed(&mut device)?;
            device.run("touch /var/lib/parley-probe && grep ' /var ' /proc/mounts | grep -v /dev/vd")?;
            ensure!(is_blank(&device, data.start)?, "something was written to the partition");
            device.cut_power()?;
        }
        Ok(said)
    };
    let outcome = in_memory();
    report.case("a_wiped_data_partition_leaves_the_device_alive", outcome);
    let mut anew = || -> Result<String> {
        let said = answers(&mut device, SlotName::A)?;
        ensure_data(&said, "fresh")?;
        device.run("grep -q '^/dev/.* /var ext4 rw' /proc/mounts && sync")?;
        device.cut_power()?;
        ensure_data(&answers(&mut device, SlotName::A)?, "whole")?;
        Ok(said)
    };
    let outcome = anew();
    report.case("a_wiped_data_partition_is_made_anew_at_the_third_start", outcome);
    Ok(())
}

fn wipe(device: &VirtualDevice, start: u64, size: u64) -> Result<()> {
    let mut disk = fs::OpenOptions::new().write(true).open(&device.disk)?;
    disk.seek(SeekFrom::Start(start))?;
    let zeros = vec![0; 1 << 20];
    (0..size >> 20).try_for_each(|_| disk.write_all(&zeros)).context("cannot wipe the partition")
}

fn is_blank(device: &VirtualDevice, start: u64) -> Result<bool> {
    use std::os::unix::fs::FileExt;
    let mut beginning = vec![1; 64 << 10];
    fs::File::open(&device.disk)?.read_exact_at(&mut beginning, start)?;
    Ok(beginning.iter().all(|byte| *byte == 0))
}

pub const WORN: Scenario = Scenario {
    name: "data_worn",
    cases: cases! {
        "a_data_partition_that_cannot_be_read_leaves_the_device_alive": "sectors of its superblock give I/O errors: the assistant answers, and the data is in memory",
        "a_card_that_takes_no_write_leaves_the_device_alive": "every write of the disk fails: the assistant answers, the data is in memory, and what was kept before is there",
    },
    starts: 3,
    run: worn,
    ..RARE
};

fn worn(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&WORN)?;
    switched_on(&mut device, SlotName::A)?;
    // Frozen, the file system is as it lies on the card.
    device.run(&format!("mkdir -p $(dirname {KEPT}) && echo kitchen > {KEPT} && sync && fsfreeze --freeze /var"))?;
    device.end()?;
    device.plugged.harm = Some(DiskHarm::ReadOnly);
    let outcome = answers(&mut device, SlotName::A).and_then(|said| {
        ensure_data(&said, "memory")?;
        let kept = device.run(&format!("cat {KEPT}"))?;
        ensure!(kept == "kitchen", "what was kept is now {kept}");
        Ok(said)
    });
    device.cut_power()?;
    report.case("a_card_that_takes_no_write_leaves_the_device_alive", outcome);
    // Its superblock, 1024 bytes from the beginning, and the sector behind it.
    let first = bench.layout.partition("data")?.start / SECTOR;
    device.plugged.harm = Some(DiskHarm::Unreadable(vec![first + 2, first + 3]));
    let outcome = answers(&mut device, SlotName::A).and_then(|said| ensure_data(&said, "memory").map(|()| said));
    report.case("a_data_partition_that_cannot_be_read_leaves_the_device_alive", outcome);
    Ok(())
}

pub const FULL: Scenario = Scenario {
    name: "data_full",
    cases: cases! {
        "a_data_partition_that_the_assistant_has_filled_keeps_nothing_from_starting": "what the file system keeps for root is enough: the start is confirmed, journal and history are written, and the assistant answers",
    },
    starts: 2,
    run: |bench, report| {
        // In ever smaller pieces: then nothing is left but what the file system keeps for root.
        let fill = "for size in 1M 64k 4k; do dd if=/dev/zero bs=$size >> /var/lib/parley/full; sync; done";
        full(bench, report, &FULL, fill, "dd if=/dev/zero of=/var/lib/parley/more bs=1M count=1")
    },
    ..RARE
};

pub const FULL_OF_FILES: Scenario = Scenario {
    name: "data_full_of_files",
    cases: cases! {
        "a_data_partition_with_as_many_files_as_it_can_hold_keeps_nothing_from_starting": "what every start keeps aside is enough: the start is confirmed, journal and history are written, and the assistant answers",
    },
    starts: 2,
    run: |bench, report| {
        let fill = "mkdir -p /var/lib/parley/files && cd /var/lib/parley/files && i=0; while i=$((i + 1)); true > f$i; do :; done";
        full(bench, report, &FULL_OF_FILES, fill, "mkdir /var/lib/parley/more")
    },
    ..RARE
};

/// Fills the partition as the assistant, until it can do no `more`, and starts once more.
fn full(bench: &Bench, report: &mut Report, scenario: &Scenario, fill: &str, more: &str) -> Result<()> {
    let mut device = bench.device(scenario)?;
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    let as_parley = "systemd-run --quiet --wait --uid=parley --setenv=PATH=$PATH sh -c";
    // Twice: what others free meanwhile is filled as well.
    let fill = format!("for round in 1 2; do {as_parley} '{fill}'; done; ! {as_parley} '{more}'");
    device.run_within(&fill, super::starting::LONG)?;
    // What a confirmation writes, it writes anew.
    device.run("rm -f /var/lib/parley-update/data-in-use.json && sync")?;
    device.end()?;
    let outcome = answers(&mut device, SlotName::A).and_then(|said| {
        ensure_data(&said, "whole")?;
        wait_committed(&mut device)?;
        device.run(
            "test -s /var/lib/parley-update/data-in-use.json && parley update status && \
             { df /var; df -i /var; } | grep -v Filesystem",
        )
    });
    report.case(scenario.cases[0].name, outcome);
    Ok(())
}

pub const EMERGENCY: Scenario = Scenario {
    name: "emergency",
    cases: cases! {
        "a_slot_whose_starts_end_in_an_emergency_gives_way": "no shell waits for anybody: the slot restarts by itself until the initramfs asks for the other one, which starts",
    },
    starts: 5,
    run: emergency,
    ..RARE
};

fn emergency(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&EMERGENCY)?;
    device.words_for.push((SlotName::A, "systemd.unit=emergency.target".into()));
    device.power_on()?;
    device.wait(&format!("{STARTED} slot=B"), Duration::from_secs(180))?;
    let ends: Vec<_> = device.starts.iter().filter_map(|start| start.end).collect();
    ensure!(ends.iter().all(|(stop, _)| *stop == Stop::Reset), "the watchdog ended a start: {ends:?}");
    report.case(EMERGENCY.cases[0].name, Ok(format!("{} starts", device.starts.len())));
    Ok(())
}

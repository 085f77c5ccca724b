//! An update over the network, whose version then fails, is sent back, and is not tried again.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use super::install::{lines, offered_again, wait_committed};
use super::starting::LONG;
use super::{
    Bench, COMMIT_BUDGET, RARE, Report, Scenario, conclusion, mount_bundles, pieces, slots, started, switched_on,
};
use crate::layout::SlotName;
use crate::machine::SERVER;
use crate::virtual_device::VirtualDevice;

pub const STREAM: Scenario = Scenario {
    name: "stream",
    cases: cases! {
        "a_streamed_bundle_that_is_damaged_leaves_the_running_slot_untouched": "the installation ends and says so; the running slot is as it was, and starts next",
        "two_installations_at_once_are_one": "while one installs, another is refused in words, and the first is not disturbed",
        "an_update_of_the_program_downloads_little_but_the_program": "over HTTP with ranges, adaptive: the server sends what the device did not have and 5 % of the bundle at most",
        "a_migration_that_fails_ends_the_trial": "the gate ends the trial, the old version runs, and its data is as it was",
        "a_version_that_failed_is_offered_five_times": "refused each time in words, and nothing is written",
    },
    starts: 3,
    run: stream,
    ..RARE
};

/// The most that an update of the program alone may download beside the pieces that hold what is new on its root, of
/// the bundle. (Of a full image it may download a tenth in all. This one has models without content, and the program
/// alone is a tenth of it.)
const BESIDE: f64 = 0.08;

/// RAUC compares images in blocks of this size, bytes.
const BLOCK: usize = 4096;
/// What squashfs stores in one piece, and a device fetches for any block in it, bytes. A program that takes another
/// number of blocks moves everything behind it, and then the blocks in which EROFS keeps addresses are new, all over
/// the image.
const PIECE: usize = 128 << 10;

fn stream(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&STREAM)?;
    let log = bench.folder(STREAM.name).join("served.log");
    device.plugged.server = Some(format!("{} {} {}", bench.server, bench.served.display(), log.display()));
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    device
        .run("net=$(ls /sys/class/net | grep -vx lo) && ip link set $net up && ip address add 10.0.2.15/24 dev $net")?;
    let [boot_a, root_a, ..] = slots(bench, &device.disk)?[..] else { anyhow::bail!("a device has two slots") };
    let outcome = damaged(&mut device).and_then(|said| {
        device.run("sync")?;
        ensure!(slots(bench, &device.disk)?[..2] == [boot_a, root_a], "the running slot was written");
        ensure!(device.committed()? == Some(SlotName::A), "another slot would start");
        Ok(said)
    });
    report.case("a_streamed_bundle_that_is_damaged_leaves_the_running_slot_untouched", outcome);
    // The idle slot holds what the damaged one left: the next installation is of that, as on a device whose download
    // broke off.
    std::fs::write(&log, "")?;
    let outcome = program_alone(bench, &mut device, &log, report);
    report.case("an_update_of_the_program_downloads_little_but_the_program", outcome);
    mount_bundles(&mut device)?;
    report.case("two_installations_at_once_are_one", at_once(&mut device));
    report.case("a_migration_that_fails_ends_the_trial", migration_fails(&mut device));
    report.case("a_version_that_failed_is_offered_five_times", offered_again(&mut device));
    Ok(())
}

fn damaged(device: &mut VirtualDevice) -> Result<String> {
    let done = device.shell_within(&format!("parley update install http://{SERVER}/damaged-stream.raucb"), LONG)?;
    ensure!(done.code != 0, "it was installed: {}", done.output);
    Ok(conclusion(&done.output))
}

fn program_alone(bench: &Bench, device: &mut VirtualDevice, log: &Path, report: &mut Report) -> Result<String> {
    device.run_within(&format!("parley update install http://{SERVER}/good.raucb"), LONG)?;
    let sent: u64 = std::fs::read_to_string(log)?.lines().filter_map(|line| line.parse::<u64>().ok()).sum();
    let whole = bench.served.join("good.raucb").metadata().context("the bundle that was served")?.len();
    let (new, pieces) = new_on_the_root(bench, device)?;
    let percent = |bytes: u64| 100.0 * bytes as f64 / whole as f64;
    let words = format!(
        "{sent} bytes of a bundle of {whole}, {:.1} %; {new} of the root were new, {:.1} %, in pieces of {pieces}, {:.1} %",
        percent(sent),
        percent(new),
        percent(pieces)
    );
    report.figure("download of an update of the program alone", words.clone());
    ensure!(sent >= new / 2, "that cannot be all: {words}");
    ensure!(percent(sent.saturating_sub(pieces)) <= 100.0 * BESIDE, "too much: {words}");
    Ok(words)
}

/// What of the root in slot B was not in slot A's, whatever its place, and the pieces in which that lies, bytes.
fn new_on_the_root(bench: &Bench, device: &mut VirtualDevice) -> Result<(u64, u64)> {
    device.run("sync")?;
    let [old, new] = [bench.layout.root(SlotName::A)?, bench.layout.root(SlotName::B)?];
    let disk = std::fs::File::open(&device.disk)?;
    let mut known = HashSet::new();
    pieces(&disk, old, |piece| known.extend(piece.chunks(BLOCK).map(Sha256::digest)))?;
    let (mut index, mut bytes, mut fetched) = (0, 0, HashSet::new());
    pieces(&disk, new, |piece| {
        for block in piece.chunks(BLOCK) {
            if !known.contains(&Sha256::digest(block)) {
                bytes += BLOCK as u64;
                fetched.insert(index * BLOCK / PIECE);
            }
            index += 1;
        }
    })?;
    Ok((bytes, (fetched.len() * PIECE) as u64))
}

fn at_once(device: &mut VirtualDevice) -> Result<String> {
    let both = "(parley update install /run/bundles/recompressed.raucb > /run/first 2>&1; echo $? > /run/first.code) & sleep 3; \
                parley update install /run/bundles/good.raucb; second=$?; wait; test $(cat /run/first.code) = 0 && test $second != 0";
    let done = device.shell_within(both, LONG)?;
    ensure!(done.code == 0, "the first said {}; the second: {}", device.run("cat /run/first")?, done.output);
    Ok(conclusion(&done.output))
}

fn migration_fails(device: &mut VirtualDevice) -> Result<String> {
    device.run(
        "cd /var/lib/parley/data/probe/v1 && printf 'one\\ntwo\\n' > lines && touch refuse && sync lines refuse .",
    )?;
    device.begin("parley update install --restart")?;
    started(device, SlotName::B)?;
    let said = device.wait("DEVICE started slot=A", COMMIT_BUDGET)?;
    ensure!(said.start == 2, "it went otherwise: {:?}", device.starts);
    wait_committed(device)?;
    let history = device.run("parley update history")?;
    ensure!(history.contains("data could not be taken over"), "the history does not say why: {history}");
    let now = lines(device, 1)?;
    ensure!(now == "one\ntwo", "the old version reads `{now}`");
    Ok(history.lines().last().unwrap_or_default().to_owned())
}

//! Installations by the device's own RAUC and backend.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Bench, Case, START_BUDGET, started};
use crate::cuts::Recording;
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

/// What a whole installation may take, of the guest's time.
const INSTALL_BUDGET: Duration = Duration::from_secs(600);
/// Where the guest mounts the bundles.
const BUNDLES: &str = "/run/bundles";
/// How many cuts of a recording are checked with every change, and how many on the way to a release.
const CUTS: u64 = 1000;

pub const INSTALL: Case = Case {
    name: "an_update_is_tried_and_committed",
    expects: "RAUC writes the idle slot, the trial starts it, the commit makes it the one that starts; and 1,000 power cuts over all of it leave a whole slot",
    starts: 2,
    always: true,
    run: install,
};

fn install(bench: &Bench) -> Result<Vec<String>> {
    let (mut recording, mut measured) = record(bench, INSTALL.name)?;
    ensure!(recording.is_whole(), "the recording misses the installation or the commit");
    let count = bench.cuts.unwrap_or(CUTS);
    let seeds = bench.seed.map_or(0..count, |seed| seed..seed + 1);
    let mut slots = [0; 2];
    for seed in seeds.clone() {
        let cut = recording.cut(seed);
        let survived = recording
            .check(cut)
            .map_err(|error| error.context(format!("seed {seed}: cut after request {}", cut.after)))?;
        slots[usize::from(survived.slot == SlotName::B)] += 1;
    }
    measured.push(format!(
        "{} cuts over {} requests: {} start slot A, {} slot B, all whole and with their data",
        seeds.end - seeds.start,
        recording.len(),
        slots[0],
        slots[1]
    ));
    Ok(measured)
}

/// Installs, tries and commits while every write is recorded.
fn record(bench: &Bench, case: &str) -> Result<(Recording, Vec<String>)> {
    let mut device = bench.device(case)?;
    let log = bench.folder(case).join("writes.log");
    std::fs::File::create(&log)?;
    device.plugged.record = Some(log.clone());
    device.plugged.bundles = Some(bench.bundles.clone());
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    device.run("systemd-run --quiet --unit=promise /usr/lib/device/promise")?;
    mount_bundles(&mut device)?;
    let begun = device.elapsed()?;
    let installed = device.shell_within(&format!("rauc install {BUNDLES}/good.raucb"), INSTALL_BUDGET)?;
    ensure!(installed.code == 0, "rauc install failed: {}", installed.output);
    let took = device.elapsed()?.saturating_sub(begun);
    device.run("/usr/lib/device/tell installed")?;
    device.wait("DEVICE installed", START_BUDGET)?;
    ensure!(device.committed()? == Some(SlotName::A), "the installation alone committed the new slot");
    device.begin("/usr/lib/parley/parley-tryboot restart")?;
    started(&mut device, SlotName::B)?;
    ensure!(device.starts[1].choice.tryboot, "that was no trial: {:?}", device.starts);
    device.run("grep -qx 'IMAGE_VERSION=1.1.0' /etc/os-release")?;
    device.run("systemd-run --quiet --unit=promise /usr/lib/device/promise")?;
    device.run("rauc status mark-good booted")?;
    ensure!(device.committed()? == Some(SlotName::B), "the commit did not change what starts");
    device.run("sleep 2")?;
    let said = [device.said_before(), device.said()].concat();
    device.end()?;
    let scratch = bench.folder(case).join("cuts");
    let recording = Recording::open(&bench.layout, &bench.disk, &log, &said, &scratch)?;
    Ok((recording, vec![format!("installed in {} s of guest time", took.as_secs())]))
}

fn mount_bundles(device: &mut VirtualDevice) -> Result<()> {
    let mount = format!("mkdir -p {BUNDLES} && mount -t erofs -o ro /dev/disk/by-id/virtio-bundles {BUNDLES}");
    device.run(&mount).map(|_| ())
}

pub const CUTS_BOOT: Case = Case {
    name: "power_cuts_end_on_a_device_that_starts",
    expects: "thirty of the power cuts over installation and commit, really started: the expected slot runs, with its data",
    starts: 2 + STARTED_CUTS as u32,
    always: false,
    run: cuts_boot,
};

/// How many cuts are started.
const STARTED_CUTS: u64 = 30;

fn cuts_boot(bench: &Bench) -> Result<Vec<String>> {
    let (mut recording, mut measured) = record(bench, CUTS_BOOT.name)?;
    let seeds = bench.seed.map_or(0..STARTED_CUTS, |seed| seed..seed + 1);
    let disk = bench.folder(CUTS_BOOT.name).join("cut.img");
    for seed in seeds.clone() {
        let cut = recording.cut(seed);
        let expected = recording.check(cut)?;
        recording.write_disk_after(cut, &bench.disk, &disk)?;
        let mut device = VirtualDevice::new(bench.layout.clone(), &disk, &bench.folder(CUTS_BOOT.name).join("cut"))?;
        device.power_on()?;
        let check = |device: &mut VirtualDevice| -> Result<()> {
            started(device, expected.slot)?;
            let number: u64 = device.run("cat /var/device/safe 2>/dev/null || echo 0")?.parse()?;
            ensure!(
                number >= recording.promised(cut),
                "number {number} is there, {} was promised",
                recording.promised(cut)
            );
            Ok(())
        };
        check(&mut device).map_err(|error| error.context(format!("seed {seed}: cut after request {}", cut.after)))?;
    }
    measured.push(format!("{} cuts started", seeds.end - seeds.start));
    Ok(measured)
}

pub const REFUSED: Case = Case {
    name: "a_bad_bundle_is_refused_before_a_byte_is_written",
    expects: "damaged, unsigned, signed by a stranger or a revoked key, for another device, older, or too large: refused, both slots untouched",
    starts: 1,
    always: true,
    run: refused,
};

/// The bundles and a word that an owner finds in the reason.
const BAD: &[&str] = &["damaged", "unsigned", "stranger", "revoked", "other-device", "older", "too-large"];

fn refused(bench: &Bench) -> Result<Vec<String>> {
    let mut device = bench.device(REFUSED.name)?;
    device.plugged.bundles = Some(bench.bundles.clone());
    let before = slots(bench, device.disk())?;
    device.power_on()?;
    started(&mut device, SlotName::A)?;
    mount_bundles(&mut device)?;
    let mut accepted = Vec::new();
    for name in BAD {
        let installed = device.shell_within(&format!("rauc install {BUNDLES}/{name}.raucb"), INSTALL_BUDGET)?;
        device.run("sync")?;
        if installed.code == 0 || slots(bench, device.disk())? != before {
            accepted.push(format!("{name}: {}", installed.output));
        }
    }
    ensure!(accepted.is_empty(), "written, although it was to be refused: {}", accepted.join("; "));
    Ok(vec![format!("refused: {}", BAD.join(", "))])
}

/// What is in the slots of both names, as digests.
fn slots(bench: &Bench, disk: &Path) -> Result<Vec<[u8; 32]>> {
    use sha2::{Digest, Sha256};
    use std::os::unix::fs::FileExt;
    let disk = std::fs::File::open(PathBuf::from(disk))?;
    let mut digests = Vec::new();
    for slot in SlotName::BOTH {
        for partition in [bench.layout.boot(slot)?, bench.layout.root(slot)?] {
            let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 20]);
            for position in (partition.start..partition.start + partition.size).step_by(block.len()) {
                disk.read_exact_at(&mut block, position)?;
                digest.update(&block);
            }
            digests.push(digest.finalize().into());
        }
    }
    Ok(digests)
}

//! An owner starts afresh.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{Bench, RARE, Report, STARTED, Scenario, switched_on};
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const RESET: Scenario = Scenario {
    name: "factory_reset",
    cases: cases! {
        "a_reset_leaves_nothing_that_people_said": "no file on the data partition holds a word of the owner's, and every file that is left is one that a new device has, or that the table keeps",
        "a_reset_overwrites_the_owners_file": "on the partition that every PC shows neither name, password nor network is left in any sector, and the file says that the device was reset",
        "a_reset_keeps_the_version_and_its_history": "the same slot runs, and what was tried and blocked before is remembered",
    },
    starts: 4,
    run: reset,
    ..RARE
};

/// What the owner says, each a word that no file of the system has.
const NAME: &str = "quillhaven";
const NETWORK: &str = "Brackenmoor";
const PASSWORD: &str = "correct-horse-xylophone";
const PERSONA: &str = "zanzibarian";
/// What people have told the assistant, and what other programs keep of them.
const SPOKEN: &str = "marzipanic";
const WORDS: [&str; 5] = [NAME, NETWORK, PASSWORD, PERSONA, SPOKEN];
const OWNERS_FILE: &str = "parley-setup.toml";

/// Files that a reset keeps: of the card, the board and the versions. Read in docs/UPDATES.md, and not shared with the product.
const KEPT: &[&str] = &["lib/parley-update/", "lib/rauc/", "lib/systemd/random-seed", "lib/systemd/timesync/clock"];
/// What the table forgets of the folders above, and no reset may leave.
const FORGOTTEN: &[&str] = &["lib/parley-update/data-before.json", "lib/parley-update/reset"];

fn reset(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&RESET)?;
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    let new = files(&mut device)?;
    device.run("sync")?;
    device.end()?;
    owner_writes(bench, &device)?;
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    people_talk(&mut device)?;
    let history = device.run("parley update history")?;
    device.begin("parley update reset --yes")?;
    // The start that fulfils the wish restarts once more, and may have said that it has started.
    while device.wait(STARTED, LONG)?.start < 3 {}
    wait_committed(&mut device)?;
    device.run("sync")?;
    report.case("a_reset_leaves_nothing_that_people_said", nothing_left(&mut device, &new));
    let after = device.run("parley update history && cat /var/lib/parley-update/boot.json")?;
    let kept = match after.starts_with(history.trim_end()) && device.slot() == Some(SlotName::A) {
        true => Ok(history),
        false => Err(anyhow::anyhow!("before: {history}\nnow: {after}")),
    };
    report.case("a_reset_keeps_the_version_and_its_history", kept);
    device.end()?;
    report.case("a_reset_overwrites_the_owners_file", overwritten(bench, &device));
    Ok(())
}

/// The files below /var, without the device's own time and log of this start.
/// What the next start has to say of the owner's file, in which nothing is left.
const SAID_ANEW: &[&str] = &["lib/parley-setup/applied", "lib/parley-setup/report.txt"];

fn files(device: &mut VirtualDevice) -> Result<BTreeSet<String>> {
    let found = device.run("cd /var && find . -xdev -type f | sed 's,^\\./,,'")?;
    Ok(found.lines().map(str::to_owned).collect())
}

/// As a PC does it.
fn owner_writes(bench: &Bench, device: &VirtualDevice) -> Result<()> {
    let file = bench.folder(RESET.name).join(OWNERS_FILE);
    let said = format!(
        "name = \"{NAME}\"\nlanguage = \"en\"\n[wifi]\nnetwork = \"{NETWORK}\"\npassword = \"{PASSWORD}\"\ncountry = \"GB\"\n\
         [conversation]\npersona = \"You are a {PERSONA} butler.\"\n"
    );
    std::fs::write(&file, said)?;
    let partition = format!("{}@@{}", device.disk.display(), bench.layout.partition("autoboot")?.start);
    let copied =
        Command::new("mcopy").args(["-o", "-i", &partition]).arg(&file).arg(format!("::{OWNERS_FILE}")).status();
    ensure!(copied.context("cannot start mcopy")?.success(), "the owner's file cannot be copied onto the card");
    Ok(())
}

fn people_talk(device: &mut VirtualDevice) -> Result<()> {
    let places = "lib/parley/data/probe/v1/lines lib/parley/notes/today cache/parley/answer log/journal/old lib/bluetooth/phone \
                  lib/NetworkManager/home tmp/recording";
    device.run(&format!(
        "cd /var && for file in {places}; do mkdir -p $(dirname $file) && echo {SPOKEN} > $file || exit 1; done; sync"
    ))?;
    // Otherwise nothing is shown.
    for word in WORDS {
        device
            .run(&format!("grep -rqF {word} /var 2>/dev/null"))
            .with_context(|| format!("{word} has not reached the device"))?;
    }
    Ok(())
}

fn nothing_left(device: &mut VirtualDevice, new: &BTreeSet<String>) -> Result<String> {
    for word in WORDS {
        let holds = device.run(&format!("grep -rlF {word} /var 2>/dev/null || true"))?;
        ensure!(holds.is_empty(), "{word} is still in {holds}");
    }
    let name = device.run("cat /proc/sys/kernel/hostname")?;
    ensure!(name != NAME, "the device still calls itself {name}");
    let left = files(device)?;
    let is_kept = |file: &str| KEPT.iter().any(|kept| file.starts_with(kept)) && !FORGOTTEN.contains(&file);
    let others: Vec<&String> = left
        .iter()
        .filter(|file| !is_kept(file) && !new.contains(*file) && !SAID_ANEW.contains(&file.as_str()))
        .collect();
    ensure!(others.is_empty(), "these are left, too: {others:?}");
    Ok(format!("{} files", left.len()))
}

fn overwritten(bench: &Bench, device: &VirtualDevice) -> Result<String> {
    use std::os::unix::fs::FileExt;
    let partition = bench.layout.partition("autoboot")?;
    let disk = std::fs::File::open(&device.disk)?;
    let mut sectors = vec![0; usize::try_from(partition.size)?];
    disk.read_exact_at(&mut sectors, partition.start)?;
    for word in WORDS {
        let found = sectors.windows(word.len()).any(|window| window == word.as_bytes());
        ensure!(!found, "{word} is still on the partition");
    }
    let file = crate::disk::fat_file(&disk, partition, OWNERS_FILE)?.context("the file itself is gone")?;
    let said = String::from_utf8_lossy(&file).lines().next().unwrap_or_default().to_owned();
    ensure!(said.contains("was reset"), "the file says: {said}");
    Ok(said)
}

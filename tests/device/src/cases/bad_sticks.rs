//! Sticks that mean harm, and sticks that are only odd.

mod images;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::install::wait_committed;
use super::starting::LONG;
use super::{
    BUNDLES, Bench, OWNER, RARE, Report, START_BUDGET, Scenario, mount_bundles, owner_wants_no_stick, slots, started,
    switched_on,
};
use crate::disk::copy_sparse;
use crate::layout::SlotName;
use crate::virtual_device::VirtualDevice;

pub const BAD_STICKS: Scenario = Scenario {
    name: "bad_sticks",
    cases: cases! {
        "a_stick_with_an_absurd_file_system_is_not_mounted": "FAT and exFAT with sizes that no stick has, and a FAT whose root folder is a circle: nothing is mounted, the kernel does not complain of itself, and the owner hears of each",
        "a_bundle_whose_clusters_are_a_circle_is_refused": REFUSED,
        "a_bundle_of_20_gb_is_refused": REFUSED,
        "a_thousand_bundles_are_told_in_a_page": "the stick gets a report within three minutes, and it is no longer than two pages",
        "a_macs_files_and_capitals_do_not_hide_a_bundle": "beside a `._` file a bundle whose name is in capitals is offered, and the report does not speak of the other",
        "bad_sticks_leave_the_running_system_alone": "after all of them its slot is byte for byte as before, and the assistant runs as it did",
        "a_clock_that_jumps_by_years_while_it_installs_changes_nothing": "to 2037 and back to 1999 in the middle: the version is installed, tried and kept, and the slot that ran is untouched",
    },
    starts: 2,
    run: bad_sticks,
    ..RARE
};

const REFUSED: &str = "the report says in an owner's words what is wrong with it, and nothing is installed";

/// In which a stick has its report, whatever is on it.
const LOOK_BUDGET: Duration = Duration::from_secs(180);

/// More is nothing that an owner reads, bytes.
const LONGEST_REPORT: usize = 4000;

/// What a report may say of a file that is no bundle; an owner knows what to do then.
const OWNERS_WORDS: &[&str] = &["damaged", "signed", "trust", "has more", "no more than", "no update"];
/// What only a programmer reads.
const PROGRAMMERS_WORDS: &[&str] = &["GDBus", "os error", "errno", "Error:", "org.freedesktop", "panicked"];

fn bad_sticks(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&BAD_STICKS)?;
    let folder = bench.folder(BAD_STICKS.name);
    let at = |name: &str| folder.join(format!("{name}.img"));
    let rubbish = vec![0x42; 1 << 20];
    images::write(&images::absurd_fat(), &at("absurd"))?;
    device.plugged.stick = Some(at("absurd"));
    switched_on(&mut device, SlotName::A)?;
    wait_committed(&mut device)?;
    device.run("sync")?;
    let before = slots(bench, &device.disk)?;
    let began = device.run("systemctl show --property=MainPID --value parley.service")?;

    let mut absurd = || -> Result<String> {
        images::absurd_exfat(&at("absurd-exfat"))?;
        images::write(&images::circle(2, &[("good.raucb", &rubbish)])?, &at("circle"))?;
        let mut said = Vec::new();
        for name in ["absurd", "absurd-exfat", "circle"] {
            said.push(format!("{name}: {}", unmountable(&mut device, &at(name))?));
        }
        Ok(said.join("; "))
    };
    let outcome = absurd();
    report.case("a_stick_with_an_absurd_file_system_is_not_mounted", outcome);

    images::write(&images::circle(images::FIRST_FILE, &[("good.raucb", &rubbish)])?, &at("circle"))?;
    let outcome = told(&mut device, &at("circle")).and_then(in_owners_words);
    report.case("a_bundle_whose_clusters_are_a_circle_is_refused", outcome);

    let outcome = large(&mut device, &at("large")).and_then(in_owners_words);
    report.case("a_bundle_of_20_gb_is_refused", outcome);

    let names: Vec<String> = (0..1000).map(|number| format!("update-{number:04}.raucb")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &rubbish[..1024])).collect();
    images::write(&images::fat(&files)?, &at("thousand"))?;
    let outcome = told(&mut device, &at("thousand")).and_then(in_owners_words);
    report.case("a_thousand_bundles_are_told_in_a_page", outcome);

    copy_sparse(&bench.stick, &at("capitals"))?;
    images::as_a_mac_leaves_it(&at("capitals"))?;
    let outcome = told(&mut device, &at("capitals")).and_then(|said| {
        ensure!(said.contains("version 1.1.0") && said.contains("may be installed"), "it is not offered: {said}");
        ensure!(!said.contains("._"), "it speaks of the other: {said}");
        Ok(said)
    });
    report.case("a_macs_files_and_capitals_do_not_hide_a_bundle", outcome);

    let mut untouched = || -> Result<String> {
        device.run("sync && test $(cat /proc/sys/kernel/tainted) = 0")?;
        let now = device.run("systemctl show --property=MainPID --value parley.service")?;
        ensure!(now == began, "the assistant was restarted meanwhile: {began}, now {now}");
        ensure!(slots(bench, &device.disk)? == before, "a slot was written");
        Ok(String::new())
    };
    let outcome = untouched();
    report.case("bad_sticks_leave_the_running_system_alone", outcome);

    let outcome = jumps(&mut device).and_then(|said| {
        ensure!(slots(bench, &device.disk)?[..2] == before[..2], "the slot that ran was written");
        Ok(said)
    });
    report.case("a_clock_that_jumps_by_years_while_it_installs_changes_nothing", outcome);
    Ok(())
}

/// How the unit that looks at the stick, or says that it cannot be read, has ended, or nothing.
const STATE: &str = "systemctl list-units --all --plain --no-legend 'parley-stick*' | awk '{print $3}'";

/// What the assistant says of a stick that cannot be read.
const ANNOUNCED: &str = "/run/parley-announcements/stick.json";

/// Plugs a stick in, and waits until the device has done with it.
fn look(device: &mut VirtualDevice, image: &Path) -> Result<String> {
    device.machine()?.change_stick(image)?;
    device.machine()?.plug_stick()?;
    // Of a unit that has said that it cannot be read nothing is left, and where the owner wants no sticks it ends before it begins.
    let wait = format!(
        "for i in $(seq 10); do test -b /dev/sd[a-z] && break; sleep 1; done; udevadm settle; sleep 3; \
         for i in $(seq 600); do state=$({STATE}); case \"$state\" in *ing) ;; *) break ;; esac; sleep 1; done; \
         echo \"$state\""
    );
    device.run_within(&format!("({wait})"), LOOK_BUDGET).context("the device is not done with the stick")
}

fn pull(device: &mut VirtualDevice) -> Result<()> {
    device.machine()?.pull_stick()?;
    let wait = "sleep 1; systemctl reset-failed 'parley-stick*' 2>/dev/null; \
         for i in $(seq 30); do grep -q '^/dev/sd' /proc/mounts || test -b /dev/sd[a-z] || break; sleep 1; done; \
         ! grep '^/dev/sd' /proc/mounts";
    device.run(&format!("({wait})")).context("the stick is still mounted").map(|_| ())
}

/// A stick that must not be mounted; what its unit says.
fn unmountable(device: &mut VirtualDevice, image: &Path) -> Result<String> {
    let state = look(device, image)?;
    let looked = device.run("grep '^/dev/sd' /proc/mounts; cat /proc/sys/kernel/tainted");
    let said = device.run("journalctl --no-pager --output=cat --unit='parley-stick*' --lines=3 || true");
    let announced = device.run(&format!("cat {ANNOUNCED} && rm {ANNOUNCED}"));
    pull(device)?;
    let announced = announced.context("the owner does not hear that it cannot be read")?;
    ensure!(announced.contains("I cannot read"), "the owner hears: {announced}");
    ensure!(looked? == "0" && state != "active", "it is mounted, or the kernel complains of itself: {state}");
    said
}

/// The report that a stick gets.
fn told(device: &mut VirtualDevice, image: &Path) -> Result<String> {
    let state = look(device, image)?;
    let why = "journalctl --no-pager --output=cat --unit='parley-stick@*' --lines=15; exit 1";
    let report = device.run(&format!("(cat /run/parley-stick/*/parley-report.txt || {{ {why}; }})"));
    pull(device)?;
    let report = report.with_context(|| format!("there is no report; the unit is {state}"))?;
    ensure!(report.len() <= LONGEST_REPORT, "the report has {} bytes: {report:.600}", report.len());
    Ok(report)
}

fn in_owners_words(report: String) -> Result<String> {
    ensure!(OWNERS_WORDS.iter().any(|words| report.contains(words)), "it does not say what is wrong: {report}");
    ensure!(!PROGRAMMERS_WORDS.iter().any(|words| report.contains(words)), "it is for programmers: {report}");
    ensure!(!report.contains("may be installed") && !report.contains("was installed"), "it is taken: {report}");
    Ok(report)
}

/// A file that is too large for FAT, and takes no room on this host. The guest writes it while nobody looks at sticks.
fn large(device: &mut VirtualDevice, image: &Path) -> Result<String> {
    images::exfat(image, 24 << 30)?;
    owner_wants_no_stick(device)?;
    look(device, image)?;
    let mut write = || {
        device.run_within(
            "mkdir -p /run/large && mount -t exfat /dev/sd[a-z] /run/large && truncate -s 20G /run/large/good.raucb && \
             ls -l /run/large && umount /run/large",
            LOOK_BUDGET,
        )
    };
    let written = write();
    pull(device)?;
    device.run(&format!("rm {OWNER}"))?;
    written.context("the guest cannot write such a file")?;
    told(device, image)
}

fn jumps(device: &mut VirtualDevice) -> Result<String> {
    let operation = "busctl get-property de.pengutronix.rauc / de.pengutronix.rauc.Installer Operation";
    mount_bundles(device)?;
    device.begin(&format!(
        "(until {operation} | grep -q installing; do sleep 0.1; done; sleep 1; date -s '2037-06-01 00:00:00'; sleep 2; \
         date -s '1999-01-01 00:00:00'; /usr/lib/device/tell jumped) & \
         parley update install {BUNDLES}/good.raucb > /run/said 2>&1; /usr/lib/device/tell installed $?"
    ))?;
    device.wait("DEVICE jumped", LONG)?;
    let ended = device.wait("DEVICE installed", LONG)?.line.text;
    let said = device.run("tail -n 3 /run/said; date +%Y; sync")?;
    ensure!(ended.contains("installed 0"), "it was not installed: {said}");
    ensure!(said.contains("1999"), "the clock did not jump: {said}");
    device.begin("parley update install --restart")?;
    started(device, SlotName::B)?;
    wait_committed(device)?;
    ensure!(device.committed()? == Some(SlotName::B), "it was not kept");
    device.wait("DEVICE answers slot=B", START_BUDGET)?;
    Ok(said)
}

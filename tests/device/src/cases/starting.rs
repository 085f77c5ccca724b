//! Ordinary starts.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{ANSWERS, Bench, RARE, Report, Scenario, mount_bundles, overwrite, said_on, switched_on};
use crate::disk;
use crate::layout::{SECTOR, SlotName};
use crate::virtual_device::VirtualDevice;

pub const FRESH_CARD: Scenario = Scenario {
    name: "fresh_card",
    cases: cases! {
        "a_fresh_card_starts": "slot A runs from a verified root, with its data mounted and the system's watchdog fed",
        "the_assistant_answers": "the service opens its sound devices, and an engine answers, within 20 s of the power",
        "the_service_feeds_its_watchdog_while_it_hears": "the service manager knows the time of a sign of life that is newer than the start",
        "the_machine_id_is_the_boards": "it follows from the board's serial number, and no process can change it",
        "the_system_log_leaves_the_card_alone": "it is in memory, with the messages of this start",
        "our_units_are_hardened": "systemd-analyze security says 2.0 at most for each",
        "a_device_without_a_clock_takes_updates": "at a clock of 1970, a good bundle may be installed",
        "nobody_but_the_product_asks_rauc": "another user of the device can neither read nor install",
    },
    starts: 1,
    always: true,
    run: fresh_card,
    ..RARE
};

/// From the power to the first answer, of the guest's time; the seconds of a Pi's firmware are not in it.
const FIRST_ANSWER_BUDGET: Duration = Duration::from_secs(20);

fn fresh_card(bench: &Bench, report: &mut Report) -> Result<()> {
    let mut device = bench.device(&FRESH_CARD)?;
    device.plugged.clock = Some("1970-01-01T00:00:00".into());
    let said = switched_on(&mut device, SlotName::A)?;
    report.figure("start of a fresh card, to the first command", format!("{:.1} s", said.at.as_secs_f64()));
    report.case("a_fresh_card_starts", verified(&mut device));
    let answered = said_on(&mut device, ANSWERS, SlotName::A);
    if let Ok(said) = &answered {
        report.figure("start of a fresh card, to the first answer", format!("{:.1} s", said.at.as_secs_f64()));
    }
    report.case("the_assistant_answers", answered.and_then(|said| in_time(said.at).map(|()| said.line.text)));
    report.case("the_service_feeds_its_watchdog_while_it_hears", fed(&mut device));
    report.case("the_machine_id_is_the_boards", machine_id(&mut device));
    report.case("the_system_log_leaves_the_card_alone", log_in_memory(&mut device));
    report.case("our_units_are_hardened", hardened(&mut device));
    report.case("a_device_without_a_clock_takes_updates", without_clock(&mut device));
    report.case("nobody_but_the_product_asks_rauc", nobody_else(&mut device));
    Ok(())
}

fn in_time(answered: Duration) -> Result<()> {
    let (seconds, budget) = (answered.as_secs_f64(), FIRST_ANSWER_BUDGET.as_secs());
    ensure!(
        answered <= FIRST_ANSWER_BUDGET,
        "the first answer came {seconds:.1} s after the power: {budget} s are allowed"
    );
    Ok(())
}

fn verified(device: &mut VirtualDevice) -> Result<String> {
    let root = device.run("dmsetup status root")?;
    ensure!(root.contains("verity V"), "the root is not verified: {root}");
    device.run("! touch /usr/x 2>/dev/null && echo probe > /var/probe && sync /var/probe && grep -q '^/dev/.* /var ext4 rw' /proc/mounts")?;
    device.run("test $(od -An -tu1 -j3 /proc/device-tree/chosen/bootloader/partition) = 2")?;
    let watchdog = device.run("systemctl show --property=RuntimeWatchdogUSec --value")?;
    ensure!(!watchdog.is_empty() && watchdog != "0", "nobody feeds the watchdog: {watchdog}");
    Ok(format!("{root}; the watchdog's time is {watchdog}"))
}

fn fed(device: &mut VirtualDevice) -> Result<String> {
    let sign = |device: &mut VirtualDevice| -> Result<u64> {
        let shown = device.run("systemctl show --property=WatchdogTimestampMonotonic --value parley.service")?;
        Ok(shown.parse()?)
    };
    let limit = device.run("systemctl show --property=WatchdogUSec --value parley.service")?;
    let first = sign(device)?;
    device.run("sleep 5")?;
    let second = sign(device)?;
    ensure!(first > 0 && second > first, "no sign of life in five seconds: {first}, {second}");
    ensure!(limit == "8s", "the service may be silent for {limit}");
    Ok(format!("{:.1} s later in 5 s", (second - first) as f64 / 1e6))
}

/// The beginning of the SHA-256 of `parley machine-id` and the emulated board's serial number.
const MACHINE_ID: &str = "4c53cf5a30a6bac39900cca3c8edf272";

fn machine_id(device: &mut VirtualDevice) -> Result<String> {
    let id = device.run("cat /etc/machine-id")?;
    ensure!(id == MACHINE_ID, "it is {id}");
    device
        .run("! echo x 2>/dev/null > /etc/machine-id && test $(systemd-id128 machine-id) = $(cat /etc/machine-id)")?;
    Ok(id)
}

fn log_in_memory(device: &mut VirtualDevice) -> Result<String> {
    device
        .run(&format!("test -d /run/log/journal/{MACHINE_ID} && test -z \"$(ls -A /var/log/journal 2>/dev/null)\""))?;
    device.run("journalctl --no-pager --boot --lines 1 --unit parley-started.service && journalctl --disk-usage")
}

/// What systemd says at most of a unit of ours: 0 is nothing exposed, 10 everything.
const MOST_EXPOSED: f64 = 2.0;

fn hardened(device: &mut VirtualDevice) -> Result<String> {
    let units = device.run("cd /usr/lib/systemd/system; ls parley*.service | sed 's/@/@x/'")?;
    let mut exposed = Vec::new();
    for unit in units.lines().map(str::trim) {
        let shown = device.run(&format!("systemd-analyze security --no-pager {unit} | tail -n 1"))?;
        let level = shown.split_whitespace().find_map(|word| word.parse::<f64>().ok());
        exposed.push((unit.to_owned(), level.unwrap_or(10.0)));
    }
    let words: Vec<String> = exposed.iter().map(|(unit, level)| format!("{unit} {level}")).collect();
    ensure!(exposed.iter().all(|(_, level)| *level <= MOST_EXPOSED), "too much: {}", words.join(", "));
    Ok(words.join(", "))
}

fn without_clock(device: &mut VirtualDevice) -> Result<String> {
    mount_bundles(device)?;
    let date = device.run("date +%Y-%m-%d")?;
    let said = device.run("parley update check /run/bundles/good.raucb")?;
    Ok(format!("{date}: {said}"))
}

fn nobody_else(device: &mut VirtualDevice) -> Result<String> {
    let ask = "busctl get-property de.pengutronix.rauc / de.pengutronix.rauc.Installer Operation";
    device.run(ask)?;
    let done =
        device.shell(&format!("/usr/lib/device/bin/setpriv --reuid=nobody --regid=nogroup --clear-groups {ask}"))?;
    ensure!(done.code != 0 && done.output.contains("denied"), "it was let through: {}", done.output);
    Ok(done.output)
}

pub const AUTOBOOT: Scenario = Scenario {
    name: "autoboot",
    cases: cases! {
        "a_missing_autoboot_starts_slot_a_and_is_repaired": "without the file slot A starts, and the file is there again before anything is installed",
        "a_zeroed_autoboot_starts_slot_a_and_is_repaired": "zeros where the file and its file system were: the same",
        "a_garbled_autoboot_starts_slot_a_and_is_repaired": "a file of rubbish: the same",
    },
    starts: 3,
    run: autoboot,
    ..RARE
};

fn autoboot(bench: &Bench, report: &mut Report) -> Result<()> {
    let partition = bench.layout.partition("autoboot")?.clone();
    let content = bench.layout.autoboot_txt(SlotName::A)?;
    let mut device = bench.device(&AUTOBOOT)?;
    let file = content.as_bytes().to_vec();
    let harms: [(&'static str, Vec<u8>, Vec<u8>); 3] = [
        // An entry of the FAT's root folder, deleted as a PC does it: its first byte.
        ("a_missing_autoboot_starts_slot_a_and_is_repaired", b"AUTOBOOTTXT".to_vec(), vec![0xe5]),
        ("a_garbled_autoboot_starts_slot_a_and_is_repaired", file, vec![0xa5; content.len()]),
        // From the beginning of the file system.
        ("a_zeroed_autoboot_starts_slot_a_and_is_repaired", Vec::new(), vec![0; 256 * SECTOR as usize]),
    ];
    for (name, place, harm) in harms {
        let position = match place.is_empty() {
            true => partition.start,
            false => find(&device.disk, partition.start, partition.size, &place)?,
        };
        overwrite(&device.disk, position, &harm)?;
        let mut repaired = || -> Result<String> {
            switched_on(&mut device, SlotName::A)?;
            device.run("systemctl start parley-started.service && sync")?;
            let disk = std::fs::File::open(&device.disk)?;
            let now = disk::fat_file(&disk, &partition, &bench.layout.autoboot.file)?;
            ensure!(now.as_deref() == Some(content.as_bytes()), "the file is now {now:?}");
            Ok(String::new())
        };
        let outcome = repaired();
        report.case(name, outcome);
        device.cut_power()?;
    }
    Ok(())
}

/// Where some bytes are within a part of a disk's image.
pub(super) fn find(disk: &std::path::Path, start: u64, size: u64, bytes: &[u8]) -> Result<u64> {
    use std::os::unix::fs::FileExt;
    let mut part = vec![0; size as usize];
    std::fs::File::open(disk)?.read_exact_at(&mut part, start)?;
    let at = part.windows(bytes.len()).position(|window| window == bytes);
    Ok(start + anyhow::Context::context(at, "those bytes are not on the partition")? as u64)
}

/// Long enough for whatever is unhurried.
pub(super) const LONG: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_late_fails_the_case() {
        assert!(in_time(Duration::from_millis(7_200)).is_ok() && in_time(FIRST_ANSWER_BUDGET).is_ok());
        let late = in_time(Duration::from_millis(20_100)).map_err(|error| error.to_string());
        assert_eq!(late, Err("the first answer came 20.1 s after the power: 20 s are allowed".to_owned()));
    }
}

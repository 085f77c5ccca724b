//! What the gate and probation can measure from outside the daemon. Whatever else is measured comes as a file from
//! whoever measures it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::bootchain::cmdline;
use crate::bootchain::journal::Start;
use crate::policy::admission::Eeprom;
use crate::policy::table::Table;
use crate::system::System;
use crate::{device, files, output};

/// Every part of the appliance may put a table of its own here, as `<name>.json`: `{"sound-card": {"value": 1,
/// "samples": 1}}`. The folder is empty after a start. Later names win over earlier ones.
pub const FOLDER: &str = "/run/parley/measurements";

/// What `parley-update started` has measured: root's own, where nobody else can write.
pub const OF_START: &str = "/run/parley-update/start.json";

/// Where the restarts that were seen are kept.
const RESTARTS: &str = "/run/parley-update/restarts.json";

/// The services whose restarts count.
const SERVICES: [&str; 2] = ["parley.service", "rauc.service"];

/// The tables that the parts of the appliance have put down.
pub fn of_parts(folder: &Path) -> Table {
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    let tables = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    Table(
        tables.filter_map(|file| files::read_json::<Table>(file)).flat_map(|table| table.0).collect::<BTreeMap<_, _>>(),
    )
}

/// Everything that can be seen at once: identity, verity, watchdog, writing, restarts, and the time without trouble.
pub fn of_system(system: &System, start: Start) -> Table {
    let (mut table, since_start) = (Table::default(), system.since_start());
    let same_slot = system.firmware_slot().is_none_or(|slot| slot == start.slot);
    // The command line says which root the initramfs opened.
    let same_root = cmdline::completed_for(&system.read("/proc/cmdline")) == Some(start.slot);
    table.note_whether("slot-identity", same_slot && same_root);
    // What cannot be found out is left out: that is another thing than a bad answer.
    if let Some(verity) = verity() {
        table.note_whether("verity", verity == Verity::Clean);
        table.note_whether("verity-errors", verity == Verity::Damaged);
    }
    if let Some(armed) = boot_watchdog(system) {
        table.note_whether("boot-watchdog", armed);
    }
    table.0.extend(files::read_json::<Table>(&system.path(OF_START)).unwrap_or_default().0);
    table.note_whether("data-writable", can_write(&system.state().path("probe")));
    if let Some(restarts) = restarts() {
        table.note("restarts", f64::from(restarts));
        let kept = system.path(RESTARTS);
        let mut seen: Vec<Seen> = files::read_json(&kept).unwrap_or_default();
        let before = seen.clone();
        table.note("restarts-per-hour", f64::from(of_the_last_hour(&mut seen, since_start.as_secs(), restarts)));
        if seen != before {
            // In memory; where it cannot be written, all restarts since the start count.
            files::replace_json(&kept, &seen).ok();
        }
    }
    table.note("quiet-s", system.since_userspace().as_secs_f64());
    table
}

/// When a number of restarts was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    /// Since the start.
    at_s: u64,
    restarts: u32,
}

/// The restarts of the last hour, which a crash loop fills in seconds, however long the device has run before. What was
/// seen is kept no longer than it is needed.
fn of_the_last_hour(seen: &mut Vec<Seen>, now_s: u64, restarts: u32) -> u32 {
    if seen.last().is_none_or(|last| last.restarts != restarts) {
        seen.push(Seen { at_s: now_s, restarts });
    }
    let hour_ago = seen.iter().rposition(|seen| seen.at_s + 3600 <= now_s);
    if let Some(index) = hour_ago {
        seen.drain(..index);
    }
    let before = hour_ago.and_then(|_| seen.first()).map_or(0, |seen| seen.restarts);
    restarts.saturating_sub(before)
}

/// What the kernel says of the root and its hash tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verity {
    /// Every block that was read was right.
    Clean,
    Damaged,
    /// Nobody checks the root.
    Absent,
}

/// `None` where nobody can be asked.
fn verity() -> Option<Verity> {
    let status = Command::new("dmsetup").args(["status", "--target", "verity"]).output();
    let status = status.inspect_err(|error| output::remark(format_args!("verity: dmsetup: {error}"))).ok()?;
    if !status.status.success() {
        output::remark(format_args!("verity: {}", String::from_utf8_lossy(&status.stderr).trim()));
        return None;
    }
    Some(read_verity(&String::from_utf8_lossy(&status.stdout)))
}

/// A line of `dmsetup status` ends with V or C for each device: `root: 0 7168 verity V`.
fn read_verity(status: &str) -> Verity {
    match status.lines().rfind(|line| line.starts_with("root:")) {
        None => Verity::Absent,
        Some(root) if root.split_whitespace().nth(4) == Some("V") => Verity::Clean,
        Some(_) => Verity::Damaged,
    }
}

/// Whether a hang is noticed from the kernel's first moment on: the firmware's watchdog runs, the kernel feeds it only for
/// a limited time, and systemd has taken it over. `None` where nobody can be asked; a device without such a firmware has
/// nothing to arm.
fn boot_watchdog(system: &System) -> Option<bool> {
    if device::eeprom(system) == Eeprom::None {
        return Some(true);
    }
    let limited = system.read("/proc/cmdline").split_whitespace().any(|word| {
        let limit = word.strip_prefix("watchdog.open_timeout=");
        limit.and_then(|limit| limit.parse::<u32>().ok()).is_some_and(|seconds| seconds > 0)
    });
    let fed = match system.read("/sys/class/watchdog/watchdog0/state").trim() {
        "" => asked_systemd("WatchdogLastPingTimestampMonotonic").map(|at| at != "0")?,
        state => state == "active",
    };
    Some(limited && fed)
}

/// A property of systemd itself; `None` where it does not answer or has no such property.
fn asked_systemd(property: &str) -> Option<String> {
    let shown = Command::new("systemctl").args(["show", &format!("--property={property}")]).output().ok()?;
    let text = String::from_utf8_lossy(&shown.stdout);
    Some(text.trim().strip_prefix(&format!("{property}="))?.to_owned())
}

fn can_write(probe: &Path) -> bool {
    let written = files::replace(probe, b"x").is_ok();
    fs::remove_file(probe).ok();
    written
}

/// How often systemd had to start our services again.
fn restarts() -> Option<u32> {
    let shown = Command::new("systemctl").args(["show", "--property=NRestarts"]).args(SERVICES).output().ok()?;
    read_restarts(&String::from_utf8_lossy(&shown.stdout))
}

fn read_restarts(shown: &str) -> Option<u32> {
    let counts: Vec<u32> = shown.lines().filter_map(|line| line.strip_prefix("NRestarts=")?.parse().ok()).collect();
    (!counts.is_empty()).then(|| counts.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_hash_tree_is_clean_damaged_or_absent() {
        assert_eq!(read_verity("root: 0 7168 verity V\nbundle: 0 10 verity C\n"), Verity::Clean);
        assert_eq!(read_verity("root: 0 7168 verity C\n"), Verity::Damaged);
        assert_eq!(read_verity("No devices found\n"), Verity::Absent);
    }

    #[test]
    fn the_boot_watchdog_is_armed_by_the_command_line_and_kept_by_systemd() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        let put = |path: &str, content: &[u8]| files::replace(&system.path(path), content).unwrap();
        assert_eq!(boot_watchdog(&system), Some(true), "no firmware, nothing to arm");
        put("/proc/device-tree/model", b"Raspberry Pi 5 Model B Rev 1.0\0");
        put("/sys/class/watchdog/watchdog0/state", b"active\n");
        for (line, armed) in
            [("quiet", false), ("quiet watchdog.open_timeout=15", true), ("watchdog.open_timeout=0", false)]
        {
            put("/proc/cmdline", line.as_bytes());
            assert_eq!(boot_watchdog(&system), Some(armed), "{line}");
        }
        put("/proc/cmdline", b"watchdog.open_timeout=15");
        put("/sys/class/watchdog/watchdog0/state", b"inactive\n");
        assert_eq!(boot_watchdog(&system), Some(false));
    }

    #[test]
    fn the_tables_of_others_are_read_without_following_a_link_or_waiting_for_a_pipe() {
        let (folder, secret) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        fs::write(secret.path(), r#"{"sound-card": {"value": 1, "samples": 1}}"#).unwrap();
        std::os::unix::fs::symlink(secret.path(), folder.path().join("a.json")).unwrap();
        nix::unistd::mkfifo(&folder.path().join("b.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(of_parts(folder.path()), Table::default());
    }

    #[test]
    fn restarts_of_all_services_count() {
        assert_eq!(read_restarts("NRestarts=1\n\nNRestarts=2\n"), Some(3));
        assert_eq!(read_restarts(""), None, "nobody could be asked");
    }

    #[test]
    fn a_crash_loop_is_seen_at_once_after_any_time_and_forgotten_after_an_hour() {
        let mut seen = Vec::new();
        let day = 86_400;
        assert_eq!(of_the_last_hour(&mut seen, 10, 0), 0);
        for (at, restarts) in [(day, 1), (day + 1, 2), (day + 3, 3)] {
            assert_eq!(of_the_last_hour(&mut seen, at, restarts), restarts);
        }
        assert_eq!(of_the_last_hour(&mut seen, day + 3599, 3), 3);
        assert_eq!(of_the_last_hour(&mut seen, day + 3601, 3), 1);
        assert_eq!(of_the_last_hour(&mut seen, day + 3700, 3), 0);
        assert!(seen.len() <= 2, "{seen:?}");
    }

    #[test]
    fn restarts_before_anybody_looked_count() {
        assert_eq!(of_the_last_hour(&mut Vec::new(), 30, 2), 2);
    }

    #[test]
    fn parts_add_their_own_tables_and_rubbish_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), r#"{"sound-card": {"value": 1, "samples": 1}}"#).unwrap();
        fs::write(folder.path().join("b.json"), r#"{"sound-card": {"value": 0, "samples": 1}}"#).unwrap();
        fs::write(folder.path().join("c.json"), "{").unwrap();
        fs::write(folder.path().join("d.txt"), r#"{"x": {"value": 0, "samples": 1}}"#).unwrap();
        let table = of_parts(folder.path());
        assert_eq!(table.get("sound-card").map(|measured| measured.value), Some(0.0));
        assert_eq!(table.0.len(), 1);
    }
}

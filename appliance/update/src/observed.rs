//! What the gate and probation can measure from outside the daemon. Whatever else is measured comes as a file from
//! whoever measures it; [`crate::policy::measurements`] says who is believed in what.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::bootchain::cmdline;
use crate::bootchain::journal::Start;
use crate::policy::admission::Eeprom;
use crate::policy::measurements::only_of_daemon;
use crate::policy::table::Table;
use crate::system::System;
use crate::{device, files, output};

/// The daemon puts its tables here, each as `<name>.json`: `{"sound-card": {"value": 1, "samples": 1}}`. Of what it says
/// only what it measures is believed ([`only_of_daemon`]). The folder is empty after a start.
pub const FOLDER: &str = "/run/parley/measurements";

/// Root leaves this where a version failed the gate by its echo alone, and wants to know whether it is back in this slot.
pub const ECHO_WANTED: &str = "/run/parley-update/echo-wanted";

/// Root's own tables, where nobody else can write; what stands there is believed whatever was seen.
const OF_ROOT: &str = "/run/parley-update/measurements";

/// What `parley-update started` has measured.
pub const OF_START: &str = "/run/parley-update/measurements/start.json";

/// So many tables of a folder are read: whoever owns it may fill it.
const MOST_TABLES: usize = 64;

/// Where the restarts that were seen are kept.
const RESTARTS: &str = "/run/parley-update/restarts.json";

/// The services whose restarts count.
const SERVICES: [&str; 2] = ["parley.service", "rauc.service"];

/// What the daemon measures.
pub fn of_daemon(folder: &Path) -> Table {
    tables(folder, only_of_daemon)
}

/// Adds what others have measured: the daemon, and root before.
pub fn add_tables(system: &System, table: &mut Table) {
    table.0.extend(of_daemon(&system.path(FOLDER)).0);
    table.0.extend(tables(&system.path(OF_ROOT), |table| table).0);
}

/// The tables in a folder, later names over earlier ones.
fn tables(folder: &Path, believed: fn(Table) -> Table) -> Table {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_table = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "json");
    let mut files: Vec<_> = entries.filter(is_table).take(MOST_TABLES).collect();
    files.sort();
    let tables = files.iter().filter_map(|file| files::read_json::<Table>(file));
    Table(tables.flat_map(|table| believed(table).0).collect::<BTreeMap<_, _>>())
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
    table.note_whether("data-writable", can_write(&system.state().path("probe")));
    if let Some(restarts) = restarts() {
        table.note("restarts", f64::from(restarts));
        let kept = system.path(RESTARTS);
        let mut seen: Restarts = files::read_json(&kept).unwrap_or_default();
        let before = seen.clone();
        let excused = system.sound().lacks_no_more_than(system.state().sound_before());
        let of_hour = seen.of_the_last_hour(since_start.as_secs(), restarts, excused);
        table.note("restarts-per-hour", f64::from(of_hour));
        if seen != before {
            // In memory; where it cannot be written, all restarts since the start count.
            files::replace_json(&kept, &seen).ok();
        }
    }
    table.note("quiet-s", system.since_userspace().as_secs_f64());
    table
}

/// The restarts of this start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Restarts {
    /// All of them.
    total: u32,
    /// Whether they were excused at the last look.
    excused: bool,
    /// When a number of those that count was first seen.
    seen: Vec<Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    /// Since the start.
    at_s: u64,
    restarts: u32,
}

impl Restarts {
    /// The restarts of the last hour, which a crash loop fills in seconds, however long the device has run before. What
    /// was seen is kept no longer than it is needed. Excused is what happens while the device lacks a microphone or a
    /// loudspeaker as it did before the update: the assistant is then started again and again.
    fn of_the_last_hour(&mut self, now_s: u64, total: u32, excused: bool) -> u32 {
        let new = total.saturating_sub(self.total);
        // What has come since the last look was missing for a part of the time.
        let counts = !excused && !self.excused;
        let counted = self.seen.last().map_or(0, |last| last.restarts) + if counts { new } else { 0 };
        (self.total, self.excused) = (total, excused);
        if self.seen.last().is_none_or(|last| last.restarts != counted) {
            self.seen.push(Seen { at_s: now_s, restarts: counted });
        }
        let hour_ago = self.seen.iter().rposition(|seen| seen.at_s + 3600 <= now_s);
        if let Some(index) = hour_ago {
            self.seen.drain(..index);
        }
        let before = hour_ago.and_then(|_| self.seen.first()).map_or(0, |seen| seen.restarts);
        counted.saturating_sub(before)
    }
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
        assert_eq!(of_daemon(folder.path()), Table::default());
    }

    #[test]
    fn restarts_of_all_services_count() {
        assert_eq!(read_restarts("NRestarts=1\n\nNRestarts=2\n"), Some(3));
        assert_eq!(read_restarts(""), None, "nobody could be asked");
    }

    #[test]
    fn a_crash_loop_is_seen_at_once_after_any_time_and_forgotten_after_an_hour() {
        let mut seen = Restarts::default();
        let day = 86_400;
        assert_eq!(seen.of_the_last_hour(10, 0, false), 0);
        for (at, restarts) in [(day, 1), (day + 1, 2), (day + 3, 3)] {
            assert_eq!(seen.of_the_last_hour(at, restarts, false), restarts);
        }
        assert_eq!(seen.of_the_last_hour(day + 3599, 3, false), 3);
        assert_eq!(seen.of_the_last_hour(day + 3601, 3, false), 1);
        assert_eq!(seen.of_the_last_hour(day + 3700, 3, false), 0);
        assert!(seen.seen.len() <= 2, "{seen:?}");
    }

    #[test]
    fn restarts_before_anybody_looked_count() {
        assert_eq!(Restarts::default().of_the_last_hour(30, 2, false), 2);
    }

    #[test]
    fn restarts_without_a_microphone_are_excused_until_it_has_come_and_no_longer() {
        let mut seen = Restarts::default();
        assert_eq!(seen.of_the_last_hour(60, 9, true), 0);
        assert_eq!(seen.of_the_last_hour(120, 14, true), 0);
        assert_eq!(seen.of_the_last_hour(180, 16, false), 0, "it came a moment ago");
        assert_eq!(seen.of_the_last_hour(240, 17, false), 1);
        assert_eq!(seen.of_the_last_hour(241, 19, false), 3);
    }

    #[test]
    fn the_daemon_adds_its_tables_and_rubbish_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), r#"{"sound-card": {"value": 1, "samples": 1}}"#).unwrap();
        fs::write(folder.path().join("b.json"), r#"{"sound-card": {"value": 0, "samples": 1}}"#).unwrap();
        fs::write(folder.path().join("c.json"), "{").unwrap();
        fs::write(folder.path().join("d.txt"), r#"{"x": {"value": 0, "samples": 1}}"#).unwrap();
        let table = of_daemon(folder.path());
        assert_eq!(table.get("sound-card").map(|measured| measured.value), Some(0.0));
        assert_eq!(table.0.len(), 1);
        for number in 0..1_000 {
            fs::write(folder.path().join(format!("many-{number}.json")), "{}").unwrap();
        }
        of_daemon(folder.path());
    }

    #[test]
    fn what_root_has_measured_is_not_replaced_by_what_the_daemon_says() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        let put = |path: &str, text: &str| files::replace(&system.path(path), text.as_bytes()).unwrap();
        put(
            "/run/parley/measurements/zz.json",
            r#"{"migration": {"value": 1, "samples": 1}, "verity": {"value": 1, "samples": 1}, "memory-mb": {"value": 9, "samples": 1}}"#,
        );
        put(OF_START, r#"{"migration": {"value": 0, "samples": 1}}"#);
        let mut table = Table::default();
        table.note_whether("verity", false);
        add_tables(&system, &mut table);
        let value = |name| table.get(name).map(|measured| measured.value);
        assert_eq!((value("migration"), value("verity"), value("memory-mb")), (Some(0.0), Some(0.0), Some(9.0)));
    }
}

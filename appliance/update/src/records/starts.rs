//! How starts ended: what tells a version that restarts the device by itself from a device whose plug was pulled.
//!
//! A note on `data` says that a start is under way, and an orderly shutdown takes it away. Where the next start finds it
//! and the firmware says that the power was there all the time, the version reset the device: a panic, or a watchdog.
//!
//! Rules: without the firmware's word nothing counts, for most people switch an appliance off at the wall; time is the
//! time that the version was watched, for a board has no clock.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::update_folder::{UpdateFolder, load_or_set_aside};
use crate::files;
use crate::system::System;

/// The start that is under way.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    boot_id: String,
    #[serde(default)]
    version: Option<Version>,
    /// Starts since the power came, where the firmware counts them.
    #[serde(default)]
    firmware_count: Option<u32>,
}

/// Resets of a version, by how long it had been watched.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Resets {
    version: Version,
    at_s: Vec<u64>,
}

/// What the kernel left of its panics.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Panics {
    /// The start in which was looked last.
    boot_id: String,
    /// What was there before that start.
    before: BTreeSet<String>,
    /// What was seen in it.
    seen: BTreeSet<String>,
}

const RUNNING: &str = "running.json";
const RESETS: &str = "resets.json";
const PANICS: &str = "panics.json";

/// No version needs more of them to be sent away.
const RESETS_KEPT: usize = 16;

/// Where the kernel leaves what it said in a panic, and where systemd-pstore puts that at the next start.
const PANIC_FOLDERS: [&str; 2] = ["/sys/fs/pstore", "/var/lib/systemd/pstore"];

/// In the firmware's word about the last reset (PM_RSTS): a watchdog, the software or a debugger asked for it. A reboot
/// comes through the watchdog as well. The bits in between carry the number of a partition.
const RESET_WITH_POWER: u32 = 0x222;

impl UpdateFolder {
    /// A start begins: finds out how the one before ended, and counts it where the running version has reset the device.
    /// Called again in the same start, it does nothing.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin_start(&self, system: &System) -> io::Result<()> {
        let (version, path) = (system.version(), self.path(RUNNING));
        let now = Running { boot_id: system.boot_id(), version, firmware_count: system.firmware_says("count") };
        let before: Option<Running> = load_or_set_aside(&path);
        if before.as_ref().is_some_and(|before| before.boot_id == now.boot_id) {
            return Ok(());
        }
        if let (Some(before), Some(version)) = (before, &now.version)
            && before.version.as_ref() == Some(version)
            && kept_power(system.firmware_says("rsts"), before.firmware_count, now.firmware_count)
        {
            let mut resets = self.resets_of(version);
            resets.at_s.push(self.watched_for(version).as_secs());
            let surplus = resets.at_s.len().saturating_sub(RESETS_KEPT);
            resets.at_s.drain(..surplus);
            files::replace_json(&self.path(RESETS), &resets)?;
        }
        files::replace_json(&path, &now)
    }

    /// The start that is under way ends as it should.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn end_start(&self) -> io::Result<()> {
        match fs::remove_file(self.path(RUNNING)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// How often a version has reset the device in the last hour that it was watched.
    pub fn resets_per_hour(&self, version: &Version, watched: Duration) -> u32 {
        let hour_ago = watched.saturating_sub(Duration::from_secs(3600)).as_secs();
        let recent = self.resets_of(version).at_s.into_iter().filter(|at| *at >= hour_ago);
        u32::try_from(recent.count()).unwrap_or(u32::MAX)
    }

    fn resets_of(&self, version: &Version) -> Resets {
        let kept: Option<Resets> = load_or_set_aside(&self.path(RESETS));
        let of_this = kept.filter(|resets| resets.version == *version);
        of_this.unwrap_or_else(|| Resets { version: version.clone(), at_s: Vec::new() })
    }

    /// Whether the kernel has panicked in the start before this one, or left something in this one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn panicked(&self, system: &System) -> io::Result<bool> {
        let there = panics_in(system);
        let kept: Option<Panics> = load_or_set_aside(&self.path(PANICS));
        // Nobody knows how old what is there at the first look of all is.
        let mut now = kept.unwrap_or_else(|| Panics { seen: there.clone(), ..Panics::default() });
        let boot_id = system.boot_id();
        let was = (now.boot_id.clone(), now.seen.clone());
        if now.boot_id != boot_id {
            (now.boot_id, now.before) = (boot_id, now.seen);
        }
        now.seen = there;
        if was != (now.boot_id.clone(), now.seen.clone()) {
            files::replace_json(&self.path(PANICS), &now)?;
        }
        Ok(now.seen.difference(&now.before).next().is_some())
    }
}

/// Names with sizes and times: the next panic's may have the name of the last.
fn panics_in(system: &System) -> BTreeSet<String> {
    let folders = PANIC_FOLDERS.iter().map(|folder| system.path(folder));
    let files = folders.flat_map(|folder| WalkDir::new(folder).max_depth(3)).flatten();
    let named = files.filter(|entry| entry.file_type().is_file()).filter_map(|entry| {
        let found = entry.metadata().ok()?;
        Some(format!("{} {} {}", entry.file_name().to_string_lossy(), found.len(), found.mtime()))
    });
    named.take(1_000).collect()
}

/// Whether the firmware says that the power was there between two starts.
fn kept_power(reset_status: Option<u32>, count_before: Option<u32>, count: Option<u32>) -> bool {
    if let Some(status) = reset_status {
        return status & RESET_WITH_POWER != 0;
    }
    matches!((count_before, count), (Some(before), Some(now)) if now == before.wrapping_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ledger::Happened;

    /// A device on which version 1.1.0 is watched.
    struct Bench {
        _folder: tempfile::TempDir,
        system: System,
        starts: u32,
    }

    const WATCHDOG: u32 = 0x1020;
    const POWER_ON: u32 = 0x1000;

    impl Bench {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let bench = Self { system: System::below(folder.path()), _folder: folder, starts: 0 };
            bench.put("/etc/os-release", b"IMAGE_VERSION=1.1.0\n");
            bench
        }

        fn put(&self, path: &str, content: &[u8]) {
            files::replace(&self.system.path(path), content).unwrap();
        }

        fn state(&self) -> UpdateFolder {
            self.system.state()
        }

        fn version(&self) -> Version {
            self.system.version().unwrap()
        }

        /// The next start, of which the firmware says this.
        fn starts(&mut self, says: &[(&str, u32)]) {
            self.starts += 1;
            self.put("/proc/sys/kernel/random/boot_id", format!("start-{}", self.starts).as_bytes());
            let firmware = self.system.path("/proc/device-tree/chosen/bootloader");
            fs::remove_dir_all(firmware).ok();
            for (name, value) in says {
                self.put(&format!("/proc/device-tree/chosen/bootloader/{name}"), &value.to_be_bytes());
            }
            self.state().begin_start(&self.system).unwrap();
        }

        fn runs_for(&self, minutes: u64) -> Duration {
            let boot_id = self.system.boot_id();
            self.state().watch(&self.version(), &boot_id, Duration::ZERO).unwrap();
            self.state().watch(&self.version(), &boot_id, Duration::from_secs(60 * minutes)).unwrap()
        }

        fn resets(&self, watched: Duration) -> u32 {
            self.state().resets_per_hour(&self.version(), watched)
        }
    }

    #[test]
    fn a_version_that_resets_the_device_is_told_from_a_plug_that_was_pulled() {
        let mut bench = Bench::new();
        let resets = |bench: &mut Bench, says: &[(&str, u32)]| {
            bench.starts(says);
            let watched = bench.runs_for(5);
            bench.resets(watched)
        };
        assert_eq!(resets(&mut bench, &[("rsts", WATCHDOG)]), 0, "nothing is known of the start before the first");
        assert_eq!(resets(&mut bench, &[("rsts", POWER_ON)]), 0, "the power was gone");
        assert_eq!(resets(&mut bench, &[]), 0, "nobody says");
        assert_eq!(resets(&mut bench, &[("rsts", WATCHDOG)]), 1);
        assert_eq!(resets(&mut bench, &[("count", 1)]), 1, "the firmware began to count");
        assert_eq!(resets(&mut bench, &[("count", 2)]), 2);
        assert_eq!(resets(&mut bench, &[("count", 1)]), 2, "it counts anew with the power");
        bench.state().end_start().unwrap();
        assert_eq!(resets(&mut bench, &[("count", 2)]), 2, "an orderly restart");
    }

    #[test]
    fn resets_of_another_version_and_of_more_than_an_hour_ago_do_not_count() {
        let mut bench = Bench::new();
        bench.starts(&[]);
        bench.starts(&[("rsts", WATCHDOG)]);
        bench.state().begin_start(&bench.system).unwrap();
        assert_eq!(bench.resets(Duration::ZERO), 1, "asked twice in one start");
        assert_eq!(bench.resets(Duration::from_secs(3600)), 1);
        assert_eq!(bench.resets(Duration::from_secs(3661)), 0);
        assert_eq!(bench.state().resets_per_hour(&Version::new(1, 2, 0), Duration::ZERO), 0);
        bench.put("/etc/os-release", b"IMAGE_VERSION=1.2.0\n");
        bench.starts(&[("rsts", WATCHDOG)]);
        assert_eq!(bench.resets(Duration::ZERO), 0, "what another version did");
        bench.state().note(&bench.version(), Happened::Proved).unwrap();
    }

    #[test]
    fn a_panic_is_of_the_start_before_and_counts_once() {
        let mut bench = Bench::new();
        let panicked = |bench: &Bench| bench.state().panicked(&bench.system).unwrap();
        bench.starts(&[]);
        bench.put("/var/lib/systemd/pstore/1/dmesg.txt", b"years ago");
        assert!(!panicked(&bench), "nobody knows how old it is");
        bench.starts(&[]);
        assert!(!panicked(&bench));
        bench.put("/var/lib/systemd/pstore/2/dmesg.txt", b"just now");
        assert!(panicked(&bench) && panicked(&bench), "what systemd-pstore has moved");
        bench.starts(&[]);
        assert!(!panicked(&bench));
        bench.put("/sys/fs/pstore/dmesg-ramoops-0", b"not moved");
        assert!(panicked(&bench));
        bench.starts(&[]);
        bench.put("/sys/fs/pstore/dmesg-ramoops-0", b"of the same name");
        assert!(panicked(&bench));
    }
}

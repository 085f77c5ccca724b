//! The running system: how it was started, which version it is, and where its parts lie.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::bootchain::backend::{self, Backend, JournalFile};
use crate::bootchain::card::DeviceCard;
use crate::bootchain::journal::{Record, Start};
use crate::bootchain::slot::Slot;
use crate::files;
use crate::records::data::Data;
use crate::records::events::{self, UpdateEvent};
use crate::records::schemas;
use crate::records::update_folder::{DATA_IN_USE, Sound, UpdateFolder};

/// The argument of a restart that makes the firmware try the other slot once.
pub const TRYBOOT: &str = "--reboot-argument=0 tryboot";

/// Where it is written from when on userspace could work.
const USERSPACE: &str = "/run/parley-update/userspace.json";

/// From when on userspace could work, in one start.
#[derive(Debug, Serialize, Deserialize)]
struct Userspace {
    boot_id: String,
    /// Since the start.
    at_s: f64,
}

/// A system, by its root folder: `/`, or a folder that a test has laid out like it.
#[derive(Debug, Clone)]
pub struct System {
    root: PathBuf,
}

impl Default for System {
    fn default() -> Self {
        Self::below("/")
    }
}

impl System {
    /// The system with this root folder.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a path of the device lies.
    pub fn path(&self, on_device: &str) -> PathBuf {
        self.root.join(on_device.trim_start_matches('/'))
    }

    /// How the running system was started: the command line names the slot, or else the firmware; whether it is a trial
    /// only the firmware knows.
    ///
    /// # Errors
    /// It is no device with slots.
    pub fn start(&self) -> Result<Start> {
        let command_line = self.read("/proc/cmdline");
        let named = command_line.split_whitespace().find_map(|word| word.strip_prefix("rauc.slot=")?.parse().ok());
        let unknown =
            "this system was not started from a slot: neither the kernel command line nor the firmware names one";
        Ok(Start {
            slot: named.or_else(|| self.firmware_slot()).context(unknown)?,
            trial: self.firmware_says("tryboot").is_some_and(|flag| flag != 0),
        })
    }

    /// Whether the gate judges the running system: in a trial, and in a slot that has come to the rescue, however the
    /// firmware got there. Whoever may read the journal may ask.
    pub fn is_judged(&self) -> bool {
        let Ok(start) = self.start() else { return false };
        let record: Option<Record> = files::read_json(&self.state().journal());
        start.trial || record.is_some_and(|record| record.is_judged(start))
    }

    /// The slot whose boot partition the firmware read, as it says itself.
    pub fn firmware_slot(&self) -> Option<Slot> {
        Slot::of_boot_partition(u8::try_from(self.firmware_says("partition")?).ok()?)
    }

    /// A value of the firmware in the device tree: four bytes, the highest first.
    pub fn firmware_says(&self, name: &str) -> Option<u32> {
        let cell = fs::read(self.path("/proc/device-tree/chosen/bootloader").join(name)).ok()?;
        Some(u32::from_be_bytes(cell.try_into().ok()?))
    }

    /// The version of the running image: `IMAGE_VERSION` of os-release.
    pub fn version(&self) -> Option<Version> {
        let release = self.read("/etc/os-release");
        let value = release.lines().find_map(|line| line.strip_prefix("IMAGE_VERSION="))?;
        value.trim().trim_matches('"').parse().ok()
    }

    /// A name for this start that no other start has.
    pub fn boot_id(&self) -> String {
        self.read("/proc/sys/kernel/random/boot_id").trim().to_owned()
    }

    /// How long the system runs.
    pub fn since_start(&self) -> Duration {
        let uptime = self.read("/proc/uptime");
        let seconds = uptime.split_whitespace().next().and_then(|seconds| seconds.parse().ok());
        seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default()
    }

    /// Which sound devices the kernel has.
    pub fn sound(&self) -> Sound {
        let entries = fs::read_dir(self.path("/sys/class/sound")).into_iter().flatten().flatten();
        let names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        // `pcmC0D0c` captures, `pcmC0D0p` plays.
        let has = |end| names.iter().any(|name| name.starts_with("pcm") && name.ends_with(end));
        Sound { microphone: has('c'), loudspeaker: has('p') }
    }

    /// Userspace may work from now on: data is checked, mounted and taken over. Said once in a start.
    ///
    /// # Errors
    /// `/run` cannot be written.
    pub fn note_userspace(&self) -> std::io::Result<()> {
        let (path, boot_id) = (self.path(USERSPACE), self.boot_id());
        if files::read_json::<Userspace>(&path).is_some_and(|noted| noted.boot_id == boot_id) {
            return Ok(());
        }
        files::replace_json(&path, &Userspace { boot_id, at_s: self.since_start().as_secs_f64() })
    }

    /// How long userspace has been able to work. Where nobody has said from when on, that is since the start.
    pub fn since_userspace(&self) -> Duration {
        let noted = files::read_json::<Userspace>(&self.path(USERSPACE));
        let noted = noted.filter(|noted| noted.boot_id == self.boot_id());
        let from = noted.and_then(|noted| Duration::try_from_secs_f64(noted.at_s).ok()).unwrap_or_default();
        self.since_start().saturating_sub(from)
    }

    /// A text file; empty where it is missing.
    pub fn read(&self, on_device: &str) -> String {
        fs::read_to_string(self.path(on_device)).unwrap_or_default()
    }

    /// What updates remember.
    pub fn state(&self) -> UpdateFolder {
        UpdateFolder::new(self.path(UpdateFolder::FOLDER))
    }

    /// The data that outlives a slot.
    pub fn data(&self) -> Data {
        Data::new(self.path(Data::FOLDER), self.state().path(DATA_IN_USE), schemas::ALL)
    }

    /// Tells everybody on this device what happens with updates.
    pub fn tell(&self, event: &UpdateEvent) {
        events::tell(&self.path(events::LOG), event);
    }

    /// Asks or changes the boot chain, while nobody else does: RAUC and the units may call at once.
    ///
    /// # Errors
    /// It is no device with slots, or what is asked cannot be done.
    pub fn boot_chain<T>(&self, ask: impl FnOnce(&mut Backend<DeviceCard, JournalFile>) -> Result<T>) -> Result<T> {
        let start = self.start().context("updates need a device with two slots, such as a flashed card")?;
        let journal = self.state().journal();
        let _alone = backend::lock(&journal).context("the update journal cannot be locked")?;
        ask(&mut Backend::new(DeviceCard::below(&self.root), JournalFile(journal), start))
    }
}

/// Has systemd read its units again.
pub fn reload_units() -> Result<()> {
    let status = Command::new("systemctl").arg("daemon-reload").status().context("cannot run systemctl")?;
    ensure!(status.success(), "systemctl did not read the units again ({status})");
    Ok(())
}

/// Restarts the device: into the committed slot and out of a trial, or with [`TRYBOOT`] into the other slot, once.
pub fn restart(argument: Option<&str>) -> Result<()> {
    let status = Command::new("systemctl").arg("reboot").args(argument).status().context("cannot run systemctl")?;
    ensure!(status.success(), "systemctl did not restart the device ({status})");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(files: &[(&str, &[u8])]) -> (tempfile::TempDir, System) {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        for (name, content) in files {
            let path = system.path(name);
            crate::files::replace(&path, content).unwrap();
        }
        (folder, system)
    }

    fn started(command_line: &str, tryboot: u32, partition: u32) -> Option<Start> {
        let (_folder, system) = system(&[
            ("/proc/cmdline", command_line.as_bytes()),
            ("/proc/device-tree/chosen/bootloader/tryboot", &tryboot.to_be_bytes()),
            ("/proc/device-tree/chosen/bootloader/partition", &partition.to_be_bytes()),
        ]);
        system.start().ok()
    }

    #[test]
    fn the_command_line_names_the_slot_and_the_firmware_the_trial() {
        let line = "root=PARTLABEL=root_b rauc.slot=B panic=1\n";
        assert_eq!(started(line, 1, 2), Some(Start { slot: Slot::B, trial: true }));
        assert_eq!(started("quiet", 0, 2), Some(Start { slot: Slot::A, trial: false }));
        assert_eq!(started("quiet", 0, 4), None);
    }

    #[test]
    fn a_laptop_has_no_slot() {
        let (_folder, system) = system(&[("/proc/cmdline", b"quiet splash")]);
        let refused = system.boot_chain(|chain| chain.started(|_, _| Ok(()))).unwrap_err();
        assert_eq!(refused.to_string(), "updates need a device with two slots, such as a flashed card");
    }

    #[test]
    fn the_version_is_the_images() {
        let (_folder, image) = system(&[("/etc/os-release", b"NAME=x\nVERSION_ID=6\nIMAGE_VERSION=\"1.4.0-rc.1\"\n")]);
        assert_eq!(image.version(), Version::parse("1.4.0-rc.1").ok());
        let (_folder, other) = system(&[("/etc/os-release", b"VERSION_ID=6")]);
        assert_eq!(other.version(), None);
    }

    #[test]
    fn the_kernel_says_how_long_it_runs() {
        let (_folder, system) = system(&[("/proc/uptime", b"61.25 100.00\n")]);
        assert_eq!(system.since_start(), Duration::from_millis(61_250));
    }
}

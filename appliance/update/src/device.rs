//! What is known of this device before an update is judged.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use anyhow::{Context, Result};
use semver::Version;
use walkdir::WalkDir;

use crate::bootchain::slot::{self, Slot};
use crate::keyring;
use crate::policy::admission::{DeviceFacts, Eeprom};
use crate::records::data::Data;
use crate::system::System;
use crate::uses;

/// RAUC's configuration, in the order in which RAUC looks for it.
const RAUC_CONFIGURATIONS: [&str; 3] = ["/etc/rauc/system.conf", "/run/rauc/system.conf", "/usr/lib/rauc/system.conf"];

/// The oldest version that the running image lets in. It is raised with a release that mends what nobody may bring back.
const FLOOR: &str = "/usr/lib/parley/min-version";

/// Whom the device trusts.
const KEYRING: &str = "/etc/rauc/keyring.pem";

/// Where the image says that it is one for development.
const DEVELOPMENT: &str = "/etc/parley/development";

/// Room on `data` for the updater's notes and a margin, in bytes.
const NOTES_BYTES: u64 = 4 << 20;

/// The same in files: the updater's, RAUC's, and the folders that systemd makes for its units.
const NOTES_FILES: u64 = 64;

/// Describes a device.
///
/// # Errors
/// It is no device with slots and RAUC.
pub fn describe(system: &System) -> Result<DeviceFacts> {
    let idle = system.start()?.slot.other();
    let configuration = RAUC_CONFIGURATIONS.iter().find_map(|path| fs::read_to_string(system.path(path)).ok());
    let compatible = configuration.as_deref().and_then(compatible);
    let data = system.path(Data::FOLDER);
    let unseen = "cannot look at the data partition";
    let ((occupied_bytes, occupied_files), (data_free, files_free)) =
        (occupied(&data).context(unseen)?, free(&data).context(unseen)?);
    Ok(DeviceFacts {
        compatible: compatible.context("RAUC has no configuration that names the kind of device")?,
        running: system.version(),
        trusts_strangers: trusts_strangers(system),
        floor: floor(&system.read(FLOOR)),
        room: room(&system.path("/"), idle)?,
        data_needed: occupied_bytes + NOTES_BYTES,
        data_free,
        files_needed: occupied_files + NOTES_FILES,
        files_free,
        eeprom: eeprom(system),
        uses: uses::of(system),
    })
}

fn compatible(configuration: &str) -> Option<String> {
    configuration.lines().find_map(|line| Some(line.strip_prefix("compatible=")?.trim().to_owned()))
}

/// Whether a product trusts the authority of a development build, of which anybody may have the key.
pub fn trusts_strangers(system: &System) -> bool {
    keyring::trusts_development(&system.read(KEYRING)) && !system.path(DEVELOPMENT).exists()
}

fn floor(file: &str) -> Option<Version> {
    file.trim().parse().ok()
}

fn room(root: &Path, slot: Slot) -> Result<BTreeMap<String, u64>> {
    let size = |label| {
        let end = File::open(slot::device(root, label)).and_then(|mut device| device.seek(SeekFrom::End(0)));
        end.with_context(|| format!("cannot look at partition {label}"))
    };
    Ok(BTreeMap::from([("boot".into(), size(slot.boot_label())?), ("rootfs".into(), size(slot.root_label())?)]))
}

/// What the files below a folder hold, in bytes, and how many files and folders they are: as much as a migration may have to
/// copy.
fn occupied(folder: &Path) -> io::Result<(u64, u64)> {
    if !folder.exists() {
        return Ok((0, 0));
    }
    WalkDir::new(folder).into_iter().try_fold((0, 0), |(bytes, files), entry| {
        let entry = entry?;
        let length = if entry.file_type().is_dir() { 0 } else { entry.metadata()?.len() };
        Ok((bytes + length, files + 1))
    })
}

/// What may still be written where a folder is, or will be: in bytes, and in files.
fn free(folder: &Path) -> io::Result<(u64, u64)> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let stat = nix::sys::statvfs::statvfs(there)?;
    // The fields' widths differ between platforms.
    #[allow(clippy::useless_conversion)]
    let (blocks, block_bytes) = (u64::from(stat.blocks_available()), u64::from(stat.fragment_size()));
    #[allow(clippy::useless_conversion)]
    let (all, free) = (u64::from(stat.files()), u64::from(stat.files_available()));
    // Some file systems have no such limit, and say that they hold none.
    Ok((blocks.saturating_mul(block_bytes), if all == 0 { u64::MAX } else { free }))
}

/// When the EEPROM was built, as the firmware tells in the device tree.
pub fn eeprom(system: &System) -> Eeprom {
    if let Some(built) = system.firmware_says("build-timestamp") {
        return Eeprom::Built(u64::from(built));
    }
    if system.read("/proc/device-tree/model").starts_with("Raspberry Pi") { Eeprom::Silent } else { Eeprom::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn the_eeproms_age_is_the_firmwares_word() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        assert_eq!(eeprom(&system), Eeprom::None);
        files::replace(&system.path("/proc/device-tree/model"), b"Raspberry Pi 5 Model B Rev 1.0\0").unwrap();
        assert_eq!(eeprom(&system), Eeprom::Silent);
        let stamp = system.path("/proc/device-tree/chosen/bootloader/build-timestamp");
        files::replace(&stamp, &1_727_049_600_u32.to_be_bytes()).unwrap();
        assert_eq!(eeprom(&system), Eeprom::Built(1_727_049_600));
    }

    #[test]
    fn the_room_is_that_of_the_slot_which_is_not_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        let put = |path: &str, content: &[u8]| files::replace(&system.path(path), content).unwrap();
        put("/proc/cmdline", b"rauc.slot=A");
        put("/usr/lib/rauc/system.conf", b"[system]\ncompatible=toaster\n");
        put("/dev/disk/by-parley/boot_b", &[0; 1000]);
        assert_eq!(describe(&system).unwrap_err().to_string(), "cannot look at partition root_b");
        put("/dev/disk/by-parley/root_b", &[0; 3000]);
        put("/var/lib/parley/data/notes", &[0; 70]);
        let device = describe(&system).unwrap();
        assert_eq!(device.room, BTreeMap::from([("boot".into(), 1000), ("rootfs".into(), 3000)]));
        assert_eq!((device.data_needed, device.compatible.as_str()), (70 + 4 * 1024 * 1024, "toaster"));
        assert_eq!(device.files_needed, 2 + 64, "a file, and the folder");
        assert!(device.files_free > 0);
    }

    #[test]
    fn a_development_keyring_is_for_images_of_development() {
        use base64::Engine;
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        let content = base64::engine::general_purpose::STANDARD.encode(keyring::DEVELOPMENT_AUTHORITY);
        let keyring = format!("-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n");
        assert!(!trusts_strangers(&system));
        files::replace(&system.path(KEYRING), keyring.as_bytes()).unwrap();
        assert!(trusts_strangers(&system));
        files::replace(&system.path(DEVELOPMENT), b"").unwrap();
        assert!(!trusts_strangers(&system));
    }

    #[test]
    fn the_image_names_the_oldest_version_that_it_lets_in() {
        let shipped = include_str!("../../../rootfs-overlay/usr/lib/parley/min-version");
        assert!(floor(shipped).is_some_and(|floor| floor.to_string() == shipped.trim()));
        assert_eq!(floor(""), None);
    }

    #[test]
    fn what_is_free_is_what_the_file_system_says() {
        let folder = tempfile::tempdir().unwrap();
        let df = std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(folder.path()).output().unwrap();
        let said: u64 = String::from_utf8_lossy(&df.stdout).lines().nth(1).unwrap().trim().parse().unwrap();
        // Others write to it too.
        assert!(free(&folder.path().join("new")).unwrap().0.abs_diff(said) < said / 10, "{said}");
    }

    #[test]
    fn what_is_kept_is_counted_with_all_folders_in_it() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(occupied(&data.path().join("new")).unwrap(), (0, 0));
        fs::create_dir_all(data.path().join("memory/v1")).unwrap();
        fs::write(data.path().join("memory/v1/lines"), [0; 700]).unwrap();
        fs::write(data.path().join("note"), [0; 30]).unwrap();
        assert_eq!(occupied(data.path()).unwrap(), (730, 5), "two files, and three folders");
    }

    #[test]
    fn the_kind_of_device_is_raucs() {
        assert_eq!(compatible(include_str!("../../../ota/system.conf")).as_deref(), Some("parley-raspberrypi5"));
    }
}

//! What is known of this device before an update is judged.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use crate::policy::admission::{Device, Eeprom};
use crate::slot::{self, Slot};
use crate::system;

/// RAUC's configuration, in the order in which RAUC looks for it.
const RAUC_CONFIGURATIONS: [&str; 3] = ["/etc/rauc/system.conf", "/run/rauc/system.conf", "/usr/lib/rauc/system.conf"];

/// Room on `data` for the updater's notes and a margin, in bytes.
const NOTES_BYTES: u64 = 4 << 20;

/// Why this device cannot be described.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// It has no slots.
    #[error(transparent)]
    NoSlot(#[from] system::NoSlot),
    /// A partition cannot be opened.
    #[error("cannot look at partition {label}: {source}")]
    Partition {
        /// Which.
        label: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The data partition cannot be looked at.
    #[error("cannot look at the data partition: {0}")]
    Data(#[from] io::Error),
    /// RAUC is not set up.
    #[error("RAUC has no configuration that names the kind of device")]
    NoConfiguration,
}

/// Describes this device.
///
/// # Errors
/// It is no device with slots and RAUC.
pub fn this() -> Result<Device, DeviceError> {
    let idle = system::start()?.slot.other();
    let configuration = RAUC_CONFIGURATIONS.iter().find_map(|path| fs::read_to_string(path).ok());
    let compatible = configuration.as_deref().and_then(compatible).ok_or(DeviceError::NoConfiguration)?;
    Ok(Device {
        compatible,
        running: system::version(),
        room: room(idle)?,
        data_needed: occupied(Path::new(system::DATA_FOLDER))? + NOTES_BYTES,
        data_free: free(Path::new(system::DATA_FOLDER))?,
        eeprom: eeprom(Path::new("/proc/device-tree")),
    })
}

fn compatible(configuration: &str) -> Option<String> {
    configuration.lines().find_map(|line| Some(line.strip_prefix("compatible=")?.trim().to_owned()))
}

fn room(slot: Slot) -> Result<BTreeMap<String, u64>, DeviceError> {
    let size = |label| {
        let end = File::open(slot::device(label)).and_then(|mut device| device.seek(SeekFrom::End(0)));
        end.map_err(|source| DeviceError::Partition { label, source })
    };
    Ok(BTreeMap::from([("boot".into(), size(slot.boot_label())?), ("rootfs".into(), size(slot.root_label())?)]))
}

/// What the files below a folder hold, in bytes: as much as a migration may have to copy.
fn occupied(folder: &Path) -> io::Result<u64> {
    if !folder.exists() {
        return Ok(0);
    }
    fs::read_dir(folder)?.try_fold(0, |sum, entry| {
        let entry = entry?;
        let kind = entry.file_type()?;
        let bytes = if kind.is_dir() { occupied(&entry.path())? } else { entry.metadata()?.len() };
        Ok(sum + bytes)
    })
}

/// What may still be written where a folder is, or will be, in bytes.
fn free(folder: &Path) -> io::Result<u64> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(folder);
    let stat = nix::sys::statvfs::statvfs(there)?;
    // The fields' widths differ between platforms.
    #[allow(clippy::useless_conversion)]
    let (blocks, block_bytes) = (u64::from(stat.blocks_available()), u64::from(stat.fragment_size()));
    Ok(blocks.saturating_mul(block_bytes))
}

/// When the EEPROM was built, as the firmware tells in the device tree.
fn eeprom(tree: &Path) -> Eeprom {
    let built = fs::read(tree.join("chosen/bootloader/build-timestamp")).ok();
    if let Some(built) = built.and_then(|bytes| Some(u32::from_be_bytes(bytes.try_into().ok()?))) {
        return Eeprom::Built(u64::from(built));
    }
    let model = fs::read_to_string(tree.join("model")).unwrap_or_default();
    if model.starts_with("Raspberry Pi") { Eeprom::Silent } else { Eeprom::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eeproms_age_is_the_firmwares_word() {
        let tree = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(eeprom(tree.path()), Eeprom::None);
        fs::write(tree.path().join("model"), "Raspberry Pi 5 Model B Rev 1.0\0").expect("it can be written");
        assert_eq!(eeprom(tree.path()), Eeprom::Silent);
        fs::create_dir_all(tree.path().join("chosen/bootloader")).expect("it can be made");
        let stamp = tree.path().join("chosen/bootloader/build-timestamp");
        fs::write(stamp, 1_727_049_600_u32.to_be_bytes()).expect("it can be written");
        assert_eq!(eeprom(tree.path()), Eeprom::Built(1_727_049_600));
    }

    #[test]
    fn what_is_kept_is_counted_with_all_folders_in_it() {
        let data = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(occupied(&data.path().join("new")).expect("nothing is no error"), 0);
        fs::create_dir_all(data.path().join("memory/v1")).expect("it can be made");
        fs::write(data.path().join("memory/v1/lines"), [0; 700]).expect("it can be written");
        fs::write(data.path().join("note"), [0; 30]).expect("it can be written");
        assert_eq!(occupied(data.path()).expect("it can be read"), 730);
        assert!(free(&data.path().join("new")).expect("its parent is there") > 0);
    }

    #[test]
    fn the_kind_of_device_is_raucs() {
        assert_eq!(compatible(include_str!("../../../ota/system.conf")).as_deref(), Some("parley-raspberrypi5"));
    }
}

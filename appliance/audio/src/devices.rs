//! Which sound devices there are, and what to do where one cannot be used.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use alsa::device_name::HintIter;
use alsa::{Direction, Output};
use libc::{EACCES, EAGAIN, EBUSY, EINVAL, ENODEV, ENOENT, ENXIO, EPERM};

use crate::device::DeviceError;

/// Where the kernel puts the files of the sound cards.
const DEVICE_FOLDER: &str = "/dev/snd";

/// A device that can be named in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDevice {
    /// The name to use.
    pub name: String,
    /// What it is, for people, in one line; may be empty.
    pub description: String,
    /// Whether it can be a microphone.
    pub records: bool,
    /// Whether it can be a loudspeaker.
    pub plays: bool,
}

/// What stands between this process and the sound cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Open,
    NoCard,
    /// There are cards, but this user may not open them: add the user to the group `audio`.
    Denied,
}

/// The devices that ALSA and its configuration offer.
pub fn named_devices() -> Vec<NamedDevice> {
    let _quiet = Output::local_error_handler();
    let Ok(hints) = HintIter::new(None, c"pcm") else {
        return Vec::new();
    };
    hints
        .filter_map(|hint| {
            Some(NamedDevice {
                name: hint.name?,
                description: hint.desc.unwrap_or_default().replace('\n', ", "),
                records: hint.direction != Some(Direction::Playback),
                plays: hint.direction != Some(Direction::Capture),
            })
        })
        .collect()
}

fn access_to(folder: &Path) -> Access {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return Access::Denied,
        Err(_) => return Access::NoCard,
    };
    let mut access = Access::NoCard;
    for entry in entries.filter_map(Result::ok) {
        if entry.file_name().to_string_lossy().starts_with("control") {
            match File::open(entry.path()) {
                Err(error) if error.kind() == ErrorKind::PermissionDenied => access = Access::Denied,
                _ => return Access::Open,
            }
        }
    }
    access
}

/// What an error of ALSA means; `said` is what it would have printed.
pub(crate) fn explain(device: &str, error: alsa::Error, said: &str) -> DeviceError {
    explain_with(device, error, said, access_to(Path::new(DEVICE_FOLDER)))
}

fn explain_with(device: &str, error: alsa::Error, said: &str, access: Access) -> DeviceError {
    let device = device.to_owned();
    let detail = match said.lines().next() {
        Some(line) => format!("{line}; {error}"),
        None => error.to_string(),
    };
    match error.errno() {
        EACCES | EPERM => DeviceError::Permission(device),
        // ALSA finds no card where it may not look.
        ENOENT | ENODEV | ENXIO if access == Access::Denied => DeviceError::Permission(device),
        ENOENT | ENODEV | ENXIO => DeviceError::NotFound(device, detail),
        EBUSY | EAGAIN => DeviceError::Busy(device),
        EINVAL => DeviceError::Unsupported(device, detail),
        _ => DeviceError::Failed(device, detail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libc::EIO;

    fn check(errno: i32, access: Access, advice: &str) {
        let error = explain_with("hw:9", alsa::Error::new("snd_pcm_open", errno), "cannot find card '9'\nmore", access);
        let message = error.to_string();
        assert!(message.contains("hw:9") && message.contains(advice), "{errno}: {message}");
    }

    #[test]
    fn every_error_says_what_to_do() {
        check(EACCES, Access::Open, "group `audio`");
        check(ENOENT, Access::Denied, "group `audio`");
        check(ENOENT, Access::NoCard, "`parley check` lists them");
        check(ENODEV, Access::Open, "cannot find card '9'");
        check(EBUSY, Access::Open, "in use by another program");
        check(EINVAL, Access::Open, "`plughw:` instead of `hw:`");
        check(EIO, Access::Open, "dmesg");
    }

    #[test]
    fn access_tells_a_missing_card_from_a_closed_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(access_to(&folder.path().join("snd")), Access::NoCard);
        assert_eq!(access_to(folder.path()), Access::NoCard);
        std::fs::write(folder.path().join("timer"), "").unwrap();
        assert_eq!(access_to(folder.path()), Access::NoCard);
        std::fs::write(folder.path().join("controlC0"), "").unwrap();
        assert_eq!(access_to(folder.path()), Access::Open);
    }

    #[test]
    fn listing_works_without_cards() {
        assert!(named_devices().iter().any(|device| device.name == "null" && device.records && device.plays));
    }
}

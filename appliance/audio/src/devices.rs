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

/// Whether a sound server keeps the cards, so that its device is the one to open.
pub(crate) fn has_sound_server() -> bool {
    named_devices().iter().any(|device| ["pipewire", "pulse"].contains(&device.name.as_str()))
}

/// Whether there are cards, and this user may open none of them.
fn is_closed_to_us(folder: &Path) -> bool {
    let is_denied = |error: &std::io::Error| error.kind() == ErrorKind::PermissionDenied;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return is_denied(&error),
    };
    let cards = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("control"));
    let mut denied = cards.map(|card| File::open(card.path()).is_err_and(|error| is_denied(&error))).peekable();
    denied.peek().is_some() && denied.all(|denied| denied)
}

/// What an error of ALSA means; `said` is what it would have printed.
pub(crate) fn explain(device: &str, error: alsa::Error, said: &str) -> DeviceError {
    explain_with(device, error, said, is_closed_to_us(Path::new(DEVICE_FOLDER)))
}

fn explain_with(device: &str, error: alsa::Error, said: &str, is_closed: bool) -> DeviceError {
    let device = device.to_owned();
    let detail = match said.lines().next() {
        Some(line) => format!("{line}; {error}"),
        None => error.to_string(),
    };
    match error.errno() {
        EACCES | EPERM => DeviceError::Permission(device),
        // ALSA finds no card where it may not look.
        ENOENT | ENODEV | ENXIO if is_closed => DeviceError::Permission(device),
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

    fn check(errno: i32, is_closed: bool, advice: &str) {
        let error =
            explain_with("hw:9", alsa::Error::new("snd_pcm_open", errno), "cannot find card '9'\nmore", is_closed);
        let message = error.to_string();
        assert!(message.contains("hw:9") && message.contains(advice), "{errno}: {message}");
    }

    #[test]
    fn every_error_says_what_to_do() {
        check(EACCES, false, "group `audio`");
        check(ENOENT, true, "group `audio`");
        check(ENOENT, false, "`parley check` lists them");
        check(ENODEV, false, "cannot find card '9'");
        check(EBUSY, false, "in use by another program");
        check(EINVAL, false, "`plughw:` instead of `hw:`");
        check(EIO, false, "dmesg");
    }

    #[test]
    fn a_missing_card_is_told_from_a_closed_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_closed_to_us(&folder.path().join("snd")));
        assert!(!is_closed_to_us(folder.path()));
        std::fs::write(folder.path().join("timer"), "").unwrap();
        assert!(!is_closed_to_us(folder.path()));
        std::fs::write(folder.path().join("controlC0"), "").unwrap();
        assert!(!is_closed_to_us(folder.path()));
    }

    #[test]
    fn listing_works_without_cards() {
        assert!(named_devices().iter().any(|device| device.name == "null" && device.records && device.plays));
    }
}

//! What the daemon's flight recorder has written about faults: times and names, no words.
//!
//! The folder is the daemon's, and root reads it too: no link is followed, and no more is read than there can be.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::files;

/// The daemon's folder for state, on a device.
pub const STATE_OF_A_DEVICE: &str = "/var/lib/parley";
/// Below it.
pub const FOLDER: &str = "faults";
const NAME: (&str, &str) = ("fault-", ".json");
/// Names that are looked at; there are eight files.
const MOST: usize = 1_000;

/// A file about a fault, as it is read again; what a later version adds is passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultFile {
    /// What went wrong.
    pub fault: String,
    /// Which engine, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
    /// Of Parley.
    pub version: String,
    /// Seconds since 1970, by a clock that may have been wrong.
    pub time_s: u64,
    /// Of the fault, since the daemon's start.
    pub at_ms: u64,
    /// What happened before and after, in order.
    pub entries: Vec<FaultEntry>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultEntry {
    /// Since the daemon's start.
    pub at_ms: u64,
    /// By a name that the program has for it.
    pub what: String,
    /// Of which turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
    /// A name or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

/// The files in a folder for state, oldest first, with what each says; one that makes no sense is left out.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn recorded(state: &Path) -> io::Result<Vec<(PathBuf, FaultFile)>> {
    let folder = state.join(FOLDER);
    let files = numbers(&folder)?.into_iter().map(|number| file(&folder, number));
    Ok(files.filter_map(|file| files::read_json(&file).map(|content| (file, content))).collect())
}

/// The file with this number.
pub fn file(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{}{number:06}{}", NAME.0, NAME.1))
}

/// Of the files in the folder, in order. They go by numbers, for a clock may be wrong.
///
/// # Errors
/// The folder is there and cannot be read, or is a link.
pub fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let read = || {
        if fs::symlink_metadata(folder)?.is_dir() {
            fs::read_dir(folder)
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    };
    let names = match read() {
        Ok(entries) => entries.flatten().take(MOST),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers: Vec<u32> = names
        .filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(NAME.0)?.strip_suffix(NAME.1)?.parse().ok()
        })
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// A note about the last fault, where there is one, for somebody who sees no more than that.
pub fn note(state: &Path) -> Option<String> {
    let last = file(&state.join(FOLDER), *numbers(&state.join(FOLDER)).ok()?.last()?);
    let FaultFile { fault, detail, version, .. } = files::read_json(&last)?;
    let detail = detail.as_ref().and_then(|detail| detail.as_str()).map(|detail| format!(" ({detail})"));
    let said = format!("{fault}{}", detail.unwrap_or_default());
    // Whoever wrote it is less trusted than its reader.
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_control()).take(80).collect::<String>();
    Some(format!(
        "something failed in version {}: {}; `parley faults` shows what happened around it",
        plain(&version),
        plain(&said)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_fault_is_told_in_plain_words_whoever_wrote_it() {
        let state = tempfile::tempdir().unwrap();
        assert_eq!(note(state.path()), None);
        let folder = state.path().join(FOLDER);
        fs::create_dir(&folder).unwrap();
        let write = |number, text: &str| fs::write(file(&folder, number), text).unwrap();
        write(
            1,
            r#"{"fault":"an engine failed","detail":"language-model","version":"1.0.0","time_s":1,"at_ms":2,"entries":[]}"#,
        );
        let said = note(state.path()).unwrap();
        assert!(said.starts_with("something failed in version 1.0.0: an engine failed (language-model);"), "{said}");
        let long = "x\\u001b\\n".repeat(1_000);
        write(2, &format!(r#"{{"fault":"{long}","version":"{long}","time_s":1,"at_ms":2,"entries":[],"later":[1]}}"#));
        let said = note(state.path()).unwrap();
        assert!(said.len() < 300 && !said.contains(['\u{1b}', '\n']), "{said}");
        write(3, "nonsense");
        assert_eq!(note(state.path()), None);
    }

    #[test]
    fn no_link_is_followed() {
        let state = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        fs::write(file(other.path(), 1), r#"{"fault":"a","version":"1","time_s":1,"at_ms":2,"entries":[]}"#).unwrap();
        std::os::unix::fs::symlink(other.path(), state.path().join(FOLDER)).unwrap();
        recorded(state.path()).unwrap_err();
        assert_eq!(note(state.path()), None);
        fs::remove_file(state.path().join(FOLDER)).unwrap();
        fs::create_dir(state.path().join(FOLDER)).unwrap();
        std::os::unix::fs::symlink(file(other.path(), 1), file(&state.path().join(FOLDER), 1)).unwrap();
        assert_eq!((recorded(state.path()).unwrap(), note(state.path())), (Vec::new(), None));
    }
}

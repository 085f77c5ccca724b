//! What root's helpers have to say to the owner of a device: files in a folder that the daemon may read and not write.
//!
//! Terms:
//! - an **announcement** is something that Parley says unasked, at a quiet moment;
//! - its **name** is that of its file, without the ending: a later announcement takes the place of one of its name.
//!
//! Rules:
//! - The folder is in memory: whoever has something to say leaves it there at every start. Who says it remembers what was
//!   said before.
//! - No secret stands in an announcement: everybody in the room hears it.
//! - What is read is bounded, whoever wrote it: [`MOST`] files of [`LONGEST_FILE`] bytes, [`LONGEST`] characters each.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::files;

/// The folder. It is in memory and root's; the daemon's group may read it.
pub const FOLDER: &str = "/run/parley-announcements";

/// The most files that are read.
pub const MOST: usize = 16;

/// The largest file that is read, in bytes.
pub const LONGEST_FILE: u64 = 4096;

/// The most characters that are said: half a minute of speech.
pub const LONGEST: usize = 500;

/// Something to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AnnouncementFile {
    /// What is said.
    pub text: String,
    /// In which language (ISO 639-1); none: in English, as root's helpers do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What it is about, if the same text about something else is news again: a checksum of the owner's file, for instance.
    pub about: String,
    /// Whether it is said at every start: a fault that lasts.
    pub every_start: bool,
}

impl AnnouncementFile {
    /// One that is said at every start.
    pub fn at_every_start(text: impl Into<String>) -> Self {
        Self { text: text.into(), every_start: true, ..Self::default() }
    }

    /// One that is said once about this.
    pub fn once(text: impl Into<String>, about: impl Into<String>) -> Self {
        Self { text: text.into(), about: about.into(), every_start: false, ..Self::default() }
    }
}

impl AnnouncementFile {
    /// The same, written in a language (ISO 639-1).
    #[must_use]
    pub fn in_language(self, code: &str) -> Self {
        Self { language: Some(code.to_owned()), ..self }
    }
}

/// Leaves an announcement for the daemon, in the place of an earlier one of its name.
///
/// # Errors
/// The folder cannot be written.
pub fn leave(folder: &Path, name: &str, announcement: &AnnouncementFile) -> io::Result<()> {
    files::replace_json(&folder.join(format!("{name}.json")), announcement)
}

/// Takes an announcement back: it is no longer true. One that is not there is none to take.
///
/// # Errors
/// The folder cannot be written.
pub fn take_back(folder: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(folder.join(format!("{name}.json"))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What lies in the folder, by name; what makes no sense is passed over.
pub fn read(folder: &Path) -> BTreeMap<String, AnnouncementFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| name_of(&entry.file_name().to_string_lossy())).collect();
    names.sort();
    names.truncate(MOST);
    let read = |name: String| {
        let announcement = read_file(&folder.join(format!("{name}.json")))?;
        Some((name, announcement))
    };
    names.into_iter().filter_map(read).collect()
}

/// The name in a file's: up to 32 small letters and dashes.
fn name_of(file: &str) -> Option<String> {
    let name = file.strip_suffix(".json")?;
    let is_good = (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_good.then(|| name.to_owned())
}

fn read_file(path: &Path) -> Option<AnnouncementFile> {
    let mut bytes = Vec::new();
    files::open(path).ok()?.take(LONGEST_FILE + 1).read_to_end(&mut bytes).ok()?;
    let mut announcement: AnnouncementFile = serde_json::from_slice(&bytes).ok()?;
    let is_whole = bytes.len() as u64 <= LONGEST_FILE;
    announcement.text = sayable(&announcement.text);
    (is_whole && !announcement.text.is_empty()).then_some(announcement)
}

/// A text of one line without control characters, cut behind a word where it is too long to be listened to.
fn sayable(text: &str) -> String {
    let mut said = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if said.chars().count() + word.chars().count() >= LONGEST {
            said.push_str(" …");
            break;
        }
        said.push_str(if said.is_empty() { "" } else { " " });
        said.push_str(word);
    }
    said
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_left_is_read_until_it_is_replaced_or_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("announcements");
        assert_eq!(read(&folder), BTreeMap::new(), "no folder, nothing to say");
        let (first, second) = (AnnouncementFile::once("One.", "a"), AnnouncementFile::at_every_start("Two."));
        leave(&folder, "wifi", &first).unwrap();
        assert_eq!(read(&folder), BTreeMap::from([("wifi".to_owned(), first)]));
        leave(&folder, "wifi", &second).unwrap();
        assert_eq!(read(&folder), BTreeMap::from([("wifi".to_owned(), second)]));
        take_back(&folder, "wifi").unwrap();
        take_back(&folder, "wifi").unwrap();
        assert_eq!(read(&folder), BTreeMap::new());
    }

    #[test]
    fn what_makes_no_sense_is_passed_over_and_what_a_newer_version_adds_is_too() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
        put("good.json", r#"{"text": "Yes.\n\u0007 It  is.", "urgency": [1]}"#);
        let bad = [("a.json", "{"), ("b.json", "{}"), ("c.json", r#"{"text": " \n"}"#), ("d.txt", r#"{"text": "d"}"#)];
        bad.iter().for_each(|(name, content)| put(name, content));
        put("e.json", &format!(r#"{{"text": "{}"}}"#, "e ".repeat(4000)));
        put("Upper.json", r#"{"text": "f"}"#);
        symlink(folder.path().join("good.json"), folder.path().join("link.json")).unwrap();
        nix::unistd::mkfifo(&folder.path().join("pipe.json"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        fs::create_dir(folder.path().join("folder.json")).unwrap();
        let read = read(folder.path());
        assert_eq!(read.keys().collect::<Vec<_>>(), ["good"]);
        assert_eq!(read["good"].text, "Yes. It is.");
    }

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"text": "Yes."}"#;
        for (name, length) in [("whole", LONGEST_FILE), ("longer", LONGEST_FILE + 1)] {
            let padded = format!("{text:length$}", length = length as usize);
            fs::write(folder.path().join(name).with_extension("json"), padded).unwrap();
        }
        assert_eq!(read(folder.path()).keys().collect::<Vec<_>>(), ["whole"]);
    }

    #[test]
    fn nobody_has_to_listen_to_more_than_half_a_minute_of_each_and_to_more_than_sixteen() {
        let folder = tempfile::tempdir().unwrap();
        let long = "word ".repeat(300);
        for letter in 'a'..='z' {
            leave(folder.path(), &letter.to_string(), &AnnouncementFile::once(long.as_str(), "")).unwrap();
        }
        let read = read(folder.path());
        assert_eq!(read.len(), MOST);
        assert!(read.values().all(|announcement| announcement.text.chars().count() <= LONGEST + 2));
        assert!(read["a"].text.ends_with("word …"), "{}", read["a"].text);
    }
}

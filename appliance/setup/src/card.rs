//! What of the owner lies on the card's first partition, and why it cannot be read.

use std::io;
use std::path::Path;

use parley_update::bootchain::fat;

use crate::FILE;

/// The longest file of an owner, in bytes; ours are a hundredth of it.
const LONGEST: u64 = 64 * 1024;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub enum OwnersFile {
    /// The owner wants nothing.
    Nothing,
    /// The file's content.
    Content(Vec<u8>),
    /// Something that the owner has to change, as a sentence.
    Unusable(String),
}

/// Looks for the file without changing anything.
///
/// # Errors
/// A partition that cannot be read.
pub fn look(partition: &Path) -> io::Result<OwnersFile> {
    let entries = fat::entries(partition)?;
    let Some(entry) = entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(FILE)) else {
        let misnamed = entries.iter().filter(|entry| !entry.is_folder).find(|entry| is_meant(&entry.name));
        return Ok(misnamed.map_or(OwnersFile::Nothing, |entry| {
            let shown: String = entry.name.chars().take(60).collect();
            OwnersFile::Unusable(format!(
                "{shown} is not read: rename it to {FILE} (Windows hides endings such as .txt until it is told to show them)"
            ))
        }));
    };
    Ok(match entry.bytes {
        _ if entry.is_folder => OwnersFile::Unusable(format!("{FILE} is a folder: it has to be a file")),
        0 => OwnersFile::Unusable(format!("{FILE} is empty: copy parley-setup.example.toml, or remove it")),
        bytes if bytes > LONGEST => {
            OwnersFile::Unusable(format!("{FILE} has {} KiB, and no such file needs more than 64", bytes / 1024))
        }
        _ => OwnersFile::Content(fat::find(partition, FILE)?.content),
    })
}

/// Whether a file was probably meant to be the owner's: the name with another ending, sign or number.
fn is_meant(name: &str) -> bool {
    let letters: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    // A Mac puts a file of its own beside each, whose name begins so.
    !name.starts_with("._") && letters.starts_with("parleysetup") && !letters.starts_with("parleysetupexample")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_were_meant_are_known_from_others() {
        for name in
            ["parley-setup.toml.txt", "Parley-Setup.txt", "parley_setup.toml", "parley-setup (1).toml", "parley-setup"]
        {
            assert!(is_meant(name), "{name}");
        }
        for name in ["parley-setup.example.toml", "._parley-setup.toml", "autoboot.txt", "setup.exe", "parley.raucb"] {
            assert!(!is_meant(name), "{name}");
        }
    }
}

//! What lies on a stick, as far as it is looked at.
//!
//! Rules: everybody may have written it, so that only so many names are read, no link is followed, and what a Mac or a PC
//! hides beside its files is passed over; FAT knows no capitals, so neither does this.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// As many names as a folder of FAT can have.
const MOST_NAMES: usize = 65_536;

/// RAUC may take a minute for each, and whoever plugs in a stick waits for all of them.
const MOST_BUNDLES: usize = 16;

/// The file with which an owner says yes to an update that lies beside it, for people.
pub(super) const YES_FILE: &str = "install.txt";

/// What of a stick counts.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Plain files that are named like an update.
    pub(super) bundles: Vec<PathBuf>,
    /// Whether [`YES_FILE`] lies there.
    pub(super) yes: bool,
}

/// Looks into the topmost folder of a stick.
///
/// # Errors
/// The stick cannot be read.
pub(super) fn of(folder: &Path) -> io::Result<Result<Listing, String>> {
    let mut listing = Listing::default();
    for (count, entry) in fs::read_dir(folder)?.enumerate() {
        if count == MOST_NAMES {
            return Ok(Err(format!(
                "there are more than {MOST_NAMES} files on this stick; take one with nothing but the update on it"
            )));
        }
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        // A link on a stick leads to anything on the device.
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_bundle(&name) && is_file() {
            listing.bundles.push(entry.path());
        } else if is_yes(&name) && is_file() {
            listing.yes = true;
        }
    }
    let count = listing.bundles.len();
    if count > MOST_BUNDLES {
        return Ok(Err(format!(
            "there are {count} updates on this stick, and no more than {MOST_BUNDLES} are looked at; leave only the one \
             that you want"
        )));
    }
    listing.bundles.sort();
    Ok(Ok(listing))
}

fn is_bundle(name: &OsStr) -> bool {
    // `._parley.raucb` is what a Mac notes of a file.
    let hidden = name.as_encoded_bytes().starts_with(b".");
    !hidden && Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("raucb"))
}

/// Windows hides the ending of a text file, so that a person adds none, or a second one.
fn is_yes(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    ["install", YES_FILE, "install.txt.txt"].contains(&name.as_str())
}

/// A file's name as it is shown to people, whatever somebody has put into it.
pub(super) fn shown(file: &Path) -> String {
    const LONGEST: usize = 80;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut shown: String = name.chars().map(|c| if c.is_control() { '?' } else { c }).take(LONGEST).collect();
    if name.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(names: &[&str]) -> (Vec<String>, bool) {
        let folder = tempfile::tempdir().unwrap();
        names.iter().for_each(|name| fs::write(folder.path().join(name), b"").unwrap());
        let listing = of(folder.path()).unwrap().unwrap();
        (listing.bundles.iter().map(|path| shown(path)).collect(), listing.yes)
    }

    #[test]
    fn capitals_are_no_difference_and_what_a_mac_hides_is_passed_over() {
        let names =
            ["PARLEY.RAUCB", "parley (1).raucb", "._parley.raucb", ".raucb", "parley.raucb.part", "raucb", "a.jpg"];
        assert_eq!(listed(&names), (vec!["PARLEY.RAUCB".into(), "parley (1).raucb".into()], false));
    }

    #[test]
    fn a_yes_is_a_plain_file_of_this_name_and_of_no_other() {
        for name in ["install.txt", "INSTALL.TXT", "Install", "install.txt.txt"] {
            assert!(listed(&["a.raucb", name]).1, "{name}");
        }
        for name in ["._install.txt", "install.doc", "do not install.txt", "installed.txt", "install.txt.raucb"] {
            assert!(!listed(&["a.raucb", name]).1, "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("install.txt")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("INSTALL.TXT")).unwrap();
        fs::create_dir(folder.path().join("folder.raucb")).unwrap();
        let listing = of(folder.path()).unwrap().unwrap();
        assert!(!listing.yes && listing.bundles.is_empty(), "{listing:?}");
    }

    #[test]
    fn sixteen_updates_are_looked_at_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let put = |number: usize| fs::write(folder.path().join(format!("{number}.raucb")), b"").unwrap();
        (0..MOST_BUNDLES).for_each(put);
        assert_eq!(of(folder.path()).unwrap().unwrap().bundles.len(), MOST_BUNDLES);
        put(MOST_BUNDLES);
        assert!(of(folder.path()).unwrap().unwrap_err().starts_with("there are 17 updates on this stick"));
    }

    #[test]
    fn a_name_is_shown_in_one_short_line() {
        let name = format!("a\r\nb{}.raucb", "x".repeat(200));
        let shown = shown(Path::new(&name));
        assert!(shown.starts_with("a??bxxx") && shown.chars().count() == 81 && !shown.contains('\n'), "{shown}");
    }
}

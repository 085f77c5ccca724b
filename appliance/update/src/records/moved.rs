//! Takes over, once, what an older version kept in a folder inside the daemon's.
//!
//! Rules: only root's own plain files count, for the folder above is not root's; a memory that has begun takes nothing
//! over; the journal comes last, so that a cut begins it once more.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::geteuid;

use super::update_folder::UpdateFolder;
use crate::files;

/// Where it lay, beside the data of the daemon.
pub const BEFORE: &str = "/var/lib/parley/update";

const JOURNAL: &str = "boot.json";

/// What lay there.
const NAMES: [&str; 6] =
    ["ledger.json", "watched.json", "candidate.json", "baseline.json", "data-before.json", JOURNAL];

/// Takes over what lies in `before`.
///
/// # Errors
/// The new folder cannot be written.
pub fn take_over(before: &Path, state: &UpdateFolder) -> io::Result<()> {
    let is_ours = |path: &Path| path.symlink_metadata().is_ok_and(|found| found.uid() == geteuid().as_raw());
    if state.journal().exists() || !is_ours(before) || !before.symlink_metadata()?.is_dir() {
        return Ok(());
    }
    for name in NAMES {
        let old = before.join(name);
        // A second name of a file may be anybody's doing.
        let single = old.symlink_metadata().is_ok_and(|found| found.nlink() == 1);
        if is_ours(&old)
            && single
            && let Ok(content) = files::read(&old)
        {
            files::replace(&state.path(name), &content)?;
        }
    }
    // No harm if it stays: it is never looked at again.
    let _ = fs::remove_dir_all(before);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;
    use crate::bootchain::slot::Slot;
    use crate::policy::ledger::Happened;

    /// A device of before, with a version that was sent away, and its new memory.
    fn before() -> (tempfile::TempDir, UpdateFolder, UpdateFolder) {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) =
            ["parley/update", "parley-update"].map(|name| UpdateFolder::new(folder.path().join(name))).into();
        let ledger = r#"[{"at_unix_s": 1, "version": "1.1.0", "what": "sent-back"}]"#;
        files::replace(&old.path("ledger.json"), ledger.as_bytes()).unwrap();
        files::replace(&old.journal(), b"{}").unwrap();
        (folder, old, new)
    }

    fn take(old: &UpdateFolder, new: &UpdateFolder) {
        take_over(old.journal().parent().unwrap(), new).unwrap();
    }

    #[test]
    fn what_was_remembered_is_taken_over_once_and_still_blocks() {
        let (_folder, old, new) = before();
        take(&old, &new);
        assert!(new.blocks().block(&"1.1.0".parse().unwrap()).is_some());
        assert!(new.journal().exists() && !old.path("").exists());
        new.note(&"1.2.0".parse().unwrap(), Happened::Installed { slot: Slot::B }).unwrap();
        files::replace(&old.path("ledger.json"), b"[]").unwrap();
        take(&old, &new);
        assert_eq!(new.ledger().lines().count(), 2, "somebody else's folder is not looked at again");
    }

    #[test]
    fn a_cut_begins_it_once_more() {
        let (_folder, old, new) = before();
        fs::create_dir_all(new.path("boot.json.part")).unwrap();
        assert!(take_over(&old.path(""), &new).is_err(), "the last file fails");
        fs::remove_dir(new.path("boot.json.part")).unwrap();
        take(&old, &new);
        assert!(new.journal().exists());
    }

    #[test]
    fn links_and_files_of_others_are_not_taken_over() {
        let (folder, old, new) = before();
        let secret = folder.path().join("secret");
        fs::write(&secret, b"[]").unwrap();
        symlink(&secret, old.path("watched.json")).unwrap();
        fs::hard_link(&secret, old.path("baseline.json")).unwrap();
        take(&old, &new);
        assert!(!new.path("watched.json").exists() && !new.path("baseline.json").exists());

        let (folder, old, new) = before();
        fs::rename(folder.path().join("parley/update"), folder.path().join("real")).unwrap();
        symlink(folder.path().join("real"), folder.path().join("parley/update")).unwrap();
        take(&old, &new);
        assert!(!new.journal().exists(), "a link to a folder");

        let (_folder, old, new) = before();
        if chown(old.path(""), Some(65_534), None).is_ok() {
            take(&old, &new);
            assert!(!new.journal().exists(), "the daemon made it");
        }
    }
}

//! A copy of the clone for bitbake, so that nobody edits under its hands: it takes any change while it runs for a mistake.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use anyhow::Result;

use crate::files::remove;

/// What is not copied: history and build output.
const LEFT_OUT: &[&str] = &[".git", "target"];

/// Makes `to` the same tree as `from`. What is the same already is not touched, so that what bitbake has read of it stays read.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    copy_folder(from, to, LEFT_OUT)
}

fn copy_folder(from: &Path, to: &Path, left_out: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if from.join(entry.file_name()).symlink_metadata().is_err() {
            remove(&entry.path())?;
        }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if left_out.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let (kind, path, copy) = (entry.file_type()?, entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            if copy.symlink_metadata().is_ok_and(|present| !present.is_dir()) {
                remove(&copy)?;
            }
            copy_folder(&path, &copy, &[])?;
        } else if kind.is_symlink() {
            let target = fs::read_link(&path)?;
            if fs::read_link(&copy).ok().as_ref() != Some(&target) {
                remove(&copy)?;
                symlink(target, &copy)?;
            }
        } else if !is_same(&path, &copy)? {
            remove(&copy)?;
            fs::copy(&path, &copy)?;
        }
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let Ok(present) = other.symlink_metadata() else { return Ok(false) };
    let wanted = one.metadata()?;
    let alike = present.is_file()
        && present.len() == wanted.len()
        && present.permissions().mode() == wanted.permissions().mode();
    Ok(alike && fs::read(one)? == fs::read(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_follows_the_clone_and_what_is_the_same_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("meta/.git")).expect("folders");
        fs::create_dir_all(from.join(".git")).expect("folders");
        for (name, text) in [("same", "1"), ("changed", "1"), ("removed", "1"), (".git/HEAD", "x"), ("meta/a.bb", "A")]
        {
            fs::write(from.join(name), text).expect("written");
        }
        copy(&from, &to).expect("copied");
        let before = fs::metadata(to.join("same")).and_then(|same| same.modified()).expect("a time");
        fs::write(from.join("changed"), "2").expect("written");
        fs::remove_file(from.join("removed")).expect("removed");
        std::thread::sleep(std::time::Duration::from_millis(20));
        copy(&from, &to).expect("copied");
        assert_eq!(fs::read_to_string(to.join("changed")).expect("text"), "2");
        assert!(!to.join("removed").exists() && !to.join(".git").exists());
        assert!(to.join("meta/a.bb").exists(), "only the clone's own history is left out");
        assert_eq!(fs::metadata(to.join("same")).and_then(|same| same.modified()).expect("a time"), before);
    }
}

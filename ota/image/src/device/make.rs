//! Making a thing once: its name carries what it was made from, and it is there whole or not at all.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::files::remove;

/// Waits until no other process works in the folder; it is this one's until the file is closed.
pub fn alone(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let lock = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            println!("Another process works in {}: waiting until it has ended", folder.display());
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("cannot keep others out"),
    }
    Ok(lock)
}

#[derive(Default)]
pub struct Recipe {
    digest: Sha256,
}

impl Recipe {
    /// Adds words of the recipe: options, package names, versions.
    pub fn words<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        for word in words {
            self.digest.update((word.len() as u64).to_le_bytes());
            self.digest.update(word);
        }
        self
    }

    /// Adds a file, or a folder with everything in it. One that is not there counts as empty.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        let kind = fs::symlink_metadata(path).map(|metadata| metadata.file_type()).ok();
        let shown = || format!("cannot read {}", path.display());
        match kind {
            Some(kind) if kind.is_dir() => {
                let entries = fs::read_dir(path).with_context(shown)?;
                let mut entries = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
                entries.sort();
                for entry in entries {
                    let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    self = self.words([name.as_str()]).path(&entry)?;
                }
            }
            Some(kind) if kind.is_symlink() => {
                let target = fs::read_link(path).with_context(shown)?;
                self = self.words([target.to_string_lossy().as_ref()]);
            }
            Some(_) => self.digest.update(Sha256::digest(fs::read(path).with_context(shown)?)),
            None => {}
        }
        Ok(self)
    }

    /// The thing: `NAME-DIGEST` in the folder, made now if it is not there. Older ones of that name go.
    pub fn make(self, folder: &Path, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let digest = self.digest.finalize();
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let thing = folder.join(format!("{name}-{digest}"));
        if thing.exists() {
            return Ok(thing);
        }
        println!("Making {}", thing.display());
        let unfinished = folder.join(format!("{name}.part"));
        remove(&unfinished)?;
        make(&unfinished)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let old = entry.file_name().to_string_lossy().strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
            if old {
                remove(&entry.path())?;
            }
        }
        fs::rename(&unfinished, &thing)?;
        Ok(thing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path, word: &str) -> PathBuf {
        let make = |path: &Path| Ok(fs::write(path, word)?);
        Recipe::default().words([word]).make(folder, "thing", make).unwrap()
    }

    #[test]
    fn the_second_in_a_folder_waits_for_the_first() {
        let [folder, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let first = alone(folder.path()).unwrap();
        let _elsewhere = alone(other.path()).unwrap();
        let path = folder.path().to_owned();
        let second = std::thread::spawn(move || alone(&path).unwrap().metadata().is_ok());
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!second.is_finished());
        drop(first);
        assert!(second.join().unwrap());
    }

    #[test]
    fn a_thing_is_made_once_and_again_when_its_recipe_changes() {
        let folder = tempfile::tempdir().unwrap();
        let first = made(folder.path(), "one");
        fs::write(&first, "touched").unwrap();
        assert_eq!(made(folder.path(), "one"), first);
        assert_eq!(fs::read_to_string(&first).unwrap(), "touched");
        let second = made(folder.path(), "two");
        assert!(second.exists() && !first.exists(), "the old one goes");
    }

    #[test]
    fn what_failed_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let fail = |path: &Path| {
            fs::write(path, "half")?;
            anyhow::bail!("no")
        };
        assert!(Recipe::default().make(folder.path(), "thing", fail).is_err());
        assert!(made(folder.path(), "one").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_changed_file_in_a_folder_changes_the_recipe() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        let digest = || Recipe::default().path(folder.path()).unwrap().digest.finalize();
        let before = digest();
        fs::write(folder.path().join("a"), "2").unwrap();
        assert_ne!(before, digest());
    }
}

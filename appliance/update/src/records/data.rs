//! Data that outlives a slot.
//!
//! Every kind of data has a schema with a version, and lies in a folder of that version: `history/v3/…`. Which version of
//! each is in use is the updater's own note, among root's: the file system keeps room aside for root, so it can be
//! written however full the daemon has made the partition.
//!
//! Rules: a trial works on a *copy* in the folder of the new version; the commit makes it current; the old folder stays
//! until probation ends (and longer, while the other slot reads it), so a rollback reads what it wrote; what was
//! written since is carried back where the older schema can hold it. The data is the daemon's: whatever is done with it
//! is done as its owner, and only folders and plain files are taken over.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use walkdir::WalkDir;

use super::update_folder::load_or_set_aside;
use crate::acting::AsOwner;
use crate::files;

/// How a kind of data gets from one version to the next, and back.
pub struct Schema {
    /// The folder's name.
    pub name: &'static str,
    /// The version that this program writes. Versions count from 1.
    pub version: u32,
    /// Brings a copy from the version below to this one, in place: one step for each version above 1, the lowest first.
    pub forward: &'static [Step],
    /// Brings a copy from this version to the one below, losing only what that cannot hold; in the order of `forward`.
    pub back: &'static [Step],
}

/// One step of a migration, on a folder that is a copy.
pub type Step = fn(&Path) -> io::Result<()>;

/// What becomes of a folder of this program's version that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takeover {
    /// It stays as it is: this program has written it, or a rollback carried it back.
    Keep,
    /// A trial that ended without a verdict left it; people have gone on with the old version since.
    Anew,
}

/// The data below one folder.
pub struct Data {
    folder: PathBuf,
    /// The note of what is in use.
    in_use: PathBuf,
    schemas: &'static [Schema],
}

impl Data {
    /// Where it lies on the device.
    pub const FOLDER: &str = "/var/lib/parley/data";

    /// The data of these schemas below a folder; `in_use` is the file that says which versions are in use.
    pub fn new(folder: impl Into<PathBuf>, in_use: impl Into<PathBuf>, schemas: &'static [Schema]) -> Self {
        Self { folder: folder.into(), in_use: in_use.into(), schemas }
    }

    /// The folder that this program reads and writes for a schema.
    pub fn of(&self, schema: &Schema) -> PathBuf {
        self.place(schema.name, schema.version)
    }

    /// Before anything reads its data: makes the folders of this program's versions, from copies where there is older
    /// data.
    ///
    /// # Errors
    /// The data cannot be copied or migrated, or is of a newer program.
    pub fn prepare(&self, takeover: Takeover) -> Result<()> {
        let current = self.current();
        let _owner = self.owner()?;
        for schema in self.schemas {
            let own = self.of(schema);
            let is_older = current.get(schema.name).is_some_and(|found| *found < schema.version);
            if own.exists() && !(is_older && takeover == Takeover::Anew) {
                continue;
            }
            let found = current.get(schema.name).copied().unwrap_or(schema.version);
            match found.cmp(&schema.version) {
                Ordering::Greater => bail!(
                    "the data {} has version {found}, which this program does not know; it knows up to {}",
                    schema.name,
                    schema.version
                ),
                Ordering::Less => {
                    let steps = steps(schema.forward, found, schema.version);
                    migrate(&self.place(schema.name, found), &own, steps.iter())?;
                }
                Ordering::Equal => fs::create_dir_all(&own).map_err(|error| failed(&own, error))?,
            }
        }
        Ok(())
    }

    /// The running version was committed: its folders are the ones in use.
    pub fn commit(&self) -> io::Result<()> {
        let mut current = self.current();
        // What only a later version knows stays.
        current.extend(self.known());
        if current.is_empty() || self.noted().as_ref() == Some(&current) {
            return Ok(());
        }
        files::replace_json(&self.in_use, &current)
    }

    /// Before the restart into the old slot, while this program still knows both versions: what was written since the
    /// commit is brought into the folders of the versions before, and those are in use again.
    ///
    /// # Errors
    /// The data cannot be copied; the old folders are then as the old slot left them.
    pub fn carry_back(&self, before: &BTreeMap<String, u32>) -> Result<()> {
        self.migrate_back(before)?;
        files::replace_json(&self.in_use, before).map_err(|error| failed(&self.in_use, error))
    }

    fn migrate_back(&self, before: &BTreeMap<String, u32>) -> Result<()> {
        let _owner = self.owner()?;
        for schema in self.schemas {
            let Some(old) = before.get(schema.name).copied().filter(|old| *old < schema.version) else { continue };
            let (own, target) = (self.of(schema), self.place(schema.name, old));
            let steps = steps(schema.back, old, schema.version);
            migrate(&own, &target, steps.iter().rev())?;
        }
        Ok(())
    }

    /// Probation is over: what neither slot reads goes. The other slot keeps what it wrote itself, for the day on which
    /// this one no longer starts and nobody can carry anything back.
    pub fn forget_old(&self, before: &BTreeMap<String, u32>) -> io::Result<()> {
        let _owner = AsOwner::of(&self.folder)?;
        for schema in self.schemas {
            let others = before.get(schema.name).copied().unwrap_or(schema.version);
            for version in (1..schema.version).filter(|version| *version != others) {
                remove_folder(&self.place(schema.name, version))?;
            }
        }
        Ok(())
    }

    /// The versions in use. Where nobody has written them down, or not legibly, they are those of the folders that this
    /// program can read.
    pub fn current(&self) -> BTreeMap<String, u32> {
        self.noted().unwrap_or_else(|| {
            let there =
                |schema: &Schema| (1..=schema.version).rfind(|version| self.place(schema.name, *version).exists());
            self.schemas.iter().filter_map(|schema| Some((schema.name.to_owned(), there(schema)?))).collect()
        })
    }

    /// What is written down of it.
    fn noted(&self) -> Option<BTreeMap<String, u32>> {
        load_or_set_aside(&self.in_use)
    }

    fn owner(&self) -> Result<AsOwner> {
        AsOwner::of(&self.folder).map_err(|error| failed(&self.folder, error))
    }

    /// The versions that this program writes.
    pub fn known(&self) -> BTreeMap<String, u32> {
        self.schemas.iter().map(|schema| (schema.name.to_owned(), schema.version)).collect()
    }

    fn place(&self, name: &str, version: u32) -> PathBuf {
        self.folder.join(name).join(format!("v{version}"))
    }
}

/// The steps between two versions, as they lie in a list that begins with version 1 to 2.
fn steps(all: &'static [Step], lower: u32, upper: u32) -> &'static [Step] {
    let index = |version: u32| usize::try_from(version.saturating_sub(1)).unwrap_or(usize::MAX).min(all.len());
    &all[index(lower)..index(upper)]
}

/// Why data could not be taken over.
#[derive(Debug, thiserror::Error)]
#[error("cannot take over the data in {}: {error}; is the data partition full?", folder.display())]
pub struct TakeoverFailed {
    folder: PathBuf,
    error: io::Error,
}

impl TakeoverFailed {
    /// Whether there was no room: no fault of whoever takes over.
    pub fn lacked_room(&self) -> bool {
        matches!(self.error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

fn failed(folder: &Path, error: io::Error) -> anyhow::Error {
    TakeoverFailed { folder: folder.to_owned(), error }.into()
}

/// Copies a folder, takes the steps on the copy, and puts it in place of `to`: after a cut that is the old folder, the
/// new one, or none, and the next start does it again.
fn migrate<'a>(from: &Path, to: &Path, steps: impl Iterator<Item = &'a Step>) -> Result<()> {
    let (copy, away) = (to.with_extension("part"), to.with_extension("old"));
    let migrated = || {
        remove_folder(&copy)?;
        copy_folder(from, &copy)?;
        for step in steps {
            step(&copy)?;
        }
        for entry in WalkDir::new(&copy).contents_first(true) {
            let entry = entry?;
            let is_folder = entry.file_type().is_dir();
            let made = if is_folder { File::open(entry.path())? } else { files::open(entry.path())? };
            made.sync_all()?;
        }
        if to.exists() {
            remove_folder(&away)?;
            fs::rename(to, &away)?;
        }
        fs::rename(&copy, to)?;
        remove_folder(&away)?;
        File::open(to.parent().unwrap_or(to))?.sync_all()
    };
    migrated().map_err(|error| failed(to, error))
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match folder.symlink_metadata() {
        Ok(found) if found.is_dir() => fs::remove_dir_all(folder),
        Ok(_) => fs::remove_file(folder),
        Err(_) => Ok(()),
    }
}

/// Copies folders and plain files. Whatever else lies there is nobody's data: a link leads elsewhere, a pipe has no end.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    if !from.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_file() {
            io::copy(&mut files::open(&entry.path())?, &mut files::create(&target)?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

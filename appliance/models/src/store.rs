//! The folder that pinned files lie in.
//!
//! This file looks at what is there; `store/fetch.rs` gets what is not, `store/carry.rs` takes it to another machine.
//!
//! Rules:
//! - A file under its own name got there by a rename after its checksum was found right, or by a person's hand; before
//!   a fetch, and by [`Store::verify`], it is hashed whatever its origin.
//! - Work goes on in `.downloads` under a lock, so that of several fetchers one works and the others wait for it.
//! - After success `.downloads` is gone; after a failure it holds whole packages and resumable downloads at most.

mod carry;
mod fetch;

pub use carry::{Carried, CarryError};

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Sha256;
use crate::disk;
use crate::download::Web;
use crate::error::FetchError;
use crate::pinned::PinnedFile;
use crate::progress::{FetchPhase, Progress, Reporter};
use crate::registry::Clients;

/// What is known of a file in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It is there; after [`Store::verify`] its content is right, after [`Store::look`] its size and header are.
    Present,
    /// It is not there.
    Missing,
    /// It is there, but is not what it should be.
    Damaged {
        /// In what way.
        reason: String,
    },
    /// Nobody has verified what it should contain.
    Unverified,
}

/// The folder that pinned files lie in, with the means to fill it.
pub struct Store {
    folder: PathBuf,
    registries_first: bool,
    web: Web,
    clients: Clients,
    free_bytes: fn(&Path) -> Option<u64>,
}

impl Store {
    /// A store in this folder, which is created by the first fetch.
    ///
    /// # Errors
    /// [`FetchError::Store`] where the path is there and no folder.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, FetchError> {
        let folder = folder.into();
        if fs::metadata(&folder).is_ok_and(|data| !data.is_dir()) {
            return Err(FetchError::Store { path: folder, source: io::ErrorKind::NotADirectory.into() });
        }
        let (web, clients) = (Web::new(), Clients::default());
        Ok(Self { folder, registries_first: false, web, clients, free_bytes: disk::free_bytes })
    }

    /// The same store, trying package registries before everything else.
    pub fn registries_first(self) -> Self {
        Self { registries_first: true, ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file is or would be.
    pub fn path(&self, file: &PinnedFile) -> PathBuf {
        self.folder.join(&file.name)
    }

    /// Looks at a file without reading all of it: its size, and its header where the format is known.
    pub fn look(&self, file: &PinnedFile) -> FileState {
        let path = self.path(file);
        let found = fs::metadata(&path).ok().filter(fs::Metadata::is_file).map(|data| data.len());
        let Some(pin) = &file.pin else { return FileState::Unverified };
        match found {
            None => FileState::Missing,
            Some(found) if found != pin.bytes => {
                FileState::Damaged { reason: format!("it has {found} bytes instead of {}", pin.bytes) }
            }
            Some(_) => match file.format.map(|format| parley_model_file::check(&path, format)) {
                Some(Err(error)) => FileState::Damaged { reason: error.to_string() },
                Some(Ok(())) | None => FileState::Present,
            },
        }
    }

    /// Reads all of a file and compares its checksum.
    pub fn verify(&self, file: &PinnedFile, progress: &mut dyn FnMut(Progress<'_>)) -> FileState {
        let looked = self.look(file);
        let (FileState::Present, Some(pin)) = (&looked, &file.pin) else { return looked };
        let mut reporter = Reporter::new(&file.name, progress);
        let report = |done| reporter.report(FetchPhase::Verifying, done, Some(pin.bytes));
        match File::open(self.path(file)).and_then(|file| Sha256::of(file, report)) {
            Ok((sha256, _)) if pin.accepts(&sha256) => FileState::Present,
            Ok((sha256, _)) => {
                FileState::Damaged { reason: format!("its SHA-256 is {sha256}, which is not the pinned one") }
            }
            Err(error) => FileState::Damaged { reason: format!("it cannot be read: {error}") },
        }
    }
}

#[cfg(test)]
mod tests;

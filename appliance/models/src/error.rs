//! Why a file could not be had, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a file is not in the store.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum FetchError {
    /// Nobody has verified what the file should contain. `from`: its first source.
    #[error(
        "{name} has no verified checksum, so it is not fetched. Download it from its publisher ({from}), compare it \
         with the checksum published there, and enter `bytes` and `sha256` in the manifest"
    )]
    Unverified { name: String, from: String },
    /// The disk has no room for it and its working files. Nothing unfinished is left behind.
    #[error(
        "{name} needs {} free in {folder}, and there are {}. Free some room, or choose another folder with PARLEY_MODELS",
        megabytes(*needed_bytes),
        megabytes(*free_bytes)
    )]
    DiskFull { name: String, folder: PathBuf, needed_bytes: u64, free_bytes: u64 },
    /// The store's folder cannot be used.
    #[error("{path}: {source}. Make the folder writable, or choose another with PARLEY_MODELS")]
    Store { path: PathBuf, source: io::Error },
    /// Every source was tried in vain. `tried`: each recipe with what went wrong, in order, each after a line break.
    #[error(
        "{name} could not be fetched. Tried:{tried}\nCheck the network and try again, or put the file into {folder} \
         by hand and run `parley models verify`"
    )]
    Exhausted { name: String, folder: PathBuf, tried: String },
}

/// Why one way to get a file failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttemptError {
    /// The registry's client is missing or failed, or the server cannot be reached, refuses, or broke off too often.
    #[error("{0}")]
    Unreachable(String),
    /// The file, or the package that it is taken from, is not what was pinned; it was deleted.
    #[error("{0}")]
    Wrong(String),
    #[error("the disk has {} free, and {} are needed", megabytes(*free_bytes), megabytes(*needed_bytes))]
    DiskFull { needed_bytes: u64, free_bytes: u64 },
    /// A working file cannot be read or written.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl AttemptError {
    pub(crate) fn io(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    pub(crate) fn not_installed(client: &str, package: &str) -> Self {
        Self::Unreachable(format!("{client} is not installed; `sudo apt install {package}` brings it"))
    }

    pub(crate) fn size(found: u64, expected: u64) -> Self {
        Self::Wrong(format!("it has {found} bytes instead of {expected}"))
    }

    pub(crate) fn too_large(limit: u64) -> Self {
        Self::Wrong(format!("it is larger than the {limit} bytes that it may have"))
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

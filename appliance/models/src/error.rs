//! Why a file could not be had, and what to do about it.

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;

use crate::convert::ConvertError;
use crate::digest::Sha256;

/// Why a file is not in the store.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nobody has verified what the file should contain.
    #[error(
        "{name} has no verified checksum, so it is not fetched. Download it from its publisher ({from}), compare it \
         with the checksum published there, and enter `bytes` and `sha256` in the manifest"
    )]
    Unverified {
        /// The file.
        name: String,
        /// Its first source.
        from: String,
    },
    /// Fetching was not allowed, and the file is missing or damaged.
    #[error("{name} is not in {folder}, and fetching is switched off. Run this again with the network allowed")]
    Offline {
        /// The file.
        name: String,
        /// The store.
        folder: PathBuf,
    },
    /// The disk has no room for it. Nothing unfinished is left behind.
    #[error("{name} needs {} free in {folder}, and there are {}. Free some room, or choose another folder with PARLEY_MODELS", megabytes(*.needed_bytes), megabytes(*.free_bytes))]
    DiskFull {
        /// The file.
        name: String,
        /// The store.
        folder: PathBuf,
        /// Room that fetching it takes, working files included.
        needed_bytes: u64,
        /// Room there is.
        free_bytes: u64,
    },
    /// The store's folder cannot be used.
    #[error("{path}: {source}. Make the folder writable, or choose another with PARLEY_MODELS")]
    Store {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Every source was tried.
    #[error("{}", exhausted(.name, .folder, .attempts))]
    Exhausted {
        /// The file.
        name: String,
        /// The store.
        folder: PathBuf,
        /// What was tried, in order.
        attempts: Vec<Attempt>,
    },
}

/// A way to get a file that was tried in vain.
#[derive(Debug)]
pub struct Attempt {
    /// The recipe, as text.
    pub recipe: String,
    /// What went wrong.
    pub error: AttemptError,
}

/// Why one way to get a file failed.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// The registry's client is not installed.
    #[error("{client} is not installed; `sudo apt install {package}` brings it")]
    NoClient {
        /// The program.
        client: &'static str,
        /// The Debian package that has it.
        package: &'static str,
    },
    /// The registry's client failed.
    #[error("{client} failed: {message}")]
    Client {
        /// The program.
        client: &'static str,
        /// The end of what it said.
        message: String,
    },
    /// The server cannot be reached, or the connection broke too often.
    #[error("{0}")]
    Network(String),
    /// The server answered with an error.
    #[error("the server answered {0}")]
    Status(u16),
    /// The file has another size than the pinned one.
    #[error("it has {found} bytes instead of {expected}")]
    Size {
        /// Pinned.
        expected: u64,
        /// Found, or announced.
        found: u64,
    },
    /// The file goes on beyond the pinned size.
    #[error("it is larger than the {limit} bytes that it may have")]
    TooLarge {
        /// Pinned.
        limit: u64,
    },
    /// The file has another content than the pinned one; it was deleted.
    #[error("its SHA-256 is {found} instead of {}; it was deleted", alternatives(.expected))]
    Checksum {
        /// Pinned.
        expected: Vec<Sha256>,
        /// Found.
        found: Sha256,
    },
    /// The package has no such file.
    #[error("the package has no file {0}")]
    NoMember(String),
    /// The package is damaged.
    #[error("the package is damaged: {0}")]
    Archive(String),
    /// The conversion failed.
    #[error(transparent)]
    Convert(ConvertError),
    /// The disk is full.
    #[error("the disk has {} free, and {} are needed", megabytes(*.free_bytes), megabytes(*.needed_bytes))]
    DiskFull {
        /// Room that this way takes, working files included.
        needed_bytes: u64,
        /// Room there is.
        free_bytes: u64,
    },
    /// A working file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl AttemptError {
    pub(crate) fn io(path: &std::path::Path) -> impl Fn(io::Error) -> AttemptError {
        move |source| AttemptError::Io { path: path.to_owned(), source }
    }

    /// The error of the system behind this one, where writing failed.
    pub(crate) fn write_error(&self) -> Option<&io::Error> {
        match self {
            AttemptError::Io { source, .. } | AttemptError::Convert(ConvertError::Write(source)) => Some(source),
            AttemptError::NoClient { .. }
            | AttemptError::Client { .. }
            | AttemptError::Network(_)
            | AttemptError::Status(_)
            | AttemptError::Size { .. }
            | AttemptError::TooLarge { .. }
            | AttemptError::Checksum { .. }
            | AttemptError::NoMember(_)
            | AttemptError::Archive(_)
            | AttemptError::Convert(_)
            | AttemptError::DiskFull { .. } => None,
        }
    }
}

fn exhausted(name: &str, folder: &std::path::Path, attempts: &[Attempt]) -> String {
    let mut text = format!("{name} could not be fetched. Tried:");
    for Attempt { recipe, error } in attempts {
        let _ = write!(text, "\n  {recipe}\n    {error}");
    }
    let _ = write!(
        text,
        "\nCheck the network and try again, or put the file into {} by hand and run `parley models verify`",
        folder.display()
    );
    text
}

fn alternatives(digests: &[Sha256]) -> String {
    digests.iter().map(Sha256::to_string).collect::<Vec<_>>().join(" or ")
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

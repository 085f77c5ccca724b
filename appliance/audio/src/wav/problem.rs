//! What is wrong, in words that say what to do about it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::resample::ResampleError;

/// Why a WAV file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}{problem}", path.display())]
pub struct WavError {
    path: PathBuf,
    problem: WavProblem,
}

impl WavError {
    /// Whether this was written into a pipe whose reader has gone: nobody wants the rest.
    pub fn is_reader_gone(&self) -> bool {
        matches!(&self.problem, WavProblem::Write(error) if error.kind() == ErrorKind::BrokenPipe)
    }
}

/// What is wrong with a WAV file. Each message goes on from the file's path.
#[derive(Debug, thiserror::Error)]
pub(super) enum WavProblem {
    #[error(" cannot be opened: {0}. {advice}", advice = to_read(.0))]
    Open(io::Error),
    #[error(" is a folder. Name a WAV file in it")]
    Folder,
    #[error(" is not a WAV file ({0}). Convert it, for example with `sox IN OUT.wav`")]
    NotWav(String),
    #[error(" has no sound in it. Record it again")]
    Empty,
    /// Format tag and sample size, such as those of ADPCM.
    #[error(" is encoded in a way that is not supported ({0}). Convert it with `sox IN -e signed -b 16 OUT.wav`")]
    Unsupported(String),
    #[error(": {0}")]
    Rate(ResampleError),
    #[error(" cannot be read: {0}. {advice}", advice = while_reading(.0))]
    Read(io::Error),
    #[error(" is a pipe, and what comes through it cannot be kept in {folder}: {error}. Free some space there, or name another folder with TMPDIR", folder = std::env::temp_dir().display())]
    Keep { error: io::Error },
    #[error(" cannot be written: {0}. {advice}", advice = to_write(.0))]
    Write(io::Error),
    #[error(" is full: a WAV file holds 4 GiB. Start another file")]
    TooLong,
    #[error(" goes on for more than 4 GiB. Name a file instead")]
    Endless,
}

impl WavProblem {
    pub(super) fn of(self, path: &Path) -> WavError {
        WavError { path: path.to_owned(), problem: self }
    }

    pub(super) fn not_wav(reason: &str) -> Self {
        Self::NotWav(reason.to_owned())
    }
}

fn to_read(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENOTDIR) => "Check how its name is written",
        Some(libc::EACCES | libc::EPERM) => {
            "Ask its owner for permission to read it (`chmod +r`, and `+x` for its folders)"
        }
        _ => "Name an ordinary file",
    }
}

fn while_reading(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::EIO) => "Check the disk",
        _ => "Copy it to another place, and name the copy",
    }
}

fn to_write(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::ENOENT) => "Make its folder first (`mkdir -p`), or choose another place",
        Some(libc::ENOTDIR) => "A part of its path is a file and no folder: choose another place",
        Some(libc::EISDIR) => "Name a file in this folder",
        Some(libc::EACCES | libc::EPERM) => "Choose a folder that you may write to",
        Some(libc::EROFS) => "Choose another place: nothing can be written on that disk",
        Some(libc::ENOSPC | libc::EDQUOT) => "Free some space, or choose another place",
        _ => "Choose another place",
    }
}

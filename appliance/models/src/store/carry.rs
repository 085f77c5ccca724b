//! Carrying files to a machine without a network: out of the store into a folder, and from a folder into a store.
//!
//! Rules:
//! - What is carried is compared with its pin on the way; under its own name there is only what was right.
//! - No link is followed and no pipe waited for, in either folder: whoever fills a stick chooses no file of this machine.
//! - There is room for all before anything is written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use sha2::Digest as _;

use super::Store;
use super::fetch::WORK_FOLDER;
use crate::digest::{self, Sha256};
use crate::disk::SPARE_BYTES;
use crate::error::FetchError;
use crate::pinned::{Pin, PinnedFile};
use crate::progress::{FetchPhase, Progress, Reporter};

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// It was copied.
    Copied,
    /// It was there already, whole and right.
    Already,
    /// It is not where it should have come from.
    Missing,
    /// It is there, but is not what it should be; it was not copied.
    Refused {
        /// In what way.
        reason: String,
    },
}

/// Why nothing more is carried.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum CarryError {
    /// There is no room for all of it; nothing was copied.
    #[error("{folder} has {:.1} MB free, and {:.1} MB are needed. Free some room, or choose another folder", *free_bytes as f64 / 1e6, *needed_bytes as f64 / 1e6)]
    DiskFull { folder: PathBuf, needed_bytes: u64, free_bytes: u64 },
    /// A folder or a file in it cannot be used.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> CarryError {
    move |source| CarryError::Io { path: path.to_owned(), source }
}

fn unlocked(folder: &Path) -> impl Fn(FetchError) -> CarryError {
    move |error| match error {
        FetchError::Store { path, source } => CarryError::Io { path, source },
        other @ (FetchError::Unverified { .. } | FetchError::DiskFull { .. } | FetchError::Exhausted { .. }) => {
            CarryError::Io { path: folder.to_owned(), source: io::Error::other(other) }
        }
    }
}

impl Store {
    /// Copies files of the store into a folder, which is made where it is not there. One that is unverified is refused.
    ///
    /// # Errors
    /// There is no room, or the folder cannot be written.
    pub fn export<'a>(
        &self,
        files: &[&'a PinnedFile],
        folder: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(&'a str, Carried)>, CarryError> {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
        self.carry(files, self.folder(), folder, folder, progress)
    }

    /// Copies files from a folder into the store. Those of the folder's other files that are none of these are left alone.
    ///
    /// # Errors
    /// There is no room, or the store cannot be written.
    pub fn import<'a>(
        &self,
        files: &[&'a PinnedFile],
        folder: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(&'a str, Carried)>, CarryError> {
        fs::read_dir(folder).map_err(io_error(folder))?;
        let work = self.folder().join(WORK_FOLDER);
        fs::create_dir_all(&work).map_err(io_error(&work))?;
        let lock = match files.first() {
            Some(first) => Some(self.lock(&mut Reporter::new(&first.name, progress)).map_err(unlocked(self.folder()))?),
            None => None,
        };
        // Whoever had the lock before may have removed it.
        fs::create_dir_all(&work).map_err(io_error(&work))?;
        let carried = self.carry(files, folder, self.folder(), &work, progress);
        drop(lock);
        // It stays where a broken download lies in it.
        let _ = fs::remove_dir(&work);
        carried
    }

    /// `work`: where a file is written before it is renamed into `to`, on the same disk.
    fn carry<'a>(
        &self,
        files: &[&'a PinnedFile],
        from: &Path,
        to: &Path,
        work: &Path,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Vec<(&'a str, Carried)>, CarryError> {
        let mut found = Vec::new();
        let mut needed_bytes = 0;
        for file in files {
            let Some(pin) = &file.pin else {
                let reason = "nobody has verified its checksum".to_owned();
                found.push((*file, Err(Carried::Refused { reason })));
                continue;
            };
            let source = if is_there(&to.join(&file.name), file, pin, progress) {
                Err(Carried::Already)
            } else {
                source(&from.join(&file.name), pin)
            };
            needed_bytes += source.as_ref().map_or(0, |_| pin.bytes);
            found.push((*file, source.map(|source| (source, pin))));
        }
        let free_bytes = (self.free_bytes)(to).unwrap_or(u64::MAX);
        if needed_bytes > 0 && free_bytes < needed_bytes + SPARE_BYTES {
            let (folder, needed_bytes) = (to.to_owned(), needed_bytes + SPARE_BYTES);
            return Err(CarryError::DiskFull { folder, needed_bytes, free_bytes });
        }
        let mut carried = Vec::new();
        for (file, source) in found {
            let became = match source {
                Err(became) => became,
                Ok((source, pin)) => copied(file, pin, source, &to.join(&file.name), work, progress)?,
            };
            carried.push((file.name.as_str(), became));
        }
        File::open(to).and_then(|folder| folder.sync_all()).map_err(io_error(to))?;
        Ok(carried)
    }
}

/// A plain file, opened without following a link.
fn plain(path: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no plain file")) }
}

fn is_there(path: &Path, file: &PinnedFile, pin: &Pin, progress: &mut dyn FnMut(Progress<'_>)) -> bool {
    let Ok(there) = plain(path) else { return false };
    if there.metadata().map_or(0, |data| data.len()) != pin.bytes {
        return false;
    }
    let mut reporter = Reporter::new(&file.name, progress);
    let sum = Sha256::of(there, |done| reporter.report(FetchPhase::Verifying, done, Some(pin.bytes)));
    sum.is_ok_and(|(sha256, _)| pin.accepts(&sha256))
}

/// What is to be copied, where it is there and as large as it should be.
fn source(path: &Path, pin: &Pin) -> Result<File, Carried> {
    let refused = |reason: String| Err(Carried::Refused { reason });
    match plain(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Carried::Missing),
        Err(error) if error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32) => {
            refused("it is a link, which is not followed".to_owned())
        }
        Err(error) => refused(error.to_string()),
        Ok(file) => match file.metadata().map_or(0, |data| data.len()) {
            bytes if bytes == pin.bytes => Ok(file),
            bytes => refused(format!("it has {bytes} bytes instead of {}", pin.bytes)),
        },
    }
}

fn copied(
    file: &PinnedFile,
    pin: &Pin,
    source: File,
    to: &Path,
    work: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Carried, CarryError> {
    let part = work.join(format!(".{}.carried", file.name));
    // What an earlier one left, a link included, is removed and never opened.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error(&part)(error)),
        Ok(()) | Err(_) => {}
    }
    let result = write(file, pin, source, &part, progress).and_then(|became| {
        if became == Carried::Copied {
            fs::rename(&part, to).map_err(io_error(to))?;
            Reporter::new(&file.name, progress).report(FetchPhase::Done, pin.bytes, Some(pin.bytes));
        }
        Ok(became)
    });
    if !matches!(result, Ok(Carried::Copied)) {
        let _ = fs::remove_file(&part);
    }
    result
}

fn write(
    file: &PinnedFile,
    pin: &Pin,
    source: File,
    part: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Carried, CarryError> {
    let mut target = OpenOptions::new().write(true).create_new(true).open(part).map_err(io_error(part))?;
    let mut reporter = Reporter::new(&file.name, progress);
    let (mut hasher, mut done) = (sha2::Sha256::new(), 0);
    let read = |error: io::Error| Failed::Source(error.to_string());
    let copied = digest::each_chunk(source, read, |chunk| {
        done += chunk.len() as u64;
        if done > pin.bytes {
            return Err(Failed::Source("it grew while it was copied".to_owned()));
        }
        hasher.update(chunk);
        target.write_all(chunk).map_err(Failed::Target)?;
        reporter.report(FetchPhase::Copying, done, Some(pin.bytes));
        Ok(())
    });
    match copied.and_then(|()| target.sync_all().map_err(Failed::Target)) {
        Err(Failed::Target(error)) => Err(io_error(part)(error)),
        Err(Failed::Source(reason)) => Ok(Carried::Refused { reason }),
        Ok(()) => {
            let sha256 = Sha256::in_digits(&hasher.finalize());
            let is_right = done == pin.bytes && pin.accepts(&sha256);
            let refused =
                || Carried::Refused { reason: format!("its SHA-256 is {sha256}, which is not the pinned one") };
            Ok(if is_right { Carried::Copied } else { refused() })
        }
    }
}

enum Failed {
    Source(String),
    Target(io::Error),
}

impl PinnedFile {
    /// Whether something lies in a folder under this file's name, whatever it is.
    pub(crate) fn lies_in(&self, folder: &Path) -> bool {
        folder.join(&self.name).symlink_metadata().is_ok()
    }
}

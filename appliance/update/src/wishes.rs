//! Wishes about updates that come through the daemon's door, and that root fulfils.
//!
//! The daemon may do nothing with updates, and is not to. It leaves an empty file in a folder of its own; its name is the
//! wish. systemd sees it (`parley-wish.path`) and starts root's `parley-update wish`, which takes one away and does what its
//! command does. Nothing else passes between the two.
//!
//! Rules of root's side: the folder is the daemon's, so nothing in it is believed, opened or followed, and the folder itself
//! may be anything; three names are looked for, whatever else lies there; a wish is removed before it is fulfilled, so that
//! it is fulfilled once at most, whatever dies; what is no plain file is removed, and wishes nothing. A folder with something
//! in it is not looked into: it gets another name, and stays.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, renameat};
use nix::sys::stat::{Mode, SFlag, fstatat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use serde::{Deserialize, Serialize};

use crate::files;

/// Where the daemon leaves them.
pub const FOLDER: &str = "/run/parley/wishes";

/// The parts of [`FOLDER`] that belong to the daemon, below root's own.
const OF_ROOT: &str = "/run";
const OF_THE_DAEMON: [&str; 2] = ["parley", "wishes"];

/// What may be wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wish {
    /// Yes to what a stick offers: `parley update accept`.
    Accept,
    /// `parley update rollback`.
    Rollback,
    /// Into what is installed: `parley update install --restart`.
    Restart,
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Rollback, Self::Restart];

    /// Its file's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Rollback => "rollback",
            Self::Restart => "restart",
        }
    }

    /// What root says for the same: the arguments of `parley update`.
    pub fn command(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Rollback => "rollback",
            Self::Restart => "install --restart",
        }
    }
}

/// A wish that nobody has taken yet; it is withdrawn when this is dropped.
#[derive(Debug)]
pub struct LeftWish {
    file: PathBuf,
}

impl LeftWish {
    /// Leaves a wish. One that lay there was left by a daemon that was killed.
    ///
    /// # Errors
    /// There is no such folder, where nobody fulfils wishes, or it cannot be written.
    pub fn new(folder: &Path, wish: Wish) -> io::Result<Self> {
        let file = folder.join(wish.name());
        files::create(&file)?;
        Ok(Self { file })
    }

    /// Whether it has been taken.
    pub fn is_taken(&self) -> bool {
        self.file.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    /// Withdraws it, and says whether that was in time: what could be removed here, root has not removed.
    pub fn withdraw(self) -> bool {
        std::fs::remove_file(&self.file).is_ok()
    }
}

impl Drop for LeftWish {
    fn drop(&mut self) {
        // An error means that it was taken or withdrawn.
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Takes one wish away from below a root folder. `None`: there is none.
///
/// # Errors
/// Something with the name of a wish cannot be removed. Whatever could be is.
pub fn take(root: &Path) -> io::Result<Option<Wish>> {
    let Some(folder) = folder(root)? else { return Ok(None) };
    let mut none = Ok(None);
    for wish in Wish::ALL {
        let stat = match fstatat(&folder, wish.name(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::ENOENT) => continue,
            Err(error) => {
                none = Err(error.into());
                continue;
            }
        };
        let kind = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT;
        let how = if kind == SFlag::S_IFDIR { UnlinkatFlags::RemoveDir } else { UnlinkatFlags::NoRemoveDir };
        let removed = match unlinkat(&folder, wish.name(), how) {
            Err(Errno::ENOTEMPTY | Errno::EEXIST) => set_aside(&folder, wish)?,
            removed => removed,
        };
        match removed {
            Ok(()) if kind == SFlag::S_IFREG => return Ok(Some(wish)),
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(error) => none = Err(error.into()),
        }
    }
    none
}

/// Renames what has the name of a wish, in one step however much is in it: nobody waits for it under the new name, which
/// whoever left it could not foresee.
fn set_aside(folder: &OwnedFd, wish: Wish) -> io::Result<nix::Result<()>> {
    let mut random = [0; 8];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    let name = format!("no-wish-{:016x}", u64::from_le_bytes(random));
    Ok(renameat(folder, wish.name(), folder, name.as_str()))
}

/// The daemon's folder, if it is one, reached through no link.
fn folder(root: &Path) -> io::Result<Option<OwnedFd>> {
    let path = root.join(OF_ROOT.trim_start_matches('/'));
    let mut folder = match File::open(path) {
        Ok(run) => OwnedFd::from(run),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_RDONLY | OFlag::O_CLOEXEC;
    for name in OF_THE_DAEMON {
        folder = match openat(&folder, name, flags, Mode::empty()) {
            Ok(below) => below,
            Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
    }
    Ok(Some(folder))
}

#[cfg(test)]
mod tests;

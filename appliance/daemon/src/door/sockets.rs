//! The sockets in the file system.

use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::{Path, PathBuf};

use parley_door::Door;
use tokio::net::UnixListener;

/// On a folder: what is made in it belongs to its group.
const SET_GROUP_ID: u32 = 0o2000;

/// A socket that is bound; dropping it removes its file.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) door: Door,
    listener: StdListener,
    path: PathBuf,
    /// Of the file: another Parley may have put its own there since.
    inode: u64,
}

impl Socket {
    /// Binds a door's socket: for its group where the folder gives it to one, else for this user alone.
    pub(super) fn bind(door: Door, folder: &Path) -> io::Result<Self> {
        Self::bind_at(door, door.socket(folder), folder)
    }

    /// The socket for sound, which is the control door's too.
    pub(super) fn bind_for_sound(folder: &Path) -> io::Result<Self> {
        Self::bind_at(Door::Control, Door::sound_socket(folder), folder)
    }

    fn bind_at(door: Door, path: PathBuf, folder: &Path) -> io::Result<Self> {
        let parent = path.parent().unwrap_or(folder);
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        match StdStream::connect(&path) {
            Ok(_) => {
                let text = format!("{}: another Parley is running", path.display());
                return Err(io::Error::new(ErrorKind::AddrInUse, text));
            }
            // Left by one that was killed.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(&path)?,
            Err(_) => {}
        }
        let listener = StdListener::bind(&path)?;
        let for_group = fs::metadata(parent)?.mode() & SET_GROUP_ID != 0;
        fs::set_permissions(&path, Permissions::from_mode(if for_group { 0o660 } else { 0o600 }))?;
        listener.set_nonblocking(true)?;
        let inode = fs::symlink_metadata(&path)?.ino();
        Ok(Self { door, listener, path, inode })
    }

    /// The listener, for the runtime that asks.
    pub(super) fn listener(&self) -> io::Result<UnixListener> {
        UnixListener::from_std(self.listener.try_clone()?)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|file| file.ino() == self.inode) {
            // One that stays is found dead by the next who binds it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

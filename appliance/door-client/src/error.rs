//! Why something cannot be done at the door, and what to do about it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use parley_door::{Door, DoorError};

/// Why a door cannot be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum DoorClientError {
    /// The environment names no folder.
    #[error("there is no folder in which Parley could have its sockets: set XDG_RUNTIME_DIR, as a login does")]
    NoFolder,
    /// Nobody listens.
    #[error(
        "Parley is not running here (nobody listens at {}): start it with `parley run`, on a device with `systemctl start parley`",
        path.display()
    )]
    NotRunning { path: PathBuf },
    /// This user may not.
    #[error(
        "you may not use {}: on a device its group is {group}; `sudo usermod --append --groups {group} $USER` and a new login let you in",
        path.display()
    )]
    NotAllowed { path: PathBuf, group: &'static str },
    /// The daemon says why.
    #[error("{}", .0.message)]
    Refused(DoorError),
    /// It closed the connection.
    #[error("Parley has closed the connection; it ends, or starts anew")]
    Closed,
    /// It did not answer in time.
    #[error("Parley does not answer; `systemctl status parley` or `parley check` may say why")]
    TooLate,
    /// What answers is no daemon of Parley's.
    #[error("whoever listens there does not speak as Parley does; are program and daemon of one version?")]
    NoDoor,
    /// The connection failed.
    #[error("the connection to Parley failed: {0}")]
    Io(#[from] io::Error),
}

impl DoorClientError {
    pub(crate) fn of_connecting(error: io::Error, path: PathBuf, door: Door) -> Self {
        if [ErrorKind::NotFound, ErrorKind::ConnectionRefused].contains(&error.kind()) {
            Self::NotRunning { path }
        } else if error.kind() == ErrorKind::PermissionDenied {
            Self::NotAllowed { path, group: door.group() }
        } else {
            Self::Io(error)
        }
    }
}

//! Where the sockets are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder of the sockets on a device: `systemd-tmpfiles` makes it, with a folder for each door that belongs to the
/// door's group.
pub const DEVICE_FOLDER: &str = "/run/parley/door";

/// The environment variable that names another folder, for tests and for a second Parley.
pub const FOLDER_VARIABLE: &str = "PARLEY_DOOR";

/// One of the two doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Door {
    /// Tells what happens, without words.
    Read,
    /// Obeys too.
    Control,
}

impl Door {
    /// Its name: that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Control => "control",
        }
    }

    /// On a device, who may use it.
    pub fn group(self) -> &'static str {
        match self {
            Self::Read => "parley-read",
            Self::Control => "parley-control",
        }
    }

    /// Its socket below the folder of the doors.
    pub fn socket(self, folder: &Path) -> PathBuf {
        folder.join(self.name()).join("socket")
    }

    /// The socket for a seat of one's own, beside that of the control door and for the same group.
    pub fn sound_socket(folder: &Path) -> PathBuf {
        folder.join(Self::Control.name()).join("sound")
    }

    /// The folder of the doors: what [`FOLDER_VARIABLE`] says, else a device's, else one in the user's runtime folder;
    /// `None` where there is no such folder. `variable` reads the environment, as [`std::env::var_os`] does.
    pub fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
        let named = |name| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        named(FOLDER_VARIABLE)
            .or_else(|| Some(PathBuf::from(DEVICE_FOLDER)).filter(|folder| folder.is_dir()))
            .or_else(|| Some(named("XDG_RUNTIME_DIR")?.join("parley/door")))
    }
}

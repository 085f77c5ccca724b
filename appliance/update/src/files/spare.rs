//! Files that are there already, for a folder in which root has to write however many files somebody else has made: ext4
//! keeps blocks aside for root, and no inodes.
//!
//! Rule: a spare file is lent and given back, never removed and made anew: whoever makes files without end would be faster.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, OFlag, RenameFlags, renameat2};

/// Where they lie, in the folder that they are for.
const FOLDER: &str = "spare";

/// Twice as many as root has files there; one is used up where a file is new, and made anew at the next start that can.
const COUNT: usize = 32;

/// Makes what is missing of the spare files of a folder.
///
/// # Errors
/// The folder cannot be written; what is there already can be lent all the same.
pub fn keep(folder: &Path) -> io::Result<()> {
    let spare = folder.join(FOLDER);
    fs::create_dir_all(&spare)?;
    (0..COUNT).try_for_each(|number| match File::create_new(spare.join(number.to_string())) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Ok(_) | Err(_) => Ok(()),
    })
}

/// A spare file on its way to become another.
pub(super) struct Lent {
    /// Empty, and open for writing.
    pub(super) file: File,
    /// Where it came from.
    home: PathBuf,
}

/// Moves a spare file of the folder to a place in it; `None` where there is none.
pub(super) fn lend(folder: &Path, to: &Path) -> Option<Lent> {
    let entries = fs::read_dir(folder.join(FOLDER)).ok()?.flatten();
    entries.into_iter().find_map(|entry| {
        let home = entry.path();
        // A file with a second name is somebody's.
        home.symlink_metadata().ok().filter(|found| found.is_file() && found.nlink() == 1)?;
        fs::rename(&home, to).ok()?;
        let file =
            OpenOptions::new().write(true).truncate(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(to).ok()?;
        Some(Lent { file, home })
    })
}

/// What was lent takes its place; what was there is spare from now on.
pub(super) fn settle(lent: Lent, unfinished: &Path, path: &Path) -> io::Result<()> {
    if renameat2(AT_FDCWD, unfinished, AT_FDCWD, path, RenameFlags::RENAME_EXCHANGE).is_err() {
        // Nothing was there.
        return fs::rename(unfinished, path);
    }
    fs::rename(unfinished, lent.home)
}

//! Small files that are whole or not there: written beside, synced, renamed.
//!
//! Rules: no link is followed, for a folder may belong to somebody else or come from a stick; what is no plain file, or
//! larger than any of ours, is not read; a file that cannot be read is told from one that is not there.

pub mod spare;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest file that is read, in bytes: a ledger with the reasons of years has a tenth of it.
const LARGEST_BYTES: u64 = 4 << 20;

/// Opens a plain file for reading, and nothing that a link or a pipe would lead to.
///
/// # Errors
/// It is missing, no plain file, or cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    // A pipe without a writer would be waited for.
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(ErrorKind::InvalidInput, format!("{} is no plain file", path.display())))
    }
}

/// Reads a plain file.
///
/// # Errors
/// As [`open`], and a file that is larger than any of ours.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.take(LARGEST_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LARGEST_BYTES {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("{} is larger than any of ours", path.display())));
    }
    Ok(content)
}

/// Makes a file that is not there: whatever lay under its name is removed, and no link is followed.
///
/// # Errors
/// The folder cannot be written, or a folder has the name.
pub fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Opens a file to write at its end, and makes it where it is missing.
///
/// # Errors
/// It is a link or cannot be written.
pub fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)
}

/// Replaces a file: after a cut it is the old one or the new one. Where the file system has room for no further file, one
/// of the folder's spare ones ([`spare`]) becomes it.
///
/// # Errors
/// The folder cannot be written.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_by(path, content, create)
}

fn replace_by(path: &Path, content: &[u8], create: impl Fn(&Path) -> io::Result<File>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let unfinished = path.with_added_extension("part");
    let write = |mut file: &File| file.write_all(content).and_then(|()| file.sync_all());
    match create(&unfinished) {
        Ok(file) => {
            write(&file)?;
            fs::rename(&unfinished, path)?;
        }
        Err(error) if error.kind() == ErrorKind::StorageFull => {
            let lent = spare::lend(folder, &unfinished).ok_or(error)?;
            write(&lent.file)?;
            spare::settle(lent, &unfinished, path)?;
        }
        Err(error) => return Err(error),
    }
    File::open(folder)?.sync_all()
}

/// Replaces a file by a value's JSON.
///
/// # Errors
/// As [`replace`].
pub fn replace_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    replace(path, &text)
}

/// Reads a value; `None` where the file is missing or makes no sense: for what may be lost. [`load_json`] is for what
/// may not.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&read(path).ok()?).ok()
}

/// Reads a value that must not be lost: `None` only where there is no file.
///
/// # Errors
/// There is one and it cannot be read, or makes no sense.
pub fn load_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match read(path) {
        Ok(content) => Ok(Some(serde_json::from_slice(&content)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a file that cannot be read out of the way, beside its place, so that a new one does not cover it. Of two, the
/// last stays.
///
/// # Errors
/// The folder cannot be written.
pub fn set_aside(path: &Path) -> io::Result<()> {
    let aside = path.with_added_extension("damaged");
    // A folder takes no file's name, nor a file that of a folder; a link is never followed.
    match fs::symlink_metadata(&aside) {
        Ok(there) if there.is_dir() => fs::remove_dir_all(&aside)?,
        Ok(_) => fs::remove_file(&aside)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::rename(path, aside)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn whatever_lies_aside_gives_way_to_what_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("state"), folder.path().join("other"));
        fs::create_dir(&other).unwrap();
        fs::write(other.join("kept"), "").unwrap();
        let aside = folder.path().join("state.damaged");
        for is_folder in [false, true, true, false, false] {
            if is_folder {
                fs::create_dir_all(path.join("full")).unwrap();
            } else {
                fs::write(&path, "x").unwrap();
            }
            set_aside(&path).unwrap();
            assert!(!path.exists() && aside.is_dir() == is_folder);
        }
        fs::remove_file(&aside).unwrap();
        symlink(&other, &aside).unwrap();
        fs::create_dir(&path).unwrap();
        set_aside(&path).unwrap();
        assert!(other.join("kept").exists() && !aside.is_symlink());
    }

    #[test]
    fn a_file_is_replaced_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.json");
        replace_json(&path, &[1, 2]).unwrap();
        replace_json(&path, &[3]).unwrap();
        assert_eq!(read_json::<Vec<u8>>(&path), Some(vec![3]));
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn a_garbled_file_reads_as_none_and_is_told_from_a_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(load_json::<Vec<u8>>(&path).unwrap(), None);
        fs::write(&path, b"[1,").unwrap();
        assert_eq!(read_json::<Vec<u8>>(&path), None);
        assert!(load_json::<Vec<u8>>(&path).is_err());
        for _ in 0..2 {
            fs::write(&path, b"[1,").unwrap();
            set_aside(&path).unwrap();
            assert!(!path.exists() && fs::read(folder.path().join("state.json.damaged")).unwrap() == b"[1,");
        }
        for _ in 0..2 {
            fs::create_dir_all(path.join("full")).unwrap();
            set_aside(&path).unwrap();
            assert!(!path.exists() && folder.path().join("state.json.damaged/full").is_dir(), "a folder too");
        }
        fs::write(&path, b"[1,").unwrap();
        set_aside(&path).unwrap();
    }

    #[test]
    fn no_link_is_followed_wherever_it_lies() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::write(place("card"), b"[7]").unwrap();
        for link in ["state.json.part", "state.json", "log", "report"] {
            symlink(place("card"), place(link)).unwrap();
        }
        assert_eq!(read_json::<Vec<u8>>(&place("state.json")), None, "reading");
        assert!(load_json::<Vec<u8>>(&place("state.json")).is_err(), "it is not taken for a missing one");
        assert!(append(&place("log")).is_err());
        replace(&place("state.json"), b"[1]").unwrap();
        create(&place("report")).unwrap().write_all(b"x").unwrap();
        assert_eq!(fs::read(place("card")).unwrap(), b"[7]", "what they led to is untouched");
        assert_eq!(read_json::<Vec<u8>>(&place("state.json")), Some(vec![1]));
        assert!(!place("report").is_symlink());
    }

    /// As where there are as many files as the file system can hold.
    fn refused(_: &Path) -> io::Result<File> {
        Err(io::Error::from(ErrorKind::StorageFull))
    }

    #[test]
    fn where_no_further_file_can_be_made_a_spare_one_is_lent_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let (path, spares) = (folder.path().join("boot.json"), folder.path().join("spare"));
        let count = || fs::read_dir(&spares).unwrap().count();
        assert_eq!(replace_by(&path, b"1", refused).unwrap_err().kind(), ErrorKind::StorageFull, "none is kept");
        spare::keep(folder.path()).unwrap();
        let all = count();
        replace_by(&path, b"1", refused).unwrap();
        assert_eq!((fs::read(&path).unwrap(), count()), (b"1".to_vec(), all - 1), "a new file uses one up");
        for content in ["a longer one", "2"] {
            replace_by(&path, content.as_bytes(), refused).unwrap();
            assert_eq!((fs::read(&path).unwrap(), count()), (content.into(), all - 1), "it was exchanged");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside it");
        spare::keep(folder.path()).unwrap();
        assert_eq!(count(), all);
    }

    #[test]
    fn a_spare_file_that_somebody_has_under_another_name_is_not_lent() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::create_dir(place("spare")).unwrap();
        fs::write(place("card"), b"[7]").unwrap();
        fs::hard_link(place("card"), place("spare/0")).unwrap();
        symlink(place("card"), place("spare/1")).unwrap();
        assert!(replace_by(&place("boot.json"), b"1", refused).is_err());
        assert_eq!(fs::read(place("card")).unwrap(), b"[7]");
    }

    #[test]
    fn a_pipe_is_not_waited_for_and_a_large_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, large) = (folder.path().join("pipe"), folder.path().join("large"));
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(open(&pipe).unwrap_err().kind(), ErrorKind::InvalidInput);
        File::create(&large).and_then(|file| file.set_len(LARGEST_BYTES + 1)).unwrap();
        assert_eq!(read(&large).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(open(folder.path()).unwrap_err().kind(), ErrorKind::InvalidInput, "a folder");
    }
}

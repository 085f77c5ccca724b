//! Acting as somebody else. What root does in a folder of the daemon, it does as the daemon: what it makes there belongs
//! to the daemon, and no link leads to where the daemon could not go by itself.
//!
//! The unit needs `CAP_SETUID` and `CAP_SETGID` for it.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::{Gid, Uid, geteuid, setfsgid, setfsuid};

/// While it lives, files are opened and made by this thread as the owner of a folder.
#[derive(Debug)]
pub struct AsOwner {
    acts: bool,
}

impl AsOwner {
    /// As the owner of the nearest folder on the way to this one that is there.
    ///
    /// # Errors
    /// There is none, or this process may not act for its owner.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let there = folder.ancestors().find_map(|folder| folder.symlink_metadata().ok().filter(|found| found.is_dir()));
        let owner = there.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
        if uid == geteuid() || !geteuid().is_root() {
            return Ok(Self { acts: false });
        }
        // The group first: afterwards it is no longer root who asks. Neither call reports an error; asking again does.
        setfsgid(gid);
        setfsuid(uid);
        let acting = Self { acts: true };
        let changed = setfsgid(gid) == gid && setfsuid(uid) == uid;
        changed.then_some(acting).ok_or_else(|| {
            io::Error::new(io::ErrorKind::PermissionDenied, format!("this process may not act for user {uid}"))
        })
    }
}

impl Drop for AsOwner {
    fn drop(&mut self) {
        if self.acts {
            setfsuid(geteuid());
            setfsgid(nix::unistd::getegid());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    use super::*;

    const NOBODY: u32 = 65_534;

    #[test]
    #[allow(clippy::print_stderr, reason = "a test that cannot run says so")]
    fn what_is_made_belongs_to_the_folders_owner_and_a_link_leads_nowhere_new() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, ours) = (folder.path().join("theirs"), folder.path().join("ours"));
        fs::create_dir(&theirs).unwrap();
        fs::create_dir(&ours).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if chown(&theirs, Some(NOBODY), Some(NOBODY)).is_err() {
            eprintln!("not tested: only root can become the other user");
            return;
        }
        symlink(&ours, theirs.join("link")).unwrap();
        {
            let _acting = AsOwner::of(&theirs.join("new/v1")).unwrap();
            fs::write(theirs.join("file"), b"x").unwrap();
            assert!(fs::write(theirs.join("link/file"), b"x").is_err());
        }
        let made = fs::metadata(theirs.join("file")).unwrap();
        assert_eq!((made.uid(), made.gid()), (NOBODY, NOBODY));
        fs::write(ours.join("file"), b"x").unwrap();
        assert_eq!(fs::metadata(ours.join("file")).unwrap().uid(), 0, "afterwards root is root");
    }
}

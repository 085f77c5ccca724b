//! `parley update reset`: back to what the device was when it was new, with the version that runs.
//!
//! Everything that people told the device goes, on `data` and on the partition that every PC shows; what stays is in one
//! table ([`crate::records::on_data`]). The wish is written down first and fulfilled by the next start, before anything
//! has opened its files: a cut in between begins it once more. Then the device starts once more, for what was running
//! already knew things.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::bootchain::{fat, slot};
use crate::files;
use crate::output;
use crate::records::on_data::{OnReset, holds_what_is_kept, on_reset};
use crate::system::{self, System};

/// The wish, in the folder of [`System::state`].
const WISH: &str = "reset";

/// So deep below `/var` a folder itself stays, with its owner: nobody makes it anew before the next start.
const FOLDERS_STAY: usize = 2;

/// What the image puts onto the partition that every PC shows, for the owner to copy.
const EXAMPLE: &str = "parley-setup.example.toml";

/// Folders in which a PC keeps what was removed there, found again, or looked through, begin so.
const OF_A_PC: &[&str] = &[".trash", "$recycle", "recycle", "found.", ".spotlight", ".temporaryitems", "lost.dir"];

pub(super) fn ask(system: &System, yes: bool) -> Result<ExitCode> {
    super::standing(system)?;
    if !yes {
        bail!("this forgets everything that people told the device; `parley update reset --yes` does it");
    }
    files::replace(&system.state().path(WISH), b"")?;
    system::restart(None)?;
    Ok(ExitCode::SUCCESS)
}

/// Fulfils a wish that was written down, and says whether there was one: the device then restarts.
pub(super) fn fulfil(system: &System) -> Result<bool> {
    let wish = system.state().path(WISH);
    if !wish.exists() {
        return Ok(false);
    }
    let forgotten = forget_owners_file(system).and_then(|()| Ok(forget(&system.path("/var"))?));
    if let Err(error) = forgotten {
        // The wish stays, and the device works meanwhile.
        output::remark(format_args!("the device is not reset yet; the next start goes on with it: {error:#}"));
        return Ok(false);
    }
    fs::remove_file(wish)?;
    output::remark("the device was reset");
    system::restart(None)?;
    Ok(true)
}

/// The file that the owner put onto the card holds their password, and would be applied once more. What a PC or an
/// editor has made of it holds that too, and so does what is left of it where it was removed.
fn forget_owners_file(system: &System) -> Result<()> {
    let partition = slot::device(&system.path("/"), slot::AUTOBOOT_LABEL);
    fat::forget(&partition, is_owners).context("what the owner wrote onto the card cannot be overwritten")
}

/// Whether a file on that partition is the owner's, by its path: whatever signs, endings and numbers the name has got.
fn is_owners(path: &str) -> bool {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    let letters: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    // A name may have lost all but its first six letters.
    let named = letters.contains("parleysetup") || name.starts_with("parley~");
    path != EXAMPLE && (named || path.contains('/') && OF_A_PC.iter().any(|folder| path.starts_with(folder)))
}

/// Removes everything below `/var` that the table does not keep. No link is followed, and no other file system entered.
fn forget(var: &Path) -> io::Result<()> {
    forget_in(var, "", var.symlink_metadata()?.dev())
}

fn forget_in(var: &Path, folder: &str, file_system: u64) -> io::Result<()> {
    for entry in fs::read_dir(var.join(folder))? {
        let name = entry?.file_name();
        let Some(name) = name.to_str() else {
            // No row has such a name.
            remove(&var.join(folder).join(name))?;
            continue;
        };
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let found = var.join(&path).symlink_metadata()?;
        // A link directly below /var is the system's own way to /run.
        let is_systems = found.is_symlink() && folder.is_empty();
        if is_systems || found.dev() != file_system || on_reset(&path) == OnReset::Kept {
            continue;
        }
        let stays = path.split('/').count() <= FOLDERS_STAY || holds_what_is_kept(&path);
        if found.is_dir() && stays { forget_in(var, &path, file_system)? } else { remove(&var.join(&path))? }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests {
    use walkdir::WalkDir;

    use super::*;
    use crate::records::on_data::ON_DATA;

    /// Something in every row, and in places that no row names.
    fn filled() -> tempfile::TempDir {
        let var = tempfile::tempdir().unwrap();
        let rows = ON_DATA.iter().map(|row| row.path.to_owned());
        let files = rows.map(|path| if path.ends_with('/') { format!("{path}deep/file") } else { path });
        let others =
            ["lib/iwd/home.psk", "lib/parley-update/ledger.json.damaged", "lost+found/#12", "tmp/x", "spool/a/b"];
        for path in files.chain(others.map(str::to_owned)) {
            files::replace(&var.path().join(path), b"x").unwrap();
        }
        std::os::unix::fs::symlink("/run", var.path().join("run")).unwrap();
        std::os::unix::fs::symlink(var.path().join("lib/rauc"), var.path().join("log/link")).unwrap();
        var
    }

    #[test]
    fn after_a_reset_the_only_files_left_are_those_that_the_table_keeps() {
        let var = filled();
        let left = || -> Vec<String> {
            let entries = WalkDir::new(var.path()).sort_by_file_name().into_iter().map(Result::unwrap);
            let files = entries.filter(|entry| !entry.file_type().is_dir());
            files.map(|entry| entry.path().strip_prefix(var.path()).unwrap().display().to_string()).collect()
        };
        let before = left();
        for _ in 0..2 {
            forget(var.path()).unwrap();
            let kept = |path: &&String| *path == "run" || on_reset(path) == OnReset::Kept;
            assert_eq!(left(), before.iter().filter(kept).cloned().collect::<Vec<_>>(), "a cut begins it once more");
        }
        assert!(left().len() > 10 && left().contains(&"lib/rauc/deep/file".into()), "{:?}", left());
        for folder in ["lib/parley", "lib/parley-setup", "log", "cache/parley", "lib/systemd/timesync"] {
            assert!(var.path().join(folder).is_dir(), "{folder} stays, with its owner");
        }
        assert!(!var.path().join("lib/parley/deep").exists());
    }
}

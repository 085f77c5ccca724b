//! Files and folders that more than one command handles.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Removes a file or a folder, if it is there.
pub fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// Puts a link into the place of whatever is there.
pub fn link(to: impl AsRef<Path>, place: &Path) -> Result<()> {
    remove(place)?;
    std::os::unix::fs::symlink(to, place).with_context(|| format!("cannot make {}", place.display()))
}

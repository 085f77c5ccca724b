//! Where things lie: the clone, and the cache outside it that outlives it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the clone that the command is called from; called from elsewhere, of the one that it was built in. Clones
/// may share a target folder, and then they also share this program.
pub fn workspace() -> PathBuf {
    let called_from = std::env::current_dir().ok();
    let clone = called_from
        .iter()
        .flat_map(|folder| folder.ancestors())
        .find(|folder| folder.join("xtask/Cargo.toml").is_file());
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    clone.unwrap_or_else(|| xtask.parent().unwrap_or(xtask)).to_path_buf()
}

/// What is worth keeping between clones: `$PARLEY_CACHE`, or `parley` in the user's cache folder.
pub fn cache() -> Result<PathBuf> {
    if let Some(cache) = std::env::var_os("PARLEY_CACHE") {
        return Ok(cache.into());
    }
    let user = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let caches = user.or_else(home).context("neither PARLEY_CACHE nor HOME is set; set one of them")?;
    Ok(caches.join("parley"))
}

/// Cargo's build output.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The folder of the built programs.
pub fn programs() -> PathBuf {
    target().join("release")
}

/// Where cargo keeps the crates that it has fetched.
pub fn registry() -> Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    Ok(home.context("neither CARGO_HOME nor HOME is set")?.join("registry"))
}

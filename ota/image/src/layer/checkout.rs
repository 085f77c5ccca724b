//! The checkout that is checked: the repository itself, or a copy of it in which a test has planted a mistake.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::WalkDir;

/// A folder with `meta-voice/`, `kas/`, `ota/`, `rootfs-overlay/` and the program's own files.
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    pub fn read(&self, inside: &str) -> Result<String> {
        let path = self.path(inside);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Every text file below a folder, by its path in the clone, in order. What is no text comes as an empty one.
    pub fn files(&self, folder: &str) -> Result<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        for entry in WalkDir::new(self.path(folder)) {
            let entry = entry.context("the checkout cannot be read")?;
            if !entry.file_type().is_dir() {
                let inside = entry.path().strip_prefix(&self.root)?.to_string_lossy().into_owned();
                found.insert(inside, std::fs::read_to_string(entry.path()).unwrap_or_default());
            }
        }
        Ok(found)
    }
}

//! A folder of sources for bitbake, as an owner without a network would have one: crates out of cargo's cache, models out of ours, and what
//! the owner has put beside. bitbake compares the checksums.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use parley_models::Sha256;

use super::Build;
use crate::layer::checkout::Checkout;
use crate::layer::generate;
use crate::layer::metadata;
use xtask::{places, process};

/// Fills it; how many crates are in it.
pub fn fill(checkout: &Checkout, build: &Build, sources: Option<&Path>) -> Result<usize> {
    let mirror = build.folder.join("mirror");
    // cargo asks the registry that whoever runs this has configured, and nobody else, for what is not in its cache yet.
    process::run(Command::new("cargo").args(["fetch", "--locked", "--quiet"]).current_dir(checkout.path("")))?;
    let cache = places::registry()?.join("cache");
    let caches = fs::read_dir(&cache).with_context(|| format!("cannot read {}", cache.display()))?;
    let caches: Vec<PathBuf> = caches.filter_map(Result::ok).map(|entry| entry.path()).collect();
    let mut crates = 0;
    for package in generate::packages(&checkout.read("Cargo.lock")?)? {
        let name = format!("{}-{}.crate", package.name, package.version);
        if let Some(found) = caches.iter().map(|cache| cache.join(&name)).find(|path| path.exists()) {
            put(&found, &mirror.join(name))?;
            crates += 1;
        }
    }
    let metadata = metadata::read(checkout)?;
    let models = metadata.get(generate::MODELS).context("there is no list of models")?;
    for word in models.of_flagged("VOICE_MODELS_SHA256").flat_map(|list| list.words()) {
        let Some((sum, name)) = word.split_once('*') else { continue };
        let file = places::cache()?.join("models").join(name);
        // Ours may be a conversion of the publisher's.
        if !mirror.join(name).exists() && file.exists() && Sha256::of_bytes(&fs::read(&file)?).to_string() == sum {
            put(&file, &mirror.join(name))?;
        }
    }
    for entry in sources.map(fs::read_dir).into_iter().flatten().flatten() {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            put(&entry.path(), &mirror.join(entry.file_name()))?;
        }
    }
    Ok(crates)
}

/// The same file without a second copy, where whom bitbake runs as may read it.
fn put(file: &Path, place: &Path) -> io::Result<()> {
    let wanted = fs::metadata(file)?;
    if fs::metadata(place).is_ok_and(|present| present.len() == wanted.len()) {
        return Ok(());
    }
    fs::remove_file(place).ok();
    let readable = wanted.permissions().mode() & 0o004 != 0;
    if readable && fs::hard_link(file, place).is_ok() {
        return Ok(());
    }
    fs::copy(file, place)?;
    fs::set_permissions(place, fs::Permissions::from_mode(0o644))
}

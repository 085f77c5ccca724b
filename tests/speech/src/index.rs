//! The index beside a set's WAV files: `index.json`, with a stamp of what the set was made from.
//!
//! It is written last and in one step, so a set with an index is complete.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const FILE: &str = "index.json";

#[derive(Serialize, Deserialize)]
struct Index<C> {
    /// A hash of everything that the set is made from.
    stamp: String,
    clips: C,
}

/// The clips of a set, when it was made with this stamp and all its files are there.
pub fn load<T: DeserializeOwned>(folder: &Path, set: &str, stamp: &str) -> Option<Vec<T>> {
    let text = fs::read_to_string(folder.join(set).join(FILE)).ok()?;
    let index: Index<Vec<Value>> = serde_json::from_str(&text).ok()?;
    let is_there = |clip: &Value| clip["file"].as_str().is_some_and(|file| folder.join(file).is_file());
    let is_good = index.stamp == stamp && index.clips.iter().all(is_there);
    is_good.then(|| serde_json::from_value(index.clips.into()).ok())?
}

/// Writes the index of a set whose files are all there.
///
/// # Errors
/// When it cannot be written.
pub fn store<T: Serialize>(folder: &Path, set: &str, stamp: &str, clips: &[T]) -> Result<()> {
    let place = folder.join(set);
    let text = serde_json::to_string_pretty(&Index { stamp: stamp.to_owned(), clips })?;
    let scratch = tempfile::NamedTempFile::new_in(&place)?;
    fs::write(scratch.path(), text + "\n")?;
    scratch.persist(place.join(FILE)).with_context(|| format!("cannot write the index of {}", place.display()))?;
    Ok(())
}

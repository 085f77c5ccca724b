//! The index beside a set's WAV files: `index.json`, with a stamp of what the set was made from.
//!
//! It is written last and in one step, so a set with an index is complete.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::clip::Indexed;

/// A hash of everything that a set is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(pub String);

const FILE: &str = "index.json";

#[derive(Serialize)]
struct Written<'a, T> {
    stamp: &'a Stamp,
    clips: &'a [T],
}

#[derive(Deserialize)]
struct Read<T> {
    stamp: Stamp,
    clips: Vec<T>,
}

/// The clips of a set, when it was made with this stamp and all its files are there.
pub fn load<T: Indexed>(folder: &Path, set: &str, stamp: &Stamp) -> Option<Vec<T>> {
    let text = fs::read_to_string(folder.join(set).join(FILE)).ok()?;
    let read: Read<T> = serde_json::from_str(&text).ok()?;
    let complete = read.clips.iter().all(|clip| folder.join(clip.file()).is_file());
    (read.stamp == *stamp && complete).then_some(read.clips)
}

/// Writes the index of a set whose files are all there.
///
/// # Errors
/// When it cannot be written.
pub fn store<T: Indexed>(folder: &Path, set: &str, stamp: &Stamp, clips: &[T]) -> Result<()> {
    let place = folder.join(set);
    let text = serde_json::to_string_pretty(&Written { stamp, clips })?;
    let scratch = tempfile::NamedTempFile::new_in(&place)?;
    fs::write(scratch.path(), text + "\n")?;
    scratch.persist(place.join(FILE)).with_context(|| format!("cannot write the index of {}", place.display()))?;
    Ok(())
}

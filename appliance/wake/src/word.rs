//! A word, as microWakeWord describes it beside its network: how likely it must be, and for how long.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::network::{Network, NetworkError};

/// The longest description, in bytes,
const MOST_DESCRIBED: u64 = 1 << 16;
/// and the longest window, in likelihoods.
const LONGEST_WINDOW: usize = 100;

/// Why a word cannot be listened for.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum WordError {
    /// A file cannot be read.
    #[error("{path} cannot be read ({source}); fetch it again")]
    Io { path: PathBuf, source: io::Error },
    /// The description is none.
    #[error("{path} does not describe a wake word ({reason}); fetch it again")]
    Description { path: PathBuf, reason: String },
    /// The network is none.
    #[error("{path}: {source}")]
    Network { path: PathBuf, source: NetworkError },
}

/// A word to listen for.
pub struct Word {
    /// As people write it.
    pub name: String,
    /// The mean likelihood, 0..1, above which it was said,
    pub cutoff: f32,
    /// over so many of the last likelihoods.
    pub window: usize,
    pub(crate) network: Network,
}

#[derive(Deserialize)]
struct Description {
    #[serde(rename = "type")]
    kind: String,
    wake_word: String,
    model: PathBuf,
    version: u32,
    micro: Micro,
}

#[derive(Deserialize)]
struct Micro {
    probability_cutoff: f32,
    sliding_window_size: usize,
    feature_step_size: u32,
}

impl Word {
    /// Reads a word from its description (JSON) and the network beside it.
    ///
    /// # Errors
    /// One of the two files cannot be read, or is another kind of file.
    pub fn read(description: &Path) -> Result<Self, WordError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| WordError::Io { path, source }
        };
        let is_long = fs::metadata(description).map_err(io(description))?.len() > MOST_DESCRIBED;
        let other = |reason: String| WordError::Description { path: description.to_owned(), reason };
        if is_long {
            return Err(other("it is too long".to_owned()));
        }
        let text = fs::read(description).map_err(io(description))?;
        let described: Description = serde_json::from_slice(&text).map_err(|error| other(error.to_string()))?;
        let Micro { probability_cutoff: cutoff, sliding_window_size: window, feature_step_size } = described.micro;
        let suits = described.kind == "micro" && described.version == 2 && feature_step_size == 10;
        let in_range = (0.0..1.0).contains(&cutoff) && (1..=LONGEST_WINDOW).contains(&window);
        if !suits || !in_range || described.wake_word.trim().is_empty() {
            return Err(other("it is one of another version, or has values out of their ranges".to_owned()));
        }
        // Never elsewhere than beside its description.
        let file = described.model.file_name().ok_or_else(|| other("it names no network".to_owned()))?;
        let path = description.with_file_name(file);
        let bytes = fs::read(&path).map_err(io(&path))?;
        let network = Network::new(&bytes).map_err(|source| WordError::Network { path, source })?;
        Ok(Self { name: described.wake_word, cutoff, window, network })
    }
}

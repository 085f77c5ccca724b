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
    /// A word of this name, from the bytes of its network. `cutoff` and `window` as below.
    ///
    /// # Errors
    /// It is no network that hears a word, or a value is out of its range.
    pub fn new(name: &str, cutoff: f32, window: usize, network: &[u8]) -> Result<Self, NetworkError> {
        let in_range = (0.0..1.0).contains(&cutoff) && (1..=LONGEST_WINDOW).contains(&window);
        if !in_range || name.trim().is_empty() {
            return Err(NetworkError::Other("what is said of it has values out of their ranges"));
        }
        Ok(Self { name: name.to_owned(), cutoff, window, network: Network::new(network)? })
    }

    /// The same, heard more or less easily: 0..1, where 0.5 is as its maker set it, 1 takes what is as likely as not, and 0 hardly
    /// anything. In between it is the odds that are spread evenly.
    #[must_use]
    pub fn with_sensitivity(self, sensitivity: f64) -> Self {
        let usual = f64::from(self.cutoff).clamp(0.01, 0.99);
        let odds = (usual / (1.0 - usual)).ln();
        let wanted = 2.0 * (1.0 - sensitivity.clamp(0.0, 1.0)) * odds;
        let cutoff = 1.0 / (1.0 + (-wanted).exp());
        Self { cutoff: if sensitivity == 0.5 { self.cutoff } else { cutoff as f32 }, ..self }
    }

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
        if described.kind != "micro" || described.version != 2 || feature_step_size != 10 {
            return Err(other("it is one of another version".to_owned()));
        }
        // Never elsewhere than beside its description.
        let file = described.model.file_name().ok_or_else(|| other("it names no network".to_owned()))?;
        let path = description.with_file_name(file);
        let bytes = fs::read(&path).map_err(io(&path))?;
        Self::new(&described.wake_word, cutoff, window, &bytes).map_err(|source| WordError::Network { path, source })
    }
}

//! A word: as microWakeWord describes it beside its network, how likely it must be and for how long; or as it was learnt.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::decision::DOUBTFUL;
use crate::embedding::EmbeddingModel;
use crate::head::{self, Head};
use crate::learnt::{self, Kept, Learnt};
use crate::network::{Network, NetworkError};
use crate::stretch::Stretch;

/// The longest description, in bytes, one of a word that was learnt,
const MOST_DESCRIBED: u64 = 1 << 16;
const MOST_LEARNT: u64 = 4 << 20;
/// and the longest window, in likelihoods.
const LONGEST_WINDOW: usize = 100;
/// The version of the file of a word that was learnt.
const LEARNT_VERSION: u32 = 1;

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
    /// What was learnt is not readable any more.
    #[error("{path} is no wake word that was learnt ({reason}); learn it again")]
    Learnt { path: PathBuf, reason: String },
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
    /// And that, 0..1, from which on it was said where another ear of the same name supports it.
    pub(crate) possible: f32,
    pub(crate) ear: Ear,
}

/// What hears a word.
pub(crate) enum Ear {
    Network(Network),
    Embeddings(Told, EmbeddingModel),
}

impl Ear {
    /// Whether what it is sure of needs no other ear that agrees. What a household has taught is heard where nobody knows it better.
    pub(crate) fn is_believed_alone(&self) -> bool {
        matches!(self, Self::Embeddings(Told::Learnt(_), _))
    }
}

/// What tells a word by embeddings.
pub(crate) enum Told {
    Learnt(Learnt),
    Head(Head),
}

impl Told {
    /// How likely it is, 0..1, that the word has just been said.
    pub(crate) fn likelihood(&self, heard: &Stretch) -> f32 {
        match self {
            Self::Learnt(learnt) => learnt.likelihood(heard),
            Self::Head(head) => head.likelihood(heard),
        }
    }

    /// How many samples the word's end comes before it is likeliest.
    pub(crate) fn known_after(&self) -> u64 {
        match self {
            Self::Learnt(_) => learnt::KNOWN_AFTER,
            Self::Head(_) => head::KNOWN_AFTER,
        }
    }
}

/// A word that was learnt, as its file has it.
#[derive(Serialize, Deserialize)]
struct LearntFile {
    #[serde(rename = "type")]
    kind: String,
    version: u32,
    wake_word: String,
    #[serde(flatten)]
    kept: Kept,
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
        Ok(Self {
            name: name.to_owned(),
            cutoff,
            window,
            possible: DOUBTFUL,
            ear: Ear::Network(Network::new(network)?),
        })
    }

    /// A word of this name that was learnt from examples.
    pub fn learnt(name: &str, learnt: Learnt, model: &EmbeddingModel) -> Self {
        Self {
            name: name.to_owned(),
            cutoff: learnt::CUTOFF,
            window: 1,
            possible: DOUBTFUL,
            ear: Ear::Embeddings(Told::Learnt(learnt), model.clone()),
        }
    }

    /// A word of this name that a head hears; `None` where the bytes are no head's.
    pub(crate) fn with_head(name: &str, head: &[u8], model: &EmbeddingModel) -> Option<Self> {
        let ear = Ear::Embeddings(Told::Head(Head::read(head)?), model.clone());
        Some(Self { name: name.to_owned(), cutoff: head::CUTOFF, window: 1, possible: DOUBTFUL, ear })
    }

    /// What was learnt of it; none where a network hears it.
    pub fn into_learnt(self) -> Option<Learnt> {
        match self.ear {
            Ear::Embeddings(Told::Learnt(learnt), _) => Some(learnt),
            Ear::Embeddings(Told::Head(_), _) | Ear::Network(_) => None,
        }
    }

    /// Reads a word that was learnt from its file, as [`learnt_file`] has written it.
    ///
    /// # Errors
    /// The file cannot be read, or is another kind of file.
    pub fn read_learnt(path: &Path, model: &EmbeddingModel) -> Result<Self, WordError> {
        let other = |reason: String| WordError::Learnt { path: path.to_owned(), reason };
        let text = bounded(path, MOST_LEARNT, other)?;
        let file: LearntFile = serde_json::from_slice(&text).map_err(|error| other(error.to_string()))?;
        if file.kind != "learnt" || file.version != LEARNT_VERSION {
            return Err(other("it is one of another version".to_owned()));
        }
        let learnt = Learnt::read(&file.kept).ok_or_else(|| other("its numbers are damaged".to_owned()))?;
        Ok(Self::learnt(&file.wake_word, learnt, model))
    }

    /// The same, heard more or less easily: see [`cutoff_at`].
    #[must_use]
    pub fn with_sensitivity(self, sensitivity: f64) -> Self {
        let [cutoff, possible] = [self.cutoff, self.possible].map(|usual| cutoff_at(usual, sensitivity));
        Self { cutoff, possible, ..self }
    }

    /// Reads a word from its description (JSON) and the network beside it.
    ///
    /// # Errors
    /// One of the two files cannot be read, or is another kind of file.
    pub fn read(description: &Path) -> Result<Self, WordError> {
        let other = |reason: String| WordError::Description { path: description.to_owned(), reason };
        let text = bounded(description, MOST_DESCRIBED, other)?;
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

/// The file of a word that was learnt (JSON), for [`Word::read_learnt`].
pub fn learnt_file(name: &str, learnt: &Learnt) -> String {
    let file =
        LearntFile { kind: "learnt".into(), version: LEARNT_VERSION, wake_word: name.to_owned(), kept: learnt.keep() };
    // Cannot fail: there is nothing in it that JSON does not have.
    serde_json::to_string(&file).unwrap_or_default()
}

fn io(path: &Path) -> impl Fn(io::Error) -> WordError {
    let path = path.to_owned();
    move |source| WordError::Io { path: path.clone(), source }
}

/// A file of no more than so many bytes.
fn bounded(path: &Path, most: u64, other: impl Fn(String) -> WordError) -> Result<Vec<u8>, WordError> {
    if fs::metadata(path).map_err(io(path))?.len() > most {
        return Err(other("it is too long".to_owned()));
    }
    fs::read(path).map_err(io(path))
}

/// The cutoff of a word at a sensitivity, 0..1: at 0.5 as its maker set it, at 1 what is as likely as not or half of the usual
/// odds, whichever is less, and at 0 hardly anything. In between it is the logarithm of the odds that is spread evenly.
fn cutoff_at(usual: f32, sensitivity: f64) -> f32 {
    let part = sensitivity.clamp(0.0, 1.0);
    if part == 0.5 {
        return usual;
    }
    let odds = |likelihood: f64| (likelihood / (1.0 - likelihood)).ln();
    let here = odds(f64::from(usual).clamp(0.01, 0.99));
    let (least, most) = (0.0_f64.min(here - std::f64::consts::LN_2), odds(0.999).max(here));
    let wanted =
        if part > 0.5 { here + (least - here) * (2.0 * part - 1.0) } else { most + (here - most) * 2.0 * part };
    (1.0 / (1.0 + (-wanted).exp())) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_is_heard_as_its_maker_set_it_unless_somebody_says_otherwise() {
        assert_eq!(cutoff_at(0.97, 0.5), 0.97);
        assert!((cutoff_at(0.97, 1.0) - 0.5).abs() < 1e-3);
        assert!(cutoff_at(0.97, 0.0) > 0.998);
    }

    proptest! {
        #[test]
        fn more_sensitive_is_never_harder_to_hear(usual in 0.0_f32..1.0, one in 0.0_f64..=1.0, other in 0.0_f64..=1.0) {
            let (less, more) = (one.min(other), one.max(other));
            // What is beyond 0.99 counts as that where it is set.
            let usual = usual.clamp(0.01, 0.99);
            prop_assert!(cutoff_at(usual, more) <= cutoff_at(usual, less) + 1e-6);
        }
    }
}

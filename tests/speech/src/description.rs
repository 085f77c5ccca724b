//! What the description files in `tests/speech/` say.
//!
//! - **Voice**: a synthetic speaker. **Collection**: recordings of people out of one Debian package.
//! - **Split**: `tuning` clips may be used to choose thresholds; `held_out` ones only to measure.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::noise::Noise;
use crate::word_errors::Replacements;

/// Whether a clip may be used to choose thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Thresholds may be chosen on it.
    Tuning,
    /// Only ever measured on.
    HeldOut,
}

/// What a clip of the barge-in set is to the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// Words that take the turn: the answer is cancelled.
    Words,
    /// A listener's "mhm": the answer goes on.
    BackChannel,
    /// No speech at all: the answer goes on.
    Noise,
}

/// The program that speaks with a voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Synthesiser {
    Flite,
    EspeakNg,
}

/// `sources.toml`: where sound comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Recordings of people, by name.
    pub collections: BTreeMap<String, Collection>,
    /// Synthetic speakers, by name.
    pub voices: BTreeMap<String, Voice>,
}

/// Recordings of people out of one Debian package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// The Debian package; it is unpacked, never installed.
    pub package: String,
    /// The folder of the recordings inside the package.
    pub folder: String,
    /// The language, as an ISO 639-1 code.
    pub language: String,
    pub speaker: String,
    /// The licence, as an SPDX expression.
    pub licence: String,
    /// Who made the recordings, as the licence asks.
    pub attribution: String,
}

/// A synthetic speaker.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voice {
    pub synthesiser: Synthesiser,
    /// The program's name of the voice.
    pub name: String,
    /// The language, as an ISO 639-1 code.
    #[serde(default = "english")]
    pub language: String,
    /// The voice's licence, as an SPDX expression.
    pub licence: String,
    pub attribution: String,
}

fn english() -> String {
    "en".to_owned()
}

/// Where a clip's sound comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Sound {
    Spoken(Spoken),
    Recorded(Recorded),
    Generated(Generated),
}

/// A voice and how it speaks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// A name out of [`Sources::voices`].
    pub voice: String,
    /// How fast it speaks; 1 is the voice's own speed.
    #[serde(default = "unchanged")]
    pub speed: f64,
    /// Flite's phonemes to speak instead of the text, for what is no word of its dictionary.
    pub phonemes: Option<String>,
}

fn unchanged() -> f64 {
    1.0
}

/// A recording, or a part of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// A name out of [`Sources::collections`], a colon, and the path of the file in its folder.
    pub recording: String,
    /// The part, as sample positions at 16 kHz; all of it when absent.
    pub samples: Option<[usize; 2]>,
}

/// A generated noise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    pub noise: Noise,
    /// Which of its kind.
    pub seed: u64,
}

/// One clip of a set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipDescription {
    /// The clip's name, which is its file's name too.
    pub id: String,
    /// What is said; empty for noises.
    #[serde(default)]
    pub text: String,
    pub sound: Sound,
    /// Whether thresholds may be chosen on it; only in sets that thresholds are chosen on.
    pub split: Option<Split>,
    /// What it is to a conversation; only in the barge-in set.
    pub interruption: Option<Interruption>,
}

/// `questions.toml`, `demo.toml`, `barge_in.toml`, `words.toml`, `repetitions.toml`, `fast.toml`, `sentences.toml`: clips in
/// order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipSet {
    /// Spellings that mean the same word; only in the set that word errors are counted on.
    #[serde(default)]
    pub replacements: Replacements,
    pub clip: Vec<ClipDescription>,
}

/// `pauses.toml`: sentences with a pause in the middle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseSet {
    /// The lengths of the pauses; every sentence gets one clip for each.
    pub pauses_ms: Vec<u32>,
    pub sentence: Vec<PausedSentence>,
}

/// A sentence and where it pauses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PausedSentence {
    /// The sentence's name; its clips' names are this, a hyphen and the pause in milliseconds.
    pub id: String,
    /// What is said, with `|` where the pause goes.
    pub text: String,
    pub sound: Sound,
    /// The sample position (16 kHz) between the two words; of a spoken sentence, the quietest place within
    /// [`SNAP_MS`] of it.
    pub cut: usize,
    /// The samples (16 kHz) in which nobody speaks; the pause is filled with them.
    pub background: [usize; 2],
    /// Whether thresholds may be chosen on it.
    pub split: Split,
}

/// `vocabulary.toml`: names and words of an owner's, and sentences with them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VocabularySet {
    pub words: Vec<String>,
    /// Said by one synthetic voice after the other.
    pub sentences: Vec<String>,
}

/// How far a synthesised cut may move to the quietest place near it: versions of a synthesiser differ by less.
pub const SNAP_MS: u32 = 20;

/// `languages.toml`: how recordings of each language are picked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageSet {
    /// A clip sounds at least this long.
    pub shortest_ms: u32,
    /// A clip lasts at most this long.
    pub longest_ms: u32,
    /// How many clips of each language; they lie evenly in the sorted list of those that qualify.
    pub clips_per_language: usize,
    /// Names out of [`Sources::collections`], one for each language.
    pub collections: Vec<String>,
    /// Beginnings of the paths of recordings that are not speech.
    pub not_speech: Vec<String>,
}

impl Sources {
    /// The collection of a recording and the file's path in its folder.
    ///
    /// # Errors
    /// When the recording is not named `collection:path`, or there is no such collection.
    pub fn collection_of<'a>(&self, recorded: &'a Recorded) -> Result<(&Collection, &'a str)> {
        let Some((name, path)) = recorded.recording.split_once(':') else {
            bail!("write recordings as collection:path, not {}", recorded.recording);
        };
        let collection =
            self.collections.get(name).with_context(|| format!("sources.toml has no collection {name}"))?;
        Ok((collection, path))
    }
}

//! The prepared clips, as the sets and their indexes hold them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::description::{Interruption, Split};
use crate::sound_span::SoundSpan;
use crate::word_errors::Replacements;

/// All prepared sets.
#[derive(Debug, Clone)]
pub struct SpeechSets {
    /// Where they lie; a clip's file is relative to it.
    pub folder: PathBuf,
    /// Finished utterances for the latency bench and for "a finished question is not waited on".
    pub questions: Vec<Clip>,
    /// The demo's conversation, in order.
    pub demo: Vec<Clip>,
    /// Sentences with a pause in the middle.
    pub pauses: Vec<PausedClip>,
    /// Recordings of people, by ISO 639-1 code.
    pub languages: BTreeMap<String, Vec<Clip>>,
    /// Recordings of people with what they say, for word errors.
    pub words: Vec<Clip>,
    /// Spellings that mean the same word, for [`word_errors`](crate::word_errors::word_errors).
    pub replacements: Replacements,
    /// Sounds that begin while the appliance speaks.
    pub barge_in: Vec<BargeInClip>,
    /// Something said again and again, and recordings that have made a recogniser do so.
    pub repetitions: Vec<Clip>,
    /// Spoken fast.
    pub fast: Vec<Clip>,
    /// Synthetic speech in languages of whose recordings nobody has written down what is said.
    pub sentences: Vec<Clip>,
}

impl SpeechSets {
    /// The path of a clip's WAV file: 16 kHz, mono, 16 bits.
    pub fn path(&self, clip: &Clip) -> PathBuf {
        self.folder.join(&clip.file)
    }
}

/// One WAV file and what is known of it. Positions and lengths are in samples at 16 kHz.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// The name, unique in its set.
    pub id: String,
    /// The file, relative to the prepared folder.
    pub file: PathBuf,
    /// What is said; empty for noises and where nobody wrote it down.
    pub text: String,
    /// ISO 639-1; empty for noises.
    pub language: String,
    /// The person or the voice; empty for noises.
    pub speaker: String,
    /// The licence of the recording or the voice, as an SPDX expression; empty for noises.
    pub licence: String,
    /// Who made the recording or the voice; empty for noises.
    pub attribution: String,
    /// Whether thresholds may be chosen on it; absent in sets that no threshold is chosen on.
    pub split: Option<Split>,
    /// The first and last sound; latencies count from its end.
    pub sound: SoundSpan,
}

/// A sentence with a pause in the middle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PausedClip {
    /// The clip; its sound spans both parts.
    #[serde(flatten)]
    pub clip: Clip,
    /// The sentence's name; clips of one sentence differ in the pause.
    pub sentence: String,
    /// How much was inserted; the words may lie a little further apart.
    pub inserted_ms: u32,
    /// The sample after the last sound before the pause.
    pub pause_first: usize,
    /// The first sample of the first sound after the pause.
    pub pause_end: usize,
}

/// A sound that begins while the appliance speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BargeInClip {
    /// The clip.
    #[serde(flatten)]
    pub clip: Clip,
    /// What it is to the conversation.
    pub interruption: Interruption,
}

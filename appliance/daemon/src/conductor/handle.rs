//! What a conductor is given, and what others see of it.

use std::sync::Arc;

use parley_audio::playback::{Control, Feed};
use parley_conversation::{Event, Notice, Outcome, Phase, TurnId};
use parley_engines::{EndOfTurn, Engine, LanguageModel, SeatId, SpeechToText, TextToSpeech};
use serde::Serialize;
use tokio::sync::{broadcast, mpsc, watch};

use super::timeline::Timeline;
use crate::health::Pulse;

#[derive(Clone)]
pub struct Engines {
    /// For whom their jobs are; other seats have the same engines.
    pub seat: SeatId,
    pub speech_to_text: Arc<dyn Engine<SpeechToText>>,
    pub language_model: Arc<dyn Engine<LanguageModel>>,
    pub text_to_speech: Arc<dyn Engine<TextToSpeech>>,
    /// Whether a person has finished; not every profile has such a model.
    pub end_of_turn: Option<Arc<dyn Engine<EndOfTurn>>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Generating {
    pub max_tokens: u32,
    /// 0 always takes the likeliest word.
    pub temperature: f32,
}

impl Default for Generating {
    fn default() -> Self {
        Self { max_tokens: 120, temperature: 0.0 }
    }
}

pub struct Loudspeaker {
    pub feed: Feed,
    pub control: Control,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Observation {
    Notice(Notice),
    Turn(TurnReport),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnReport {
    pub turn: TurnId,
    /// What was asked; empty where Parley spoke unasked.
    pub question: String,
    pub language: String,
    /// All clauses that were to be said.
    pub answer: String,
    pub outcome: Outcome,
    #[serde(rename = "stages_ms")]
    pub timeline: Timeline,
}

#[derive(Clone)]
pub struct Handle {
    /// Events from keys, programs and engine supervisors.
    pub control: mpsc::Sender<Event>,
    /// What happens; lossy for a slow reader.
    pub observations: broadcast::Sender<Observation>,
    pub phase: watch::Receiver<Phase>,
    pub pulse: Arc<Pulse>,
}

//! What a conductor is given, and what others see of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parley_audio::playback::{Control, Feed, Mixer, NoFreeFeed, Part};
use parley_conversation::{
    AnnouncementId, Effect, EffectId, EffectResult, Event, Notice, Outcome, Phase, SeatId, Settings, TurnId,
};
use parley_engines::{EndOfTurn, Engine, LanguageModel, SpeechToText, TextToSpeech};
use serde::Serialize;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

use super::timeline::Timeline;
use crate::health::{FlightRecorder, Pulse};

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

#[cfg(test)]
impl Engines {
    /// Scripted ones, of which the language model always answers the same.
    pub(crate) fn answering(text: &str) -> Self {
        use parley_engines::scripted::Scripted;
        Self {
            speech_to_text: Arc::new(Scripted::<SpeechToText>::hearing("")),
            language_model: Arc::new(Scripted::<LanguageModel>::answering(text)),
            text_to_speech: Arc::new(Scripted::<TextToSpeech>::tone()),
            end_of_turn: None,
            seat: SeatId::default(),
        }
    }
}

/// Does things outside of the conversation.
///
/// It is asked once for each effect, at the release of the turn that wants it. What was begun is not stopped when the
/// turn is: it is finished, or undone, here. A result that takes longer than [`Performer::limit`] comes too late to be
/// said.
pub trait Performer: Send + Sync {
    fn perform(&self, id: EffectId, effect: Effect) -> Performing;

    /// How long a turn waits for the result.
    fn limit(&self) -> Duration {
        Duration::from_secs(10)
    }
}

/// An effect under way.
pub type Performing = Pin<Box<dyn Future<Output = EffectResult> + Send>>;

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

/// How a conversation is conducted, as far as that may change while it goes on: see
/// [`parley_conversation::Conversation::take_over`].
#[derive(Debug, Clone, PartialEq)]
pub struct Conducting {
    pub settings: Settings,
    pub generating: Generating,
}

/// A loudspeaker, with a feed for answers and one for what is announced meanwhile.
pub struct Loudspeaker {
    pub mixer: Mixer,
    pub answers: (Feed, Control),
    pub announcements: (Feed, Control),
}

impl Loudspeaker {
    pub fn open(mixer: Mixer) -> Result<Self, NoFreeFeed> {
        let (answers, announcements) = (mixer.open(Part::Speech)?, mixer.open(Part::Alarm)?);
        Ok(Self { mixer, answers, announcements })
    }
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
    /// Whether there was no answer, and it was said so.
    pub failed: bool,
    #[serde(rename = "stages_ms")]
    pub timeline: Timeline,
}

/// A name that no other announcement of this process has.
pub fn next_announcement() -> AnnouncementId {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    AnnouncementId(NEXT.fetch_add(1, Ordering::Relaxed))
}

#[derive(Clone)]
pub struct Handle {
    /// Events from keys, programs and engine supervisors.
    pub control: mpsc::Sender<Event>,
    /// What happens; lossy for a slow reader.
    pub observations: broadcast::Sender<Observation>,
    pub phase: watch::Receiver<Phase>,
    /// For whatever sounds beside answers; none where they are only shown.
    pub mixer: Option<Mixer>,
    pub pulse: Arc<Pulse>,
    pub flight: FlightRecorder,
    /// How it is to be conducted from the next question on; the latest counts.
    pub conducting: watch::Sender<Option<Conducting>>,
    /// The beginning of the core's clock.
    pub started: Instant,
}

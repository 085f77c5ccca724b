//! What an owner can set about the conversation.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::ids::SeatId;
use crate::listener::Endpointing;

/// What may interrupt an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BargeIn {
    /// Speech, a key or a button: for headsets, files and echo-cancelled rooms.
    Voice,
    /// A key or a button; the microphone is closed from the first sound of an answer to its last.
    Key,
}

/// When people are listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// All the time: on a laptop, from recordings, with a key.
    Always,
    /// Once Parley was woken, while it answers, and for so long after each answer.
    OnceWoken {
        /// In which somebody may go on without waking it again.
        follow_up: Duration,
    },
}

/// What an owner can set.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where the conversation is held.
    pub seat: SeatId,
    /// Who Parley is, the beginning of every prompt; none: as each language's table says.
    pub persona: Option<String>,
    /// ISO 639-1 codes of the installed voices, the preferred one first; never empty.
    pub voices: Vec<String>,
    /// Turns that the model is reminded of.
    pub remembered_turns: usize,
    /// After this long without a word the next one begins a conversation anew: what was said before is forgotten.
    pub forget_after: Duration,
    /// The model's context, less what an answer may take, in tokens.
    pub prompt_tokens: usize,
    /// When people are listened to.
    pub attention: Attention,
    /// What may interrupt.
    pub barge_in: BargeIn,
    /// How long a room, a loudspeaker and a voice-activity detector go on after the last sound of an answer. Where only a
    /// key interrupts nobody is heard meanwhile.
    pub echo_guard: Duration,
    /// Where only a key interrupts: so long is the silence between two sentences of an answer, in which the microphone is
    /// open once the guard is over, so that "stop" is heard. None: it stays closed until all is said.
    pub rest: Duration,
    /// What is quieter is silence, in dB of full scale; none: as the voice-activity detector says.
    pub energy_floor_dbfs: Option<f32>,
    /// Whether answers are spoken; otherwise a shown text counts as heard.
    pub spoken: bool,
    /// Where the language model found a word of a fact less likely than this, 0..1, it is said that it may be wrong. 0: never.
    pub unsure_below: f32,
    /// Whether drafts are begun before the end of an utterance is confirmed.
    pub speculation: bool,
    /// When an utterance is over.
    pub endpointing: Endpointing,
}

/// The most characters of one question; more is refused, since no model here could hold it.
pub const MAX_QUESTION_CHARS: usize = 4_000;

impl Default for Settings {
    fn default() -> Self {
        Self {
            seat: SeatId::default(),
            persona: None,
            voices: vec!["en".into()],
            remembered_turns: 5,
            forget_after: Duration::from_secs(5 * 60),
            prompt_tokens: 1_800,
            attention: Attention::Always,
            barge_in: BargeIn::Voice,
            echo_guard: Duration::from_millis(200),
            rest: Duration::ZERO,
            energy_floor_dbfs: None,
            unsure_below: 0.0,
            spoken: true,
            speculation: true,
            endpointing: Endpointing::default(),
        }
    }
}

impl Settings {
    /// How long an answer rests between two sentences.
    pub(crate) fn rest(&self) -> Option<Duration> {
        Some(self.rest).filter(|rest| self.barge_in == BargeIn::Key && self.spoken && !rest.is_zero())
    }

    /// These, with what of other ones may change while a conversation goes on.
    #[must_use]
    pub fn taking_over(&self, new: &Self) -> Self {
        let Self { persona, remembered_turns, prompt_tokens, barge_in, rest, .. } = new.clone();
        Self { persona, remembered_turns, prompt_tokens, barge_in, rest, ..self.clone() }
    }
}

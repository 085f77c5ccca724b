//! Everything that the core can ask for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::announcement::{AnnouncementId, AnnouncementOutcome};
use crate::effect::{Effect, EffectId};
use crate::ids::{Position, TurnId};
use crate::responder::Message;

/// So long before the end of a rest the microphone is closed: what is heard is told with some delay.
pub const CLOSES_BEFORE: Duration = Duration::from_millis(120);

/// Do this. Actions are performed in order.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Action {
    /// Transcribe this stretch of the microphone's audio, which begins a little before the onset and ends with the
    /// silence so far; answer with [`crate::Event::Transcribed`].
    Transcribe { turn: TurnId, from: Position, to: Position },
    /// Tell from the sound whether the speaker has finished; answer with [`crate::Event::EndOfTurnJudged`]. The stretch
    /// ends with that of [`Action::Transcribe`], and may begin before it, with words that are known.
    JudgeEndOfTurn { turn: TurnId, from: Position, to: Position },
    /// Let the language model answer system prompt, history and the person's words: [`crate::Event::Text`], then
    /// [`crate::Event::GenerationEnded`] or [`crate::Event::EffectCalled`].
    Generate { turn: TurnId, messages: Vec<Message> },
    /// Nobody has asked yet, but the next question will follow these messages: let the language model read them now,
    /// when nobody waits for it. Stop when somebody asks; there is nothing to report.
    Prepare { messages: Vec<Message> },
    /// Synthesise a clause, after those before it, counted from 0 in each turn; its audio is held until the turn is
    /// released. `language`: ISO 639-1 code of the voice. `rest`: so much silence comes before it, and is part of it; how
    /// much was heard is told ([`crate::Event::Heard`]) as it begins, and [`CLOSES_BEFORE`] its end.
    Speak { turn: TurnId, clause: usize, text: String, language: String, rest: Duration },
    /// Play a sound, by the name that was announced; it is all of its turn. Otherwise as [`Action::Speak`].
    Play { turn: TurnId, sound: String },
    /// No clause follows: [`crate::Event::PlaybackEnded`] is due when what there is has been heard, even if that is
    /// nothing. Comes once for every turn that is spoken, unless it is cancelled first.
    EndSpeech { turn: TurnId },
    /// The turn is committed: play what it has and will have.
    Release { turn: TurnId },
    /// Do this, now, and answer with [`crate::Event::Performed`] within a bounded time. It is not stopped with its turn:
    /// what was begun is finished, or undone by whoever performs it.
    Perform { turn: TurnId, id: EffectId, effect: Effect },
    /// Be silent at once, keep what has not been heard, and say how much was ([`crate::Event::Heard`]).
    Pause { turn: TurnId },
    /// Go on where it was paused.
    Resume { turn: TurnId },
    /// Drop every job, but for its effects, and all audio of this turn; say how much was heard if it was released. Nothing but the notice of
    /// its end names the turn from now on.
    Cancel { turn: TurnId },
    /// Tell whoever looks on.
    Tell(Notice),
}

/// How a released turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was heard to its end.
    Completed,
    /// Somebody spoke or pressed a button, or the voice failed. A draft whose voice failed was not released.
    Interrupted,
    /// The person had not finished; their utterance is taken up again as a whole.
    Withdrawn,
}

/// For dashboards, logs and the command line; nothing depends on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Notice {
    /// A person began to speak.
    SpeechBegan,
    /// What sounded like speech had no words in it.
    NoWords,
    /// The end of an utterance was confirmed, and these were its words. `turn` answers it, in `language` (ISO 639-1).
    Understood { turn: TurnId, text: String, language: String },
    /// A clause of the answer as it was written, in order, once it is certain to be said.
    Answering { turn: TurnId, text: String },
    /// Something is said unasked; `turn` says it.
    Announcing { turn: TurnId, id: AnnouncementId },
    /// Nothing more comes of an announcement.
    Announced { id: AnnouncementId, outcome: AnnouncementOutcome },
    /// Somebody may speak now (`true`), or has to wake Parley first. Only where it sleeps at all.
    Attentive { attentive: bool },
    /// A released turn is over. `failed`: there was no answer, and it was said so.
    Ended { turn: TurnId, outcome: Outcome, failed: bool },
    /// An engine is out of order (`true`), or works again.
    Degraded { stage: crate::Stage, degraded: bool },
}

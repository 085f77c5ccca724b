//! Everything that can happen to a conversation.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::announcement::Announcement;
use crate::effect::{Effect, EffectId, EffectResult};
use crate::ids::{Position, TurnId};

/// What was said. The engines' crate has a transcript of its own, which this crate, that knows no engine, cannot use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The words; empty where there were none.
    pub text: String,
    /// ISO 639-1 code.
    pub language: String,
    /// How sure the language is, 0..1.
    pub language_probability: f32,
    /// How sure the words are, 0..1.
    pub confidence: f32,
    /// Whether something was said that is not among the words.
    #[serde(default)]
    pub incomplete: bool,
}

/// The part of the chain that an engine serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Which words were said.
    SpeechToText,
    /// Whether their sound is that of an end.
    EndOfTurn,
    /// What to answer.
    LanguageModel,
    /// The voice.
    TextToSpeech,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::SpeechToText => "speech-to-text",
            Self::EndOfTurn => "end-of-turn",
            Self::LanguageModel => "language-model",
            Self::TextToSpeech => "text-to-speech",
        })
    }
}

/// Why the language model says no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenerationEnd {
    /// It has said all.
    Complete,
    /// It was not to say more: the last sentence may not be a whole one.
    Length,
    /// It repeats itself.
    Repetition,
}

/// What woke Parley.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waking {
    /// Its name, which ended here in the microphone's audio. What follows is a question, even without a pause.
    Word(Position),
    /// A button, or a program.
    Button,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Event {
    /// One more [`crate::FRAME`] of audio, up to `end`, came from the microphone; `speech`: somebody speaks in it.
    /// `dbfs`: its root mean square in dB of full scale.
    Frame { end: Position, speech: bool, dbfs: f32 },
    /// [`crate::Action::Transcribe`] is done.
    Transcribed { turn: TurnId, transcript: Transcript },
    /// [`crate::Action::JudgeEndOfTurn`] is done: the probability that the speaker has finished, 0..1.
    EndOfTurnJudged { turn: TurnId, probability: f32 },
    /// The language model has read the words of [`crate::Action::Generate`]: the probability that a sentence ends with
    /// them, 0..1. Comes before its first text, or not at all.
    SentenceJudged { turn: TurnId, probability: f32 },
    /// The language model said some more: any piece of text, often a part of a word.
    Text { turn: TurnId, text: String },
    /// How likely the language model found the least likely word of its answer, 0..1. Comes before
    /// [`Event::GenerationEnded`], or not at all.
    AnswerJudged { turn: TurnId, probability: f32 },
    /// The language model has finished.
    GenerationEnded { turn: TurnId, end: GenerationEnd },
    /// The language model wants this done before it goes on. Instead of [`Event::GenerationEnded`], as the last of what
    /// [`crate::Action::Generate`] asked for.
    EffectCalled { turn: TurnId, effect: Effect },
    /// What came of [`crate::Action::Perform`]. Counts once, and is remembered where the turn is over.
    Performed { turn: TurnId, id: EffectId, result: EffectResult },
    /// All audio of a clause, counted from 0, is known.
    ClauseSynthesized { turn: TurnId, clause: usize, length: Duration },
    /// How much of a turn's audio, from its beginning, has left the loudspeaker; sent while it plays, when it pauses
    /// and when it stops.
    Heard { turn: TurnId, heard: Duration },
    /// All that there was to play of a turn has been heard, and more is to come: until the next [`Event::Heard`] that tells of
    /// more, nothing sounds.
    RanDry { turn: TurnId },
    /// The last sample of a turn has been heard. Means nothing before its [`crate::Action::EndSpeech`].
    PlaybackEnded { turn: TurnId },
    /// An engine could not do its part for a turn.
    Failed { turn: TurnId, stage: Stage },
    /// An engine is beyond repair for now (`true`), or works again.
    Degraded { stage: Stage, degraded: bool },
    /// A key, a button or a program: be quiet and listen. Nothing to do unless an answer is being said.
    Interrupt,
    /// A person typed instead of speaking; what is just being said, by Parley or by others, is dropped.
    Typed { text: String },
    /// Say this on Parley's own account, when it may be said.
    Announce { announcement: Announcement },
    /// Somebody wants to speak to Parley. An answer that is being said gives way. Means no more than
    /// [`Event::Interrupt`] where Parley never sleeps.
    Woken { by: Waking },
    /// Forget what was said in the last so long, or all of it.
    Forget { last: Option<Duration> },
    /// It is the time that [`crate::Conversation::next_wakeup`] named. Does nothing before.
    Due,
}

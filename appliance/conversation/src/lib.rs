//! The conversation core: what Parley decides, and nothing else.
//!
//! It is sans-IO: no I/O, no clock, no randomness, no async. [`Conversation::handle`] takes an [`Event`] and the time,
//! and returns the [`Action`]s to perform; [`Conversation::next_wakeup`] says when the time alone is an event. Whoever
//! performs them (the conductor) reports back with further events.
//!
//! Terms:
//! - an **utterance** is what a person says from onset to the silence that ends it;
//! - a **turn** is one try to answer an utterance, with its own [`TurnId`]; it is a **draft** until it is
//!   **released** (the end of the utterance is confirmed), and **over** when it was heard to its end or cancelled;
//! - a **clause** is a piece of the answer that is synthesised in one go;
//! - **heard** is what has left the loudspeaker, not what was generated.
//!
//! Rules:
//! - A cancelled turn never says anything: no action but the notice of its end names a turn after its
//!   [`Action::Cancel`].
//! - At most one draft, one answer and one announcement are alive; every other turn has been cancelled or is over. While
//!   something is announced, the answer waits behind it.
//! - A turn is released at most once, and never before its words are known or while its speaker goes on.
//! - Clauses are numbered 0, 1, 2 in each turn, and none follows its [`Action::EndSpeech`], which comes once.
//! - A released turn whose engines all answer always ends.
//! - An effect is begun by a released turn alone, at most once, and never while somebody may be going on with the
//!   question. A turn that has begun one is no longer withdrawn, and what it says about the effect is its result.
//! - What is announced is heard, stopped after some of it was heard, or told to be of no more use.
//! - Nobody is listened to while Parley sleeps, and it falls asleep within a bounded time.
//! - History never holds text that was not heard.
//! - Playback that was paused is resumed or cancelled within a bounded time.
//! - Words about the conversation itself (stop, go on, repeat, louder, learn a new wake word) never reach the language model.
//! - No word of a question is lost or taken twice, wherever its speaker pauses and however long it is, up to three
//!   minutes; eight seconds where something else spoke already when Parley was called.
//! - Another voice, or sound without new words, holds no turn for ever, and noise hides nobody for ever.

mod action;
mod announcement;
mod conversation;
mod effect;
mod event;
mod ids;
mod interface;
mod languages;
mod lesson;
mod listener;
mod remarks;
mod responder;
mod route;
mod settings;

pub use action::{Action, CLOSES_BEFORE, Notice, Outcome};
pub use announcement::{Announcement, AnnouncementId, AnnouncementOutcome, Sounding, Urgency};
pub use conversation::{Conversation, Phase};
pub use effect::{
    BegunEffect, Effect, EffectId, EffectResult, MAX_RESULT_CHARS, MAX_THOUGHTS, VolumeStep, WakeWordWish,
};
pub use event::{Event, GenerationEnd, Stage, Transcript, Waking};
pub use ids::{FRAME, Position, SeatId, TurnId};
pub use languages::{EchoSentences, LANGUAGES, Language, Sentences};
pub use lesson::{Lesson, LessonAction, LessonEvent, LessonResult};
pub use listener::{Endpointing, PATIENCE};
pub use parley_speech_text::LONGEST_CLAUSE_CHARS;
pub use responder::{Author, Exchange, History, Message, estimated_tokens};
pub use route::{ModelOnly, Request, Route, Router};
pub use settings::{Attention, BargeIn, MAX_QUESTION_CHARS, Settings};

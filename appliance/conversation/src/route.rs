//! Who answers: the hook for intents, skills and other models.

use std::time::Duration;

use crate::effect::Effect;
use crate::event::Transcript;
use crate::ids::SeatId;
use crate::responder::History;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request<'a> {
    /// What was said or typed.
    pub transcript: &'a Transcript,
    /// ISO 639-1 code of the language that the answer will be in.
    pub answer_language: &'a str,
    /// What was said and done before.
    pub history: &'a History,
    /// Where it is asked.
    pub seat: SeatId,
    /// When, on the clock of [`crate::Conversation::handle`].
    pub now: Duration,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// The language model.
    Model,
    /// The language model, about something that is so or not: where it is not sure of its words, it says so.
    Fact,
    /// Nobody needs to think: say this.
    Say(String),
    /// Nobody can know: say this instead of an answer. The language model is not shown it as its own words.
    Decline(String),
    /// Nobody needs to think: do this once the turn is certain, and say what came of it.
    Do(Effect),
}

/// Decides who answers. Must be pure and take microseconds: it is asked for drafts too.
pub trait Router: Send {
    /// Asked once for every draft.
    fn route(&self, request: &Request<'_>) -> Route;
}

/// Everything goes to the language model.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelOnly;

impl Router for ModelOnly {
    fn route(&self, _: &Request<'_>) -> Route {
        Route::Model
    }
}

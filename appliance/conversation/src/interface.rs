//! All that listener and responder tell each other, by way of [`crate::Conversation`]; neither sees more of the other.

use crate::action::Action;
use crate::event::Transcript;
use crate::ids::TurnId;

/// What the listener is shown of the answer that is being said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answering {
    pub(crate) turn: TurnId,
    /// Whether anything of it has been heard, or shown where answers are not spoken.
    pub(crate) noticed: bool,
    /// Whether it makes sounds, unless it waits.
    pub(crate) audible: bool,
    /// Whether it has begun an effect: its question stands, and what follows is another one.
    pub(crate) committed: bool,
}

/// What the listener wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ListenerOutput {
    /// Something that does not concern the responder.
    Do(Action),
    /// Somebody has something to say: the answer is cancelled. Its question too, where they go on with it.
    GiveWay { continues: bool },
    /// The words are known, though they may not be all: prepare an answer.
    Draft { turn: TurnId, transcript: Transcript },
    /// The end is confirmed: the draft becomes the answer.
    Release { turn: TurnId },
    /// Nothing is to be answered in this turn; its draft, if there is one, is void.
    Discard { turn: TurnId },
    /// Somebody spoke, and their words will never be known.
    NotUnderstood,
}

/// What the responder wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ResponderOutput {
    /// Something that does not concern the listener.
    Do(Action),
    /// The draft that was wanted is begun; `complete`: without the language model, which will not say what it thinks of
    /// the words.
    Drafted { turn: TurnId, complete: bool },
    /// The answer is over; `noticed` as in [`Answering`].
    AnswerOver { noticed: bool },
}

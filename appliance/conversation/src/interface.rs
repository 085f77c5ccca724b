//! All that listener and responder tell each other, by way of [`crate::Conversation`]; neither sees more of the other.

use crate::action::Action;
use crate::effect::VolumeStep;
use crate::event::Transcript;
use crate::ids::TurnId;
use crate::remarks::Remark;

/// What the listener is shown of what is being said: an announcement, or else the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answering {
    pub(crate) turn: TurnId,
    /// Whether anything of it has been heard, or shown where answers are not spoken.
    pub(crate) noticed: bool,
    /// Whether its first sample has been heard, so that more are, unless it waits or rests.
    pub(crate) audible: bool,
    /// Whether it has begun an effect: its question stands, and what follows is another one.
    pub(crate) committed: bool,
    /// Whether it is a question whose last moment is being heard: what is said now answers it.
    pub(crate) asks: bool,
    /// Whether it is announced until somebody says that they have heard it.
    pub(crate) until_acknowledged: bool,
}

/// What the listener wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ListenerOutput {
    /// Something that does not concern the responder.
    Do(Action),
    /// Somebody makes sounds: what is said in this turn waits.
    Pause { turn: TurnId },
    /// They had no words: it goes on.
    Resume { turn: TurnId },
    /// Somebody has something to say: the answer is cancelled, and its question too where they go on with it. So is what
    /// is announced, if they began to speak in the turn `over` that announces it.
    GiveWay { continues: bool, over: Option<TurnId> },
    /// These are somebody's words so far, who goes on.
    SaysSoFar { turn: TurnId, transcript: Transcript },
    /// The words are known, though they may not be all: prepare an answer. `remark`: they are about the conversation.
    Draft { turn: TurnId, transcript: Transcript, remark: Option<Remark> },
    /// What is said in this turn goes on, louder or quieter.
    ChangeVolume { turn: TurnId, step: VolumeStep },
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
    /// What is said falls silent between two sentences; `said`: its last words so far.
    Rests { said: String },
    /// What was said in this turn is over; `noticed` as in [`Answering`], `said`: its last words.
    AnswerOver { turn: TurnId, noticed: bool, said: String },
}

//! Everything that the core can ask for.

use serde::{Deserialize, Serialize};

use crate::ids::{Position, TurnId};
use crate::responder::Message;

/// Do this. Actions are performed in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Transcribe this stretch of the microphone's audio; answer with [`crate::Event::Transcribed`].
    Transcribe {
        /// The draft.
        turn: TurnId,
        /// Beginning, with some audio before the onset.
        from: Position,
        /// End, with the silence so far.
        to: Position,
    },
    /// Tell from the sound whether the speaker has finished; answer with [`crate::Event::EndOfTurnJudged`].
    JudgeEndOfTurn {
        /// The draft.
        turn: TurnId,
        /// Beginning.
        from: Position,
        /// End, with the silence so far.
        to: Position,
    },
    /// Let the language model answer: [`crate::Event::Text`], then [`crate::Event::GenerationEnded`].
    Generate {
        /// The turn.
        turn: TurnId,
        /// System prompt, history and the person's words.
        messages: Vec<Message>,
    },
    /// Nobody has asked yet, but the next question will follow these messages: let the language model read them now, when
    /// nobody waits for it. Stop when somebody asks; there is nothing to report.
    Prepare {
        /// System prompt and history.
        messages: Vec<Message>,
    },
    /// Synthesise a clause, after those before it; its audio is held until the turn is released.
    Speak {
        /// The turn.
        turn: TurnId,
        /// Counted from 0 in each turn.
        clause: usize,
        /// What to say.
        text: String,
        /// ISO 639-1 code of the voice.
        language: String,
    },
    /// No clause follows: [`crate::Event::PlaybackEnded`] is due when what there is has been heard, even if that is
    /// nothing. Comes once for every turn that is spoken, unless it is cancelled first.
    EndSpeech {
        /// The turn.
        turn: TurnId,
    },
    /// The turn is committed: play what it has and will have.
    Release {
        /// The turn.
        turn: TurnId,
    },
    /// Be silent at once, keep what has not been heard, and say how much was ([`crate::Event::Heard`]).
    Pause {
        /// The released turn.
        turn: TurnId,
    },
    /// Go on where it was paused.
    Resume {
        /// The released turn.
        turn: TurnId,
    },
    /// Drop every job and all audio of this turn; say how much was heard if it was released. Nothing but the notice of
    /// its end names the turn from now on.
    Cancel {
        /// The turn.
        turn: TurnId,
    },
    /// Tell whoever looks on.
    Tell(Notice),
}

/// How a released turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was heard to its end.
    Completed,
    /// Somebody spoke or pressed a button, or the voice failed. Where the voice failed for a draft, it was not released.
    Interrupted,
    /// The person had not finished; their utterance is taken up again as a whole.
    Withdrawn,
}

/// For dashboards, logs and the command line; nothing depends on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "notice")]
pub enum Notice {
    /// A person began to speak.
    SpeechBegan,
    /// What sounded like speech had no words in it.
    NoWords,
    /// The end of an utterance was confirmed, and these were its words.
    Understood {
        /// The turn that answers it.
        turn: TurnId,
        /// The words.
        text: String,
        /// ISO 639-1 code.
        language: String,
    },
    /// A clause of the answer, in order, once it is certain to be said.
    Answering {
        /// The turn.
        turn: TurnId,
        /// The clause.
        text: String,
    },
    /// A released turn is over.
    Ended {
        /// Which.
        turn: TurnId,
        /// How.
        outcome: Outcome,
    },
    /// An engine is out of order, or works again.
    Degraded {
        /// Which part of the chain.
        stage: crate::Stage,
        /// Whether it is out of order.
        degraded: bool,
    },
}

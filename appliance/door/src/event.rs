//! What happens.

use serde::{Deserialize, Serialize};

use crate::echo::EchoState;
use crate::own_seat;
use crate::state::SeatState;

/// An event with its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberedEvent {
    /// One more than that of the event before; a whole state names the last one that it holds.
    pub number: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: DoorEvent,
}

/// Something happened. Words are there only for whoever asked for them at the control door.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum DoorEvent {
    /// A program has got a seat of its own; so it is at the beginning.
    SeatTaken(SeatState),
    /// A program has left its seat.
    SeatLeft { seat: String },
    /// A seat is doing something else now.
    Phase {
        #[serde(default = "own_seat")]
        seat: String,
        phase: DoorPhase,
    },
    /// A person began to speak.
    SpeechBegan {
        #[serde(default = "own_seat")]
        seat: String,
    },
    /// What sounded like speech had no words in it.
    NoWords {
        #[serde(default = "own_seat")]
        seat: String,
    },
    /// A question was understood; `turn` answers it, in `language` (ISO 639-1).
    Understood {
        #[serde(default = "own_seat")]
        seat: String,
        turn: u64,
        language: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// A piece of the answer, in order.
    Answering {
        #[serde(default = "own_seat")]
        seat: String,
        turn: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// An answer is over. `first-sound-ms`: from the end of the question to the first sound of the answer.
    TurnEnded {
        #[serde(default = "own_seat")]
        seat: String,
        turn: u64,
        outcome: DoorOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_sound_ms: Option<f64>,
    },
    /// An engine (`speech-to-text`, `language-model`, …) is out of order, or works again.
    Engine { engine: String, works: bool },
    /// Something is wrong with the device's `microphone` or `loudspeaker`, in words for a person; or is so no more.
    Trouble {
        part: String,
        says: String,
        #[serde(default)]
        over: bool,
    },
    /// The loudness of a seat, 0 to 100.
    Volume {
        #[serde(default = "own_seat")]
        seat: String,
        percent: u8,
    },
    /// The microphone of a seat delivers silence, or sound again.
    Muted {
        #[serde(default = "own_seat")]
        seat: String,
        muted: bool,
    },
    /// A setting was set over the door, or unset; ask for the settings to learn what it is now.
    Setting { key: String },
    /// Something happened with an update of the device.
    Update(UpdateStep),
    /// The device's own echo was measured or judged anew.
    Echo(EchoState),
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What a seat is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoorPhase {
    /// It has to be woken first.
    Asleep,
    /// Nothing.
    #[default]
    Quiet,
    /// Somebody speaks.
    Listening,
    /// Somebody fell silent, and may go on.
    Deciding,
    /// An answer is being made.
    Thinking,
    /// An answer is being said.
    Speaking,
    /// An answer waits, because somebody speaks over it.
    Interrupted,
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoorOutcome {
    /// It was heard to its end.
    Completed,
    /// Somebody spoke or pressed a button, or the voice failed.
    Interrupted,
    /// The person had not finished.
    Withdrawn,
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// Where an update stands: one line of `/run/parley-update/events`, flattened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct UpdateStep {
    /// What happened: `offered`, `progress`, `installed`, `committed`, … as docs/UPDATES.md says.
    pub step: String,
    /// To which version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How far an installation is, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// Why, in words for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl DoorEvent {
    /// The seat in which it happened; none where it concerns all of them, or the list of seats.
    pub fn seat(&self) -> Option<&str> {
        match self {
            Self::Phase { seat, .. }
            | Self::SpeechBegan { seat }
            | Self::NoWords { seat }
            | Self::Understood { seat, .. }
            | Self::Answering { seat, .. }
            | Self::TurnEnded { seat, .. }
            | Self::Volume { seat, .. }
            | Self::Muted { seat, .. } => Some(seat),
            Self::SeatTaken(_)
            | Self::SeatLeft { .. }
            | Self::Engine { .. }
            | Self::Trouble { .. }
            | Self::Setting { .. }
            | Self::Update(_)
            | Self::Echo(_)
            | Self::Unknown => None,
        }
    }

    /// The same without what people and Parley said.
    pub fn without_words(mut self) -> Self {
        match &mut self {
            Self::SeatTaken(seat) => seat.turn = None,
            Self::Understood { text, .. } | Self::Answering { text, .. } => *text = None,
            Self::SeatLeft { .. }
            | Self::Phase { .. }
            | Self::SpeechBegan { .. }
            | Self::NoWords { .. }
            | Self::TurnEnded { .. }
            | Self::Engine { .. }
            | Self::Trouble { .. }
            | Self::Volume { .. }
            | Self::Muted { .. }
            | Self::Setting { .. }
            | Self::Update(_)
            | Self::Echo(_)
            | Self::Unknown => {}
        }
        self
    }
}

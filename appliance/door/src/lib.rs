//! The local door: what the daemon and the programs of an owner (lights, pages, scripts) tell each other.
//!
//! Types alone: the server is in `parley-daemon`, a client in `parley-door-client`. `docs/DOOR.md` has the protocol with
//! examples. Each message is one line of JSON of at most [`LONGEST_LINE`] bytes, so that a shell can speak it too.
//!
//! Terms: the **read door** tells, the **control door** obeys as well; **words** are what people and Parley say, which only
//! the control door tells, and only whoever asks for them; a **seat** is one place of conversation; a **tool** is something
//! that a client does when somebody asks for it.
//!
//! Rules:
//! - Both say [`DoorVersion`] first. Their major number has to be the same; the minor may differ.
//! - Then comes the whole [`DoorState`], then [`NumberedEvent`]s with consecutive numbers. Whoever is too slow is given the
//!   whole state anew. [`DoorState::apply`] says what an event changes.
//! - Unknown fields are ignored, unknown messages and events passed over, unknown requests answered with
//!   [`ErrorCode::UnknownRequest`]. So a new field, event or request is a new minor version, and nothing else is.
//! - Sound has a socket of its own ([`Door::sound_socket`]): as lines of JSON it would share a bound and a queue with the
//!   events, and wait behind them. After a line from either side ([`SoundHello`], [`SoundReply`]) both send frames
//!   ([`SoundFromClient`], [`SoundFromDaemon`]).

mod echo;
mod event;
mod frame;
mod lines;
mod message;
mod place;
mod request;
mod sound;
mod state;
mod version;

pub use echo::{AnswersEcho, CheckedRoom, ChirpEcho, EchoFaultState, EchoState, RoomFigures};
pub use event::{DoorEvent, DoorOutcome, DoorPhase, NumberedEvent, UpdateStep};
pub use frame::{BadFrame, FrameCutter, LONGEST_FRAME, LONGEST_SOUND, SoundFromClient, SoundFromDaemon};
pub use lines::{LONGEST_LINE, LineCutter, LineTooLong};
pub use message::{
    AnswerResult, ClientHello, DaemonHello, DoorAnswer, DoorError, ErrorCode, FromClient, FromDaemon, ToolCall,
};
pub use place::{DEVICE_FOLDER, Door, FOLDER_VARIABLE};
pub use request::{DoorNearMiss, DoorReply, DoorRequest, DoorUrgency, OwnerSetting, UpdateWish};
pub use sound::{DoorBargeIn, SOUND_IN_HZ, SoundHello, SoundOpening, SoundReply, SoundWelcome};
pub use state::{DoorState, SeatState, TroubleState, TurnState};
pub use version::{BadVersion, DoorVersion};

/// The seat of the device's own microphone and loudspeaker, which is meant where none is named.
pub const OWN_SEAT: &str = "own";

/// The seat of a message that names none.
fn own_seat() -> String {
    OWN_SEAT.into()
}

#[cfg(test)]
mod tests;

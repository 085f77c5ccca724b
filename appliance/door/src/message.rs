//! The lines themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::NumberedEvent;
use crate::own_seat;
use crate::request::{DoorReply, DoorRequest};
use crate::state::DoorState;
use crate::version::DoorVersion;

/// A line from a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum FromClient {
    /// The first line.
    Hello(ClientHello),
    /// Any further line; the answer has the same `id`.
    Request {
        id: u64,
        #[serde(flatten)]
        request: DoorRequest,
    },
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// How a client introduces itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClientHello {
    /// What it speaks.
    pub version: DoorVersion,
    /// Who it is, for the log.
    #[serde(default)]
    pub name: String,
    /// Whether it wants to know what people and Parley say; the read door never tells.
    #[serde(default)]
    pub words: bool,
}

/// A line from the daemon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum FromDaemon {
    /// The first line.
    Hello(DaemonHello),
    /// The second line, and whenever the client was too slow for `missed` events.
    State {
        #[serde(default, skip_serializing_if = "is_zero")]
        missed: u64,
        #[serde(flatten)]
        state: DoorState,
    },
    /// Something happened.
    Event(NumberedEvent),
    /// What came of a request.
    Answer(DoorAnswer),
    /// To one client alone, and so without a number: a tool that it has offered is to do something.
    ToolCalled(ToolCall),
    /// The last line, where the daemon can still say why it closes.
    Goodbye(DoorError),
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// How the daemon introduces itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DaemonHello {
    /// What it speaks.
    pub version: DoorVersion,
    /// The version of Parley.
    pub parley: String,
    /// Whether this is the control door.
    #[serde(default)]
    pub control: bool,
    /// Whether it tells what people and Parley say.
    #[serde(default)]
    pub words: bool,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DoorAnswer {
    /// That of the request; none where the line had no readable one.
    pub id: Option<u64>,
    /// The reply, or why there is none.
    #[serde(flatten)]
    pub result: AnswerResult,
}

/// The reply, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum AnswerResult {
    Ok(DoorReply),
    Error(DoorError),
}

/// A tool is to do something, once; answer with [`DoorRequest::ToolResult`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolCall {
    /// Its number, for the result.
    pub call: u64,
    /// Of the tool.
    pub name: String,
    /// JSON: `{"sentence": …}`, as it was offered; or `{"text": …, "language": …}`, what was said, where the tool is for any.
    pub arguments: String,
    /// Where it was asked for.
    #[serde(default = "own_seat")]
    pub seat: String,
}

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DoorError {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what is wrong, and what to do next.
    pub message: String,
}

/// Why something is not done, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The first line is no hello, or did not come in time.
    BadHello,
    /// The two sides speak versions that do not agree.
    BadVersion,
    /// A line is too long.
    LineTooLong,
    /// The line is no request, or the request lacks something or has a value out of its range.
    BadRequest,
    /// This version has no such request.
    UnknownRequest,
    /// There is no such seat.
    UnknownSeat,
    /// This door only tells.
    NotAllowed,
    /// This version knows the request, and cannot do it.
    NotAvailable,
    /// Too much is under way, or too many are connected; try again later.
    Busy,
    /// Another program has that name already, or that sentence.
    Taken,
    /// It did not come to an end in time.
    TooLate,
    /// The client does not read what it is told.
    NotRead,
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

impl DoorError {
    /// An error.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl FromDaemon {
    /// The same without what people and Parley said.
    pub fn without_words(self) -> Self {
        match self {
            Self::State { missed, state } => Self::State { missed, state: state.without_words() },
            Self::Event(NumberedEvent { number, event }) => {
                Self::Event(NumberedEvent { number, event: event.without_words() })
            }
            Self::Answer(DoorAnswer { id, result: AnswerResult::Ok(reply) }) => {
                Self::Answer(DoorAnswer { id, result: AnswerResult::Ok(reply.without_words()) })
            }
            // A sentence of a call is the client's own.
            Self::Hello(_) | Self::Answer(_) | Self::ToolCalled(_) | Self::Goodbye(_) | Self::Unknown => self,
        }
    }
}

impl fmt::Display for DoorError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DoorError {}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

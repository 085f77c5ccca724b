//! What a client can ask for, and what comes of it.

use serde::{Deserialize, Serialize};

use crate::echo::CheckedRoom;
use crate::event::DoorOutcome;
use crate::state::DoorState;

/// A client wants something. `seat`: where; [`crate::OWN_SEAT`] where it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum DoorRequest {
    /// The whole state, anew. At the read door too.
    Status,
    /// The settings that are in force.
    Settings,
    /// Set a setting: `value` is TOML, or a text that needs no quotation marks. It stays so until somebody changes it in a
    /// file.
    SetSetting { key: String, value: String },
    /// Let a setting be what the files say again.
    UnsetSetting { key: String },
    /// Be quiet and listen, without having been called by name.
    Interrupt {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Close the microphone, or open it again.
    Mute {
        muted: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Set the loudness, 0 to 100; without a number it is only told.
    Volume {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        percent: Option<u8>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// A typed question of at most 4,000 characters; answered when its answer is over.
    Ask {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Say a text as soon as nobody speaks; answered when it was said.
    Say {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Say a text that nobody asked for. It is dropped when it has not begun after `expires-s`.
    Announce {
        text: String,
        #[serde(default)]
        urgency: DoorUrgency,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_s: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Forget what was said in the last `minutes`; without a number, all of it.
    Forget {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<String>,
    },
    /// Play a chirp, and say how well its echo is taken out; answered after about 20 seconds. Refused while somebody is in a
    /// turn.
    CheckRoom,
    /// What may have been a wake word in the last hour and was taken for none, where the owner has agreed to its being kept.
    NearMisses,
    /// This one was a wake word: learn from it.
    NearMissMine { number: u64 },
    /// Forget all of them.
    ClearNearMisses,
    /// Something about updates.
    Update { wish: UpdateWish },
    /// A tool, until this client goes: it is called when somebody says one of its `sentences`, and with `any` for whatever
    /// else is said and no other tool takes. `parameters`, a JSON schema, is for a language model that chooses tools; this
    /// version shows them to none.
    OfferTool {
        name: String,
        description: String,
        #[serde(default)]
        sentences: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parameters: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        any: bool,
    },
    /// What came of a [`crate::ToolCall`]: it is said, or the language model is to `think` on and answer.
    ToolResult {
        call: u64,
        text: String,
        #[serde(default)]
        think: bool,
    },
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// How important an announcement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoorUrgency {
    /// When nobody speaks.
    Low,
    /// When nobody speaks, and after ten seconds all the same.
    #[default]
    Normal,
    /// At once: what is being said goes on behind it.
    High,
}

/// What can be wanted of updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateWish {
    /// Yes to what a stick offers.
    Accept,
    /// Go back to the version before.
    Rollback,
    /// Restart into what is installed.
    Restart,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum DoorReply {
    /// It is done, or will be at once.
    Done,
    /// The whole state.
    Status(DoorState),
    /// The settings, sorted by name.
    Settings { settings: Vec<OwnerSetting> },
    /// A setting as it is kept from now on; `restart`: it takes effect after one.
    Setting {
        #[serde(flatten)]
        setting: OwnerSetting,
        #[serde(default)]
        restart: bool,
    },
    /// The loudness.
    Volume { percent: u8 },
    /// Near misses, the oldest first.
    NearMisses { near_misses: Vec<DoorNearMiss> },
    /// A near miss is an example of this word; it is learnt from as soon as so many more are.
    NearMissLearnt { word: String, missing: u32 },
    /// The answer to a question, as far as it was to be said; no `answer` where it does not fit into a line.
    Answered {
        turn: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<String>,
        outcome: DoorOutcome,
    },
    /// What came of a check of the room.
    Room(Box<CheckedRoom>),
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What may have been a wake word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DoorNearMiss {
    /// By which it is meant.
    pub number: u64,
    /// How long ago it was.
    pub seconds_ago: u64,
    /// The word that it may have been.
    pub word: String,
    /// How likely that was.
    pub percent: u8,
    /// Whether somebody has said that it was theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

/// A setting that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerSetting {
    /// Its name, as in docs/CONFIGURATION.md.
    pub key: String,
    /// Its value in TOML; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether it was set over the door.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set: bool,
    /// Whether it is another one after a restart.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

impl DoorRequest {
    /// The seat that it names.
    pub fn seat(&self) -> Option<&str> {
        match self {
            Self::Interrupt { seat }
            | Self::Mute { seat, .. }
            | Self::Volume { seat, .. }
            | Self::Ask { seat, .. }
            | Self::Say { seat, .. }
            | Self::Announce { seat, .. }
            | Self::Forget { seat, .. } => seat.as_deref(),
            Self::Status
            | Self::Settings
            | Self::SetSetting { .. }
            | Self::UnsetSetting { .. }
            | Self::CheckRoom
            | Self::NearMisses
            | Self::NearMissMine { .. }
            | Self::ClearNearMisses
            | Self::Update { .. }
            | Self::OfferTool { .. }
            | Self::ToolResult { .. }
            | Self::Unknown => None,
        }
    }
}

impl DoorRequest {
    /// Whether it changes nothing and tells no secret, so that the read door takes it too.
    pub fn is_for_the_read_door(&self) -> bool {
        match self {
            Self::Status => true,
            Self::Settings
            | Self::SetSetting { .. }
            | Self::UnsetSetting { .. }
            | Self::Interrupt { .. }
            | Self::Mute { .. }
            | Self::Volume { .. }
            | Self::Ask { .. }
            | Self::Say { .. }
            | Self::Announce { .. }
            | Self::Forget { .. }
            | Self::CheckRoom
            | Self::NearMisses
            | Self::NearMissMine { .. }
            | Self::ClearNearMisses
            | Self::Update { .. }
            | Self::OfferTool { .. }
            | Self::ToolResult { .. }
            | Self::Unknown => false,
        }
    }
}

impl DoorReply {
    /// The same without what people and Parley said.
    pub fn without_words(self) -> Self {
        match self {
            Self::Status(state) => Self::Status(state.without_words()),
            Self::Answered { turn, outcome, .. } => Self::Answered { turn, answer: None, outcome },
            Self::Done
            | Self::Settings { .. }
            | Self::Setting { .. }
            | Self::Volume { .. }
            | Self::Room(_)
            | Self::NearMisses { .. }
            | Self::NearMissLearnt { .. }
            | Self::Unknown => self,
        }
    }
}

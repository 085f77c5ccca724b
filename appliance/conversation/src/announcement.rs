//! What Parley says on its own: timers, alarms, doors, updates.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Identifies an announcement; chosen by whoever makes it, and never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnnouncementId(pub u64);

impl fmt::Display for AnnouncementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How much it may disturb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Waits until nobody speaks and nothing is said, for ever if need be.
    Low,
    /// Waits likewise, but ten seconds at most: a television never falls silent.
    Normal,
    /// At once, whoever speaks; an answer goes on behind it.
    High,
}

/// What sounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sounding {
    /// Words, by the preferred voice, or that of the language whose letters they are; at most
    /// [`crate::MAX_QUESTION_CHARS`] characters of them.
    Text(String),
    /// The same in a language (ISO 639-1), by its voice.
    TextIn {
        /// In which it is written.
        language: String,
        /// What is said.
        text: String,
    },
    /// A sound, by the name that whoever plays it knows. Needs no engine.
    Sound(String),
}

/// Something that Parley says unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its name.
    pub id: AnnouncementId,
    /// What sounds.
    pub sounding: Sounding,
    /// How much it may disturb.
    pub urgency: Urgency,
    /// When it is of no more use, on the clock of [`crate::Conversation::handle`]; it is not begun after that.
    pub until: Option<Duration>,
    /// Whether it is said again, every few seconds, until somebody stops it by key or by words, or it is of no more use:
    /// then, or after a quarter of an hour.
    pub until_acknowledged: bool,
}

/// What became of an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementOutcome {
    /// It was heard to its end.
    Heard,
    /// Somebody stopped it after they had heard some of it.
    Stopped,
    /// It was of no more use before it was heard, or before anybody stopped it.
    Expired,
    /// Too many wait that are at least as urgent.
    Refused,
    /// The voice is out of order.
    Failed,
}

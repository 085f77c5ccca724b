//! Names and quantities that events and actions share.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The microphone's audio is judged in frames of this length.
pub const FRAME: Duration = Duration::from_millis(20);

/// Identifies a turn; later turns have higher numbers, and none is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnId(pub u64);

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A place in the microphone's audio: time since its first sample, by the sound card's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position(pub Duration);

impl Position {
    /// The time from `earlier` to here; zero where `earlier` is later.
    pub fn since(self, earlier: Position) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The place this much later.
    pub fn forward(self, by: Duration) -> Position {
        Position(self.0.saturating_add(by))
    }

    /// The place this much earlier, at most the beginning.
    pub fn back(self, by: Duration) -> Position {
        Position(self.0.saturating_sub(by))
    }
}

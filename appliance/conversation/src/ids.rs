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

/// One place of conversation: a microphone and a loudspeaker, with a conversation of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeatId(pub u32);

impl fmt::Display for SeatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The microphone's samples in a second.
const SAMPLES_PER_S: u64 = 16_000;
const NANOS_PER_SAMPLE: u32 = 62_500;

/// A place in the microphone's audio: samples at 16 kHz since its first one, by the sound card's clock.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position(pub u64);

impl Position {
    /// The time from `earlier` to here; zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        let samples = self.0.saturating_sub(earlier.0);
        let nanos = (samples % SAMPLES_PER_S) as u32 * NANOS_PER_SAMPLE;
        Duration::new(samples / SAMPLES_PER_S, nanos)
    }

    /// The place this much later.
    pub fn forward(self, by: Duration) -> Self {
        Self(self.0.saturating_add(samples_in(by)))
    }

    /// The place this much earlier, at most the beginning.
    pub fn back(self, by: Duration) -> Self {
        Self(self.0.saturating_sub(samples_in(by)))
    }
}

/// As time, which is what a person wants to compare.
impl fmt::Debug for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Position({:?})", self.since(Self::default()))
    }
}

fn samples_in(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos() / u128::from(NANOS_PER_SAMPLE)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_seats_are_told_apart_in_logs() {
        assert_eq!((TurnId(7).to_string(), SeatId(2).to_string()), ("7".into(), "2".into()));
    }

    #[test]
    fn positions_are_exact_and_stop_at_both_ends() {
        let second = Position::default().forward(Duration::from_secs(1));
        assert_eq!(second, Position(16_000));
        assert_eq!(second.forward(FRAME), Position(16_320));
        assert_eq!(second.back(FRAME * 2).since(Position::default()), Duration::from_millis(960));
        assert_eq!(second.back(Duration::MAX), Position::default());
        assert_eq!(Position::default().since(second), Duration::ZERO);
        assert_eq!(second.forward(Duration::MAX).forward(FRAME), Position(u64::MAX));
        assert_eq!(format!("{:?}", second.forward(Duration::from_millis(60))), "Position(1.06s)");
    }
}

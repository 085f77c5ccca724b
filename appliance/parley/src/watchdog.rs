//! The service manager's watchdog: fed only while microphone and conductor really move.
//!
//! A task that feeds it on a timer would go on while the audio thread hangs in a driver, or the conductor waits for a lock for ever.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parley_update::policy::table::Table;
use parley_update::{files, measure};
use sd_notify::NotifyState;

/// How often is looked whether everything moves: four times within the unit's `WatchdogSec`.
const LOOK: Duration = Duration::from_secs(2);

/// Counters that rise while the daemon works.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Frames of the microphone that reached the conductor.
    pub frames: AtomicU64,
    /// Times that the conductor told the core that time passes.
    pub ticks: AtomicU64,
}

impl Pulse {
    fn counts(&self) -> Counts {
        Counts { frames: self.frames.load(Ordering::Relaxed), ticks: self.ticks.load(Ordering::Relaxed) }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    frames: u64,
    ticks: u64,
}

impl Counts {
    /// Whether everything has moved since.
    fn moved_since(self, before: Counts) -> bool {
        self.frames != before.frames && self.ticks != before.ticks
    }
}

/// Says that the service is ready with the first movement, and feeds the watchdog with every further one. Without a service manager it
/// does nothing. Never returns.
pub async fn feed(pulse: Arc<Pulse>) {
    let mut before = Counts::default();
    let mut ready = false;
    loop {
        let counts = pulse.counts();
        if counts.moved_since(before) {
            if !ready {
                tell(NotifyState::Ready);
                measured_sound();
                ready = true;
            }
            tell(NotifyState::Watchdog);
            before = counts;
        } else if ready {
            tracing::warn!(
                frames = counts.frames,
                ticks = counts.ticks,
                "the microphone or the conductor stands still"
            );
        }
        // The first movement is waited for more closely: the time to ready is a part of the way back from a bad update.
        tokio::time::sleep(if ready { LOOK } else { LOOK / 20 }).await;
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// Tells the gate that the microphone delivers and the loudspeaker was opened; where there is no gate there is no folder.
fn measured_sound() {
    let folder = Path::new(measure::FOLDER);
    if folder.exists() {
        let mut table = Table::default();
        table.note_whether("sound-card", true);
        if let Err(error) = files::replace_json(&folder.join("sound.json"), &table) {
            tracing::warn!(%error, "the gate cannot be told that the sound devices work");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(frames: u64, ticks: u64, expected: bool) {
        let before = Counts { frames: 10, ticks: 20 };
        assert_eq!(Counts { frames, ticks }.moved_since(before), expected, "{frames} frames, {ticks} ticks");
    }

    #[test]
    fn only_what_moves_in_both_places_is_alive() {
        check(11, 21, true);
        check(10, 21, false);
        check(11, 20, false);
        check(10, 20, false);
    }
}

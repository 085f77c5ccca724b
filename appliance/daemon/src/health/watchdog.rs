//! The service manager's watchdog: fed only while microphone and conductor really move.
//!
//! A task that feeds it on a timer would go on while the audio thread hangs in a driver or the conductor for a lock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parley_update::policy::table::Table;
use parley_update::{files, observed};
use sd_notify::NotifyState;

use super::flight_recorder::Fault;
use super::{FlightRecorder, Pulse};

/// How often is looked whether everything moves: four times within the unit's `WatchdogSec`.
const LOOK: Duration = Duration::from_secs(2);

/// Says that the service is ready with the first movement, and feeds the watchdog with every further one. Without a
/// service manager it does nothing. Never returns.
pub async fn feed(pulse: Arc<Pulse>, flight: FlightRecorder) {
    let mut before = 0;
    let mut ready = false;
    loop {
        let frames = pulse.frames();
        if frames != before {
            if !ready {
                tell(NotifyState::Ready);
                measured_sound();
                ready = true;
            }
            tell(NotifyState::Watchdog);
            before = frames;
        } else if ready {
            tracing::warn!(frames, "the microphone or the conductor stands still");
            flight.fault(Fault::StandsStill);
        }
        // The first movement is waited for more closely: the time to ready is a part of the way back from a bad update.
        tokio::time::sleep(if ready { LOOK } else { LOOK / 20 }).await;
    }
}

/// Asks the service manager for so much more time until the service is ready, an hour at most.
pub fn takes_longer(time: Duration) {
    const HOUR: u32 = 3_600_000_000;
    tell(NotifyState::ExtendTimeoutUsec(u32::try_from(time.as_micros()).unwrap_or(HOUR).min(HOUR)));
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// Tells the gate that the microphone delivers and the loudspeaker was opened; without a gate there is no folder.
fn measured_sound() {
    let folder = Path::new(observed::FOLDER);
    if folder.exists() {
        let mut table = Table::default();
        table.note_whether("sound-card", true);
        if let Err(error) = files::replace_json(&folder.join("sound.json"), &table) {
            tracing::warn!(%error, "the gate cannot be told that the sound devices work");
        }
    }
}

//! The service manager's watchdog: fed while every thread on the way of sound moves, the conductor and the audio threads.
//!
//! A task that feeds it on a timer would go on while an audio thread hangs in a driver, or the conductor for a lock. Whether
//! there is any sound is another matter: a device that was unplugged is waited for, and its thread moves while it waits.

use std::path::Path;
use std::time::Duration;

use parley_conversation::Event;
use parley_update::policy::table::Table;
use parley_update::{files, observed};
use sd_notify::NotifyState;

use super::SoundPath;
use super::flight_recorder::RecordedFault;
use crate::conductor::Handle;

/// How often is looked whether everything moves: four times within the unit's `WatchdogSec`.
const LOOK: Duration = Duration::from_secs(2);
/// Before everything has moved once it is looked more often: the time to ready is a part of the way back from a bad update.
const FIRST_LOOK: Duration = Duration::from_millis(100);

/// Says that the service is ready when everything has moved, and feeds the watchdog whenever everything has moved again.
/// Without a service manager it does nothing. Never returns.
pub async fn feed(handle: Handle, path: SoundPath) {
    let (mut movement, mut ready, mut sounds) = (Movement::default(), false, false);
    let (control, pulse, flight) = (handle.control.downgrade(), handle.pulse.clone(), handle.flight.clone());
    drop(handle);
    loop {
        tokio::time::sleep(if ready { LOOK } else { FIRST_LOOK }).await;
        let [capture, listening, playback] = path.beats();
        match movement.since_last_look([pulse.events(), capture, listening, playback]) {
            Ok(()) => {
                if !std::mem::replace(&mut ready, true) {
                    tell(NotifyState::Ready);
                }
                tell(NotifyState::Watchdog);
            }
            Err(still) if ready => {
                tracing::warn!("{still} stands still");
                flight.fault(RecordedFault::StandsStill(still));
            }
            Err(_) => {}
        }
        if !sounds && path.works() {
            sounds = true;
            measured_sound();
        }
        // For the conductor it is nothing, but an event: without a microphone there may be no other.
        if let Some(control) = control.upgrade() {
            let _ = control.try_send(Event::Due);
        }
    }
}

/// What has moved, by its beats: the conductor, capture, listening, playback.
#[derive(Debug, Default)]
struct Movement([u64; 4]);

impl Movement {
    /// Whether all of them have moved since the last look; else the first that has not.
    fn since_last_look(&mut self, beats: [u64; 4]) -> Result<(), &'static str> {
        let before = std::mem::replace(&mut self.0, beats);
        let names = ["the conductor", "the capture thread", "the listening thread", "the playback thread"];
        let still = names.into_iter().zip(before.into_iter().zip(beats)).find(|(_, (before, now))| before == now);
        still.map_or(Ok(()), |(name, _)| Err(name))
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

/// Tells the gate that the microphone delivers and the loudspeaker is open; without a gate there is no folder.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_still_is_named_and_nothing_else_feeds_the_watchdog() {
        let mut movement = Movement::default();
        assert_eq!(movement.since_last_look([1, 1, 0, 1]), Err("the listening thread"), "not begun yet");
        assert_eq!(movement.since_last_look([2, 9, 1, 2]), Ok(()));
        for (index, name) in ["the conductor", "the capture thread", "the listening thread", "the playback thread"]
            .into_iter()
            .enumerate()
        {
            let mut beats = movement.0.map(|beats| beats + 1);
            beats[index] -= 1;
            assert_eq!(movement.since_last_look(beats), Err(name));
        }
        assert_eq!(movement.since_last_look(movement.0.map(|beats| beats + 1)), Ok(()), "it moves again");
    }
}

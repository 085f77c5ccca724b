//! The service manager's watchdog: fed only while microphone and conductor really move.
//!
//! A task that feeds it on a timer would go on while the audio thread hangs in a driver, or the conductor waits for a lock for ever.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use parley_update::policy::table::Table;
use parley_update::{files, observed};
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
    speech: Level,
    noise: Level,
}

/// Frames over which a level is smoothed: ten seconds.
const SMOOTHED: f32 = 500.0;

/// The mean square of one kind of frame, smoothed. Only the conductor writes.
#[derive(Debug, Default)]
struct Level {
    /// The bits of an `f32`.
    mean_square: AtomicU32,
    frames: AtomicU32,
}

impl Level {
    fn note(&self, samples: &[i16]) {
        let square = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum::<f32>() / samples.len().max(1) as f32;
        let frames = self.frames.load(Ordering::Relaxed).saturating_add(1);
        let before = f32::from_bits(self.mean_square.load(Ordering::Relaxed));
        let mean = before + (square - before) / SMOOTHED.min(frames as f32);
        self.mean_square.store(mean.to_bits(), Ordering::Relaxed);
        self.frames.store(frames, Ordering::Relaxed);
    }

    fn mean_square(&self) -> f32 {
        f32::from_bits(self.mean_square.load(Ordering::Relaxed))
    }
}

impl Pulse {
    /// Takes note of a frame of the microphone.
    pub fn heard(&self, samples: &[i16], speech: bool) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        if speech { &self.speech } else { &self.noise }.note(samples);
    }

    /// How far speech is above the noise, in dB, and how many seconds of speech that was heard in; `None` before both were heard.
    #[must_use]
    pub fn signal_to_noise(&self) -> Option<(f32, u32)> {
        let frames = self.speech.frames.load(Ordering::Relaxed);
        let both = frames > 0 && self.noise.frames.load(Ordering::Relaxed) > 0;
        // No microphone is quieter than one step.
        let ratio = self.speech.mean_square().max(1.0) / self.noise.mean_square().max(1.0);
        both.then(|| (10.0 * ratio.log10(), frames / 50))
    }

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

    fn check(frames: u64, ticks: u64, expected: bool) {
        let before = Counts { frames: 10, ticks: 20 };
        assert_eq!(Counts { frames, ticks }.moved_since(before), expected, "{frames} frames, {ticks} ticks");
    }

    #[test]
    fn the_signal_to_noise_ratio_is_that_of_speech_to_the_pauses() {
        let pulse = Pulse::default();
        assert_eq!(pulse.signal_to_noise(), None);
        for _ in 0..500 {
            pulse.heard(&[3_000; 320], true);
            pulse.heard(&[-30; 320], false);
        }
        let (ratio_db, seconds) = pulse.signal_to_noise().expect("both were heard");
        assert!((ratio_db - 40.0).abs() < 0.1, "{ratio_db} dB");
        assert_eq!((seconds, pulse.counts().frames), (10, 1_000));
    }

    #[test]
    fn only_what_moves_in_both_places_is_alive() {
        check(11, 21, true);
        check(10, 21, false);
        check(11, 20, false);
        check(10, 20, false);
    }
}

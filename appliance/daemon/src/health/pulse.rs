//! The sign of life, and how far speech is above the noise.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Frames over which a level is smoothed: ten seconds.
const SMOOTHED: f32 = 500.0;

/// Rises while the conductor works: it takes note of every event, and of how loud every frame is. Only the conductor
/// writes.
#[derive(Debug, Default)]
pub struct Pulse {
    events: AtomicU64,
    speech: Level,
    /// In the pauses of speech.
    noise: Level,
    near_misses: AtomicU64,
}

/// The mean square of one kind of frame, smoothed.
#[derive(Debug, Default)]
struct Level {
    /// The bits of an `f32`.
    mean_square: AtomicU32,
    frames: AtomicU32,
}

impl Pulse {
    pub fn heard(&self, samples: &[i16], speech: bool) {
        if speech { &self.speech } else { &self.noise }.note(samples);
    }

    pub fn beat(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    /// What may have been a wake word was none.
    pub fn nearly(&self) {
        self.near_misses.fetch_add(1, Ordering::Relaxed);
    }

    /// How often that was so.
    pub fn near_misses(&self) -> u64 {
        self.near_misses.load(Ordering::Relaxed)
    }

    /// Events that the conductor has handled.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// How far speech is above the noise, in dB, and how many seconds of speech that is from; `None` before both came.
    pub fn signal_to_noise(&self) -> Option<(f32, u32)> {
        let frames = self.speech.frames.load(Ordering::Relaxed);
        let both = frames > 0 && self.noise.frames.load(Ordering::Relaxed) > 0;
        // No microphone is quieter than one step.
        let ratio = self.speech.mean_square().max(1.0) / self.noise.mean_square().max(1.0);
        both.then(|| (10.0 * ratio.log10(), frames / 50))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(seconds, 10);
    }
}

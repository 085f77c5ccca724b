//! The sign of life.

use std::sync::atomic::{AtomicU64, Ordering};

use super::levels::Levels;

/// Rises while the daemon works: the conductor takes note of every frame that it takes from the microphone, so that
/// neither can stand still unnoticed.
#[derive(Debug, Default)]
pub struct Pulse {
    frames: AtomicU64,
    levels: Levels,
}

impl Pulse {
    pub fn heard(&self, samples: &[i16], speech: bool) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.levels.note(samples, speech);
    }

    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// How far speech is above the noise, in dB, and how many seconds of speech that is from; `None` before both came.
    pub fn signal_to_noise(&self) -> Option<(f32, u32)> {
        self.levels.signal_to_noise()
    }
}

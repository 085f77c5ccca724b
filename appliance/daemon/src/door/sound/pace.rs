//! How fast a client of the sound socket is read: not much faster than real time. What it sends more waits in its socket.

use std::time::Duration;

use parley_door::SOUND_IN_HZ;
use tokio::time::Instant;

/// Sound that may come at once, after a while of quiet.
const SOUND_AT_ONCE: Duration = Duration::from_millis(500);
/// In the long run so much time is needed for a second of sound: what was held up is caught up with.
const FOR_A_SECOND: Duration = Duration::from_millis(950);
/// Frames a second, of whatever kind, in the long run: five times what a client needs that sends every 10 ms.
const FRAMES_PER_S: u32 = 1_000;
/// Frames at once.
const FRAMES_AT_ONCE: u32 = 500;

/// When the next frame may be read.
#[derive(Debug)]
pub(super) struct Pace {
    /// When all that was read would have been paid for.
    sound: Instant,
    frames: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { sound: now, frames: now }
    }

    /// Pays for a frame with so many samples.
    pub(super) fn spend(&mut self, samples: usize, now: Instant) {
        let sound = FOR_A_SECOND * u32::try_from(samples).unwrap_or(u32::MAX) / SOUND_IN_HZ;
        self.sound = self.sound.max(now) + sound;
        self.frames = self.frames.max(now) + Duration::from_secs(1) / FRAMES_PER_S;
    }

    pub(super) fn next(&self) -> Instant {
        let earlier = |paid: Instant, by| paid.checked_sub(by).unwrap_or(paid);
        let frames = earlier(self.frames, Duration::from_secs(1) * FRAMES_AT_ONCE / FRAMES_PER_S);
        earlier(self.sound, SOUND_AT_ONCE).max(frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_time_is_read_at_once_and_more_at_the_rate_of_real_time() {
        let begun = Instant::now();
        let mut pace = Pace::new(begun);
        for frame in 0..5_000 {
            let now = begun + Duration::from_millis(20 * frame);
            pace.spend(320, now);
            pace.spend(0, now);
            assert!(pace.next() <= now);
        }
        for (samples, most) in [(320, 10_500 / 20), (3_200, 10_500 / 200), (0, 10_500)] {
            let (mut pace, mut now, mut read) = (Pace::new(begun), begun, 0_u32);
            while now < begun + Duration::from_secs(10) {
                read += 1;
                pace.spend(samples, now);
                now = now.max(pace.next());
            }
            assert!((most..most + most / 10 + 2).contains(&read), "{read} frames of {samples} in 10 s");
        }
    }
}

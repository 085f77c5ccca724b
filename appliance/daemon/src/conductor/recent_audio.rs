//! The microphone's recent audio, for transcribing any stretch of it.

use std::collections::VecDeque;
use std::sync::Arc;

use parley_audio::capture::FRAME_RATE_HZ;
use parley_conversation::Position;

use crate::listening::{AudioFrame, FRAME_SAMPLES};

/// Samples that are kept: 32 s, longer than the longest utterance with its pauses.
const KEPT: usize = 32 * FRAME_RATE_HZ as usize;

/// The last half minute.
#[derive(Debug, Default)]
pub(super) struct RecentAudio {
    samples: VecDeque<i16>,
    end: Position,
}

impl RecentAudio {
    /// Adds a frame; the oldest go. A gap before it (dropped frames) is filled with silence, to keep positions true.
    pub(super) fn push(&mut self, frame: &AudioFrame) {
        let missing = samples_between(self.end, frame.end).saturating_sub(FRAME_SAMPLES);
        if !self.samples.is_empty() {
            self.samples.extend(std::iter::repeat_n(0, missing.min(KEPT)));
        }
        self.samples.extend(frame.samples);
        self.end = frame.end;
        let excess = self.samples.len().saturating_sub(KEPT);
        self.samples.drain(..excess);
    }

    /// A copy of a stretch, as far as it is still there.
    pub(super) fn stretch(&self, from: Position, to: Position) -> Arc<[i16]> {
        let index = |position| self.samples.len().saturating_sub(samples_between(position, self.end));
        let (from, to) = (index(from), index(to));
        self.samples.range(from..to.max(from)).copied().collect()
    }
}

fn samples_between(from: Position, to: Position) -> usize {
    usize::try_from(to.0.saturating_sub(from.0)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    fn frame(number: u32) -> AudioFrame {
        AudioFrame::new(at(20 * u64::from(number)), Instant::now(), [number as i16; FRAME_SAMPLES], false)
    }

    fn at(ms: u64) -> Position {
        Position::default().forward(Duration::from_millis(ms))
    }

    #[test]
    fn a_stretch_is_what_was_said_then() {
        let mut audio = RecentAudio::default();
        (1..=5).for_each(|number| audio.push(&frame(number)));
        let stretch = audio.stretch(at(30), at(60));
        assert_eq!(stretch.len(), 480);
        assert_eq!((stretch.first(), stretch.last()), (Some(&2), Some(&3)));
        assert!(audio.stretch(at(200), at(300)).is_empty());
    }

    #[test]
    fn lost_frames_do_not_shift_what_follows() {
        let mut audio = RecentAudio::default();
        [1, 2, 5].into_iter().for_each(|number| audio.push(&frame(number)));
        assert_eq!(*audio.stretch(at(80), at(100)), [5; FRAME_SAMPLES]);
        assert_eq!(*audio.stretch(at(60), at(80)), [0; FRAME_SAMPLES]);
    }

    #[test]
    fn only_the_last_half_minute_is_kept() {
        let mut audio = RecentAudio::default();
        (1..=2_000).for_each(|number| audio.push(&frame(number)));
        assert_eq!(audio.stretch(at(0), at(40_000)).len(), KEPT);
    }
}

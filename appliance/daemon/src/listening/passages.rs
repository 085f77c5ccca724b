//! How well the canceller does while Parley speaks, without a sound of its own: figures of each *passage*, all that is played
//! in one go.
//!
//! A passage is looked at in windows of half a second, and its figures are their medians: somebody who says a word over it, or
//! a door that slams, is in few of them.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use parley_echo::{EchoFigures, LEAD, RATE_HZ};
use serde::{Deserialize, Serialize};

use super::FRAME_SAMPLES;
use super::conditioning::FrameSamples;

/// Frames of a window: half a second.
const WINDOW_FRAMES: u32 = 25;
const WINDOW_S: f64 = 0.5;
/// A passage with fewer windows in which it is heard tells nothing: a chime, a "yes".
const LEAST_WINDOWS: usize = 4;
/// Of a longer passage the first minute is looked at.
const MOST_WINDOWS: usize = 120;
/// The loudspeaker is heard in a window that is so much louder than the room, in dB.
const LOUDER_DB: f64 = 10.0;
/// How fast it is learnt how loud the room is, while nothing is played: over a second.
const SMOOTHED: f64 = 50.0;
/// A sample this near full scale was louder.
const FULL_SCALE: u16 = 32_700;
/// Passages that wait for whoever keeps their figures.
const KEPT: usize = 16;

/// What was measured while something was played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PassageFigures {
    /// Seconds in which the microphone heard it.
    pub heard_s: f64,
    /// How much of it was taken out of what is judged to be speech or not, in dB.
    pub suppressed_db: f64,
    /// How loud it was at the microphone, in dB of full scale.
    pub echo_dbfs: f64,
    /// How loud the room was before it, in dB of full scale.
    pub background_dbfs: f64,
    /// The share of samples at full scale, 0..=1.
    pub clipped_share: f64,
    /// From its sound to its echo, in milliseconds, as the canceller has found it; in steps of 4.
    pub delay_ms: f64,
    /// How much faster the loudspeaker's clock runs than the microphone's, in parts per million.
    pub drift_ppm: f64,
}

/// Passages that nobody has taken yet; where too many wait, the oldest goes.
#[derive(Debug, Default)]
pub struct Passages(Mutex<VecDeque<PassageFigures>>);

impl Passages {
    pub(super) fn add(&self, passage: PassageFigures) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= KEPT {
            waiting.pop_front();
        }
        waiting.push_back(passage);
    }

    /// Takes what waits, the oldest first.
    pub fn take(&self) -> Vec<PassageFigures> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}

/// A frame with what was made of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlayedFrame<'a> {
    /// As it came from the device.
    pub(super) raw: &'a [i16; FRAME_SAMPLES],
    /// What the canceller was given.
    pub(super) captured: &'a FrameSamples,
    /// What it has left of that.
    pub(super) left: &'a [f32],
    /// Whether something is played, or was half a second ago.
    pub(super) plays: bool,
    /// Whether the canceller knows the room, and what is played.
    pub(super) is_known: bool,
}

/// Looks at every frame of a microphone whose echo is cancelled.
#[derive(Debug, Default)]
pub(super) struct PassageMeter {
    /// Mean square of the room while nothing is played; none before it was heard.
    background: Option<f64>,
    window: Window,
    passage: Passage,
}

/// Sums of squares of up to half a second.
#[derive(Debug, Default)]
struct Window {
    frames: u32,
    captured: f64,
    left: f64,
}

/// The windows in which a passage is heard.
#[derive(Debug, Default)]
struct Passage {
    suppressed_db: Vec<f64>,
    echo_dbfs: Vec<f64>,
    samples: u64,
    clipped: u64,
}

impl PassageMeter {
    /// Takes a frame; the figures of a passage that has ended with it, where they tell anything. `figures`: what the canceller
    /// has found by now.
    pub(super) fn note(
        &mut self,
        frame: PlayedFrame<'_>,
        figures: impl FnOnce() -> EchoFigures,
    ) -> Option<PassageFigures> {
        let captured = mean_square(frame.captured);
        if frame.plays {
            self.plays(&frame, captured);
            return None;
        }
        // A microphone that is closed delivers zeroes, and is no quiet room.
        if frame.raw.iter().any(|sample| *sample != 0) {
            let before = self.background.unwrap_or(captured);
            self.background = Some(before + (captured - before) / SMOOTHED);
        }
        self.window = Window::default();
        let Passage { mut suppressed_db, mut echo_dbfs, samples, clipped } = std::mem::take(&mut self.passage);
        if suppressed_db.len() < LEAST_WINDOWS {
            return None;
        }
        let EchoFigures { canceller, reference, .. } = figures();
        Some(PassageFigures {
            heard_s: suppressed_db.len() as f64 * WINDOW_S,
            suppressed_db: median(&mut suppressed_db),
            echo_dbfs: median(&mut echo_dbfs),
            background_dbfs: dbfs(self.background.unwrap_or(0.0)),
            clipped_share: clipped as f64 / samples.max(1) as f64,
            delay_ms: f64::from(canceller.delay_ms) - LEAD as f64 * 1e3 / f64::from(RATE_HZ),
            drift_ppm: reference.drift_ppm,
        })
    }

    fn plays(&mut self, frame: &PlayedFrame<'_>, captured: f64) {
        let (true, Some(background)) = (frame.is_known, self.background) else {
            self.window = Window::default();
            return;
        };
        if self.passage.suppressed_db.len() >= MOST_WINDOWS {
            return;
        }
        self.passage.samples += FRAME_SAMPLES as u64;
        self.passage.clipped += frame.raw.iter().filter(|sample| sample.unsigned_abs() >= FULL_SCALE).count() as u64;
        self.window.frames += 1;
        self.window.captured += captured;
        self.window.left += mean_square(frame.left);
        if self.window.frames < WINDOW_FRAMES {
            return;
        }
        let Window { frames, captured, left } = std::mem::take(&mut self.window);
        let (captured, left) = (dbfs(captured / f64::from(frames)), dbfs(left / f64::from(frames)));
        if captured > dbfs(background) + LOUDER_DB {
            self.passage.suppressed_db.push(captured - left);
            self.passage.echo_dbfs.push(captured);
        }
    }
}

/// The middle one of some numbers, the lower of two; they are sorted by it. Of none it is no number.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
}

fn mean_square(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

/// Power in dB of full scale, which is 1.
fn dbfs(power: f64) -> f64 {
    10.0 * (power + 1e-10).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of a microphone, by their amplitudes.
    struct Frames {
        meter: PassageMeter,
        found: Vec<PassageFigures>,
    }

    impl Frames {
        fn new() -> Self {
            Self { meter: PassageMeter::default(), found: Vec::new() }
        }

        fn pass(&mut self, frames: usize, captured: f32, left: f32, plays: bool) {
            self.through(frames, captured, left, plays, true);
        }

        fn through(&mut self, frames: usize, captured: f32, left: f32, plays: bool, is_known: bool) {
            let raw = [(captured * 32_768.0) as i16; FRAME_SAMPLES];
            for _ in 0..frames {
                let (captured, left) = ([captured; FRAME_SAMPLES], [left; FRAME_SAMPLES]);
                let frame = PlayedFrame { raw: &raw, captured: &captured, left: &left, plays, is_known };
                let figures = || {
                    let mut figures = EchoFigures::default();
                    (figures.canceller.delay_ms, figures.reference.drift_ppm) = (45, 12.5);
                    figures
                };
                self.found.extend(self.meter.note(frame, figures));
            }
        }
    }

    #[test]
    fn a_passage_has_the_figures_of_most_of_its_windows() {
        let mut frames = Frames::new();
        frames.pass(100, 0.001, 0.001, false);
        frames.pass(250, 0.1, 0.001, true);
        // Somebody speaks over it for a second.
        frames.pass(50, 0.3, 0.2, true);
        frames.pass(1, 0.001, 0.001, false);
        let [figures] = frames.found.as_slice() else { panic!("one passage, not {:?}", frames.found) };
        assert!((figures.suppressed_db - 40.0).abs() < 0.1 && (figures.echo_dbfs + 20.0).abs() < 0.1, "{figures:?}");
        assert!((figures.background_dbfs + 60.0).abs() < 0.1 && (figures.heard_s - 6.0).abs() < 1e-9, "{figures:?}");
        assert_eq!((figures.delay_ms, figures.drift_ppm, figures.clipped_share), (40.0, 12.5, 0.0));
    }

    #[test]
    fn what_is_clipped_is_counted() {
        let mut frames = Frames::new();
        frames.pass(100, 0.001, 0.001, false);
        frames.pass(90, 0.1, 0.001, true);
        frames.pass(10, 0.999, 0.001, true);
        frames.pass(1, 0.0, 0.0, false);
        assert!((frames.found[0].clipped_share - 0.1).abs() < 1e-9, "{:?}", frames.found);
    }

    #[test]
    fn nothing_is_told_of_what_is_short_or_unheard_or_not_known_yet() {
        let mut frames = Frames::new();
        frames.pass(200, 0.1, 0.001, true);
        frames.pass(100, 0.001, 0.001, false);
        // A chime; a headset; a canceller that still learns; a microphone that is closed.
        frames.pass(60, 0.1, 0.001, true);
        frames.pass(100, 0.001, 0.001, false);
        frames.pass(300, 0.002, 0.001, true);
        frames.pass(100, 0.001, 0.001, false);
        frames.through(300, 0.1, 0.001, true, false);
        frames.pass(100, 0.001, 0.001, false);
        frames.pass(300, 0.0, 0.0, true);
        frames.pass(500, 0.0, 0.0, false);
        assert_eq!(frames.found, []);
        frames.pass(100, 0.1, 0.001, true);
        frames.pass(1, 0.001, 0.001, false);
        let background_dbfs = frames.found[0].background_dbfs;
        assert!((background_dbfs + 60.0).abs() < 0.1, "a closed microphone is no room: {background_dbfs}");
    }

    #[test]
    fn what_nobody_takes_is_bounded() {
        let (passages, mut frames) = (Passages::default(), Frames::new());
        frames.pass(100, 0.001, 0.001, false);
        frames.pass(100, 0.1, 0.001, true);
        frames.pass(1, 0.001, 0.001, false);
        for number in 0..40 {
            passages.add(PassageFigures { delay_ms: f64::from(number), ..frames.found[0] });
        }
        let taken = passages.take();
        assert_eq!((taken.len(), taken[0].delay_ms, taken[15].delay_ms), (16, 24.0, 39.0));
        assert_eq!(passages.take(), []);
    }
}

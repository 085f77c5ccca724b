//! What was played, as it belongs to what is captured: at the microphone's rate, by its clock, at its positions.
//!
//! The first block of a *stretch*, sound without a gap in time, is put where the times of both devices say, and what follows
//! goes on from there; moments jitter by more than a filter bears, so they decide nothing else. Where they disagree for
//! long, or the loudspeaker had stopped, the next block is put anew.

use std::collections::VecDeque;
use std::time::Instant;

use parley_audio::playback::TapBlock;

use crate::canceller::RATE_HZ;
use crate::drift::{Clock, Drift, Told};
use crate::warp::{UnknownRate, Warp};

/// So far the reference is ahead of what the times say, in samples: 5 ms. No device's times are so wrong that an echo would
/// come before its sound, and whoever listens waits for no more.
pub const LEAD: usize = 80;
/// What is kept of what was played and not asked for yet, in samples: two seconds.
const KEPT: i64 = 2 * RATE_HZ as i64;
/// Where the reference is this far from where the times say, in samples, it is put anew: 2 ms, of 5 that it is ahead.
const MISPLACED: f64 = 32.0;
/// The share of a block in the mean of what it is misplaced by: of 10 ms in a second.
const SHARE: f64 = 0.01;
/// A microphone whose thread comes late tells odd times; so many in a row are none.
const ODD_MOMENTS: u32 = 3;
/// Blocks after which clocks that are not known are taken for one: a minute of 10 ms.
const SETTLED_AFTER: u64 = 6_000;
/// Blocks after which the drift is looked at again.
const DRIFT_EVERY: u64 = 100;

/// What became of the reference.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ReferenceFigures {
    /// Blocks of the tap.
    pub blocks: u64,
    /// Samples that came when the microphone had gone on without them.
    pub late: u64,
    /// Times that it was put anew: after gaps, and where clocks had come apart.
    pub placed: u64,
    /// How much faster the loudspeaker's clock runs than the microphone's, in ppm, as it is made up for.
    pub drift_ppm: f64,
}

/// The reference of one microphone.
pub struct Reference {
    warp: Warp,
    microphone: Clock,
    loudspeaker: Clock,
    drift: Drift,
    /// What belongs to the microphone's position `begin` and those after it.
    ready: VecDeque<f32>,
    begin: i64,
    /// The position of the next sample that comes out of the warp.
    cursor: i64,
    /// The position of the next sample that goes into it.
    landing: f64,
    /// The next block's position, where it goes on from the last one.
    follows: Option<u64>,
    /// How far it is misplaced, in samples, on average.
    misplaced: f64,
    converted: Vec<f32>,
    figures: ReferenceFigures,
}

impl Reference {
    /// Of a loudspeaker of this rate in Hz, 8000..=192000.
    ///
    /// # Errors
    /// Another rate.
    pub fn new(loudspeaker_hz: u32) -> Result<Self, UnknownRate> {
        Ok(Self {
            warp: Warp::new(loudspeaker_hz)?,
            microphone: Clock::new(RATE_HZ, ODD_MOMENTS),
            loudspeaker: Clock::new(loudspeaker_hz, 1),
            drift: Drift::default(),
            ready: VecDeque::new(),
            begin: 0,
            cursor: 0,
            landing: 0.0,
            follows: None,
            misplaced: 0.0,
            converted: Vec::new(),
            figures: ReferenceFigures::default(),
        })
    }

    /// The microphone had given so many samples at this moment.
    pub fn captured(&mut self, end: u64, arrived: Instant) {
        if self.microphone.add(end, arrived) == Told::Stepped {
            self.follows = None;
        }
    }

    /// A block of the tap, and its samples.
    pub fn played(&mut self, block: TapBlock, samples: &[i16]) {
        self.figures.blocks += 1;
        let told = self.loudspeaker.add(block.position, block.heard_at);
        let time = self.loudspeaker.time_of(block.position as f64);
        // A loudspeaker that plays before the microphone has told anything has no place yet.
        let Some(heard) = time.and_then(|time| self.microphone.samples_at(time)) else { return };
        let place = heard - LEAD as f64;
        let goes_on = self.follows == Some(block.position) && told != Told::Stepped;
        self.misplaced = if goes_on { self.misplaced + (place - self.landing - self.misplaced) * SHARE } else { 0.0 };
        if (!goes_on || self.misplaced.abs() > MISPLACED) && !self.put_anew(place) {
            self.follows = None;
            return;
        }
        if self.figures.blocks.is_multiple_of(DRIFT_EVERY) {
            self.figures.drift_ppm = self.drift.ppm(&self.loudspeaker, &self.microphone);
            self.warp.correct(self.figures.drift_ppm);
        }
        self.landing += samples.len() as f64 * self.warp.ratio();
        self.follows = Some(block.position + samples.len() as u64);
        self.warp.take(samples, &mut self.converted);
        self.take_converted();
    }

    /// Whether all is there that belongs to the samples before this position.
    pub fn covers(&self, end: u64) -> bool {
        self.cursor >= end as i64
    }

    /// What belongs to the samples from this position on, silence where nothing is known. Positions only rise.
    pub fn take(&mut self, position: u64, to: &mut [f32]) {
        let skipped = (position as i64 - self.begin).max(0);
        self.ready.drain(..self.ready.len().min(skipped as usize));
        self.begin = position as i64;
        let there = self.ready.len().min(to.len());
        for (place, sample) in to.iter_mut().zip(self.ready.drain(..there).chain(std::iter::repeat(0.0))) {
            *place = sample;
        }
        self.begin += to.len() as i64;
    }

    /// Whether it is known how fast both clocks run: before, it may be drifting away. Clocks that have not told it within a
    /// minute never will, and count as one.
    pub fn is_settled(&self) -> bool {
        self.figures.blocks > SETTLED_AFTER || self.loudspeaker.is_known() && self.microphone.is_known()
    }

    /// What became of it so far.
    pub fn figures(&self) -> ReferenceFigures {
        self.figures
    }

    /// The next sample goes to this position; `false` where that is too far ahead to be kept.
    fn put_anew(&mut self, place: f64) -> bool {
        self.warp.finish(&mut self.converted);
        self.take_converted();
        let to = place.round() as i64;
        if to - self.begin > KEPT {
            return false;
        }
        let known_until = self.cursor.max(self.begin);
        if to > known_until {
            self.ready.extend(std::iter::repeat_n(0.0, (to - known_until) as usize));
        } else {
            self.ready.truncate(usize::try_from(to - self.begin).unwrap_or(0));
        }
        (self.cursor, self.landing, self.misplaced) = (to, place.round(), 0.0);
        self.figures.placed += 1;
        true
    }

    fn take_converted(&mut self) {
        for sample in self.converted.drain(..) {
            if self.cursor < self.begin {
                self.figures.late += 1;
            } else if self.cursor - self.begin < KEPT {
                self.ready.push_back(sample);
            } else {
                // Nobody listens: it is put anew when somebody does.
                self.follows = None;
                break;
            }
            self.cursor += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// A click in the middle of silence, 10 ms of the loudspeaker.
    fn click() -> Vec<i16> {
        let mut samples = vec![0; 480];
        samples[..48].fill(12_000);
        samples
    }

    /// A microphone and a loudspeaker that begin 3 s after the origin, with blocks of 10 ms.
    struct Devices {
        reference: Reference,
        origin: Instant,
        now: u64,
    }

    impl Devices {
        fn new() -> Self {
            let reference = Reference::new(48_000).expect("a usual rate");
            Self { reference, origin: Instant::now() + Duration::from_secs(3), now: 0 }
        }

        fn at(&self, ms: f64) -> Instant {
            self.origin - Duration::from_secs(2) + Duration::from_secs_f64((ms + 2_000.0) / 1e3)
        }

        fn play(&mut self, position: u64, heard_ms: f64, samples: &[i16]) {
            let block = TapBlock { position, heard_at: self.at(heard_ms), frames: samples.len() };
            self.reference.played(block, samples);
        }

        /// Where in the microphone's next 10 ms blocks the first sound of the reference is, in ms since the origin.
        fn first_sound(&mut self, blocks: u64) -> Option<f64> {
            let mut first = None;
            for _ in 0..blocks {
                let mut block = [0.0; 160];
                self.reference.take(self.now, &mut block);
                let sound = block.iter().position(|sample| sample.abs() > 0.1);
                first = first.or(sound.map(|at| (self.now + at as u64) as f64 / 16.0));
                self.now += 160;
            }
            first
        }
    }

    #[test]
    fn what_was_played_is_five_milliseconds_ahead_of_when_it_was_heard() {
        let mut devices = Devices::new();
        devices.reference.captured(320, devices.at(20.0));
        for number in 0..5 {
            let samples = if number == 2 { click() } else { vec![0; 480] };
            devices.play(number * 480, 100.0 + number as f64 * 10.0, &samples);
        }
        let first = devices.first_sound(20).expect("the click");
        assert!((first - 115.0).abs() < 0.3, "heard at 120 ms, and at {first} in the reference");
        assert_eq!(devices.reference.figures(), ReferenceFigures { blocks: 5, placed: 1, ..Default::default() });
    }

    #[test]
    fn a_gap_is_silence_as_long_as_it_was_and_positions_that_are_missing_are_too() {
        for (position, gap_ms) in [(960, 300.0), (960 + 4_800, 100.0)] {
            let mut devices = Devices::new();
            devices.reference.captured(320, devices.at(20.0));
            devices.play(0, 50.0, &[0; 480]);
            devices.play(480, 60.0, &[0; 480]);
            devices.play(position, 70.0 + gap_ms, &click());
            let first = devices.first_sound(60).expect("the click");
            assert!((first - 65.0 - gap_ms).abs() < 0.3, "{position}: {first} after a gap of {gap_ms} ms");
            assert_eq!(devices.reference.figures().placed, 2);
        }
    }

    #[test]
    fn what_comes_late_is_left_out_and_what_follows_is_at_its_place() {
        let mut devices = Devices::new();
        devices.reference.captured(320, devices.at(20.0));
        assert!(!devices.reference.covers(1));
        assert_eq!(devices.first_sound(7), None, "70 ms without a reference");
        devices.play(0, 50.0, &click());
        devices.play(480, 60.0, &vec![0; 480]);
        devices.play(960, 70.0, &vec![0; 480]);
        devices.play(1_440, 80.0, &click());
        assert!(devices.reference.covers(80 * 16) && !devices.reference.covers(90 * 16));
        let first = devices.first_sound(10).expect("the second click");
        assert!((first - 75.0).abs() < 0.3, "{first}");
        assert!((390..=410).contains(&devices.reference.figures().late), "{:?}", devices.reference.figures());
    }

    #[test]
    fn times_that_jitter_move_nothing_and_a_clock_that_is_wrong_does_it_twice_before_it_is_known() {
        for (ppm, most) in [(0.0, 1), (200.0, 3)] {
            let mut devices = Devices::new();
            let mut random = 1_u64;
            let mut jitter = || {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 33) as f64 / f64::from(1_u32 << 31) - 0.5
            };
            for number in 0..6_000_u64 {
                devices.reference.captured((number + 1) * 160, devices.at((number + 1) as f64 * 10.0 + jitter()));
                let heard = number as f64 * 10.0 / (1.0 + ppm * 1e-6) + 5.0 + jitter();
                devices.play(number * 480, heard, &[0; 480]);
                devices.first_sound(1);
            }
            let figures = devices.reference.figures();
            assert!(figures.placed <= most, "{figures:?}");
            assert!((figures.drift_ppm - ppm).abs() < 5.0, "{figures:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// Whatever a tap says: nothing panics, nothing grows, and every block of the microphone has its reference.
        #[test]
        fn nonsense_is_survived(blocks in prop::collection::vec(
            (any::<u64>(), 0_u64..10_000_000, 0_usize..9_000, any::<bool>(), any::<u64>()), 0..40,
        )) {
            let mut devices = Devices::new();
            for (position, micros, length, captures, end) in blocks {
                if captures {
                    devices.reference.captured(end >> 16, devices.at(micros as f64 / 1e3));
                }
                devices.play(position >> 8, micros as f64 / 1e3 - 2_000.0, &vec![500; length]);
                devices.first_sound(1);
                prop_assert!(devices.reference.ready.len() <= KEPT as usize);
            }
        }
    }
}

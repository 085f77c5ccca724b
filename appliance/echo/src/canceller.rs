//! The one file that knows the library that cancels: WebRTC's AEC3, translated into Rust.
//!
//! Its linear filter is 160 ms long instead of 52: the linear output is what a recogniser hears, and a longer one takes more of
//! a room's echo out of it.

use aec3::api::config::EchoCanceller3Config;
use aec3::api::control::EchoControl;
use aec3::audio_processing::aec3::echo_canceller3::EchoCanceller3;
use aec3::audio_processing::audio_buffer::AudioBuffer;

/// The rate of everything that goes in and comes out, in Hz.
pub const RATE_HZ: u32 = 16_000;
/// Samples of a block: 10 ms.
pub const BLOCK: usize = 160;
/// So much later than the microphone's sound both outputs are, in samples: 4 ms, which the library gathers, and as much
/// again in the suppressed one, whose windows overlap.
pub const LINEAR_DELAY: usize = 64;
/// See [`LINEAR_DELAY`].
pub const SUPPRESSED_DELAY: usize = 128;

/// The length of the linear filters, in the library's steps of 4 ms.
const FILTER_STEPS: usize = 40;
/// From this power on, in squares of the library's samples, a block tells something of the echo: -50 dBFS.
const AUDIBLE: f32 = 10_000.0;
/// Somebody speaks over the echo, and is turned down less, where what is left of it is this share of what is heard, for so
/// many steps: the library waits for a quarter, and for 12 of them, which costs an interruption 30 ms.
const SOMEBODY_FROM: f32 = 0.5;
const SOMEBODY_AFTER: usize = 3;
/// The library's samples are as large as those of 16 bits.
const FULL_SCALE: f32 = 32_768.0;

/// What a canceller has been through.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CancellerFigures {
    /// Blocks of reference that it was given.
    pub rendered: u64,
    /// Blocks of the microphone that it has processed.
    pub processed: u64,
    /// Blocks of reference that were more than silence: what it has learnt the echo from.
    pub audible: u64,
    /// From the reference to its echo, in milliseconds, as the library has found it; in steps of 4.
    pub delay_ms: i32,
    /// How much of the echo the linear filter takes out, in dB, as the library estimates it.
    pub enhancement_db: f32,
}

/// Cancels the echo of one loudspeaker at one microphone, mono, 16 kHz; full scale is 1.
pub struct BlockCanceller {
    library: EchoCanceller3,
    reference: AudioBuffer,
    captured: AudioBuffer,
    linear: AudioBuffer,
    /// What is no whole block yet.
    waiting: Vec<(f32, f32)>,
    rendered: u64,
    processed: u64,
    audible: u64,
}

impl Default for BlockCanceller {
    fn default() -> Self {
        let buffer = || {
            let rate_hz = RATE_HZ as usize;
            AudioBuffer::from_sample_rates(rate_hz, 1, rate_hz, 1, rate_hz)
        };
        Self {
            library: EchoCanceller3::new(configuration(), RATE_HZ as i32, 1, 1),
            reference: buffer(),
            captured: buffer(),
            linear: buffer(),
            waiting: Vec::with_capacity(BLOCK),
            rendered: 0,
            processed: 0,
            audible: 0,
        }
    }
}

impl BlockCanceller {
    /// Takes sound of the microphone, of any length, and the reference that belongs to it: what was played at that time or
    /// somewhat later. Where that is shorter, the rest is silence. Appends what comes of every whole block, as much to both
    /// outputs.
    pub fn take(&mut self, captured: &[f32], reference: &[f32], suppressed: &mut Vec<f32>, linear: &mut Vec<f32>) {
        let silence = std::iter::repeat(&0.0);
        for (sample, played) in captured.iter().zip(reference.iter().chain(silence)) {
            self.waiting.push((bounded(*sample), bounded(*played)));
            if self.waiting.len() == BLOCK {
                self.process();
                suppressed.extend(self.captured.channel(0).iter().map(|sample| sample / FULL_SCALE));
                linear.extend(self.linear.channel(0).iter().map(|sample| sample / FULL_SCALE));
            }
        }
    }

    /// As [`CancellerFigures::audible`].
    pub fn audible(&self) -> u64 {
        self.audible
    }

    /// What it has been through.
    pub fn figures(&self) -> CancellerFigures {
        let metrics = self.library.metrics();
        CancellerFigures {
            rendered: self.rendered,
            processed: self.processed,
            audible: self.audible,
            delay_ms: metrics.delay_ms,
            enhancement_db: metrics.echo_return_loss_enhancement as f32,
        }
    }

    /// Processes what waits, a block: the reference first.
    fn process(&mut self) {
        let Self { library, reference, captured, linear, waiting, .. } = self;
        let places = reference.channel_mut(0).iter_mut().zip(captured.channel_mut(0));
        for ((played, sample), (from_captured, from_reference)) in places.zip(waiting.drain(..)) {
            (*sample, *played) = (from_captured, from_reference);
        }
        let power: f32 = reference.channel(0).iter().map(|sample| sample * sample).sum::<f32>() / BLOCK as f32;
        self.audible += u64::from(power > AUDIBLE);
        library.analyze_render(reference);
        self.rendered += 1;
        library.analyze_capture(captured);
        library.process_capture_with_linear_output(captured, linear, false);
        self.processed += 1;
    }
}

fn configuration() -> EchoCanceller3Config {
    let mut config = EchoCanceller3Config::default();
    config.filter.export_linear_aec_output = true;
    config.filter.main.length_blocks = FILTER_STEPS;
    config.filter.shadow.length_blocks = FILTER_STEPS;
    config.suppressor.dominant_nearend_detection.trigger_threshold = SOMEBODY_AFTER;
    config.suppressor.dominant_nearend_detection.enr_threshold = SOMEBODY_FROM;
    config
}

/// A sample of the library's size: what is no number would stay in its filters for good.
fn bounded(sample: f32) -> f32 {
    if sample.is_finite() { (sample * FULL_SCALE).clamp(-FULL_SCALE, FULL_SCALE - 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use parley_speech::noise::Randomness;
    use parley_speech::room::SimulatedRoom;
    use proptest::prelude::*;

    use super::*;

    const DESK: SimulatedRoom =
        SimulatedRoom { name: "desk", reverberates_s: 0.25, distance_m: 0.2, device_ms: 30.0, drive: 0.5, gain: 0.3 };

    /// As loud as speech, with four syllables a second and pauses.
    fn babble(seconds: usize, seed: u64) -> Vec<f32> {
        let (mut random, mut low) = (Randomness::new(seed), 0.0);
        let rate = RATE_HZ as usize;
        let sample = |at: usize| {
            low += 0.4 * (random.next_sample() - low);
            let syllable = (std::f32::consts::PI * 4.0 * at as f32 / rate as f32).sin().powi(2);
            if at / rate % 5 == 4 { 0.0 } else { 0.5 * low * syllable }
        };
        (0..seconds * rate).map(sample).collect()
    }

    fn through(captured: &[f32], reference: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut suppressed, mut linear) = (Vec::new(), Vec::new());
        BlockCanceller::default().take(captured, reference, &mut suppressed, &mut linear);
        (suppressed, linear)
    }

    fn power(samples: &[f32]) -> f32 {
        samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32 + 1e-12
    }

    /// How much less there is of the one than of the other, in dB, from so many seconds on.
    fn less_db(of: &[f32], than: &[f32], from: usize) -> f32 {
        let from = from * RATE_HZ as usize;
        10.0 * (power(&than[from..]) / power(&of[from..than.len().min(of.len())])).log10()
    }

    #[test]
    fn an_echo_goes_and_without_a_reference_it_stays() {
        let played = babble(10, 1);
        let echo = DESK.echo(&played, 0.0, 7);
        let (suppressed, linear) = through(&echo, &played);
        let (by_both, by_filter) = (less_db(&suppressed, &echo, 3), less_db(&linear, &echo, 5));
        assert!(by_both > 25.0 && by_filter > 12.0, "{by_both} and {by_filter} dB");
        let (suppressed, linear) = through(&echo, &[]);
        let (by_both, by_filter) = (less_db(&suppressed, &echo, 3), less_db(&linear, &echo, 5));
        assert!(by_both < 1.0 && by_filter < 1.0, "{by_both} and {by_filter} dB of what nobody knows");
    }

    #[test]
    fn who_speaks_alone_is_left_as_they_are_but_for_the_delay() {
        let spoken = babble(6, 3);
        let (suppressed, linear) = through(&spoken, &[]);
        for (output, delay, most) in [(suppressed, SUPPRESSED_DELAY, -15.0), (linear, LINEAR_DELAY, -60.0)] {
            let difference: Vec<f32> = output[delay..].iter().zip(&spoken).map(|(one, other)| one - other).collect();
            let left = -less_db(&difference, &spoken[..difference.len()], 2);
            assert!(left < most, "{left} dB differ at a delay of {delay}");
        }
    }

    #[test]
    fn the_filter_stays_what_it_was_while_nothing_plays() {
        let mut played = babble(10, 1);
        played.extend(vec![0.0; 10 * RATE_HZ as usize]);
        played.extend(babble(2, 5));
        let echo = DESK.echo(&played, 0.0, 7);
        let (suppressed, _) = through(&echo, &played);
        let again = less_db(&suppressed, &echo, 20);
        assert!(again > 20.0, "{again} dB from the first word on");
    }

    #[test]
    fn what_a_broken_microphone_gives_is_survived_and_forgotten() {
        let played = babble(12, 1);
        let mut captured = DESK.echo(&played, 0.0, 7);
        let second = RATE_HZ as usize;
        captured[second..2 * second].fill(0.0);
        captured[2 * second..3 * second].iter_mut().for_each(|sample| *sample = (*sample * 1e3).clamp(-1.0, 1.0));
        captured[3 * second..4 * second].iter_mut().for_each(|sample| *sample += 0.4);
        captured[4 * second..4 * second + 500].fill(f32::NAN);
        captured[4 * second + 500..4 * second + 900].fill(f32::INFINITY);
        let (suppressed, linear) = through(&captured, &played);
        assert!(suppressed.iter().chain(&linear).all(|sample| sample.is_finite() && sample.abs() < 2.0));
        let after = less_db(&suppressed, &captured, 8);
        assert!(after > 20.0, "{after} dB four seconds later");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// Whatever sizes sound comes in, 160 ms at once or a sample: what is processed is what was delivered, in whole
        /// blocks, and the same comes of it.
        #[test]
        fn as_much_is_processed_as_was_delivered(sizes in prop::collection::vec(0_usize..3_000, 1..12), missing in 0_usize..400) {
            let total: usize = sizes.iter().sum();
            let seconds = total / RATE_HZ as usize + 1;
            let (played, captured) = (babble(seconds, 1), babble(seconds, 2));
            let mut canceller = BlockCanceller::default();
            let (mut suppressed, mut linear, mut at) = (Vec::new(), Vec::new(), 0);
            for size in &sizes {
                let reference = &played[at..at + size.saturating_sub(missing)];
                canceller.take(&captured[at..at + size], reference, &mut suppressed, &mut linear);
                at += size;
            }
            let figures = canceller.figures();
            prop_assert_eq!(figures.processed, (total / BLOCK) as u64);
            prop_assert_eq!(figures.rendered, figures.processed);
            prop_assert_eq!((suppressed.len(), linear.len()), (total / BLOCK * BLOCK, total / BLOCK * BLOCK));
            if missing == 0 {
                let (at_once, _) = through(&captured[..total], &played[..total]);
                prop_assert_eq!(suppressed, at_once);
            }
        }
    }
}

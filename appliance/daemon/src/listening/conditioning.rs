//! What is done to the microphone's sound before anything listens to it, in this order: low sounds go (an offset, hum,
//! footsteps), then what the loudspeaker plays, where it is known, and quiet microphones are made louder, slowly. Which
//! channels of a device are heard is decided before, in the capture thread.
//!
//! Two sounds come of it where the loudspeaker is taken out: one to recognise, one to judge by ([`parley_echo`] says why).

use std::time::Instant;

use biquad::{Biquad, Coefficients, DirectForm2Transposed, Type};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::sample::Sample;
use parley_conversation::Position;
use parley_echo::{Cancelled, EchoCanceller, EchoFigures, Played};

use super::FRAME_SAMPLES;
use super::passages::{PassageFigures, PassageMeter, PlayedFrame};

/// What is lower than this is no voice, in Hz.
const LOWEST_HZ: f32 = 100.0;
/// The two halves of a filter of the fourth order (Butterworth): mains hum at 50 Hz goes down by 24 dB, at 60 Hz by 18.
const HALVES: [f32; 2] = [0.541_196_1, 1.306_563];
/// As loud as speech is made, as the mean of its frames in dB of full scale: an ordinary microphone's is left as it is.
const WANTED_DBFS: f32 = -32.0;
/// The most that it is made louder: I2S microphones hear a voice across a room at -55 dBFS.
const MOST_GAIN_DB: f32 = 24.0;
/// How fast, for each frame of speech: 3 dB a second.
const STEP_DB: f32 = 0.06;
/// Frames of speech that its level is known from, and smoothed over: a second.
const KNOWN_FROM: u32 = 25;
const SMOOTHED: f32 = 50.0;
/// Nothing is made louder than this.
const LOUDEST: f32 = 0.9;

/// A frame on its way: full scale is 1.
pub type FrameSamples = [f32; FRAME_SAMPLES];

/// Takes out of the microphone's sound what the loudspeaker played, on the thread that made it. Without one nothing is taken out.
pub trait Canceller {
    /// `end`: where the frame ends in the microphone's sound; `arrived`: when its last sample was there. Both sounds that come
    /// of it are as long as a frame.
    fn cancel(&mut self, frame: &FrameSamples, end: Position, arrived: Instant) -> Cancelled<'_>;

    /// What it has been through.
    fn figures(&self) -> EchoFigures;
}

impl<P: Played> Canceller for EchoCanceller<P> {
    fn cancel(&mut self, frame: &FrameSamples, end: Position, arrived: Instant) -> Cancelled<'_> {
        self.cancel(frame, end.0, arrived)
    }

    fn figures(&self) -> EchoFigures {
        self.figures()
    }
}

/// What is made of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditioned {
    /// For whoever recognises what is said, a word that wakes among it.
    pub samples: [i16; FRAME_SAMPLES],
    /// For whoever judges whether something is said: the same where nothing is cancelled.
    pub judged: [i16; FRAME_SAMPLES],
    /// Whether the loudspeaker is to be heard, as far as it is known.
    pub plays: bool,
    /// Whether it may be an echo that nobody could take out: then it is judged to be none of anybody's speech.
    pub may_be_echo: bool,
}

pub struct Conditioning {
    high_pass: [DirectForm2Transposed<f32>; 2],
    canceller: Option<Box<dyn Canceller>>,
    passages: PassageMeter,
    passage: Option<PassageFigures>,
    gain: SlowGain,
}

impl Default for Conditioning {
    fn default() -> Self {
        let half = |q| {
            let nyquist_hz = FRAME_RATE_HZ as f32 / 2.0;
            Coefficients::from_normalized_params(Type::HighPass, LOWEST_HZ / nyquist_hz, q)
                .expect("it is a frequency that 16 kHz can hold")
        };
        let high_pass = HALVES.map(|q| DirectForm2Transposed::new(half(q)));
        let (passages, gain) = (PassageMeter::default(), SlowGain::default());
        Self { high_pass, canceller: None, passages, passage: None, gain }
    }
}

impl Conditioning {
    /// The same with somebody who takes out the loudspeaker.
    #[must_use]
    pub fn with_canceller(self, canceller: Box<dyn Canceller>) -> Self {
        Self { canceller: Some(canceller), ..self }
    }

    /// What is to be listened to of a frame, which ends at this position, and whose last sample arrived then.
    pub fn condition(&mut self, samples: &[i16; FRAME_SAMPLES], end: Position, arrived: Instant) -> Conditioned {
        let mut frame = samples.map(Sample::into_f32);
        for sample in &mut frame {
            *sample = self.high_pass.iter_mut().fold(*sample, |sample, half| half.run(sample));
        }
        let Some(canceller) = &mut self.canceller else {
            let level = level_dbfs(&frame);
            self.gain.apply(level, &mut [&mut frame]);
            let samples = frame.map(Sample::into_i16);
            return Conditioned { samples, judged: samples, plays: false, may_be_echo: false };
        };
        let Cancelled { linear, suppressed, plays, may_be_echo } = canceller.cancel(&frame, end, arrived);
        let mut judged = as_frame(suppressed);
        let played = PlayedFrame { raw: samples, captured: &frame, left: &judged, plays, is_known: !may_be_echo };
        let linear = as_frame(linear);
        if let Some(passage) = self.passages.note(played, || canceller.figures()) {
            self.passage = Some(passage);
        }
        // What is left of a loudspeaker must not look like somebody loud.
        let level = level_dbfs(if plays { &judged } else { &frame });
        let mut frame = linear;
        self.gain.apply(level, &mut [&mut frame, &mut judged]);
        let (samples, judged) = (frame.map(Sample::into_i16), judged.map(Sample::into_i16));
        Conditioned { samples, judged, plays, may_be_echo }
    }

    /// What the canceller has been through, where there is one.
    pub fn figures(&self) -> Option<EchoFigures> {
        self.canceller.as_ref().map(|canceller| canceller.figures())
    }

    /// The figures of a passage that has ended, once.
    pub fn take_passage(&mut self) -> Option<PassageFigures> {
        self.passage.take()
    }

    /// Learns whether there was speech in the last frame, by whose level the gain goes.
    pub fn note(&mut self, speech: bool) {
        if speech {
            self.gain.learn();
        }
    }

    /// How loud the last frame was in dB of full scale, before it was made louder.
    pub fn level_dbfs(&self) -> f32 {
        self.gain.level_dbfs
    }

    /// How loud a voice comes from the microphone, in dB of full scale before it is made louder; `None` before one was heard
    /// for half a second.
    pub fn speech_dbfs(&self) -> Option<f32> {
        self.gain.known().then_some(self.gain.speech_dbfs)
    }
}

/// Makes speech that is too quiet louder.
#[derive(Debug, Default)]
struct SlowGain {
    gain_db: f32,
    /// As it was applied last.
    applied: Option<f32>,
    /// Of the last frame, before the gain.
    level_dbfs: f32,
    speech_dbfs: f32,
    speech_frames: u32,
}

impl SlowGain {
    /// Makes both sounds of a frame louder by as much; `level_dbfs`: how loud it is.
    fn apply(&mut self, level_dbfs: f32, frames: &mut [&mut FrameSamples]) {
        self.level_dbfs = level_dbfs;
        let samples = frames.iter().flat_map(|frame| frame.iter());
        let peak = samples.fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let most = (LOUDEST / peak.max(1e-6)).max(1.0);
        if most < gain(self.gain_db) {
            // Somebody came nearer: it is learnt at once.
            self.gain_db = 20.0 * most.log10();
        }
        let to = gain(self.gain_db);
        let from = self.applied.replace(to).unwrap_or(to).min(most);
        for (index, sample) in frames.iter_mut().flat_map(|frame| frame.iter_mut().enumerate()) {
            *sample *= from + (to - from) * index as f32 / FRAME_SAMPLES as f32;
        }
    }

    fn learn(&mut self) {
        self.speech_frames = self.speech_frames.saturating_add(1);
        self.speech_dbfs += (self.level_dbfs - self.speech_dbfs) / SMOOTHED.min(self.speech_frames as f32);
        if self.known() {
            let wanted_db = (WANTED_DBFS - self.speech_dbfs).clamp(0.0, MOST_GAIN_DB);
            self.gain_db += (wanted_db - self.gain_db).clamp(-STEP_DB, STEP_DB);
        }
    }

    fn known(&self) -> bool {
        self.speech_frames >= KNOWN_FROM
    }
}

fn gain(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}

fn level_dbfs(frame: &FrameSamples) -> f32 {
    let energy: f32 = frame.iter().map(|sample| sample.powi(2)).sum();
    10.0 * (energy / frame.len() as f32 + 1e-10).log10()
}

/// As a frame; silence is what is missing.
fn as_frame(samples: &[f32]) -> FrameSamples {
    std::array::from_fn(|index| samples.get(index).copied().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{VoiceActivity, level_dbfs, vowel};
    use super::*;

    fn heard(conditioning: &mut Conditioning, samples: &[i16; FRAME_SAMPLES]) -> Conditioned {
        conditioning.condition(samples, Position::default(), Instant::now())
    }

    /// A canceller that takes out half of everything, and three quarters of what is judged by.
    #[derive(Default)]
    struct Divides {
        linear: Vec<f32>,
        suppressed: Vec<f32>,
        plays: bool,
    }

    impl Canceller for Divides {
        fn cancel(&mut self, frame: &FrameSamples, _: Position, _: Instant) -> Cancelled<'_> {
            self.linear = frame.iter().map(|sample| sample / 2.0).collect();
            self.suppressed = frame.iter().map(|sample| sample / 4.0).collect();
            let (plays, may_be_echo) = (self.plays, false);
            Cancelled { linear: &self.linear, suppressed: &self.suppressed, plays, may_be_echo }
        }

        fn figures(&self) -> EchoFigures {
            EchoFigures::default()
        }
    }

    /// How many of 100 frames of a vowel are speech, and how many of 50 after it, where `other` is in the sound all along.
    fn called(amplitude: f32, other: impl Fn(usize) -> f32, conditioned: bool) -> (usize, usize) {
        let (mut conditioning, mut activity) = (Conditioning::default(), VoiceActivity::default());
        let mut judge = |frame: usize, voice: [i16; FRAME_SAMPLES]| {
            let at = |index| frame * FRAME_SAMPLES + index;
            let samples = std::array::from_fn(|index| (f32::from(voice[index]) + other(at(index))) as i16);
            let samples = if conditioned { heard(&mut conditioning, &samples).samples } else { samples };
            let speech = activity.judge(&samples);
            conditioning.note(speech);
            speech
        };
        for frame in 0..300 {
            judge(frame, [0; FRAME_SAMPLES]);
        }
        let spoken = (300..400).filter(|frame| judge(*frame, vowel(*frame, amplitude))).count();
        let after = (400..450).filter(|frame| judge(*frame, [0; FRAME_SAMPLES])).count();
        (spoken, after)
    }

    /// -35 dBFS.
    fn offset(_: usize) -> f32 {
        580.0
    }

    /// As much mains hum.
    fn hum(at: usize) -> f32 {
        820.0 * (std::f32::consts::TAU * 50.0 * at as f32 / FRAME_RATE_HZ as f32).sin()
    }

    #[test]
    fn a_voice_is_heard_beside_an_offset_or_hum() {
        // About -35 dBFS, as loud as the offset.
        let amplitude = 340.0;
        for (name, other) in [("an offset", offset as fn(usize) -> f32), ("hum", hum)] {
            let (spoken, after) = called(amplitude, other, true);
            assert!(spoken > 80 && after <= 2, "beside {name}: {spoken} of 100, and {after} after its end");
            let raw = called(amplitude, other, false).0;
            assert!(raw < 60, "beside {name} it is not heard without conditioning: {raw} of 100");
        }
    }

    #[test]
    fn a_quiet_microphone_is_made_louder_and_an_ordinary_one_is_not() {
        for (amplitude, loudest_db, least_db) in [(40.0, 24.0, 15.0), (2_000.0, 0.0, 0.0)] {
            let mut conditioning = Conditioning::default();
            let (mut before, mut after) = (0.0, 0.0);
            for frame in 0..1_000 {
                let samples = vowel(frame, amplitude);
                let heard = heard(&mut conditioning, &samples).samples;
                conditioning.note(true);
                (before, after) = (level_dbfs(&samples), level_dbfs(&heard));
            }
            let louder = after - before;
            assert!((least_db - 0.5..=loudest_db + 0.5).contains(&louder), "{amplitude}: {louder} dB");
        }
    }

    #[test]
    fn whoever_takes_out_the_loudspeaker_hears_no_low_sound_and_comes_before_the_gain() {
        let mut plain = Conditioning::default();
        let mut with = Conditioning::default().with_canceller(Box::new(Divides::default()));
        for frame in 0..20 {
            let samples = vowel(frame, 2_000.0);
            let (raw, cancelled) = (heard(&mut plain, &samples), heard(&mut with, &samples));
            let difference = level_dbfs(&raw.samples) - level_dbfs(&cancelled.samples);
            assert!((difference - 6.0).abs() < 0.2, "{difference} dB to recognise");
            let difference = level_dbfs(&raw.samples) - level_dbfs(&cancelled.judged);
            assert!((difference - 12.0).abs() < 0.2, "{difference} dB to judge by");
        }
    }

    #[test]
    fn the_level_is_what_is_left_while_something_plays_and_else_the_microphones() {
        for (plays, less_db) in [(false, 0.0), (true, 12.0)] {
            let mut plain = Conditioning::default();
            let divides = Divides { plays, ..Divides::default() };
            let mut with = Conditioning::default().with_canceller(Box::new(divides));
            for frame in 0..20 {
                let samples = vowel(frame, 2_000.0);
                heard(&mut plain, &samples);
                heard(&mut with, &samples);
            }
            let less = plain.level_dbfs() - with.level_dbfs();
            assert!((less - less_db).abs() < 0.1, "{less} dB less where something plays: {plays}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// Whatever comes, what is heard is no louder than it may be made, nor than it was (but for the filter's ring).
        #[test]
        fn nothing_clips_that_did_not(levels in prop::collection::vec(0.0_f32..14_000.0, 1..60), learns in any::<bool>()) {
            let mut conditioning = Conditioning::default();
            for (frame, amplitude) in levels.iter().enumerate() {
                // Most of it is quiet, so that the gain is high when something loud comes.
                for repeat in 0..20 {
                    let amplitude = if repeat == 19 { *amplitude } else { 30.0 };
                    let number = frame * 20 + repeat;
                    let samples = std::array::from_fn(|index| {
                        let at = (number * FRAME_SAMPLES + index) as f32 / FRAME_RATE_HZ as f32;
                        (amplitude * (std::f32::consts::TAU * 400.0 * at).sin()) as i16
                    });
                    let heard = heard(&mut conditioning, &samples).samples;
                    conditioning.note(learns);
                    let peak = |samples: &[i16]| samples.iter().map(|sample| f32::from(sample.unsigned_abs())).fold(0.0, f32::max);
                    prop_assert!(peak(&heard) <= (LOUDEST * 32_768.0).max(peak(&samples) * 1.5));
                }
            }
        }
    }
}

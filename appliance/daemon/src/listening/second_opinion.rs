//! A second opinion on what the first detector calls speech.
//!
//! A small neural network (earshot) knows hum, fans and other noise from a voice where WebRTC's detector does not, but
//! notices a voice a frame or two later. So it may say no only where there is *doubt*: when the first detector has called
//! speech what the second did not. In a quiet room there is none, and the first detector decides alone.
//!
//! Two weaknesses of the network are made up for. Its score depends on the level: it takes any noise above some -20 dBFS
//! for speech, while it knows speech down to -45. So loud sound is given to it quieter. Nothing is given to it louder,
//! silence least of all: quiet voices are made louder before, by [`Conditioning`](super::Conditioning). And it remembers:
//! hum that begins after silence is speech for it as long as it lasts, but not where it has just begun to listen. So what
//! has been called speech for half a second at one level, as no voice is, is doubted at once, and it begins anew.
//!
//! `cargo xtask measure voice-activity` compares both with the first alone.

use earshot::Detector;

use super::FRAME_SAMPLES;

/// From this score on it is speech, 0..1. From 0.4 on, twice as much of loud noise would be.
const LEAST_SCORE: f32 = 0.5;
/// It stays speech for so many frames.
const SPEECH_FRAMES: u32 = 2;
/// What is judged at a time: 16 ms.
const STEP_SAMPLES: usize = 256;
/// The loudest frame is given to it at this level, in dB of full scale, and what is quieter as much below it.
const LOUDEST_DBFS: f32 = -22.0;
/// How soon a loud frame is forgotten: 1 dB a second, so that speech is followed by its own room's noise.
const LOUDEST_DECAY_DB: f32 = 0.02;

/// Frames on which the two differed, from which on the second is heard: 160 ms.
const DOUBT: f32 = 8.0;
/// No more is remembered than a second of them.
const MOST_DOUBT: f32 = 50.0;
/// What a frame takes of the doubt that both call speech: less, as the second now and then takes noise for speech too.
const AGREED: f32 = 0.5;
/// What a frame takes of it that the first calls silence: a second of doubt lasts for most of a minute.
const FORGOTTEN: f32 = 0.02;

/// A sound is steady whose level stays within so many dB for so many frames: half a second.
const STEADY_DB: f32 = 3.0;
const STEADY_FRAMES: u32 = 25;

/// The second detector, and how much the first is doubted.
pub(super) struct SecondOpinion {
    detector: Detector,
    step: [f32; STEP_SAMPLES],
    filled: usize,
    loudest_dbfs: f32,
    /// Since a frame was speech for it.
    silent_frames: u32,
    doubt: f32,
    steady: Steady,
}

impl Default for SecondOpinion {
    fn default() -> Self {
        Self {
            detector: Detector::default(),
            step: [0.0; STEP_SAMPLES],
            filled: 0,
            loudest_dbfs: LOUDEST_DBFS,
            silent_frames: SPEECH_FRAMES,
            doubt: 0.0,
            steady: Steady::default(),
        }
    }
}

impl SecondOpinion {
    /// Whether a frame is speech that the first detector calls so or not. `level_dbfs`: how loud it is.
    pub(super) fn judge(&mut self, frame: &[i16; FRAME_SAMPLES], level_dbfs: f32, first: bool) -> bool {
        let score = self.score(frame, level_dbfs);
        let second = score >= LEAST_SCORE;
        self.silent_frames = if second { 0 } else { self.silent_frames.saturating_add(1) };
        let doubt = match (first, second) {
            (true, false) => self.doubt + 1.0,
            (true, true) => self.doubt - AGREED,
            (false, _) => self.doubt - FORGOTTEN,
        };
        self.doubt = doubt.clamp(0.0, MOST_DOUBT);
        if self.steady.is_reached(level_dbfs, first) {
            self.doubt = MOST_DOUBT;
            if second {
                self.detector.reset();
                self.silent_frames = SPEECH_FRAMES;
            }
        }
        first && (self.doubt < DOUBT || self.silent_frames < SPEECH_FRAMES)
    }

    /// The higher score of the one or two steps that end in this frame, 0..1.
    fn score(&mut self, frame: &[i16; FRAME_SAMPLES], level_dbfs: f32) -> f32 {
        self.loudest_dbfs = level_dbfs.max(self.loudest_dbfs - LOUDEST_DECAY_DB).max(LOUDEST_DBFS);
        let gain = 10_f32.powf((LOUDEST_DBFS - self.loudest_dbfs) / 20.0);
        let mut score: f32 = 0.0;
        for sample in frame {
            if let Some(place) = self.step.get_mut(self.filled) {
                *place = f32::from(*sample) / 32_768.0 * gain;
            }
            self.filled += 1;
            if self.filled == STEP_SAMPLES {
                self.filled = 0;
                score = score.max(self.detector.predict_f32(&self.step));
            }
        }
        score
    }
}

/// How long the level has hardly changed.
#[derive(Default)]
struct Steady {
    frames: u32,
    least_dbfs: f32,
    most_dbfs: f32,
}

impl Steady {
    /// Whether a sound that the first detector calls speech has been steady just long enough; it counts from there again.
    fn is_reached(&mut self, level_dbfs: f32, first: bool) -> bool {
        let (least, most) = (self.least_dbfs.min(level_dbfs), self.most_dbfs.max(level_dbfs));
        let goes_on = first && self.frames > 0 && most - least <= STEADY_DB && self.frames < STEADY_FRAMES;
        *self = if goes_on {
            Self { frames: self.frames + 1, least_dbfs: least, most_dbfs: most }
        } else {
            Self { frames: u32::from(first), least_dbfs: level_dbfs, most_dbfs: level_dbfs }
        };
        self.frames == STEADY_FRAMES
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{level_dbfs, vowel};
    use super::*;

    /// A second opinion that has heard two seconds of a quiet room.
    fn in_a_quiet_room() -> SecondOpinion {
        let mut second = SecondOpinion::default();
        for frame in 0..100 {
            let faint = std::array::from_fn(|index| ((index * 7_919 + frame * 31) % 5) as i16 - 2);
            second.judge(&faint, level_dbfs(&faint), false);
        }
        second
    }

    /// Of so many frames that are all speech for the first, those that are for both.
    fn agreed(second: &mut SecondOpinion, frames: impl Iterator<Item = [i16; FRAME_SAMPLES]>) -> usize {
        frames.filter(|frame| second.judge(frame, level_dbfs(frame), true)).count()
    }

    /// A mains transformer at 50 Hz with its harmonics.
    fn hum(frame: usize, amplitude: f32) -> [i16; FRAME_SAMPLES] {
        std::array::from_fn(|index| {
            let t = (frame * FRAME_SAMPLES + index) as f32 / 16_000.0;
            let tone = |n: u8| (std::f32::consts::TAU * 50.0 * f32::from(n) * t).sin() / f32::from(n);
            ((1..=12).map(tone).sum::<f32>() * amplitude) as i16
        })
    }

    #[test]
    fn a_voice_is_believed_at_any_level_from_its_first_frame_on() {
        // -10 to -35 dBFS.
        for amplitude in [6_000.0, 2_000.0, 680.0, 340.0] {
            let mut second = in_a_quiet_room();
            assert_eq!(agreed(&mut second, (0..200).map(|frame| vowel(frame, amplitude))), 200, "{amplitude}");
        }
    }

    #[test]
    fn hum_is_no_speech_for_longer_than_half_a_second_and_a_voice_after_it_is_heard_at_once() {
        for amplitude in [500.0, 1_500.0, 4_000.0] {
            let mut second = in_a_quiet_room();
            let begun = agreed(&mut second, (0..30).map(|frame| hum(frame, amplitude)));
            let called = agreed(&mut second, (30..330).map(|frame| hum(frame, amplitude)));
            assert!(
                begun <= 28 && called <= 9,
                "{begun} of 30 and {called} of 300 frames of hum at {amplitude} are speech"
            );
            let called = agreed(&mut second, (0..100).map(|frame| vowel(frame, 2_000.0)));
            assert!(called >= 90, "{called} of 100 frames of a vowel after hum at {amplitude} are speech");
            let called = agreed(&mut second, (30..330).map(|frame| hum(frame, amplitude)));
            assert!(called <= 40, "{called} of 300 frames of hum at {amplitude} after a vowel are speech");
        }
    }

    #[test]
    fn doubt_is_forgotten_in_a_minute_of_silence() {
        let mut second = SecondOpinion { doubt: MOST_DOUBT, ..SecondOpinion::default() };
        let silence = [0; FRAME_SAMPLES];
        assert_eq!((0..3_000).filter(|_| second.judge(&silence, -100.0, false)).count(), 0);
        assert!(second.doubt < DOUBT, "{}", second.doubt);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        /// Whatever comes: only what the first calls speech is, doubt has its bounds, and nothing is made louder.
        #[test]
        fn it_only_ever_says_no(frames in prop::collection::vec((any::<i16>(), any::<bool>()), 1..100)) {
            let mut second = SecondOpinion::default();
            for (sample, first) in frames {
                let frame = std::array::from_fn(|index| if index % 7 < 3 { sample } else { sample.saturating_neg() });
                let called = second.judge(&frame, level_dbfs(&frame), first);
                prop_assert!(first || !called);
                prop_assert!((0.0..=MOST_DOUBT).contains(&second.doubt) && second.loudest_dbfs >= LOUDEST_DBFS);
            }
        }
    }
}

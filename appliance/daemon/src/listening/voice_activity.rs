//! Whether somebody is speaking in a frame.
//!
//! WebRTC's detector knows the spectrum of a voice, but keeps saying "speech" for some frames after its end, so as not
//! to clip words. Latency counts from that end. So the level is looked at too: a frame that is far quieter than the
//! speech before it, or near the room's noise, is silence whatever the detector says. And it takes hum and loud noise for a
//! voice: where that is so, a [second opinion](super::second_opinion) is asked.

use webrtc_vad::{SampleRate, Vad, VadMode};

use super::FRAME_SAMPLES;
use super::second_opinion::SecondOpinion;

/// A frame this far below the loudest recent speech is silence.
const BELOW_SPEECH_DB: f32 = 32.0;
/// A frame this near the room's noise is silence.
const ABOVE_NOISE_DB: f32 = 6.0;
/// The loudest recent speech is forgotten at this rate: 6 dB a second.
const SPEECH_DECAY_DB: f32 = 0.12;
/// The noise estimate rises at most at this rate: 5 dB a second, so that speech is not taken for noise.
const NOISE_RISE_DB: f32 = 0.1;
/// No microphone is quieter: the estimate for digital silence.
const FLOOR_DBFS: f32 = -75.0;

/// A voice activity detector for 20 ms frames. It stays on the thread that made it.
pub struct VoiceActivity {
    vad: Vad,
    /// Absent only for comparison.
    second: Option<SecondOpinion>,
    speech_dbfs: f32,
    noise_dbfs: f32,
}

impl Default for VoiceActivity {
    fn default() -> Self {
        Self { second: Some(SecondOpinion::default()), ..Self::without_second_opinion() }
    }
}

impl VoiceActivity {
    /// One whose first detector decides alone: measurements compare it with the [default](Self::default).
    pub fn without_second_opinion() -> Self {
        let vad = Vad::new_with_rate_and_mode(SampleRate::Rate16kHz, VadMode::Aggressive);
        Self { vad, second: None, speech_dbfs: FLOOR_DBFS, noise_dbfs: FLOOR_DBFS + 15.0 }
    }

    /// Whether there is speech in the frame that follows those that were judged before.
    pub fn judge(&mut self, frame: &[i16; FRAME_SAMPLES]) -> bool {
        let level = level_dbfs(frame);
        // The detector refuses nothing but a wrong frame length, which the type excludes.
        let voice = self.vad.is_voice_segment(frame).unwrap_or(false);
        let falls = level < self.noise_dbfs;
        self.noise_dbfs = if falls { level.max(FLOOR_DBFS) } else { (self.noise_dbfs + NOISE_RISE_DB).min(level) };
        let quiet = level < self.speech_dbfs - BELOW_SPEECH_DB || level < self.noise_dbfs + ABOVE_NOISE_DB;
        let first = voice && !quiet;
        let speech = self.second.as_mut().map_or(first, |second| second.judge(frame, level, first));
        self.speech_dbfs = if speech { level.max(self.speech_dbfs) } else { self.speech_dbfs - SPEECH_DECAY_DB };
        speech
    }
}

/// Root mean square of a frame in dB of full scale.
pub fn level_dbfs(frame: &[i16]) -> f32 {
    let energy: f32 = frame.iter().map(|sample| (f32::from(*sample) / 32_768.0).powi(2)).sum();
    10.0 * (energy / frame.len() as f32 + 1e-10).log10()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A voice, as two detectors know one: pulses through the formants of a vowel, four syllables in a second, at a pitch
    /// that glides around 120 Hz. Its level is 1.7 times the amplitude.
    pub(crate) fn vowel(frame: usize, amplitude: f32) -> [i16; FRAME_SAMPLES] {
        use std::f32::consts::{PI, TAU};
        /// Nine pulses ago nothing is left of a pulse.
        const BEFORE: usize = 1_200;
        const AS_LOUD_AS_ONE: f32 = 10_600.0;
        let formants = [(700.0, 80.0), (1_200.0, 110.0), (2_600.0, 160.0)].map(|(hz, width_hz)| {
            let radius = (-PI * width_hz / 16_000.0_f32).exp();
            (1.0 - radius, 2.0 * radius * (TAU * hz / 16_000.0_f32).cos(), -radius * radius)
        });
        let time = |at: usize| at as f32 / 16_000.0;
        let pulses = |at: usize| (120.0 * time(at) + 4.0 * (TAU * time(at)).sin()) as u32;
        let mut latest = [(0.0, 0.0); 3];
        let samples = (0..BEFORE + FRAME_SAMPLES).map(|index| {
            let at = frame * FRAME_SAMPLES + index;
            let syllable = 1.0 - 0.9 * (4.0 * TAU * time(at)).cos();
            let pulse = if pulses(at) == pulses(at + 1) { 0.0 } else { amplitude * AS_LOUD_AS_ONE * syllable };
            latest.iter_mut().zip(formants).fold(pulse, |sample, (latest, (gain, one, two))| {
                *latest = (gain * sample + one * latest.0 + two * latest.1, latest.0);
                latest.0
            }) as i16
        });
        let samples: Vec<i16> = samples.collect();
        samples[BEFORE..].try_into().expect("it is a frame")
    }

    #[test]
    fn silence_and_faint_noise_are_not_speech() {
        let mut activity = VoiceActivity::default();
        for frame in 0..200 {
            assert!(!activity.judge(&std::array::from_fn(|i| ((i * 7919 + frame * 31) % 5) as i16 - 2)));
        }
    }

    #[test]
    fn hum_that_begins_in_a_quiet_room_is_speech_for_half_a_second_and_would_be_for_long_without_the_second_opinion() {
        let hum = |at: usize| {
            let tone =
                |n: u8| (std::f32::consts::TAU * 50.0 * f32::from(n) * at as f32 / 16_000.0).sin() / f32::from(n);
            (1..=12).map(tone).sum::<f32>() * 2_000.0
        };
        let called = |mut activity: VoiceActivity| {
            for frame in 0..150 {
                activity.judge(&std::array::from_fn(|i| ((i * 7_919 + frame * 31) % 5) as i16 - 2));
            }
            let frame = |frame| std::array::from_fn(|index| hum(frame * FRAME_SAMPLES + index) as i16);
            (0..150).filter(|number| activity.judge(&frame(*number))).count()
        };
        let (alone, both) = (called(VoiceActivity::without_second_opinion()), called(VoiceActivity::default()));
        assert!(alone > 140 && both <= 30, "of 150 frames {alone} are speech, and {both} with the second opinion");
    }

    #[test]
    fn the_end_of_speech_is_noticed_within_a_frame_or_two() {
        let mut activity = VoiceActivity::default();
        let spoken = (0..50).filter(|frame| activity.judge(&vowel(*frame, 2_000.0))).count();
        assert!(spoken > 40, "{spoken} of 50 frames of a vowel were speech");
        let late = (50..60).filter(|_| activity.judge(&[0; FRAME_SAMPLES])).count();
        assert!(late <= 1, "{late} frames of digital silence were still speech");
    }
}

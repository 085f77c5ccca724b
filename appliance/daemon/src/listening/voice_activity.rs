//! Whether somebody is speaking in a frame.
//!
//! WebRTC's detector knows the spectrum of a voice, but keeps saying "speech" for some frames after its end, so as not
//! to clip words. Latency counts from that end. So the level is looked at too: a frame that is far quieter than the
//! speech before it, or near the room's noise, is silence whatever the detector says.

use webrtc_vad::{SampleRate, Vad, VadMode};

use super::FRAME_SAMPLES;

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
    speech_dbfs: f32,
    noise_dbfs: f32,
}

impl Default for VoiceActivity {
    fn default() -> Self {
        let vad = Vad::new_with_rate_and_mode(SampleRate::Rate16kHz, VadMode::Aggressive);
        Self { vad, speech_dbfs: FLOOR_DBFS, noise_dbfs: FLOOR_DBFS + 15.0 }
    }
}

impl VoiceActivity {
    pub fn judge(&mut self, frame: &[i16; FRAME_SAMPLES]) -> bool {
        let level = level_dbfs(frame);
        // The detector refuses nothing but a wrong frame length, which the type excludes.
        let voice = self.vad.is_voice_segment(frame).unwrap_or(false);
        let falls = level < self.noise_dbfs;
        self.noise_dbfs = if falls { level.max(FLOOR_DBFS) } else { (self.noise_dbfs + NOISE_RISE_DB).min(level) };
        let quiet = level < self.speech_dbfs - BELOW_SPEECH_DB || level < self.noise_dbfs + ABOVE_NOISE_DB;
        let speech = voice && !quiet;
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

    /// A buzz with the formants of a vowel, loud enough for any detector.
    pub(crate) fn vowel(frame: usize, amplitude: f32) -> [i16; FRAME_SAMPLES] {
        std::array::from_fn(|index| {
            let t = (frame * FRAME_SAMPLES + index) as f32 / 16_000.0;
            let voice: f32 = (1..=20)
                .map(|harmonic| {
                    let hz = 120.0 * harmonic as f32;
                    let formants = [700.0, 1_200.0, 2_600.0];
                    let gain: f32 = formants.iter().map(|f| (-((hz - f) / 200.0_f32).powi(2)).exp()).sum();
                    (gain + 0.05) * (std::f32::consts::TAU * hz * t).sin()
                })
                .sum();
            (voice * amplitude) as i16
        })
    }

    #[test]
    fn silence_and_faint_noise_are_not_speech() {
        let mut activity = VoiceActivity::default();
        for frame in 0..200 {
            assert!(!activity.judge(&std::array::from_fn(|i| ((i * 7919 + frame * 31) % 5) as i16 - 2)));
        }
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

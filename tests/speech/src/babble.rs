//! A voice without words, from a seed: syllables of a hiss, then pulses of a glottis with breath in them, through three formants and
//! at a pitch that change all the time, and pauses. Detectors of speech know it for a voice.

use std::f32::consts::{PI, TAU};

use crate::noise::Randomness;
use crate::samples::SAMPLE_RATE_HZ;

/// A syllable, in samples: a fifth of a second.
const SYLLABLE: usize = SAMPLE_RATE_HZ as usize / 5;
/// The part of a syllable that is a consonant, and how loud its hiss and the breath in vowels are beside a pulse.
const CONSONANT: f32 = 0.25;
const HISS: f32 = 0.000_06;
const BREATH: f32 = 0.02;
/// Every so many syllables one is a pause.
const PHRASE: usize = 9;

/// So many samples of a voice of this pitch, in Hz, at about -20 dBFS; full scale is 1.
pub fn babble(samples: usize, pitch_hz: f32, seed: u64) -> Vec<f32> {
    let rate = SAMPLE_RATE_HZ as f32;
    let mut random = Randomness::new(seed);
    let mut formants = [(0.0, 0.0, 0.0); 3];
    let (mut latest, mut phase, mut glide, mut hiss) = ([(0.0, 0.0); 3], 0.0_f32, (1.0, 0.0), 0.0);
    let mut voice = Vec::with_capacity(samples);
    for at in 0..samples {
        if at % SYLLABLE == 0 {
            let mut share = || 0.5 + 0.5 * random.next_sample();
            let vowel = [300.0 + 500.0 * share(), 900.0 + 1_200.0 * share(), 2_300.0 + 700.0 * share()];
            hiss = share();
            for (formant, (hz, width_hz)) in formants.iter_mut().zip(vowel.into_iter().zip([80.0, 110.0, 160.0])) {
                let radius = (-PI * width_hz / rate).exp();
                *formant = (1.0 - radius, 2.0 * radius * (TAU * hz / rate).cos(), -radius * radius);
            }
            glide = (0.85 + 0.3 * share(), 0.4 * share() - 0.2);
        }
        let within = (at % SYLLABLE) as f32 / SYLLABLE as f32;
        phase += pitch_hz * (glide.0 + glide.1 * within) / rate;
        let pulse = if phase >= 1.0 && within > CONSONANT { 1.0 } else { BREATH * random.next_sample() };
        // Each period is a little longer or shorter than the last.
        phase = if phase >= 1.0 { 0.04 * random.next_sample() } else { phase };
        let loud = if at / SYLLABLE % PHRASE == PHRASE - 1 { 0.0 } else { (PI * within).sin().powf(0.5) };
        let sample = latest.iter_mut().zip(&formants).fold(pulse * loud, |sample, (latest, (gain, one, two))| {
            *latest = (gain * sample + one * latest.0 + two * latest.1, latest.0);
            latest.0
        });
        let consonant = if within < CONSONANT { hiss * HISS * loud * random.next_sample() } else { 0.0 };
        voice.push(sample + consonant);
    }
    let power = voice.iter().map(|sample| sample * sample).sum::<f32>() / samples.max(1) as f32;
    let gain = 0.1 / power.sqrt().max(1e-9);
    voice.iter_mut().for_each(|sample| *sample = (*sample * gain).clamp(-1.0, 1.0));
    voice
}

//! Sounds that are no speech, made from a seed: the same seed gives the same samples on every machine.
//!
//! They stand for what a microphone in a room hears besides speech; they imitate its envelope and band, nothing more.

use std::f32::consts::PI;

use serde::{Deserialize, Serialize};

use crate::samples::{SAMPLE_RATE_HZ, samples_in};

/// What a generated sound imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// One or two bursts of breathy noise around 1 kHz, each with a sharp onset and a decay of a fifth of a second.
    Cough,
    /// Two or three damped low resonances, as of knuckles on wood.
    Knock,
    /// Two to four short wide-band bursts.
    Clap,
    /// High, irregular noise, as of paper or cloth at the microphone.
    Rustle,
    /// One low thud.
    Thud,
    /// A high damped ringing, as of a spoon against a cup.
    Clink,
    /// Steady wide-band noise that swells and fades, as of a tap or a passing car.
    Rush,
}

/// A small generator of repeatable randomness (SplitMix64).
pub struct Randomness(u64);

impl Randomness {
    /// The sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A value in 0..1.
    pub fn next_share(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// A sample of white noise in −1..1.
    pub fn next_sample(&mut self) -> f32 {
        self.next_share() * 2.0 - 1.0
    }

    /// A value from `low` to less than `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.next_share()
    }

    /// What another sequence may begin from.
    pub fn next_seed(&mut self) -> u64 {
        self.next_share();
        self.0
    }

    /// A whole number less than `count`, which is above 0 and at most 2^24.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.next_share() * count as f32) as usize).min(count.saturating_sub(1))
    }
}

/// Silence before the first onset and after the last sound, so that an onset detector sees the onset.
const MARGIN_MS: u32 = 300;

/// The sound, in −1..1, with 300 ms of silence at both ends.
pub fn generate(noise: Noise, seed: u64) -> Vec<f32> {
    let mut randomness = Randomness::new(seed);
    let mut samples = vec![0.0; samples_in(MARGIN_MS)];
    match noise {
        Noise::Cough => {
            let bursts = 1 + (randomness.next_share() * 2.0) as usize;
            repeat(&mut samples, bursts, 120, &mut randomness, |randomness| {
                let formant_hz = randomness.between(700.0, 1_300.0);
                burst(randomness, 280, 0.006, 0.07, (formant_hz, 500.0))
            });
        }
        Noise::Knock => {
            let knocks = 2 + (randomness.next_share() * 2.0) as usize;
            let low_hz = randomness.between(130.0, 260.0);
            repeat(&mut samples, knocks, 130, &mut randomness, |_| {
                ringing(&[(low_hz, 1.0), (low_hz * 2.6, 0.5)], 90, 0.018)
            });
        }
        Noise::Clap => {
            let claps = 2 + (randomness.next_share() * 3.0) as usize;
            repeat(&mut samples, claps, 160, &mut randomness, |randomness| {
                burst(randomness, 90, 0.001, 0.015, (1_900.0, 1_800.0))
            });
        }
        Noise::Rustle => {
            let pieces = 8 + (randomness.next_share() * 6.0) as usize;
            repeat(&mut samples, pieces, 15, &mut randomness, |randomness| {
                burst(randomness, 60, 0.01, 0.03, (4_500.0, 3_000.0))
            });
        }
        Noise::Thud => {
            let low_hz = randomness.between(85.0, 120.0);
            samples.extend(ringing(&[(low_hz, 1.0), (low_hz * 1.7, 0.4)], 250, 0.06));
        }
        Noise::Clink => {
            let high_hz = randomness.between(2_300.0, 3_100.0);
            samples.extend(ringing(&[(high_hz, 1.0), (high_hz * 1.83, 0.5)], 450, 0.11));
        }
        Noise::Rush => samples.extend(swell(&mut randomness, 1_400)),
    }
    samples.extend(vec![0.0; samples_in(MARGIN_MS)]);
    samples
}

fn repeat(
    samples: &mut Vec<f32>,
    times: usize,
    gap_ms: u32,
    randomness: &mut Randomness,
    mut piece: impl FnMut(&mut Randomness) -> Vec<f32>,
) {
    for round in 0..times {
        if round > 0 {
            let gap = samples_in(gap_ms) as f32 * randomness.between(0.7, 1.3);
            samples.extend(vec![0.0; gap as usize]);
        }
        let gain = randomness.between(0.7, 1.0);
        samples.extend(piece(randomness).iter().map(|sample| sample * gain));
    }
}

fn burst(
    randomness: &mut Randomness,
    length_ms: u32,
    attack_seconds: f32,
    decay_seconds: f32,
    (centre_hz, width_hz): (f32, f32),
) -> Vec<f32> {
    let white: Vec<f32> = (0..samples_in(length_ms)).map(|_| randomness.next_sample()).collect();
    let shape = |(n, sample): (usize, f32)| {
        let time = n as f32 / SAMPLE_RATE_HZ as f32;
        sample * (1.0 - (-time / attack_seconds).exp()) * (-time / decay_seconds).exp()
    };
    resonate(&white, centre_hz, width_hz).into_iter().enumerate().map(shape).collect()
}

fn ringing(partials: &[(f32, f32)], length_ms: u32, decay_seconds: f32) -> Vec<f32> {
    (0..samples_in(length_ms))
        .map(|n| {
            let time = n as f32 / SAMPLE_RATE_HZ as f32;
            let sum: f32 = partials.iter().map(|(hertz, gain)| gain * (2.0 * PI * hertz * time).sin()).sum();
            0.5 * sum * (-time / decay_seconds).exp()
        })
        .collect()
}

fn swell(randomness: &mut Randomness, length_ms: u32) -> Vec<f32> {
    let length = samples_in(length_ms);
    let white: Vec<f32> = (0..length).map(|_| randomness.next_sample()).collect();
    let shape = |(n, sample): (usize, f32)| sample * (PI * n as f32 / length as f32).sin().max(0.0).sqrt();
    resonate(&white, 1_000.0, 1_500.0).into_iter().enumerate().map(shape).collect()
}

/// A two-pole resonance around `centre_hz`, `width_hz` wide.
fn resonate(source: &[f32], centre_hz: f32, width_hz: f32) -> Vec<f32> {
    let rate = SAMPLE_RATE_HZ as f32;
    let radius = (-PI * width_hz / rate).exp();
    let turn = 2.0 * radius * (2.0 * PI * centre_hz / rate).cos();
    let (mut before, mut earlier) = (0.0, 0.0);
    source
        .iter()
        .map(|sample| {
            let next = (1.0 - radius) * sample + turn * before - radius * radius * earlier;
            (earlier, before) = (before, next);
            next
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound_span::sound_span;

    #[test]
    fn every_noise_repeats_exactly_and_differs_by_seed() {
        for noise in [Noise::Cough, Noise::Knock, Noise::Clap, Noise::Rustle, Noise::Thud, Noise::Clink, Noise::Rush] {
            assert_eq!(generate(noise, 1), generate(noise, 1));
            assert_ne!(generate(noise, 1), generate(noise, 2), "{noise:?}");
        }
    }

    #[test]
    fn every_noise_begins_where_its_margin_ends() {
        for noise in [Noise::Cough, Noise::Knock, Noise::Clap, Noise::Rustle, Noise::Thud, Noise::Clink, Noise::Rush] {
            let span = sound_span(&generate(noise, 3)).expect("a noise sounds");
            assert!(span.first.abs_diff(samples_in(MARGIN_MS)) <= samples_in(20), "{noise:?} begins at {}", span.first);
        }
    }
}

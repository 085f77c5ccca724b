//! The spectrum that the embedding was trained with: 32 bands of 60 to 3,800 Hz, in dB.
//!
//! The bands are those of Slaney's mel scale, each of the same area, over the power of 25 ms of sound.

use std::collections::VecDeque;
use std::f64::consts::TAU;

use crate::RATE_HZ;
use crate::spectrum::{SPECTRUM, Spectrum};

/// Bands of one step.
pub(super) const BANDS: usize = 32;
/// Samples that a step looks at: 25 ms.
pub(super) const WINDOW: usize = 400;
const LOWEST_HZ: f64 = 60.0;
const HIGHEST_HZ: f64 = 3_800.0;
/// What is so many dB below the loudest of the last steps is as good as nothing.
const RANGE_DB: f32 = 80.0;
const LAST_STEPS: usize = 128;
/// Less power than this counts as this.
const LEAST: f32 = 1e-10;

/// Turns sound into bands, step by step.
pub(super) struct Mel {
    spectrum: Spectrum,
    /// For each band its first bin, and how much of each bin from there on.
    shares: Vec<(usize, Vec<f32>)>,
    /// The loudest band of each of the last steps, in dB.
    loudest: VecDeque<f32>,
}

impl Default for Mel {
    fn default() -> Self {
        let hann = |index: usize| (0.5 - 0.5 * (TAU * index as f64 / WINDOW as f64).cos()) as f32;
        let spectrum = Spectrum::new((0..WINDOW).map(hann).collect(), std::convert::identity);
        Self { spectrum, shares: shares(), loudest: VecDeque::with_capacity(LAST_STEPS + 1) }
    }
}

impl Mel {
    /// Takes sound, and gives `step` the bands of each step that is complete with it.
    pub(super) fn push(&mut self, sound: &[i16], mut step: impl FnMut(&[f32; BANDS])) {
        let Self { spectrum, shares, loudest } = self;
        spectrum.push(sound, |spectrum| {
            let mut bands = [0.0; BANDS];
            for (band, (first, shares)) in bands.iter_mut().zip(&*shares) {
                let bins = spectrum.iter().skip(*first).zip(shares);
                let power: f32 = bins.map(|(bin, share)| bin.norm_sqr() * share).sum();
                *band = 10.0 * power.max(LEAST).log10();
            }
            loudest.push_back(bands.iter().copied().fold(f32::MIN, f32::max));
            if loudest.len() > LAST_STEPS {
                loudest.pop_front();
            }
            let least = loudest.iter().copied().fold(f32::MIN, f32::max) - RANGE_DB;
            // As the network was trained.
            step(&bands.map(|band| band.max(least) / 10.0 + 2.0));
        });
    }
}

/// Linear to 1 kHz, logarithmic from there on.
fn mel(hz: f64) -> f64 {
    if hz < 1_000.0 { hz * 3.0 / 200.0 } else { 15.0 + (hz / 1_000.0).ln() * 27.0 / 6.4_f64.ln() }
}

fn hz(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp() }
}

fn shares() -> Vec<(usize, Vec<f32>)> {
    let (lowest, highest) = (mel(LOWEST_HZ), mel(HIGHEST_HZ));
    let edge = |index: usize| hz(lowest + (highest - lowest) * index as f64 / (BANDS + 1) as f64);
    let at = |bin: usize| bin as f64 * f64::from(RATE_HZ) / SPECTRUM as f64;
    let band = |band: usize| {
        let (low, centre, high) = (edge(band), edge(band + 1), edge(band + 2));
        let share = |bin| {
            let slope = ((at(bin) - low) / (centre - low)).min((high - at(bin)) / (high - centre));
            (slope.max(0.0) * 2.0 / (high - low)) as f32
        };
        let first = (0..SPECTRUM / 2).find(|bin| share(*bin) > 0.0).unwrap_or_default();
        (first, (first..=SPECTRUM / 2).map(share).take_while(|share| *share > 0.0).collect())
    };
    (0..BANDS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::STEP_SAMPLES;

    fn all(sound: &[i16]) -> Vec<[f32; BANDS]> {
        let mut steps = Vec::new();
        Mel::default().push(sound, |bands| steps.push(*bands));
        steps
    }

    #[test]
    fn every_band_has_the_same_area_and_lies_where_the_network_learnt_it() {
        let shares = shares();
        // The first, second, sixteenth and last as in the graph that computes them for other programs.
        for (band, first, last) in [(0, 2, 6), (1, 5, 8), (15, 35, 39), (31, 106, 121)] {
            let (begin, shares) = &shares[band];
            assert_eq!((*begin, begin + shares.len() - 1), (first, last), "band {band}");
        }
        for (begin, shares) in &shares[8..] {
            let area: f32 = shares.iter().sum();
            assert!((area - 0.032).abs() < 0.003, "{begin}: {area}");
        }
    }

    #[test]
    fn a_tone_is_in_its_band_and_what_is_far_below_it_is_cut_off() {
        let tone: Vec<i16> =
            (0..4_000).map(|index| ((TAU * 1_156.0 * f64::from(index) / 16_000.0).sin() * 8_000.0) as i16).collect();
        let steps = all(&tone);
        assert_eq!(steps.len(), 1 + (4_000 - WINDOW) / STEP_SAMPLES);
        let loudest = (0..BANDS).max_by(|one, other| steps[3][*one].total_cmp(&steps[3][*other]));
        assert_eq!(loudest, Some(15), "{:?}", steps[3]);
        let (most, least) = steps[3].iter().fold((f32::MIN, f32::MAX), |(m, l), band| (m.max(*band), l.min(*band)));
        assert!(most - least <= RANGE_DB / 10.0 + 1e-3, "{most} {least}");
    }

    #[test]
    fn how_sound_is_cut_makes_no_difference() {
        let sound: Vec<i16> = (0..5_000_i32).map(|index| (index * 7_919 % 2_003 - 1_000) as i16).collect();
        let (mut mel, mut steps) = (Mel::default(), Vec::new());
        for piece in sound.chunks(37) {
            mel.push(piece, |bands| steps.push(*bands));
        }
        assert_eq!(steps, all(&sound));
    }
}

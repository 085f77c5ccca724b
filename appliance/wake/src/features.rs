//! The features of sound that microWakeWord's networks were trained with: the energies of 40 bands of a short spectrum, with
//! what is always there taken away, and what is loud brought down (per-channel amplitude normalisation, PCAN).
//!
//! The steps and their constants are those of TensorFlow's *microfrontend*, as microWakeWord sets it; the spectrum is computed in
//! floating point, where that takes 16-bit integers, so that features differ from its own by one or two of their units.

use std::f32::consts::TAU;

use realfft::num_complex::Complex;

use crate::RATE_HZ;
use crate::spectrum::{SPECTRUM, Spectrum};

/// Features of one step.
pub const CHANNELS: usize = 40;
/// Samples that a step looks at: 30 ms.
const WINDOW: usize = 480;
/// The bands, in Hz.
const LOWEST: f32 = 125.0;
const HIGHEST: f32 = 7_500.0;
/// How fast what is always there is learnt, in channels with even and with odd numbers: parts of 2^14.
const SMOOTHING: [u64; 2] = [409, 983];
/// What is left of a channel at least, in the same parts.
const LEAST_LEFT: u64 = 819;
const PARTS: u32 = 14;
/// What is always there is kept so many bits finer.
const NOISE_BITS: u32 = 10;
/// Of the gain: strength, offset and bits.
const STRENGTH: f32 = -0.95;
const OFFSET: f32 = 80.0;
const GAIN_BITS: u32 = 21;
const SNR_BITS: u32 = 12;
const OUTPUT_BITS: u32 = 6;
/// A spectrum of 512 samples is so many bits larger than its energies are taken to be.
const CORRECTION_BITS: u32 = 3;
/// What a feature's logarithm is multiplied with.
const LOG_SCALE: f64 = 64.0;

/// A bin of the spectrum: the band to which it gives its energy, and how much of it; the next band has the rest.
#[derive(Debug, Clone, Copy)]
struct Bin {
    index: usize,
    /// Bands are counted from the one below the first channel.
    band: usize,
    share: f32,
}

/// Turns sound into features, step by step.
pub struct Features {
    spectrum: Spectrum,
    bins: Vec<Bin>,
    /// What is always there, for each channel.
    noise: [u64; CHANNELS],
}

impl Default for Features {
    fn default() -> Self {
        // Fixed-point coefficients of 12 bits.
        let hann = |index: usize| 0.5 - 0.5 * (TAU * (index as f32 + 0.5) / WINDOW as f32).cos();
        let window = (0..WINDOW).map(|index| (hann(index) * 4_096.0 + 0.5).floor() / 4_096.0).collect();
        Self { spectrum: Spectrum::new(window, f32::floor), bins: bins(), noise: [0; CHANNELS] }
    }
}

impl Features {
    /// Takes sound, and gives `step` the features of each step that is complete with it.
    pub fn push(&mut self, sound: &[i16], mut step: impl FnMut(&[u16; CHANNELS])) {
        let Self { spectrum, bins, noise } = self;
        spectrum.push(sound, |spectrum| step(&features(spectrum, bins, noise)));
    }
}

fn features(spectrum: &[Complex<f32>], bins: &[Bin], noise: &mut [u64; CHANNELS]) -> [u16; CHANNELS] {
    let mut energies = [0.0_f64; CHANNELS + 2];
    for bin in bins {
        let energy = f64::from(spectrum[bin.index].norm_sqr()) / (SPECTRUM * SPECTRUM) as f64;
        energies[bin.band] += energy * f64::from(bin.share);
        energies[bin.band + 1] += energy * f64::from(1.0 - bin.share);
    }
    let mut features = [0; CHANNELS];
    for (channel, feature) in features.iter_mut().enumerate() {
        // Weights of 12 bits, under the root.
        let signal = (energies[channel + 1].sqrt() * 64.0) as u64;
        let signal = without_noise(channel, signal, &mut noise[channel]);
        *feature = logarithm(shrunk(signal, noise[channel]));
    }
    features
}

/// A channel without what is always there, which is learnt on the way.
fn without_noise(channel: usize, signal: u64, noise: &mut u64) -> u64 {
    let smoothing = SMOOTHING[channel % 2];
    let finer = signal << NOISE_BITS;
    let estimate = (finer * smoothing + *noise * ((1 << PARTS) - smoothing)) >> PARTS;
    *noise = estimate;
    let least = (signal * LEAST_LEFT) >> PARTS;
    ((finer - estimate.min(finer)) >> NOISE_BITS).max(least)
}

/// The signal by the gain that the noise around it allows, with small values squared and large ones shifted.
fn shrunk(signal: u64, noise: u64) -> u64 {
    let around = noise as f32 / (1_u32 << (NOISE_BITS - CORRECTION_BITS)) as f32;
    let gain = (1_u32 << GAIN_BITS) as f32 * (around + OFFSET).powf(STRENGTH);
    let gain = gain.min(f32::from(i16::MAX)).round() as u64;
    let snr = (signal * gain) >> (GAIN_BITS - CORRECTION_BITS - SNR_BITS);
    match snr < 2 << SNR_BITS {
        true => (snr * snr) >> (2 + 2 * SNR_BITS - OUTPUT_BITS),
        false => (snr >> (SNR_BITS - OUTPUT_BITS)) - (1 << OUTPUT_BITS),
    }
}

fn logarithm(value: u64) -> u16 {
    let value = value << CORRECTION_BITS;
    if value <= 1 { 0 } else { ((value as f64).ln() * LOG_SCALE).round().min(f64::from(u16::MAX)) as u16 }
}

fn mel(hz: f32) -> f32 {
    1_127.0 * (hz / 700.0).ln_1p()
}

/// The bins between the lowest and the highest band, with the bands to which they belong.
fn bins() -> Vec<Bin> {
    let spacing = (mel(HIGHEST) - mel(LOWEST)) / (CHANNELS + 1) as f32;
    let centre = |band: usize| mel(LOWEST) + spacing * (band + 1) as f32;
    let hz = RATE_HZ as f32 / SPECTRUM as f32;
    let mut band = 0;
    let mut bins = Vec::new();
    // Never the first, whatever the lowest band is.
    for index in (1.5 + LOWEST / hz) as usize..SPECTRUM / 2 {
        let at = mel(index as f32 * hz);
        while band <= CHANNELS && at > centre(band) {
            band += 1;
        }
        if band > CHANNELS {
            break;
        }
        let share = (centre(band) - at) / spacing;
        bins.push(Bin { index, band, share: (share * 4_096.0 + 0.5).floor() / 4_096.0 });
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(sound: &[i16]) -> Vec<[u16; CHANNELS]> {
        let mut steps = Vec::new();
        Features::default().push(sound, |features| steps.push(*features));
        steps
    }

    fn tone(hz: f32, samples: usize) -> Vec<i16> {
        (0..samples).map(|index| ((TAU * hz * index as f32 / RATE_HZ as f32).sin() * 8_000.0) as i16).collect()
    }

    #[test]
    fn the_first_step_needs_thirty_milliseconds_and_each_further_one_ten() {
        assert_eq!(all(&[0; WINDOW - 1]).len(), 0);
        assert_eq!(all(&[0; WINDOW]).len(), 1);
        assert_eq!(all(&[0; RATE_HZ as usize]).len(), 98);
    }

    #[test]
    fn silence_is_nothing_and_a_tone_is_in_its_band() {
        assert!(all(&[0; 4_800]).iter().all(|step| step.iter().all(|feature| *feature == 0)));
        let loudest = |hz| {
            let steps = all(&tone(hz, 4_800));
            (0..CHANNELS).max_by_key(|channel| steps[3][*channel]).unwrap_or_default()
        };
        let (low, middle, high) = (loudest(300.0), loudest(1_500.0), loudest(6_000.0));
        assert!(low < 8 && (16..26).contains(&middle) && high > 32, "{low} {middle} {high}");
    }

    #[test]
    fn what_is_always_there_fades() {
        let steps = all(&tone(1_000.0, 48_000));
        let loudest = |step: &[u16; CHANNELS]| step.iter().copied().max().unwrap_or_default();
        assert!(loudest(&steps[1]) > loudest(&steps[280]) + 40, "{} {}", loudest(&steps[1]), loudest(&steps[280]));
    }

    #[test]
    fn how_sound_is_cut_makes_no_difference() {
        let sound = tone(700.0, 9_000);
        let mut features = Features::default();
        let mut steps = Vec::new();
        for piece in sound.chunks(37) {
            features.push(piece, |step| steps.push(*step));
        }
        assert_eq!(steps, all(&sound));
    }
}

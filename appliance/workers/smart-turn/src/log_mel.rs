//! Whisper's log-mel spectrogram of the last seconds of an utterance.
//!
//! Sound shorter than [`SECONDS`] is padded with silence *before* it. All of it is brought to mean 0 and variance 1, so
//! that the padding becomes a constant, which has one and the same spectrum everywhere: it is computed once.

use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Length of the sound that is looked at.
pub const SECONDS: usize = 8;
pub const SAMPLES: usize = SECONDS * RATE_HZ;
/// Pitches in a frame.
pub const MELS: usize = 80;
/// Frames, 10 ms apart.
pub const FRAMES: usize = SAMPLES / HOP;

const RATE_HZ: usize = parley_engines::INPUT_RATE_HZ as usize;
const HOP: usize = 160;
const WINDOW: usize = 400;
const BINS: usize = WINDOW / 2 + 1;
/// Keeps silence from being divided by nothing.
const VARIANCE_FLOOR: f64 = 1e-7;
const POWER_FLOOR: f32 = 1e-10;
/// Everything more than 80 dB below the loudest is as quiet as that.
const RANGE: f32 = 8.0;

pub struct LogMel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    filters: Vec<Filter>,
}

/// How much of each frequency bin belongs to one pitch.
struct Filter {
    bins: Range<usize>,
    weights: Vec<f32>,
}

impl Default for LogMel {
    fn default() -> Self {
        // Periodic: one step short of closing, as the analysis of an endless signal wants it.
        let window = (0..WINDOW).map(|n| (0.5 - 0.5 * (TAU * n as f64 / WINDOW as f64).cos()) as f32).collect();
        Self { transform: RealFftPlanner::new().plan_fft_forward(WINDOW), window, filters: mel_filters() }
    }
}

impl LogMel {
    /// [`MELS`] rows of [`FRAMES`] values each, of the last [`SAMPLES`] of 16 kHz sound.
    pub fn of(&self, sound: &[i16]) -> Vec<f32> {
        let sound = &sound[sound.len().saturating_sub(SAMPLES)..];
        let padding = SAMPLES - sound.len();
        let samples = normalised(sound, padding);

        let mut spectrogram = vec![0.0; MELS * FRAMES];
        let mut put = |frame: usize, mels: &[f32; MELS]| {
            for (row, mel) in mels.iter().enumerate() {
                spectrogram[row * FRAMES + frame] = *mel;
            }
        };
        let mut work = Work::new(&*self.transform);
        // These frames see only padding, also where they are mirrored at its start.
        let constant_frames = if padding >= WINDOW { (padding - WINDOW / 2) / HOP + 1 } else { 0 };
        if constant_frames > 0 {
            let mels = self.frame(&samples, 0, &mut work);
            (0..constant_frames.min(FRAMES)).for_each(|frame| put(frame, &mels));
        }
        for frame in constant_frames..FRAMES {
            put(frame, &self.frame(&samples, frame, &mut work));
        }

        let loudest = spectrogram.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for value in &mut spectrogram {
            *value = (value.max(loudest - RANGE) + 4.0) / 4.0;
        }
        spectrogram
    }

    /// Logarithms of the power at each pitch around one moment.
    fn frame(&self, samples: &[f32], frame: usize, work: &mut Work) -> [f32; MELS] {
        let start = (frame * HOP) as isize - (WINDOW / 2) as isize;
        for (position, (value, window)) in work.input.iter_mut().zip(&self.window).enumerate() {
            *value = samples[mirrored(start + position as isize)] * window;
        }
        // The lengths are the transform's own, the only thing that it checks.
        let transformed = self.transform.process_with_scratch(&mut work.input, &mut work.output, &mut work.scratch);
        debug_assert!(transformed.is_ok());
        for (power, value) in work.power.iter_mut().zip(&work.output) {
            *power = value.norm_sqr();
        }
        std::array::from_fn(|mel| {
            let Filter { bins, weights } = &self.filters[mel];
            let power: f32 = work.power[bins.clone()].iter().zip(weights).map(|(power, weight)| power * weight).sum();
            power.max(POWER_FLOOR).log10()
        })
    }
}

struct Work {
    input: Vec<f32>,
    output: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl Work {
    fn new(transform: &dyn RealToComplex<f32>) -> Self {
        Self {
            input: transform.make_input_vec(),
            output: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            power: vec![0.0; BINS],
        }
    }
}

/// Sound behind its padding, with mean 0 and variance 1 over both.
fn normalised(sound: &[i16], padding: usize) -> Vec<f32> {
    let full_scale = 32_768.0;
    let (sum, squares) = sound
        .iter()
        .map(|sample| f64::from(*sample) / full_scale)
        .fold((0.0, 0.0), |(sum, squares), sample| (sum + sample, squares + sample * sample));
    let mean = sum / SAMPLES as f64;
    let variance = (squares / SAMPLES as f64 - mean * mean).max(0.0);
    let scale = (variance + VARIANCE_FLOOR).sqrt().recip();
    let normalise = |sample: f64| ((sample - mean) * scale) as f32;
    let mut samples = vec![normalise(0.0); padding];
    samples.extend(sound.iter().map(|sample| normalise(f64::from(*sample) / full_scale)));
    samples
}

/// A position within the sound: what lies beyond its ends mirrors what lies before them.
fn mirrored(position: isize) -> usize {
    let position = position.unsigned_abs();
    if position < SAMPLES { position } else { 2 * (SAMPLES - 1) - position }
}

/// Triangles of equal area, evenly spaced on Slaney's scale: linear up to 1 kHz, logarithmic above.
fn mel_filters() -> Vec<Filter> {
    let nyquist = RATE_HZ as f64 / 2.0;
    let edge = |number: usize| mel_to_hz(hz_to_mel(nyquist) * number as f64 / (MELS + 1) as f64);
    (0..MELS)
        .map(|mel| {
            let [low, centre, high] = [edge(mel), edge(mel + 1), edge(mel + 2)];
            let weights: Vec<f32> = (0..BINS)
                .map(|bin| {
                    let frequency = nyquist * bin as f64 / (BINS - 1) as f64;
                    let height = ((frequency - low) / (centre - low)).min((high - frequency) / (high - centre));
                    (height.max(0.0) * 2.0 / (high - low)) as f32
                })
                .collect();
            let first = weights.iter().position(|weight| *weight > 0.0).unwrap_or(0);
            let end = weights.iter().rposition(|weight| *weight > 0.0).map_or(first, |last| last + 1);
            Filter { bins: first..end, weights: weights[first..end].to_vec() }
        })
        .collect()
}

const LINEAR_HZ_PER_MEL: f64 = 200.0 / 3.0;
const LOGARITHMIC_FROM_HZ: f64 = 1_000.0;
/// Mels from 1 kHz to 6.4 kHz.
const MELS_PER_6_4: f64 = 27.0;

fn hz_to_mel(hz: f64) -> f64 {
    if hz < LOGARITHMIC_FROM_HZ {
        return hz / LINEAR_HZ_PER_MEL;
    }
    LOGARITHMIC_FROM_HZ / LINEAR_HZ_PER_MEL + (hz / LOGARITHMIC_FROM_HZ).ln() * MELS_PER_6_4 / 6.4_f64.ln()
}

fn mel_to_hz(mel: f64) -> f64 {
    let linear_mels = LOGARITHMIC_FROM_HZ / LINEAR_HZ_PER_MEL;
    if mel < linear_mels {
        return mel * LINEAR_HZ_PER_MEL;
    }
    LOGARITHMIC_FROM_HZ * ((mel - linear_mels) * 6.4_f64.ln() / MELS_PER_6_4).exp()
}

#[cfg(test)]
mod tests;

//! Mono samples: reading, resampling, cutting, joining and writing them.
//!
//! - **Sample**: an `f32` in −1..1; everything here is mono at [`SAMPLE_RATE_HZ`] once it has been read.
//! - **Background**: the part of a recording in which nobody speaks; pauses are filled with it.
//!
//! All of it is pure apart from [`read_wav`], [`read_raw`] and [`write_wav`].

use std::f64::consts::PI;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// What the recognisers listen at, in hertz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// Zero crossings of the resampling filter on each side: 24 keep the pass band flat to about 0.95 of its edge.
const FILTER_ZERO_CROSSINGS: f64 = 24.0;

/// The length of every cross-fade, in samples (5 ms): long enough not to click, shorter than any speech sound.
const FADE_SAMPLES: usize = 80;

/// Milliseconds in samples at [`SAMPLE_RATE_HZ`].
pub fn samples_in(milliseconds: u32) -> usize {
    milliseconds as usize * SAMPLE_RATE_HZ as usize / 1000
}

/// A WAV file of 16-bit integers as mono samples at [`SAMPLE_RATE_HZ`].
///
/// # Errors
/// When the file cannot be read or is not mono with 16 bits.
pub fn read_wav(path: &Path) -> Result<Vec<f32>> {
    let mut reader = hound::WavReader::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let spec = reader.spec();
    ensure!(
        spec.channels == 1 && spec.bits_per_sample == 16 && spec.sample_format == hound::SampleFormat::Int,
        "{} is not mono with 16-bit integers: {spec:?}",
        path.display()
    );
    let samples = reader
        .samples::<i16>()
        .map(|sample| sample.map(|value| f32::from(value) / 32768.0))
        .collect::<Result<Vec<f32>, _>>()
        .with_context(|| format!("{} is damaged: delete it and prepare again", path.display()))?;
    Ok(resample(&samples, spec.sample_rate, SAMPLE_RATE_HZ))
}

/// A headerless file of little-endian 16-bit samples at [`SAMPLE_RATE_HZ`].
///
/// # Errors
/// When the file cannot be read.
pub fn read_raw(path: &Path) -> Result<Vec<f32>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes.as_chunks::<2>().0.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32768.0).collect())
}

/// Writes mono 16-bit samples at [`SAMPLE_RATE_HZ`]; what exceeds −1..1 is clipped.
///
/// # Errors
/// When the file cannot be written.
pub fn write_wav(path: &Path, samples: &[f32]) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let write = || -> Result<(), hound::Error> {
        let mut writer = hound::WavWriter::create(path, spec)?;
        for sample in samples {
            writer.write_sample((sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16)?;
        }
        writer.finalize()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// Changes the sample rate with a windowed-sinc low pass below the lower of both Nyquist frequencies.
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Vec<f32> {
    if from_hz == to_hz || samples.is_empty() {
        return samples.to_vec();
    }
    let (from, to) = (u64::from(from_hz), u64::from(to_hz));
    let cutoff = (f64::from(to_hz) / f64::from(from_hz)).min(1.0);
    let reach = (FILTER_ZERO_CROSSINGS / cutoff).ceil();
    // Output positions fall between input samples in only `phases` different ways.
    let phases = to / greatest_common_divisor(from, to);
    let filters: Vec<Vec<f32>> = (0..phases).map(|phase| filter(phase as f64 / phases as f64, cutoff, reach)).collect();
    let length = samples.len() as u64 * to / from;
    (0..length)
        .map(|index| {
            let before = (index * from / to) as usize;
            let taps = &filters[(index * from % to * phases / to) as usize];
            let skipped = (reach as usize).saturating_sub(before);
            let first = before.saturating_sub(reach as usize);
            samples[first..].iter().zip(&taps[skipped..]).map(|(sample, tap)| sample * tap).sum()
        })
        .collect()
}

/// The taps for an output `offset` (0..1) behind an input sample, from `reach` samples before that one.
fn filter(offset: f64, cutoff: f64, reach: f64) -> Vec<f32> {
    (0..=2 * reach as usize)
        .map(|tap| {
            let distance = tap as f64 - reach - offset;
            let window = 0.5 + 0.5 * (PI * (distance / reach).clamp(-1.0, 1.0)).cos();
            (cutoff * sinc(distance * cutoff) * window) as f32
        })
        .collect()
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Scales the samples so that the loudest is at `peak` (0..1); silence stays as it is.
pub fn with_peak(samples: &[f32], peak: f32) -> Vec<f32> {
    let loudest = samples.iter().fold(0.0_f32, |so_far, sample| so_far.max(sample.abs()));
    if loudest == 0.0 {
        return samples.to_vec();
    }
    samples.iter().map(|sample| sample * peak / loudest).collect()
}

/// Makes `length` samples out of a recording's background by playing it forwards and backwards in turn, which never
/// jumps at the seams.
///
/// An empty background gives digital silence.
fn stretched(background: &[f32], length: usize) -> Vec<f32> {
    if background.is_empty() {
        return vec![0.0; length];
    }
    background.iter().chain(background.iter().rev()).copied().cycle().take(length).collect()
}

/// A recording with a pause put into it, and where the pause lies.
///
/// Everything before `cut` and from `cut` on is kept; only 5 ms at either side of the pause are faded, into and out of
/// the background that fills it.
pub fn with_pause(samples: &[f32], cut: usize, background: &[f32], pause: usize) -> (Vec<f32>, Range<usize>) {
    let cut = cut.min(samples.len());
    let mut joined = samples[..cut].to_vec();
    joined.extend(stretched(background, pause));
    joined.extend(&samples[cut..]);
    let fade = FADE_SAMPLES.min(cut).min(samples.len() - cut);
    for step in 0..fade {
        let gain = step as f32 / fade as f32;
        joined[cut - 1 - step] *= gain;
        joined[cut + pause + step] *= gain;
    }
    (joined, cut..cut + pause)
}

/// The centre of the quietest 10 ms within `reach` samples of `near`.
pub fn quietest_near(samples: &[f32], near: usize, reach: usize) -> usize {
    let half = samples_in(5);
    let first = near.saturating_sub(reach).max(half);
    let last = (near + reach).min(samples.len().saturating_sub(half));
    let energy =
        |centre: usize| samples[centre - half..centre + half].iter().map(|sample| sample * sample).sum::<f32>();
    (first..=last)
        .step_by(half / 4)
        .min_by(|a, b| energy(*a).total_cmp(&energy(*b)))
        .unwrap_or_else(|| near.min(samples.len()))
}

#[cfg(test)]
mod tests;

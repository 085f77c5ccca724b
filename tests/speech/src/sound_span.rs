//! Where a clip's first and last sounds are.
//!
//! Latencies count from the last sound, so it has to be found the same way in every recording. The method: remove
//! everything below 80 Hz (mains hum, offsets), take the level of every 10 ms, and call a level sound when it is above
//! a threshold. The threshold lies 10 dB above the clip's floor (its tenth percentile), but never more than 35 dB nor
//! less than 25 dB below the clip's loudest 10 ms: a clip cut so tightly that it has no floor keeps its quiet ends, and
//! one recorded in digital silence does not count the tail of a resampling filter. A sound lasts at least 20 ms; a
//! shorter click is no sound.

use std::f32::consts::PI;

use serde::{Deserialize, Serialize};

use crate::samples::SAMPLE_RATE_HZ;

/// The first and last sound of a clip, as sample positions at `SAMPLE_RATE_HZ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoundSpan {
    /// The first sample of the first sound.
    pub first: usize,
    /// The sample after the last sound; latencies count from here.
    pub end: usize,
}

const WINDOW_SAMPLES: usize = SAMPLE_RATE_HZ as usize / 100;
const HIGH_PASS_HZ: f32 = 80.0;
const ABOVE_FLOOR_DB: f32 = 10.0;
const BELOW_PEAK_DB: std::ops::RangeInclusive<f32> = 25.0..=35.0;
/// Two windows of 10 ms.
const SHORTEST_SOUND_WINDOWS: usize = 2;
/// Below any recording's noise; stands for the logarithm of zero.
const SILENCE_DBFS: f32 = -100.0;

/// The first and last sound, or `None` when the clip is silent or shorter than a sound.
pub fn sound_span(samples: &[f32]) -> Option<SoundSpan> {
    let levels = levels_dbfs(samples);
    let threshold = threshold_dbfs(&levels)?;
    let sounds = |window: &[f32]| window.iter().all(|level| *level > threshold);
    let first = levels.windows(SHORTEST_SOUND_WINDOWS).position(sounds)?;
    let last = levels.windows(SHORTEST_SOUND_WINDOWS).rposition(sounds)? + SHORTEST_SOUND_WINDOWS;
    Some(SoundSpan { first: first * WINDOW_SAMPLES, end: (last * WINDOW_SAMPLES).min(samples.len()) })
}

/// The level of every 10 ms in decibels below full scale, after the high pass.
fn levels_dbfs(samples: &[f32]) -> Vec<f32> {
    high_passed(samples)
        .chunks(WINDOW_SAMPLES)
        .map(|window| {
            let power = window.iter().map(|sample| sample * sample).sum::<f32>() / window.len() as f32;
            (10.0 * power.log10()).max(SILENCE_DBFS)
        })
        .collect()
}

fn threshold_dbfs(levels: &[f32]) -> Option<f32> {
    let mut sorted = levels.to_vec();
    sorted.sort_by(f32::total_cmp);
    let peak = sorted.last().copied().filter(|peak| *peak > SILENCE_DBFS)?;
    let floor = sorted[sorted.len() / 10];
    Some((floor + ABOVE_FLOOR_DB).clamp(peak - BELOW_PEAK_DB.end(), peak - BELOW_PEAK_DB.start()))
}

fn high_passed(samples: &[f32]) -> Vec<f32> {
    let keep = 1.0 / (1.0 + 2.0 * PI * HIGH_PASS_HZ / SAMPLE_RATE_HZ as f32);
    let mut previous_in = samples.first().copied().unwrap_or(0.0);
    let mut previous_out = 0.0;
    samples
        .iter()
        .map(|sample| {
            previous_out = keep * (previous_out + sample - previous_in);
            previous_in = *sample;
            previous_out
        })
        .collect()
}

#[cfg(test)]
mod tests;

//! How loud sounds are, and how much of them is gone.

use super::RATE;

/// Figures are taken of stretches of a second in which its own voice is heard at all.
const AUDIBLE_DBFS: f32 = -50.0;

/// A recording, whose louder half has this level.
pub(super) fn at_level(samples: &[i16], dbfs: f32) -> Vec<f32> {
    let samples: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    louder(&samples, dbfs)
}

/// The same of samples as they are computed with.
pub(crate) fn louder(samples: &[f32], dbfs: f32) -> Vec<f32> {
    let gain = 10_f32.powf((dbfs - louder_half_dbfs(samples)) / 20.0);
    samples.iter().map(|sample| (sample * gain).clamp(-1.0, 1.0)).collect()
}

/// The level of the louder half of a sound.
pub(crate) fn louder_half_dbfs(samples: &[f32]) -> f32 {
    let mut powers: Vec<f64> = samples.chunks(RATE / 50).map(power).collect();
    powers.sort_by(f64::total_cmp);
    let louder = powers.get(powers.len() / 2..).unwrap_or_default();
    let level = louder.iter().sum::<f64>() / louder.len().max(1) as f64;
    db(level.max(1e-12)) as f32
}

pub(crate) fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64 + 1e-12
}

pub(super) fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// How much less there is of the one than of the other, second by second, where there is anything.
pub(super) fn less_db(captured: &[f32], output: &[f32], delay: usize, from: usize) -> Vec<f64> {
    let output = output.get(delay..).unwrap_or_default();
    let seconds = captured.chunks_exact(RATE).zip(output.chunks_exact(RATE)).skip(from);
    let audible = seconds.filter(|(captured, _)| db(power(captured)) > f64::from(AUDIBLE_DBFS));
    audible.map(|(captured, output)| db(power(captured) / power(output))).collect()
}

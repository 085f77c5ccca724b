//! How loud a sound is. Sounds are mono, 16 kHz; full scale is 1.

/// Samples of 20 ms.
const BLOCK: usize = 320;

/// The sound with the louder half of it at so many dB of full scale.
pub fn louder(samples: &[f32], dbfs: f32) -> Vec<f32> {
    let gain = 10_f32.powf((dbfs - louder_half_dbfs(samples)) / 20.0);
    samples.iter().map(|sample| (sample * gain).clamp(-1.0, 1.0)).collect()
}

/// The level of the louder half of a sound.
pub fn louder_half_dbfs(samples: &[f32]) -> f32 {
    let mut powers: Vec<f64> = samples.chunks(BLOCK).map(power).collect();
    powers.sort_by(f64::total_cmp);
    let louder = powers.get(powers.len() / 2..).unwrap_or_default();
    let level = louder.iter().sum::<f64>() / louder.len().max(1) as f64;
    db(level.max(1e-12)) as f32
}

/// The mean of the squares, and so little that it is never none.
pub fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64 + 1e-12
}

/// A ratio of powers.
pub fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

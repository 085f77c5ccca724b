//! How loud sounds are, and how much of them is gone.

use parley_e2e::level::{db, louder, power};

use super::RATE;

/// Figures are taken of stretches of a second in which its own voice is heard at all.
const AUDIBLE_DBFS: f32 = -50.0;

/// A recording, whose louder half has this level.
pub(super) fn at_level(samples: &[i16], dbfs: f32) -> Vec<f32> {
    let samples: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
    louder(&samples, dbfs)
}

/// How much less there is of the one than of the other, second by second, where there is anything.
pub(super) fn less_db(captured: &[f32], output: &[f32], delay: usize, from: usize) -> Vec<f64> {
    let output = output.get(delay..).unwrap_or_default();
    let seconds = captured.chunks_exact(RATE).zip(output.chunks_exact(RATE)).skip(from);
    let audible = seconds.filter(|(captured, _)| db(power(captured)) > f64::from(AUDIBLE_DBFS));
    audible.map(|(captured, output)| db(power(captured) / power(output))).collect()
}

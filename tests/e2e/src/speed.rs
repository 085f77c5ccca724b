//! Speech faster or slower, at its own pitch: pieces of it are laid over one another where they fit best (WSOLA, Verhelst and
//! Roelands 1993).

/// A piece, in samples at 16 kHz: 32 ms; each goes half of it further.
const PIECE: usize = 512;
const STEP: usize = PIECE / 2;
/// A piece may come from so many samples earlier or later than it should: 8 ms, a period of a low voice.
const REACH: usize = 128;

/// The same speech, so many times as fast; `speed`: 0.5..=2.
pub fn at_speed(samples: &[f32], speed: f64) -> Vec<f32> {
    if speed == 1.0 || samples.len() <= PIECE + REACH {
        return samples.to_vec();
    }
    let length = (samples.len() as f64 / speed) as usize;
    let mut spoken = vec![0.0; length + PIECE];
    // What would follow the last piece by itself.
    let mut follows = 0;
    for to in (0..length).step_by(STEP) {
        let wanted = (to as f64 * speed) as usize;
        let last = samples.len() - PIECE;
        let from = if to == 0 { 0 } else { best(samples, follows.min(last), wanted.min(last)) };
        for (index, sample) in samples[from..from + PIECE].iter().enumerate() {
            let window = 0.5 - 0.5 * (std::f32::consts::TAU * (index as f32 + 0.5) / PIECE as f32).cos();
            spoken[to + index] += sample * window;
        }
        follows = from + STEP;
    }
    spoken.truncate(length);
    spoken
}

/// Where around `wanted` the sound is most like that at `follows`.
fn best(samples: &[f32], follows: usize, wanted: usize) -> usize {
    let last = samples.len() - PIECE;
    let alike = |from: &usize| -> f32 {
        let pair = samples[follows..follows + PIECE].iter().zip(&samples[*from..*from + PIECE]);
        pair.map(|(one, other)| one * other).sum()
    };
    let near = wanted.saturating_sub(REACH)..=(wanted + REACH).min(last);
    near.max_by(|one, other| alike(one).total_cmp(&alike(other))).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_keeps_its_pitch_and_changes_its_length() {
        let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.1).sin()).collect();
        for speed in [0.8, 1.25] {
            let spoken = at_speed(&tone, speed);
            assert_eq!(spoken.len(), (16_000.0 / speed) as usize);
            let crossings = |sound: &[f32]| sound.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
            let per_sample = crossings(&spoken) as f64 / spoken.len() as f64;
            assert!((per_sample * 16_000.0 / crossings(&tone) as f64 - 1.0).abs() < 0.02, "{speed}: {per_sample}");
        }
    }
}

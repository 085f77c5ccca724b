//! Samples on their way out: the silence before a clause is cut, and numbers become 16-bit.

use std::time::Duration;

/// Below this a voice breathes rather than speaks: −46 dB of full scale.
const AUDIBLE: f32 = 0.005;
/// Kept before the first audible sample, so that no consonant loses its onset.
const LEAD: Duration = Duration::from_millis(15);
/// A ramp where sound was cut, against clicks.
const FADE: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub struct Shaper {
    lead_samples: usize,
    fade_samples: usize,
    /// The end of the silence so far; `None` once something was audible.
    silence: Option<Vec<f32>>,
    /// How many samples have been given out.
    given_out: usize,
}

impl Shaper {
    /// For one clause of this sample rate.
    pub fn new(rate_hz: u32) -> Self {
        let samples = |duration: Duration| (duration.as_secs_f32() * rate_hz as f32) as usize;
        Self { lead_samples: samples(LEAD), fade_samples: samples(FADE), silence: Some(Vec::new()), given_out: 0 }
    }

    /// The next block; empty while the clause has not become audible.
    pub fn shape(&mut self, block: &[f32]) -> Vec<i16> {
        let Some(mut pending) = self.silence.take() else { return self.emit(block.to_vec()) };
        let searched = pending.len();
        pending.extend_from_slice(block);
        let audible =
            pending[searched..].iter().position(|sample| sample.abs() >= AUDIBLE).map(|position| searched + position);
        let start = audible.unwrap_or(pending.len()).saturating_sub(self.lead_samples);
        pending.drain(..start);
        if audible.is_none() {
            self.silence = Some(pending);
            return Vec::new();
        }
        self.emit(pending)
    }

    /// As 16-bit numbers, the clause's first ones quieter, however short the blocks are that bring them.
    fn emit(&mut self, mut samples: Vec<f32>) -> Vec<i16> {
        for (sample, position) in samples.iter_mut().zip(self.given_out..self.fade_samples) {
            *sample *= position as f32 / self.fade_samples as f32;
        }
        self.given_out += samples.len();
        samples.into_iter().map(to_i16).collect()
    }
}

/// Full scale is never exceeded, whatever a voice gives.
fn to_i16(sample: f32) -> i16 {
    // A cast from a float saturates, and makes 0 of what is not a number.
    (sample * f32::from(i16::MAX)).round() as i16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE_HZ: u32 = 22_050;

    fn whole(samples: &[f32]) -> Vec<i16> {
        Shaper::new(RATE_HZ).shape(samples)
    }

    #[test]
    fn loud_samples_are_clipped_and_others_are_rounded() {
        let given = [1.0, -1.0, 2.0, -2.0, f32::NAN, 0.5 / 32767.0, 0.4 / 32767.0];
        assert_eq!(given.map(to_i16), [32767, -32767, 32767, -32768, 0, 1, 0]);
    }

    #[test]
    fn silence_before_a_clause_is_cut_and_the_cut_does_not_click() {
        let mut clause = vec![0.002; 10_000];
        clause.extend([0.5; 1_000]);
        let heard = whole(&clause);
        let lead = Shaper::new(RATE_HZ).lead_samples;
        assert_eq!(heard.len(), 1_000 + lead);
        assert_eq!(heard[0], 0);
        assert!(heard[..lead].windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 4));
        assert_eq!(heard[lead], 16384);
    }

    #[test]
    fn a_clause_that_starts_at_once_loses_nothing() {
        assert_eq!(whole(&[0.5; 200]).len(), 200);
    }

    proptest! {
        #[test]
        fn the_cut_into_blocks_changes_nothing(silent in 0_usize..3_000, loud in 0_usize..2_000, cuts in prop::collection::vec(prop_oneof![1_usize..20, 1_usize..700], 1..9)) {
            let mut clause: Vec<f32> = (0..silent).map(|n| (n % 7) as f32 * 0.000_7).collect();
            clause.extend((0..loud).map(|n| (n as f32 * 0.05).sin()));
            let mut shaper = Shaper::new(RATE_HZ);
            let (mut heard, mut rest) = (Vec::new(), clause.as_slice());
            for cut in cuts.iter().cycle().take(5_000) {
                let (block, after) = rest.split_at((*cut).min(rest.len()));
                heard.extend(shaper.shape(block));
                rest = after;
            }
            prop_assert_eq!(heard, whole(&clause));
        }
    }
}

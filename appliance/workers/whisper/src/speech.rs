//! How much speech is in the sound, and where it ends.
//!
//! A level in the middle between what is loud and what is quiet in it parts both. It needs neither a model nor a
//! threshold of the room, and costs a pass over the samples.

use parley_engines::INPUT_RATE_HZ;

/// What levels are taken over, 20 ms.
const BLOCK: usize = INPUT_RATE_HZ as usize / 50;
/// Speech is at most so much quieter than the loudest of it.
const RANGE_DB: f32 = 25.0;
/// Where loud and quiet lie closer together than this, nothing parts them: all of it may be speech, or nothing.
const LEAST_RANGE_DB: f32 = 12.0;
/// Between two words nobody is silent for longer.
const WITHIN_SPEECH: usize = 10;

/// Speech in a sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speech {
    /// The most that it can be, in seconds: with the short silences between words.
    pub most_s: f32,
    /// The least; 0 where nothing stands out, as in noise and in music.
    pub least_s: f32,
}

impl Speech {
    /// Measures the samples.
    pub fn of(samples: &[i16]) -> Self {
        let levels: Vec<f32> = samples.chunks(BLOCK).map(level_db).collect();
        let mut sorted = levels.clone();
        sorted.sort_by(f32::total_cmp);
        let at = |share: usize| sorted.get(sorted.len() * share / 100).copied();
        let (Some(quiet), Some(loud)) = (at(5), at(95)) else { return Self { most_s: 0.0, least_s: 0.0 } };
        let seconds = |blocks: usize| (blocks * BLOCK) as f32 / INPUT_RATE_HZ as f32;
        if loud - quiet < LEAST_RANGE_DB {
            return Self { most_s: seconds(levels.len()), least_s: 0.0 };
        }
        let threshold = f32::midpoint(loud, quiet.max(loud - 2.0 * RANGE_DB));
        let loud_blocks = levels.iter().filter(|level| **level >= threshold).count();
        let mut since = WITHIN_SPEECH;
        let mut with_gaps = 0;
        for level in &levels {
            if *level >= threshold {
                with_gaps += 1 + if since < WITHIN_SPEECH { since } else { 0 };
                since = 0;
            } else {
                since += 1;
            }
        }
        Self { most_s: seconds(with_gaps), least_s: seconds(loud_blocks) }
    }
}

/// Root mean square in decibels of full scale.
fn level_db(block: &[i16]) -> f32 {
    let energy: f32 = block.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    10.0 * (energy / block.len().max(1) as f32 / 32_768.0_f32.powi(2)).max(1e-9).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tone(seconds: f32, amplitude: f32) -> Vec<i16> {
        let rate = INPUT_RATE_HZ as f32;
        (0..(seconds * rate) as usize)
            .map(|i| ((i as f32 * 300.0 * std::f32::consts::TAU / rate).sin() * amplitude) as i16)
            .collect()
    }

    fn check(sound: &[i16], most_s: f32, least_s: f32) {
        let speech = Speech::of(sound);
        assert!((speech.most_s - most_s).abs() < 0.05 && (speech.least_s - least_s).abs() < 0.05, "{speech:?}");
    }

    #[test]
    fn silence_before_and_behind_is_none() {
        check(&[tone(1.0, 5.0), tone(2.0, 8_000.0), tone(3.0, 5.0)].concat(), 2.0, 2.0);
        check(&[vec![0; 16_000], tone(1.0, 800.0)].concat(), 1.0, 1.0);
    }

    #[test]
    fn a_gap_between_words_is_part_of_the_most_and_a_pause_is_not() {
        check(&[tone(1.0, 8_000.0), vec![0; 1_600], tone(1.0, 8_000.0), vec![0; 8_000]].concat(), 2.1, 2.0);
        check(&[tone(1.0, 8_000.0), vec![0; 16_000], tone(1.0, 8_000.0)].concat(), 2.0, 2.0);
    }

    #[test]
    fn in_what_is_all_alike_nothing_is_sure() {
        check(&tone(2.0, 8_000.0), 2.0, 0.0);
        check(&[], 0.0, 0.0);
        check(&[0; 16_000], 1.0, 0.0);
    }

    proptest! {
        #[test]
        fn the_least_is_no_more_than_the_most_and_that_no_more_than_all(
            samples in prop::collection::vec(any::<i16>(), 0..20_000)
        ) {
            let speech = Speech::of(&samples);
            prop_assert!(speech.least_s <= speech.most_s);
            prop_assert!(speech.most_s <= samples.len() as f32 / INPUT_RATE_HZ as f32 + 0.02);
        }
    }
}

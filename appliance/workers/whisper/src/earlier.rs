//! What an earlier task has told of the beginning of the same sound.
//!
//! While somebody speaks, Parley looks at their words now and then; once they pause, the sound of the task begins with
//! the one of the last look. The words of that look are not read again but for the last few, which what followed them may
//! change: streaming recognisers call what no longer changes settled (Macháček, Dabre and Bojar 2023, "Turning Whisper into
//! Real-Time Transcription System"). The encoder hears all of the sound all the same.

use whisper_rs::{WhisperContext, WhisperTokenId};

use crate::decoder::Words;
use crate::language::Language;

/// The last words of a look may be cut in two, or become others by what follows them.
const UNSETTLED_WORDS: usize = 3;
/// What the model itself doubted is read again, and all behind it: a token whose logarithmic probability is below this.
const DOUBTFUL: f32 = -0.5;

/// What was read of some sound.
#[derive(Debug, Clone)]
pub struct Earlier {
    samples: Vec<i16>,
    language: Language,
    words: Words,
}

impl Earlier {
    /// Keeps what was read of these samples.
    pub fn new(samples: &[i16], language: Language, words: Words) -> Self {
        Self { samples: samples.to_vec(), language, words }
    }

    /// The settled words of sound that begins with the earlier one, in the language of it; none of any other.
    pub fn settled(&self, context: &WhisperContext, samples: &[i16], language: Language) -> Option<Words> {
        let same = self.words.finished && self.language == language && samples.starts_with(&self.samples);
        let begins_word =
            |token: &WhisperTokenId| context.token_to_bytes(*token).is_ok_and(|bytes| bytes.first() == Some(&b' '));
        let beginnings: Vec<bool> = self.words.tokens.iter().map(begins_word).collect();
        let count = settled(&beginnings, &self.words.log_probabilities);
        (same && count > 0).then(|| Words {
            tokens: self.words.tokens[..count].to_vec(),
            log_probabilities: self.words.log_probabilities[..count].to_vec(),
            others: Vec::new(),
            finished: false,
        })
    }
}

/// How many tokens are settled. `beginnings`: of each, whether it begins a word.
fn settled(beginnings: &[bool], log_probabilities: &[f32]) -> usize {
    let doubted = log_probabilities.iter().position(|value| *value < DOUBTFUL).unwrap_or(log_probabilities.len());
    let words = beginnings.iter().enumerate().filter(|(_, begins)| **begins).map(|(place, _)| place);
    let unsettled = words.rev().nth(UNSETTLED_WORDS - 1).unwrap_or(0);
    // The word with the doubted token is read again as a whole.
    let doubted_word = beginnings.iter().take(doubted + 1).rposition(|begins| *begins).unwrap_or(0);
    if doubted < unsettled { doubted_word } else { unsettled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_words_are_read_again() {
        assert_eq!(settled(&[true; 8], &[-0.1; 8]), 5);
        assert_eq!(settled(&[true; 3], &[-0.1; 3]), 0);
        assert_eq!(settled(&[], &[]), 0);
        let in_pieces = [true, false, true, false, false, true, true, false];
        assert_eq!(settled(&in_pieces, &[-0.1; 8]), 2, "a word is settled as a whole");
    }

    #[test]
    fn what_the_model_doubted_is_read_again_from_the_beginning_of_its_word() {
        let beginnings = [true, true, false, true, true, true, true];
        let sure_but_for = |place: usize| std::array::from_fn::<f32, 7, _>(|at| if at == place { -2.0 } else { -0.1 });
        assert_eq!(settled(&beginnings, &sure_but_for(2)), 1);
        assert_eq!(settled(&beginnings, &sure_but_for(0)), 0);
        assert_eq!(settled(&beginnings, &sure_but_for(6)), 4, "it is among the last anyway");
    }

    proptest! {
        #[test]
        fn what_is_settled_ends_before_a_word(tokens in prop::collection::vec((any::<bool>(), -3.0_f32..0.0), 0..40)) {
            let (beginnings, log_probabilities): (Vec<bool>, Vec<f32>) = tokens.into_iter().unzip();
            let count = settled(&beginnings, &log_probabilities);
            prop_assert!(count == 0 || beginnings[count]);
            prop_assert!(log_probabilities[..count].iter().all(|value| *value >= DOUBTFUL));
            let behind = beginnings[count..].iter().filter(|begins| **begins).count();
            prop_assert!(count == 0 || behind >= UNSETTLED_WORDS);
        }
    }
}

//! Names and words of the owner's: the model is shown them as if they had been said before, and then hears them sooner.
//!
//! Measured against a preference for their tokens while they are decoded, which finds hardly any: the first token of a rare
//! name is as unlikely as the name.

use std::io::Write;

use whisper_rs::{WhisperContext, WhisperError, WhisperTokenId};

/// What is shown takes its places from what can be said: half of a minute at the usual pace is left.
const MOST_TOKENS: usize = 200;

/// The words, as they are shown.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// What was said before; empty without a vocabulary.
    pub shown: Vec<WhisperTokenId>,
}

impl Vocabulary {
    /// As many of the words, from the first on, as there is room for; the log says how many that are where not all.
    ///
    /// # Errors
    /// The model cannot spell a word.
    pub fn of(context: &WhisperContext, words: &[String]) -> Result<Self, WhisperError> {
        // No text has more tokens than bytes; with room for fewer, whisper-rs would trust a negative length.
        let spelled = |text: &str| context.tokenize(text, text.len() + 1);
        let words = words.iter().map(|word| spelled(&format!(" {word}"))).collect::<Result<Vec<_>, _>>()?;
        let (shown, fitting) = joined(&words, &spelled(",")?, &spelled(".")?);
        if fitting < words.len() {
            // Parley shows what its workers say there. Where nobody reads it, nothing is lost but the word.
            let _ = writeln!(
                std::io::stderr(),
                "of the vocabulary's {} words there is room for the first {fitting}",
                words.len()
            );
        }
        Ok(Self { shown })
    }
}

/// The words between commas with a full stop behind them, and how many of them there is room for.
fn joined(
    words: &[Vec<WhisperTokenId>],
    comma: &[WhisperTokenId],
    stop: &[WhisperTokenId],
) -> (Vec<WhisperTokenId>, usize) {
    let (mut shown, mut fitting) = (Vec::new(), 0);
    for word in words {
        let between = if fitting == 0 { &[] } else { comma };
        if shown.len() + between.len() + word.len() + stop.len() > MOST_TOKENS {
            break;
        }
        shown.extend(between.iter().chain(word));
        fitting += 1;
    }
    if fitting > 0 {
        shown.extend(stop);
    }
    (shown, fitting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stand_between_commas_before_a_full_stop() {
        assert_eq!(joined(&[vec![1, 2], vec![3]], &[8], &[9]), (vec![1, 2, 8, 3, 9], 2));
        assert_eq!(joined(&[], &[8], &[9]), (vec![], 0));
    }

    proptest! {
        #[test]
        fn what_is_shown_leaves_room_to_speak(lengths in prop::collection::vec(1_usize..80, 0..60)) {
            let words: Vec<Vec<WhisperTokenId>> = lengths.iter().map(|length| vec![1; *length]).collect();
            let (shown, fitting) = joined(&words, &[8], &[9]);
            prop_assert!(shown.len() <= MOST_TOKENS);
            let all = lengths.iter().sum::<usize>() + lengths.len();
            prop_assert_eq!(fitting == words.len(), lengths.is_empty() || all <= MOST_TOKENS);
        }
    }
}

//! The same few tokens over and over: what people say, and what a model says that has lost the speech.
//!
//! The tokens alone never tell which of the two it is: [`crate::belief`] asks the sound.

/// The longest phrase, in tokens, that is looked for.
const MAX_PERIOD: usize = 24;
/// Fewer times in a row are no repetition.
const LEAST_TIMES: usize = 3;

/// A phrase that comes again and again, with nothing between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repetition {
    /// Where the first time begins, in tokens.
    pub start: usize,
    /// Tokens of the phrase.
    pub period: usize,
    /// How often all of it is said, at least [`LEAST_TIMES`].
    pub times: usize,
}

impl Repetition {
    /// Tokens of all times.
    pub fn tokens(&self) -> usize {
        self.period * self.times
    }
}

/// The repetition that the tokens end with, the longest of them; of equally long ones that of the shortest phrase.
pub fn at_end<T: PartialEq>(tokens: &[T]) -> Option<Repetition> {
    let mut longest: Option<Repetition> = None;
    for period in 1..=MAX_PERIOD.min(tokens.len() / LEAST_TIMES) {
        let equal = tokens.iter().rev().zip(tokens.iter().rev().skip(period)).take_while(|(a, b)| a == b).count();
        let times = equal / period + 1;
        let found = Repetition { start: tokens.len() - period * times, period, times };
        if times >= LEAST_TIMES && longest.is_none_or(|longest| found.tokens() > longest.tokens()) {
            longest = Some(found);
        }
    }
    longest
}

/// The longest repetition anywhere in the tokens; of equally long ones the first.
pub fn longest<T: PartialEq>(tokens: &[T]) -> Option<Repetition> {
    let ends = (1..=tokens.len()).filter_map(|end| at_end(tokens.get(..end)?));
    ends.rev().max_by_key(Repetition::tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repetition(start: usize, period: usize, times: usize) -> Option<Repetition> {
        Some(Repetition { start, period, times })
    }

    #[test]
    fn a_phrase_counts_from_its_third_time_on() {
        assert_eq!(at_end(&[1, 2, 3, 2, 3]), None);
        assert_eq!(at_end(&[1, 2, 3, 2, 3, 2, 3]), repetition(1, 2, 3));
        assert_eq!(at_end(&[7; 5]), repetition(0, 1, 5));
        assert_eq!(at_end(&[7, 7, 7, 8]), None);
    }

    #[test]
    fn a_phrase_within_a_phrase_is_not_taken_for_it() {
        assert_eq!(at_end(&[4, 4, 4, 1, 4, 4, 4, 1, 4, 4, 4, 1]), repetition(0, 4, 3));
    }

    #[test]
    fn what_follows_a_repetition_does_not_hide_it() {
        assert_eq!(longest(&[1, 2, 2, 2, 2, 3, 4]), repetition(1, 1, 4));
        assert_eq!(longest(&[1, 2, 3]), None);
        assert_eq!(longest::<u8>(&[]), None);
    }

    proptest! {
        #[test]
        fn what_is_found_is_there(tokens in prop::collection::vec(0_u8..3, 0..60)) {
            if let Some(found) = longest(&tokens) {
                let phrase = &tokens[found.start..found.start + found.period];
                for time in 0..found.times {
                    let from = found.start + time * found.period;
                    prop_assert_eq!(&tokens[from..from + found.period], phrase);
                }
                prop_assert!(found.times >= LEAST_TIMES && found.period <= MAX_PERIOD);
            }
        }

        #[test]
        fn whatever_is_repeated_is_found(
            before in prop::collection::vec(0_u8..9, 0..9),
            phrase in prop::collection::vec(0_u8..9, 1..9),
            times in 3_usize..9,
        ) {
            let tokens = [before, phrase.repeat(times)].concat();
            let found = at_end(&tokens).map_or(0, |found| found.tokens());
            prop_assert!(found >= phrase.len() * times);
        }
    }
}

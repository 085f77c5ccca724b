//! Small models sometimes say the same thing for ever.

/// The longest thing, in tokens, whose repetition is noticed: about two sentences.
const MAX_PERIOD: usize = 48;
/// Said so often in a row, it is a loop.
const MIN_TIMES: usize = 3;
/// Shorter repetitions than this occur in answers: "no, no, no", "ha ha ha", a row of zeros.
const MIN_TOKENS: usize = 24;

/// Whether the end of `tokens` is one thing said over and over.
pub fn is_looping<T: PartialEq>(tokens: &[T]) -> bool {
    (1..=MAX_PERIOD).any(|period| {
        let span = (MIN_TIMES * period).max(MIN_TOKENS.next_multiple_of(period));
        tokens.len().checked_sub(span).is_some_and(|start| {
            let tail = &tokens[start..];
            tail[period..].iter().zip(tail).all(|(later, earlier)| later == earlier)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_token_for_ever_is_a_loop_but_not_at_once() {
        assert!(!is_looping(&[7; 23]));
        assert!(is_looping(&[7; 24]));
    }

    #[test]
    fn a_sentence_said_three_times_is_a_loop_and_twice_is_not() {
        let sentence: Vec<u32> = (0..20).collect();
        assert!(!is_looping(&sentence.repeat(2)));
        assert!(is_looping(&sentence.repeat(3)));
    }

    #[test]
    fn what_was_said_before_the_loop_does_not_matter() {
        let mut tokens: Vec<u32> = (100..150).collect();
        tokens.extend((0..10).collect::<Vec<_>>().repeat(3));
        assert!(is_looping(&tokens));
        tokens.push(99);
        assert!(!is_looping(&tokens));
    }

    proptest! {
        #[test]
        fn counting_is_never_a_loop(length in 0_usize..300) {
            prop_assert!(!is_looping(&(0..length).collect::<Vec<_>>()));
        }
    }
}

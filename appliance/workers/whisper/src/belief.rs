//! Whether words can be what was said: by how much speech there is for them, never by the words alone.
//!
//! - A **loop** is more than anybody can say in that time, or comes to no end.
//! - A **torso** leaves speech over that is in none of its words.
//!
//! "Very very very very very important" is neither, however often the word comes.

use crate::repetition::{self, Repetition};
use crate::speech::Speech;

/// Nobody says more tokens in a second,
const TOKENS_PER_SECOND: f32 = 8.0;
/// and the ends of speech are so uncertain.
const UNCERTAIN_S: f32 = 1.0;
/// Letters that the fastest speakers say in a second.
pub const MOST_LETTERS_PER_SECOND: f32 = 30.0;
/// Letters that the slowest say in a second of sound, without their pauses.
const LEAST_LETTERS_PER_SECOND: f32 = 3.5;
/// So much sound may be none of the speech: a breath, a door, a hum.
const OTHER_SOUND_S: f32 = 1.5;
/// A figure is said as a word.
const LETTERS_OF_FIGURE: f32 = 3.5;
/// A sign of a script without letters is a syllable.
const LETTERS_OF_SYLLABLE: f32 = 3.0;

/// What is to be thought of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    /// They can be what was said.
    Plausible,
    /// They are more than was said.
    Loop,
    /// They are less than was said.
    Torso,
}

/// What is to be thought of these words; `finished`: they came to an end by themselves.
pub fn belief<T: PartialEq>(text: &str, tokens: &[T], finished: bool, speech: Speech) -> Belief {
    let letters = letters(text);
    let too_many = letters > (speech.most_s + UNCERTAIN_S) * MOST_LETTERS_PER_SECOND;
    if !finished || (too_many && repetition::longest(tokens).is_some()) {
        Belief::Loop
    } else if letters < (speech.least_s - OTHER_SOUND_S) * LEAST_LETTERS_PER_SECOND {
        Belief::Torso
    } else {
        Belief::Plausible
    }
}

/// The repetition at the end of the tokens so far, where it has become longer than the sound is: nothing that follows
/// can be true.
pub fn runs_away<T: PartialEq>(tokens: &[T], speech: Speech) -> Option<Repetition> {
    let most = (speech.most_s + UNCERTAIN_S) * TOKENS_PER_SECOND;
    if tokens.len() as f32 <= most {
        return None;
    }
    repetition::at_end(tokens).filter(|found| found.tokens() * 2 > tokens.len())
}

/// How much there is to say, in letters of an alphabet.
fn letters(text: &str) -> f32 {
    text.chars()
        .map(|c| match c {
            _ if c.is_numeric() => LETTERS_OF_FIGURE,
            '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' => 1.0,
            '\u{1100}'..='\u{11ff}' | '\u{2e80}'.. => LETTERS_OF_SYLLABLE,
            _ if c.is_alphabetic() => 1.0,
            _ => 0.0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str, finished: bool, seconds: f32) -> Belief {
        let words: Vec<&str> = text.split_whitespace().collect();
        belief(text, &words, finished, Speech { most_s: seconds, least_s: seconds })
    }

    #[test]
    fn what_a_person_says_again_and_again_is_believed() {
        assert_eq!(of("This is very very very very very important. Call the doctor.", true, 3.4), Belief::Plausible);
        assert_eq!(of("Wait, wait, wait, wait, wait, wait, I meant tomorrow.", true, 3.9), Belief::Plausible);
        assert_eq!(of("My card number is 4242 4242 4242 4242 and it expires in May.", true, 7.5), Belief::Plausible);
        assert_eq!(of("no no no no no no no no no no", true, 2.5), Belief::Plausible);
    }

    #[test]
    fn more_than_can_be_said_in_the_time_is_a_loop() {
        assert_eq!(of(&"thank you very much ".repeat(9), true, 2.0), Belief::Loop);
        assert_eq!(of("Row, row, row, row, row, row", false, 6.5), Belief::Loop);
    }

    #[test]
    fn many_words_without_a_repetition_are_a_fast_speaker() {
        let fast = "Supercalifragilisticexpialidocious characteristically representatives unquestionably misunderstood";
        assert_eq!(of(fast, true, 1.9), Belief::Plausible);
    }

    #[test]
    fn speech_that_is_left_makes_a_torso() {
        assert_eq!(of("Wait, wait", true, 8.0), Belief::Torso);
        assert_eq!(of("This is very", true, 5.0), Belief::Torso);
        assert_eq!(of("Yes.", true, 0.4), Belief::Plausible);
        // A cough, a door and a word.
        assert_eq!(of("Yes.", true, 1.9), Belief::Plausible);
    }

    #[test]
    fn figures_and_syllables_count_as_what_is_said() {
        assert_eq!(of("555 555 5555", true, 5.0), Belief::Plausible);
        assert_eq!(of("\u{660e}\u{65e5}\u{306f}\u{96e8}\u{3067}\u{3059}", true, 4.0), Belief::Plausible);
    }

    #[test]
    fn a_repetition_runs_away_when_it_is_longer_than_the_sound() {
        let speech = Speech { most_s: 2.0, least_s: 2.0 };
        assert_eq!(runs_away(&[1; 24], speech), None);
        assert_eq!(runs_away(&[1; 25], speech).map(|found| found.times), Some(25));
        let words: Vec<usize> = (0..40).collect();
        assert_eq!(runs_away(&words, speech), None);
    }

    proptest! {
        #[test]
        fn more_sound_never_makes_a_loop_of_words(text in "([a-z]{1,9} ){1,20}", seconds in 0.1_f32..20.0, more in 0.0_f32..9.0) {
            if of(&text, true, seconds) != Belief::Loop {
                prop_assert!(of(&text, true, seconds + more) != Belief::Loop);
            }
        }

        #[test]
        fn what_has_no_end_is_never_believed(text in "([a-z]{1,9} ){0,20}", seconds in 0.0_f32..30.0) {
            prop_assert_eq!(of(&text, false, seconds), Belief::Loop);
        }
    }
}

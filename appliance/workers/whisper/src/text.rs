//! What of the model's text is speech.

/// Which tokens the model may say, by their spelling: not those that begin a description of a sound, such as
/// `(music)` or `[BLANK_AUDIO]`, nor marks that nobody speaks. The colon stays: it is in "7:30".
pub fn is_sayable(spelling: &str) -> bool {
    const NEVER: &str = "#()*+<=>[\\]^_`{|}~\"「」『』♩♪♫♬♭♮♯";
    // A dash before a word marks a change of speakers.
    !spelling.contains(|c| NEVER.contains(c)) && !matches!(spelling, " -" | " --" | "--" | "---" | " '")
}

/// The words: without descriptions in brackets or between asterisks, and with single blanks. Empty where nothing that
/// could be spoken is left.
pub fn clean(text: &str) -> String {
    let mut spoken = String::new();
    let mut closing = None;
    for c in text.chars() {
        match closing {
            Some(end) if c == end => closing = None,
            Some(_) => {}
            None => {
                closing = match c {
                    '[' => Some(']'),
                    '(' => Some(')'),
                    '*' => Some('*'),
                    '♪' => Some('♪'),
                    _ => None,
                };
                if closing.is_none() {
                    spoken.push(c);
                }
            }
        }
    }
    if !spoken.contains(char::is_alphanumeric) {
        return String::new();
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(clean(text), expected);
    }

    #[test]
    fn descriptions_of_sounds_are_not_speech() {
        check(" [BLANK_AUDIO]", "");
        check(" (music)", "");
        check(" *sighs* ♪ la la ♪", "");
        check(" Hello (laughs) there.", "Hello there.");
        check(" [unclosed", "");
    }

    #[test]
    fn punctuation_alone_is_not_speech() {
        check(" ...", "");
        check(" - !", "");
    }

    #[test]
    fn words_keep_their_punctuation() {
        check("  Wake me at 7:30,  please. ", "Wake me at 7:30, please.");
        check(" Ça va ?", "Ça va ?");
        check("Привет!", "Привет!");
    }

    #[test]
    fn tokens_that_describe_are_not_sayable_and_words_are() {
        for spelling in [" (", "[", " ♪", "♪♪", "**", " -", "_", ")."] {
            assert!(!is_sayable(spelling), "{spelling}");
        }
        for spelling in [" the", "'s", "-", ":", " 7", ",", "?", "é", "%"] {
            assert!(is_sayable(spelling), "{spelling}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "[a-z \\[\\]()*♪.]{0,30}") {
            let once = clean(&text);
            prop_assert_eq!(clean(&once), once);
        }
    }
}

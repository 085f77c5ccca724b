//! What of a text can be said.

use parley_engines::MAX_SPOKEN_CHARS;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the text has {0} characters, and at most {MAX_SPOKEN_CHARS} can be said at once")]
pub struct TooLong(pub usize);

/// The text on one line, without control characters; `None` where nothing of it can be pronounced.
pub fn sayable(text: &str) -> Result<Option<String>, TooLong> {
    let characters = text.chars().count();
    if characters > MAX_SPOKEN_CHARS {
        return Err(TooLong(characters));
    }
    let printable: String =
        text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    if !printable.chars().any(char::is_alphanumeric) {
        return Ok(None);
    }
    Ok(Some(printable.split_whitespace().collect::<Vec<_>>().join(" ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(sayable(text), Ok(expected.map(str::to_owned)), "{text:?}");
    }

    #[test]
    fn text_is_one_line_of_printable_characters() {
        check("Hello.", Some("Hello."));
        check("  Hello\r\n\tthere \0!", Some("Hello there !"));
        check("21", Some("21"));
        check("é", Some("é"));
    }

    #[test]
    fn a_text_without_letters_and_digits_says_nothing() {
        for text in ["", " ", "...", "\n\0", "— “”", "🙂", "*"] {
            check(text, None);
        }
    }

    #[test]
    fn the_limit_counts_characters() {
        check(&"é".repeat(MAX_SPOKEN_CHARS), Some(&"é".repeat(MAX_SPOKEN_CHARS)));
        assert_eq!(sayable(&"e".repeat(MAX_SPOKEN_CHARS + 1)), Err(TooLong(MAX_SPOKEN_CHARS + 1)));
    }

    proptest! {
        #[test]
        fn nothing_unprintable_is_left(text in "(?s).{0,200}") {
            if let Some(sayable) = sayable(&text).unwrap() {
                prop_assert!(!sayable.chars().any(char::is_control));
                prop_assert!(!sayable.starts_with(' ') && !sayable.ends_with(' ') && !sayable.contains("  "));
            }
        }
    }
}

//! Whatever the text, in every language: what reading never does.

use parley_speech_text::{ClauseCutter, LONGEST_CLAUSE_CHARS, clauses, language, speakable};
use proptest::prelude::*;

/// Those with a table.
const LANGUAGES: &[&str] = &["en", "de", "es", "fr", "it"];

/// Text as people and models write it, and text as nobody does.
fn texts() -> impl Strategy<Value = String> {
    let pieces = [
        "[0-9]{1,20}",
        "[0-9]{1,3}[.,:/x×-][0-9]{1,4}",
        "[$€£+−-]?[0-9]{1,4}([.,][0-9]{1,3}){0,3}",
        "[ .,;:!?()\"'’–—/-]{1,3}",
        "(January|Mar\\.|May|Mai|1\\.|3\\.|March) ?",
        "(km|kg|%|°C|m²|\"|'|ft|GB|/h|/day|st|th|s|am|p\\.m\\.|EUR|USD|million|bn) ?",
        "(Dr\\.|St\\.|etc\\.|No\\.|Henry|Chapter|War|II|IV|XIV|I|V|MCMXC|AD|BC|a|in|on|the|call|of) ?",
        "[a-zA-Z]{1,8} ?",
        "[½¾²³⁴₂①⑳Ⅷ𝟐Ａ🅰😀\u{200B}\u{A0}\u{202F}~*#^=<>|_`&@§√±≤]",
        "(https://|www\\.|me@)?[a-z0-9_]{1,6}\\.(com|org|co\\.uk)(/[a-z0-9?=]{0,6})?",
        "(<b>|</b>|<br/>|<sub alias='x'>|</sub>|&amp;|&#53;|&frac12;|\\[a\\]\\(b\\)|\n[0-9]\\. |\n- )",
        "(Mon|Tue\\.|May|Sept\\.|Friday)[–-]?(Fri|Sat\\.|June)? ?",
        "(took |at )[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]",
        "<say-as interpret-as='(ordinal|cardinal|digits|characters|date|telephone)'( format='(dmy|my)')?>[0-9a-z/+-]{0,8}</say-as>",
        "(\\[\\^?[0-9]\\]|≈ ?|per kg|one gallon |Mr\\. and Mrs\\. )",
        "(?s).",
    ];
    let any = pieces.iter().map(|piece| proptest::string::string_regex(piece).expect("a pattern").boxed());
    proptest::collection::vec(proptest::strategy::Union::new(any), 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_digit_is_left_and_what_is_spoken_stays_itself(text in texts()) {
        for code in LANGUAGES {
            let spoken = speakable(&text, code);
            prop_assert!(!spoken.contains(|c: char| c.is_ascii_digit()), "{code}: {spoken:?}");
            prop_assert_eq!(&speakable(&spoken, code), &spoken, "{} of {:?}", code, text);
            prop_assert!(spoken.chars().count() <= 40 * text.chars().count() + 40, "{code}: {spoken:?}");
        }
    }

    /// Each number is there as itself: where nothing but blanks and commas is between them, their words are in order.
    #[test]
    fn no_two_numbers_are_joined(numbers in proptest::collection::vec(2_u32..999, 1..6), mark in "(, |; | and | \\| |\u{200B}|😀|\n)") {
        let written: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let numbers_of = |code| parley_speech_text::numbers::of(code).expect("it has numbers");
        // Elsewhere a blank before three digits is a number's own, and a blank is what is left of these two.
        let everywhere = !["\u{200B}", "😀"].contains(&mark.as_str());
        for code in LANGUAGES.iter().filter(|code| everywhere || **code == "en") {
            let spoken = speakable(&written.join(&mark), code);
            let mut rest = spoken.as_str();
            for number in &numbers {
                let words = numbers_of(code).cardinal((*number).into());
                let found = rest.find(&words);
                prop_assert!(found.is_some(), "{words:?} in {rest:?} of {spoken:?}");
                rest = &rest[found.unwrap_or(0) + words.len()..];
            }
            prop_assert!(!rest.contains(char::is_alphabetic), "{rest:?}");
        }
    }

    /// What is written of an answer is all of it, and no clause is too long.
    #[test]
    fn clauses_hold_what_was_written(text in texts()) {
        let mut cutter = ClauseCutter::default();
        let mut pieces = cutter.push(&text);
        pieces.extend(cutter.finish());
        for piece in pieces {
            let parts = clauses(&piece, "en");
            prop_assert!(parts.iter().all(|part| part.spoken.chars().count() <= LONGEST_CLAUSE_CHARS));
            if !parts.is_empty() {
                let without_blanks = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                let written: String = parts.iter().map(|part| part.written.as_str()).collect();
                prop_assert_eq!(without_blanks(&written), without_blanks(&piece));
            }
        }
    }
}

/// What is not linear in its length would take minutes for each of these.
#[test]
fn long_texts_are_read_in_linear_time() {
    let patterns = [
        "9",
        "1,",
        "1.",
        "1/",
        "1-",
        "1 ",
        "$",
        "(1) ",
        "a",
        "ก",
        "\u{7}",
        "I",
        "X.",
        "5 km ",
        "\"",
        "<",
        "&",
        "*1",
        "^2",
        "1:",
        "½",
        "a@",
        "'9",
        "[](",
        "x.com ",
        "<!--",
        "+1 ",
        "[^1]",
        "Mon-",
        "1 a ≈ ",
        "Mr. and ",
        "<say-as interpret-as='date'>1",
    ];
    for pattern in patterns {
        let text = pattern.repeat(100_000 / pattern.len());
        let spoken = speakable(&text, "en");
        assert!(spoken.len() <= text.len() * 40, "{pattern:?}");
        assert!(!spoken.contains(|c: char| c.is_ascii_digit()), "{pattern:?}");
    }
}

#[test]
fn words_that_are_no_language_are_said_whole() {
    let long = "a".repeat(1_300);
    assert_eq!(speakable(&long, "en"), long);
    let thai = "\u{e01}".repeat(3_900);
    assert_eq!(speakable(&thai, "th"), thai);
}

#[test]
fn every_table_is_sound() {
    let _ = language::joined(&[]);
    for code in LANGUAGES {
        let language = language::of(code).expect("it has a table");
        let table = language.table();
        let symbols: Vec<&str> = table.units.iter().flat_map(|unit| unit.written).copied().collect();
        for (index, symbol) in symbols.iter().enumerate() {
            assert!(!symbol.is_empty() && !symbols[..index].contains(symbol), "{code}: {symbol:?} is there twice");
        }
        let currencies: Vec<&str> = table.currencies.iter().flat_map(|currency| currency.written).copied().collect();
        for (index, symbol) in currencies.iter().enumerate() {
            assert!(!symbol.is_empty() && !currencies[..index].contains(symbol), "{code}: {symbol:?} is there twice");
        }
        for short in table.abbreviations {
            let again = speakable(&format!("x {} x", short.words), code);
            assert_eq!(again, format!("x {} x", short.words), "{code}: {short:?} is read again");
        }
    }
}

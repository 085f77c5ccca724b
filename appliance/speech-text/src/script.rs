//! Which language a text is in, where its letters alone tell.

use unicode_script::{Script, UnicodeScript};

/// Scripts, and the language (ISO 639-1) that is mostly written in each. Latin tells nothing.
const SCRIPTS: &[(Script, &str)] = &[
    (Script::Arabic, "ar"),
    (Script::Armenian, "hy"),
    (Script::Bengali, "bn"),
    (Script::Cyrillic, "ru"),
    (Script::Devanagari, "hi"),
    (Script::Ethiopic, "am"),
    (Script::Georgian, "ka"),
    (Script::Greek, "el"),
    (Script::Gujarati, "gu"),
    (Script::Gurmukhi, "pa"),
    (Script::Han, "zh"),
    (Script::Hangul, "ko"),
    (Script::Hebrew, "he"),
    (Script::Hiragana, "ja"),
    (Script::Kannada, "kn"),
    (Script::Katakana, "ja"),
    (Script::Malayalam, "ml"),
    (Script::Myanmar, "my"),
    (Script::Sinhala, "si"),
    (Script::Tamil, "ta"),
    (Script::Telugu, "te"),
    (Script::Thai, "th"),
];

/// The language (ISO 639-1) that a text is most likely in, if more than half of its letters are of a script that is mostly
/// written for one: a voice of another language would spell them out, one by one.
pub fn language_of_letters(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; SCRIPTS.len()];
    let mut letters = 0;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        let script = c.script();
        if let Some(place) = SCRIPTS.iter().position(|(known, _)| *known == script)
            && let Some(count) = counts.get_mut(place)
        {
            *count += 1;
        }
    }
    let of = |language: &str| {
        let counted = SCRIPTS.iter().zip(counts);
        counted.filter(|((_, known), _)| *known == language).map(|(_, count)| count).sum::<usize>()
    };
    // Japanese is written in Han too, and any kana tells.
    let japanese = match of("ja") {
        0 => 0,
        kana => kana + of("zh"),
    };
    let (language, count) = SCRIPTS
        .iter()
        .map(|(_, language)| (*language, if *language == "ja" { japanese } else { of(language) }))
        .max_by_key(|(language, count)| (*count, *language == "ja"))?;
    (2 * count > letters).then_some(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_one_script_tell_the_language() {
        for (text, language) in [
            ("สวัสดีครับวันนี้อากาศดีมาก", "th"),
            ("Привет, как дела?", "ru"),
            ("今日は天気がいいですね", "ja"),
            ("カタカナ", "ja"),
            ("今天天气很好", "zh"),
            ("안녕하세요", "ko"),
            ("नमस्ते, आप कैसे हैं?", "hi"),
            ("שלום", "he"),
            ("Ο Parley μιλάει ελληνικά", "el"),
        ] {
            assert_eq!(language_of_letters(text), Some(language), "{text}");
        }
    }

    #[test]
    fn latin_letters_and_few_others_tell_nothing() {
        for text in ["", "12 + 3", "Schöne Grüße", "The letter π is Greek.", "Sushi (寿司) is eaten with rice."] {
            assert_eq!(language_of_letters(text), None, "{text}");
        }
    }
}

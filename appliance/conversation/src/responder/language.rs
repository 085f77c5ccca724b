//! Names of languages, and the sentence for a language that has no voice.

/// ISO 639-1 codes with the languages' English names: those that Whisper knows and somebody is likely to speak.
const NAMES: &str = "ar Arabic, bg Bulgarian, ca Catalan, cs Czech, cy Welsh, da Danish, de German, el Greek, en English, es \
    Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fr French, gl Galician, he Hebrew, hi Hindi, hr \
    Croatian, hu Hungarian, hy Armenian, id Indonesian, is Icelandic, it Italian, ja Japanese, ka Georgian, kk \
    Kazakh, ko Korean, lb Luxembourgish, lt Lithuanian, lv Latvian, ml Malayalam, nb Norwegian, ne Nepali, nl \
    Dutch, nn Norwegian, no Norwegian, pl Polish, pt Portuguese, ro Romanian, ru Russian, sk Slovak, sl \
    Slovenian, sr Serbian, sv Swedish, sw Swahili, ta Tamil, te Telugu, th Thai, tr Turkish, uk Ukrainian, ur \
    Urdu, vi Vietnamese, zh Chinese";

/// A detection less sure than this is not trusted against the usual language.
pub(super) const SURE_OF_LANGUAGE: f32 = 0.6;

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMES.split(", ").filter_map(|language| language.split_once(' '))
}

/// The English name of a language, or its code where this table has none.
pub(super) fn language_name(code: &str) -> &str {
    names().find(|(known, _)| *known == code).map_or(code, |(_, name)| name)
}

/// What is said, in the preferred voice, to somebody who spoke a language without one.
pub(super) fn no_voice_sentence(spoken: &str, voices: &[String]) -> String {
    let names: Vec<&str> = voices.iter().map(|code| language_name(code)).collect();
    format!("I think you spoke {}, but I only have a voice for {}.", language_name(spoken), names.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique_so_that_a_reader_finds_them() {
        assert!(names().is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(names().count(), NAMES.split(',').count(), "each has a code and a name");
    }

    #[test]
    fn the_sentence_names_both_sides() {
        let sentence = no_voice_sentence("es", &["en".into(), "xx".into()]);
        assert_eq!(sentence, "I think you spoke Spanish, but I only have a voice for English and xx.");
    }
}

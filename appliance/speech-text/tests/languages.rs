//! What is spoken of written German, Spanish, French and Italian, phrase by phrase: `languages/*.tsv`, each line what is
//! written, a tab, and what is said.

use parley_speech_text::speakable;
use proptest::prelude::*;

const LANGUAGES: [(&str, &str); 4] = [
    ("de", include_str!("languages/de.tsv")),
    ("es", include_str!("languages/es.tsv")),
    ("fr", include_str!("languages/fr.tsv")),
    ("it", include_str!("languages/it.tsv")),
];

#[test]
fn every_phrase_is_said_as_a_native_speaker_would() {
    let mut wrong = Vec::new();
    for (language, phrases) in LANGUAGES {
        assert!(phrases.lines().count() > 25, "{language} has too few phrases");
        for (written, spoken) in phrases.lines().map(|line| line.split_once('\t').expect("a tab")) {
            let said = speakable(written, language);
            if said != spoken {
                wrong.push(format!("{language}: {written:?} should be {spoken:?}, and is {said:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_said_is_said_again_as_itself() {
    for (language, phrases) in LANGUAGES {
        for (_, spoken) in phrases.lines().filter_map(|line| line.split_once('\t')) {
            assert_eq!(speakable(spoken, language), spoken, "{language}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_digit_is_left_whatever_is_written(
        pieces in prop::collection::vec(
            prop_oneof![
                "[0-9]{1,5}", "[0-9]{1,3}([.,][0-9]{1,3}){1,2}", "[0-9]{1,2}[:.h/-][0-9]{1,2}", "[IVXLC]{1,4}[.e]?", "[ .,:;/%°€$£()º-]",
                "(am|der|und|de|le|il|las|ore|Uhr|Mai|mayo|mai|maggio|km|Mio\\.|Ludwig|Luis|Louis|Carlo)", "[a-zäéñ]{1,8}",
            ],
            0..12,
        )
    ) {
        for text in [pieces.concat(), pieces.join(" ")] {
            for (language, _) in LANGUAGES {
                let spoken = speakable(&text, language);
                prop_assert!(!spoken.contains(|c: char| c.is_ascii_digit()), "{language}: {text:?} is {spoken:?}");
            }
        }
    }
}

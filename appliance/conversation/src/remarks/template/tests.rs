use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;

fn fits(template: &str, small: &str, text: &str) -> Result<bool, Malformed> {
    let mut vocabulary = Vocabulary::default();
    vocabulary.rule("fine", "fine|all right")?;
    let (template, small) = (vocabulary.template(template)?, vocabulary.template(small)?);
    let said = vocabulary.said(&words_of(text));
    Ok(said.is_some_and(|said| template.ends(BEGINNING, &said, Some(&small)) & said.end != 0))
}

#[test]
fn what_is_optional_may_be_left_out_and_of_others_there_is_one() {
    let template = "(that|it) [all] (is|was) [[so] very|quite] <fine>";
    for text in ["That is fine.", "it all was quite all right", "It is so very fine!", "that was very fine"] {
        assert_eq!(fits(template, "now", text), Ok(true), "{text}");
    }
    for text in ["that fine", "that it is fine", "it is so fine", "that is all", "that is fine fine", "is fine", ""] {
        assert_eq!(fits(template, "now", text), Ok(false), "{text}");
    }
}

#[test]
fn small_words_stand_between_the_words_of_a_phrase() {
    for text in ["speak louder", "speak a bit louder", "speak please now a bit louder"] {
        assert_eq!(fits("speak [much] louder", "please|now|a bit", text), Ok(true), "{text}");
    }
    for text in ["speak a louder", "speak bit louder", "please speak a bit", "speak right now louder"] {
        assert_eq!(fits("speak [much] louder", "please|now|a bit", text), Ok(false), "{text}");
    }
}

#[test]
fn what_is_malformed_is_named() {
    let mut vocabulary = Vocabulary::default();
    let wrong = [
        ("stop (it", Malformed::Bracket),
        ("stop it)", Malformed::Bracket),
        ("stop (it]", Malformed::Bracket),
        ("stop it>", Malformed::Bracket),
        ("stop <it>", Malformed::Rule),
        ("stop <it", Malformed::Rule),
        ("stop ()", Malformed::Empty),
        ("stop (it|)", Malformed::Empty),
        ("|stop", Malformed::Empty),
        ("", Malformed::Empty),
        ("[stop] [it]", Malformed::Silent),
        ("(stop|[it])", Malformed::Silent),
    ];
    for (template, malformed) in wrong {
        assert_eq!(vocabulary.template(template).err(), Some(malformed), "{template}");
    }
    assert!(vocabulary.rule("it", "it|that").is_ok() && vocabulary.template("stop <it>").is_ok());
}

fn seeds_kept() -> ProptestConfig {
    ProptestConfig::with_failure_persistence(FileFailurePersistence::WithSource("seeds"))
}

proptest! {
    #![proptest_config(seeds_kept())]

    #[test]
    fn any_template_is_read_or_refused_and_any_text_compared(
        templates in prop::collection::vec("[ab\\[\\]()<>| ]{0,40}", 1..5),
        words in prop::collection::vec("[ab]", 0..MOST_WORDS),
    ) {
        let mut vocabulary = Vocabulary::default();
        let _ = vocabulary.rule("a", "a|b a");
        let read: Vec<_> = templates.iter().filter_map(|template| vocabulary.template(template).ok()).collect();
        let Some(said) = vocabulary.said(&words) else { return Ok(()) };
        for template in read {
            let ends = template.ends(BEGINNING, &said, Some(&template));
            prop_assert!(ends & BEGINNING == 0, "a template that needs no word was read");
            prop_assert!(ends < said.end << 1, "there is no place behind the last");
        }
    }
}

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::remarks::Remark;

impl Sentences {
    /// All of them, with what each may leave open.
    fn all(&self) -> Vec<(&'static str, [usize; 3])> {
        let Self {
            did_not_hear,
            no_answer,
            cannot_hear,
            cannot_think,
            did_not_work,
            too_many_steps,
            too_long,
            nothing_yet,
            that_was_all,
            other_language,
            language_of_settings,
            not_sure,
            doubts: _,
            bad_settings,
            other_models,
            no_microphone,
            half_duplex,
            echo: EchoSentences { no_sound, microphone, not_heard, loopback, clips, late, clocks, stays },
            lesson_begins,
            lesson_learnt,
            lesson_stopped,
            lesson_unheard,
            lesson_silent,
            lesson_length,
            lesson_different,
            lesson_not_here,
            word_forgotten,
            word_unknown,
        } = *self;
        let whole = [
            did_not_hear,
            no_answer,
            cannot_hear,
            cannot_think,
            did_not_work,
            too_many_steps,
            too_long,
            nothing_yet,
            that_was_all,
            not_sure,
            bad_settings,
            other_models,
            no_microphone,
            half_duplex,
            no_sound,
            microphone,
            not_heard,
            loopback,
            clips,
            late,
            clocks,
            stays,
            lesson_begins,
            lesson_stopped,
            lesson_unheard,
            lesson_silent,
            lesson_length,
            lesson_different,
            lesson_not_here,
            word_unknown,
        ];
        let [whole, languages, named] =
            [whole.to_vec(), vec![other_language, language_of_settings], vec![lesson_learnt, word_forgotten]];
        let open = |sentences: Vec<&'static str>, places| sentences.into_iter().map(move |sentence| (sentence, places));
        open(whole, [0, 0, 0]).chain(open(languages, [1, 1, 0])).chain(open(named, [0, 0, 1])).collect()
    }
}

#[test]
fn every_table_is_whole_and_no_two_say_the_same() {
    let mut seen = BTreeSet::new();
    for language in LANGUAGES {
        let code = language.code;
        assert!(code.len() == 2 && seen.insert(code), "{code}");
        assert!(language.persona.contains("Parley") && seen.insert(language.persona), "{code}");
        for (sentence, open) in language.sentences.all() {
            assert!(sentence.ends_with('.') && seen.insert(sentence), "{code}: {sentence}");
            let places = ["{spoken}", "{known}", "{name}"];
            assert_eq!(places.map(|place| sentence.matches(place).count()), open, "{sentence}");
        }
        let leading: BTreeSet<&str> = language.leading.split_whitespace().collect();
        assert_eq!(leading.len(), language.leading.split(' ').count(), "{code}: a word is there twice, or empty");
        for word in leading {
            assert!(language.leads(word) && word.to_lowercase() == word, "{code}: {word}");
            let remark = Remark::of(word);
            assert!(matches!(remark, None | Some(Remark::Acknowledged)), "{code}: {word} is all that somebody may say");
        }
        let frequent: BTreeSet<&str> = language.frequent.split(' ').chain(language.leading.split(' ')).collect();
        let words = language.frequent.split(' ').count() + language.leading.split(' ').count();
        assert_eq!(frequent.len(), words, "{code}: a frequent word is there twice, or leads");
        assert!(frequent.iter().all(|word| word.to_lowercase() == **word && !word.is_empty()), "{code}");
        let names: Vec<String> = language.remarks.rules.iter().map(|(name, _)| format!("<{name}>")).collect();
        let templates = format!("{:?}", language.remarks);
        let unused: Vec<_> = names.iter().filter(|name| !templates.contains(*name)).collect();
        assert!(unused.is_empty() && names.iter().collect::<BTreeSet<_>>().len() == names.len(), "{code}: {unused:?}");
    }
}

#[test]
fn each_language_names_all_that_have_a_table_and_is_sorted_for_its_reader() {
    for language in LANGUAGES {
        assert!(language.names().is_sorted_by(|a, b| a.0 < b.0), "{}", language.code);
        assert_eq!(language.names().count(), language.names.split(',').count(), "each has a code and a name");
        for other in LANGUAGES {
            assert_ne!(language.name(other.code), language.another, "{} in {}", other.code, language.code);
        }
    }
}

#[test]
fn a_sentence_about_languages_names_them_in_its_own() {
    let said = |code: &str, spoken: &str, known: &[&str]| Language::or_english(code).other_language(spoken, known);
    assert_eq!(said("en", "es", &["en"]), "I think you spoke Spanish, but I only speak English.");
    assert_eq!(
        said("de", "it", &["de", "en", "fr"]),
        "Das war wohl Italienisch, aber ich spreche nur Deutsch, Englisch und Französisch."
    );
    assert_eq!(
        said("fr", "xx", &["fr"]),
        "Je crois que vous avez parlé une autre langue, mais je ne parle que français."
    );
    assert_eq!(said("nl", "es", &["en", "de"]), "I think you spoke Spanish, but I only speak English and German.");
}

/// What is said stands in the tables, and nowhere else among what makes up a conversation.
#[test]
fn no_sentence_that_is_said_is_outside_of_the_tables() {
    let appliance = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut looked = 0;
    for folder in ["conversation/src", "daemon/src", "cli/src"] {
        let mut folders = vec![appliance.join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    folders.extend(Some(path).filter(|_| name != "languages" && name != "tests"));
                } else if name.ends_with(".rs") && name != "tests.rs" {
                    looked += 1;
                    let text = fs::read_to_string(&path).unwrap();
                    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                        let speaks = ["\"I ", "\"I'", "\"My ", "\"Sorry", "\"That is ", "\"The models that my"];
                        let found = speaks.into_iter().find(|beginning| line.contains(beginning));
                        assert_eq!(found, None, "{}: {line}", path.display());
                    }
                }
            }
        }
    }
    assert!(looked > 100, "{looked} files");
}

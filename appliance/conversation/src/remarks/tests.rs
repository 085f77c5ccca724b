use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;
use crate::languages::LANGUAGES;

mod examples;
mod judged;
mod phrases;

use self::phrases::{longest, phrases, samples};

#[track_caller]
fn check(remark: Option<Remark>, texts: &[&str]) {
    let wrong: Vec<_> = texts.iter().map(|text| (text, Remark::of(text))).filter(|(_, said)| *said != remark).collect();
    assert!(wrong.is_empty(), "not {remark:?}: {wrong:#?}");
}

#[test]
fn remarks_are_told_by_their_meaning() {
    check(
        Some(Remark::Stop),
        &["Stop.", "STOP!", "okay stop", "No, stop it, please.", "Parley, be quiet.", "Shut up!"],
    );
    check(
        Some(Remark::Stop),
        &["Never mind.", "Nevermind", "Can you stop?", "Oh, forget it.", "That’s enough, thanks."],
    );
    check(
        Some(Remark::Stop),
        &["Hör auf!", "Arrête-toi, s'il te plaît.", "¡Para ya, por favor!", "Basta così.", "Wait, wait."],
    );
    check(
        Some(Remark::Repeat),
        &["Repeat.", "Could you say that again, please?", "Pardon?", "Wie bitte?", "¿Qué has dicho?"],
    );
    check(
        Some(Remark::Repeat),
        &["Répétez.", "Repetez", "Puoi ripetere, per favore?", "What did you say?", "Once more!"],
    );
    check(Some(Remark::Louder), &["Louder.", "A little bit louder, please.", "Speak up!", "Lauter bitte", "Más alto."]);
    check(
        Some(Remark::Quieter),
        &["Turn the volume down.", "Not so loud!", "Etwas leiser.", "Moins fort.", "Più piano."],
    );
    check(
        Some(Remark::GoOn),
        &["Go on.", "Yes, go ahead.", "Please continue.", "Weiter.", "Sigue.", "Vas-y.", "Vai avanti!"],
    );
}

#[test]
fn listeners_are_told_from_speakers() {
    let known =
        ["Mhm.", "right", "Uh-huh.", "Okay, okay.", "I see.", "Yeah, right!", "Got it.", "Mm-hmm.", "All right."];
    check(Some(Remark::Acknowledged), &known);
    let meant =
        ["Alright.", "That makes sense.", "Oh, I see what you mean!", "Yes, of course.", "Thank you.", "Ah, d'accord."];
    check(Some(Remark::Acknowledged), &meant);
    check(None, &["", "...", "No.", "it", "right now please", "what", "Is it right?", "Thank you for watching."]);
}

#[test]
fn a_question_that_only_contains_such_words_is_a_question() {
    let questions = [
        "What is a stop sign?",
        "Can you go on a train to Paris?",
        "Stop the music in the kitchen",
        "Where is the bus stop?",
        "Is it louder than a train?",
        "How do you say never mind in German?",
        "Please repeat after me: one two three",
        "Why did they go on strike?",
        "Who sings Don't Stop Me Now?",
        "What is the right way to hold on to a rope?",
        "Continue the list with two more animals.",
        "Can you tell me what enough means?",
        "Was heißt stopp auf Englisch?",
        "Para qué sirve esto?",
        "No",
    ];
    check(None, &questions);
}

#[test]
fn what_is_one_acknowledgement_is_not_taken_apart() {
    check(Some(Remark::Acknowledged), &["Fair enough.", "That's good enough.", "Well, sure enough!"]);
    check(Some(Remark::Stop), &["Fair point, but that's enough.", "Okay, enough."]);
    check(Some(Remark::Repeat), &["Good, can you say that again?"]);
}

#[test]
fn what_is_taken_back_in_the_same_breath_is_not_asked() {
    check(
        Some(Remark::Stop),
        &["Tell me a joke. No, never mind.", "What time is it? Forget it!", "Wie spät ist es? Ach, egal."],
    );
    check(
        None,
        &["Tell me a joke. Stop.", "Never mind. What time is it?", "Tell me, never mind the cost. Is it good?"],
    );
}

#[test]
fn all_templates_are_well_formed_and_none_is_too_long() {
    for language in LANGUAGES {
        let (table, code) = (&language.remarks, language.code);
        let mut vocabulary = Vocabulary::default();
        let mut wrong = Vec::new();
        for (name, template) in table.rules {
            wrong.extend(vocabulary.rule(name, template).err().map(|why| (*name, *template, Some(why))));
        }
        let around = [
            ("forget_word", table.forget_word),
            ("polite", table.polite),
            ("small", table.small),
            ("asking", table.asking),
        ];
        for (kind, field) in phrases::fields(table).map(|(kind, field, _)| (kind, field)).into_iter().chain(around) {
            for template in field.split(',') {
                let read = vocabulary.template(template);
                if !read.as_ref().is_ok_and(|read| longest(read) + 4 <= MOST_WORDS) {
                    wrong.push((kind, template, read.err()));
                }
            }
        }
        assert!(wrong.is_empty(), "{code}: {wrong:#?}");
    }
}

#[test]
fn no_phrase_means_two_things_in_its_language() {
    for (language, table) in LANGUAGES.into_iter().zip(COMPARED.iter()) {
        let (mut vocabulary, fields) = (table.vocabulary.clone(), phrases::fields(&language.remarks));
        let read = fields.map(|(kind, field, _)| (kind, vocabulary.phrases(field)));
        let mut wrong = BTreeSet::new();
        for (kind, template) in &read {
            for phrase in samples(template, &vocabulary, 4_000) {
                let said = vocabulary.said(&phrase).unwrap();
                let means = read.iter().filter(|(_, other)| other.ends(BEGINNING, &said, None) & said.end != 0);
                let means: Vec<_> = means.map(|(kind, _)| *kind).collect();
                wrong.extend(Some((phrase.join(" "), means.clone())).filter(|_| means != [*kind]));
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:#?}", language.code);
    }
}

#[test]
fn words_behind_a_beginning_are_found_however_they_are_written() {
    let behind = |text, beginning| words_behind(text, beginning).map(|words| words.join(" "));
    assert_eq!(behind("What is the weather? Never mind.", "what is the weather").as_deref(), Some("never mind"));
    assert_eq!(behind("What is the weather", "What is the time"), None);
}

fn seeds_kept() -> ProptestConfig {
    let failure_persistence = FileFailurePersistence::WithSource("seeds");
    ProptestConfig { cases: 1_000, ..ProptestConfig::with_failure_persistence(failure_persistence) }
}

proptest! {
    #![proptest_config(seeds_kept())]

    #[test]
    fn a_word_of_a_table_is_known_in_any_case_with_marks_and_courtesy_around(
        (number, phrase, remark) in phrases(),
        upper in prop::collection::vec(any::<bool>(), 40),
        (before, after) in ("[ \"¡¿(]{0,3}", "[ .!?,\")…-]{0,4}"),
        (courteous_before, courteous_after, name) in (any::<bool>(), any::<bool>(), any::<bool>()),
    ) {
        let cased: String = phrase
            .chars()
            .zip(upper.into_iter().cycle())
            .flat_map(|(c, upper)| if upper { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] })
            .collect();
        let please = ["please", "bitte", "por favor", "s’il te plaît", "per favore"][number];
        let mut text = format!("{before}{cased}{after}");
        if courteous_before {
            text = format!("{please}, {text}");
        }
        if name {
            text = format!("Parley! {text}");
        }
        if courteous_after {
            text = format!("{text} {please}.");
        }
        // A word may mean one thing here and another elsewhere: then the stronger holds.
        let said = Remark::of(&text);
        let rank = |wanted| ALL.iter().position(|remark| *remark == wanted);
        prop_assert!(said.is_some_and(|said| rank(said) <= rank(remark)), "{text:?} is {said:?}, not {remark:?}");
    }

    #[test]
    fn any_text_is_read_and_one_with_a_foreign_word_is_no_remark(
        text in "(?s).{0,200}",
        (_, phrase, _) in phrases(),
        word in "(qu|z)[bcdfgk]{3,6}",
        first in any::<bool>(),
    ) {
        let _ = Remark::of(&text);
        let question = if first { format!("{word} {phrase}") } else { format!("{phrase} {word}") };
        prop_assert_eq!(Remark::of(&question), None, "{}", question);
    }
}

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;
use crate::languages::{LANGUAGES, Language};

#[track_caller]
fn check(remark: Option<Remark>, texts: &[&str]) {
    for text in texts {
        assert_eq!(Remark::of(text), remark, "{text:?}");
    }
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
fn no_phrase_means_two_things_in_its_language() {
    for language in LANGUAGES {
        let of = &language.remarks;
        let lists = [of.stop, of.patience, of.retract, of.go_on, of.repeat, of.louder, of.quieter, of.acknowledge];
        let mut known: Vec<Vec<String>> = lists.into_iter().flat_map(|list| list.split(", ").map(words_of)).collect();
        assert!(known.iter().all(|words| !words.is_empty() && words.len() + 4 <= MOST_WORDS), "{}", language.code);
        known.sort();
        let twice: Vec<_> = known.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{}: {twice:?}", language.code);
    }
}

#[test]
fn words_behind_a_beginning_are_found_however_they_are_written() {
    let behind = |text, beginning| words_behind(text, beginning).map(|words| words.join(" "));
    assert_eq!(behind("What is the weather? Never mind.", "what is the weather").as_deref(), Some("never mind"));
    assert_eq!(behind("What is the weather", "What is the time"), None);
}

/// Every phrase with what it means, of every language.
fn phrases() -> impl Strategy<Value = (usize, &'static str, Remark)> {
    let of = |(number, language): (usize, &'static Language)| {
        let table = &language.remarks;
        let lists = [
            (table.stop, Remark::Stop),
            (table.patience, Remark::Stop),
            (table.retract, Remark::Stop),
            (table.repeat, Remark::Repeat),
            (table.louder, Remark::Louder),
            (table.quieter, Remark::Quieter),
            (table.go_on, Remark::GoOn),
            (table.acknowledge, Remark::Acknowledged),
        ];
        lists.into_iter().flat_map(move |(list, remark)| list.split(", ").map(move |phrase| (number, phrase, remark)))
    };
    prop::sample::select(LANGUAGES.into_iter().enumerate().flat_map(of).collect::<Vec<_>>())
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
        let please = LANGUAGES[number].remarks.polite.split(", ").next().unwrap_or_default();
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

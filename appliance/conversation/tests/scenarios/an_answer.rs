//! What an answer is made of, and what is remembered of it.

use parley_conversation::{Action, Author, Event, GenerationEnd, Outcome, Request, Route, Router};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history, room_while_speaking};

#[test]
fn is_heard_to_its_end_and_remembered() {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.spoken(), ["It is ten past three.", "Anything else?"]);
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    assert_eq!(room.count("end-speech"), 1);
}

#[test]
fn is_being_made_before_the_end_is_confirmed() {
    let mut room = Room::new();
    room.finished = 0.1;
    room.silence(500).says(QUESTION, 1000);
    room.until("generate");
    let speculated = room.until("release");
    assert!(speculated >= ms(500), "{speculated:?}");
    assert_eq!(room.spoken().first(), Some(&"It is ten past three."));
}

#[test]
fn is_remembered_by_what_was_heard_though_it_was_synthesised_before_its_release() {
    let mut room = Room::new();
    room.finished = 0.1;
    room.language_model = Works::After(ms(20));
    room.text_to_speech = Works::After(ms(20));
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    room.silence(1_500).key();
    check_history(&room, &[(QUESTION, "It is ten past three.")]);
}

#[test]
fn is_remembered_even_if_an_old_report_comes_late() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    room.key().silence(20);
    let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
    room.tell(Event::Heard { turn, heard: ms(40) });
    check_history(&room, &[(QUESTION, "Once upon a time there")]);
}

#[test]
fn that_is_cut_off_ends_with_a_whole_sentence() {
    let first = "The king had a dog.";
    for (answer, spoken) in [
        ("The king had a dog. It was called Re", vec![first]),
        ("The king had a dog. It was old.", vec![first, "It was old."]),
        ("The king had a dog. It cost 3.", vec![first]),
        ("The king had a dog and a very long na", vec!["The king had a dog and a very long"]),
        ("Antidisestab", vec!["Antidisestab"]),
        ("- A dog\n- A cat\n- A cana", vec!["A dog", "A cat"]),
    ] {
        let mut room = Room::new();
        (room.answer, room.generation_end) = (answer.into(), GenerationEnd::Length);
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken(), spoken, "{answer}");
        let written = if answer.starts_with('-') { "- A dog - A cat" } else { &spoken.join(" ") };
        check_history(&room, &[(QUESTION, written)]);
    }
}

/// The voice is given words; what is shown and remembered is what was written.
#[test]
fn is_remembered_as_it_was_written() {
    let answer = "It costs $5, is **2*3** m long and ends at 8:00.";
    let mut room = Room::new();
    room.answer = answer.into();
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(
        room.spoken().join(" "),
        "It costs five dollars, is two times three meters long and ends at eight o'clock."
    );
    check_history(&room, &[(QUESTION, answer)]);
}

#[test]
fn that_repeats_itself_is_cut_before_it_is_said_again() {
    for (answer, spoken) in [
        ("He had a dog. He had a dog. He had a dog. He ha", vec!["He had a dog."]),
        ("A dog. A cat. A dog. A cat. A dog. A cat.", vec!["A dog.", "A cat."]),
        ("It was very very very very ver", vec!["It was very"]),
        ("one two one two one two one tw", vec!["one two one"]),
    ] {
        let mut room = Room::new();
        (room.answer, room.generation_end) = (answer.into(), GenerationEnd::Repetition);
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken(), spoken, "{answer}");
    }
}

#[test]
fn with_a_refrain_is_said_as_it_is() {
    for answer in ["Row your boat. Row your boat. Down the stream. Row your boat.", "No. No. No."] {
        let mut room = Room::new();
        room.answer = answer.into();
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken().join(" "), answer);
    }
}

#[test]
fn that_is_empty_is_owned_up_to() {
    for answer in ["", "   ", "😀 ***"] {
        let mut room = Room::new();
        room.answer = answer.into();
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken(), ["Sorry, I have no answer to that."]);
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }
}

#[test]
fn comes_from_the_router_where_nobody_needs_to_think() {
    struct Light;
    impl Router for Light {
        fn route(&self, request: &Request<'_>) -> Route {
            assert_eq!(request.answer_language, "en");
            Route::Say("Turning on the light.".into())
        }
    }
    for spoken in [true, false] {
        let mut room = Room::routed(|settings| settings.spoken = spoken, Box::new(Light), true);
        room.silence(500).says("turn on the light", 1000).quiet();
        room.types("turn on the light").quiet();
        assert_eq!(room.count("generate"), 0);
        let exchange = ("turn on the light", "Turning on the light.");
        check_history(&room, &[exchange, exchange]);
    }
}

#[test]
fn that_is_declined_is_said_and_not_shown_to_the_model_as_its_own_words() {
    struct Unknown;
    impl Router for Unknown {
        fn route(&self, request: &Request<'_>) -> Route {
            let knows = request.transcript.text.contains("capital");
            if knows { Route::Model } else { Route::Decline("I do not know that.".into()) }
        }
    }
    let mut room = Room::routed(|settings| settings.spoken = true, Box::new(Unknown), true);
    room.silence(500).says("where are my keys", 1000).quiet();
    assert_eq!((room.count("generate"), room.spoken()), (0, vec!["I do not know that."]));
    room.says("what is the capital of Italy", 1000).quiet();
    let shown = |(_, action): &(_, Action)| matches!(action, Action::Generate { messages, .. } if messages.iter().any(|message| message.text.contains("do not know")));
    assert_eq!(room.count("generate"), 1);
    assert!(!room.done.iter().any(shown));
}

#[test]
fn to_an_unknown_language_names_the_voices() {
    let mut room = Room::new();
    room.language = "es".into();
    room.silence(500).says("¿Qué hora es?", 1000).quiet();
    assert_eq!(room.spoken(), ["I think you spoke Spanish,", "but I only speak English."]);
    assert_eq!(room.count("generate"), 0);
}

#[test]
fn is_made_with_what_the_engines_that_run_can_do() {
    let mut room = Room::new();
    room.language = "es".into();
    room.conversation.set_abilities(vec!["en".into(), "es".into()], 60);
    room.conversation.set_abilities(Vec::new(), 60);
    room.silence(500).says("¿Qué hora es?", 1000).quiet();
    let answers_in_spanish = |(_, action): &(_, Action)| matches!(action, Action::Generate { .. });
    assert!(room.done.iter().any(answers_in_spanish), "there is a Spanish voice now");
}

#[test]
fn takes_the_last_five_turns_into_account() {
    let mut room = Room::new();
    room.answer = "Yes.".into();
    for number in 1..=7 {
        room.silence(500).says(&format!("question number {number}"), 1000).quiet();
    }
    assert_eq!(room.history().len(), 5);
    let mut prompts = room
        .done
        .iter()
        .filter_map(|(_, action)| if let Action::Generate { messages, .. } = action { Some(messages) } else { None });
    let last = prompts.next_back().expect("seven questions were asked");
    let questions: Vec<&str> =
        last.iter().filter(|message| message.author == Author::Person).map(|message| message.text.as_str()).collect();
    let expected: Vec<String> = (2..=7).map(|number| format!("question number {number}")).collect();
    assert_eq!(questions, expected);
}

/// What is said, and in which language.
fn said(room: &Room) -> Vec<(String, String)> {
    let of = |action: &Action| {
        let Action::Speak { language, text, .. } = action else { return None };
        Some((language.clone(), text.clone()))
    };
    room.done.iter().filter_map(|(_, action)| of(action)).collect()
}

#[test]
fn speaks_the_language_of_the_turn_whatever_it_says_by_itself() {
    let mut room = Room::with(|settings| settings.voices = vec!["en".into(), "es".into()]);
    room.language = "es".into();
    room.silence(500).says("Repite.", 1000).quiet();
    let spanish = |text: &str| ("es".to_owned(), text.to_owned());
    assert_eq!(said(&room), [spanish("Todavía no he dicho nada.")]);
    room.language_model = Works::Fails;
    room.says("¿Qué hora es?", 1000).quiet();
    assert_eq!(said(&room)[1..], [spanish("Lo siento, no tengo respuesta para eso.")]);
    room.speech_to_text = Works::Fails;
    room.says("¿Qué hora es?", 1000).quiet();
    let (language, text) = &said(&room)[2];
    assert!(language == "es" && text.starts_with("Perdona,"), "nobody knows what was said: as before");
    (room.speech_to_text, room.language) = (Works::After(ms(100)), "fr".into());
    room.says("Quelle heure est-il ?", 1000).quiet();
    assert!(
        said(&room).last().is_some_and(|(language, text)| language == "en" && text.ends_with("English and Spanish."))
    );
}

struct Facts;

impl Router for Facts {
    fn route(&self, request: &Request<'_>) -> Route {
        if request.transcript.text == QUESTION { Route::Fact } else { Route::Model }
    }
}

#[test]
fn that_may_be_wrong_says_so_once() {
    const DOUBT: &str = "But I am not sure of that.";
    for (question, certainty, answer, doubted) in [
        (QUESTION, Some(0.1), "It is in Ghana.", true),
        (QUESTION, Some(0.3), "It is in Ghana.", false),
        (QUESTION, None, "It is in Ghana.", false),
        (QUESTION, Some(0.1), "I am not sure, but it may be in Ghana.", false),
        (QUESTION, Some(0.1), "I don't know.", false),
        ("tell me a story", Some(0.1), "There was a king.", false),
    ] {
        let mut room = Room::routed(|settings| settings.unsure_below = 0.2, Box::new(Facts), true);
        (room.answer, room.certainty) = (answer.into(), certainty);
        room.silence(500).says(question, 1000).quiet();
        let said = room.spoken().join(" ");
        assert_eq!(said, if doubted { format!("{answer} {DOUBT}") } else { answer.to_owned() }, "{certainty:?}");
    }
    let mut room = Room::routed(|settings| settings.unsure_below = 0.2, Box::new(Facts), true);
    (room.answer, room.certainty) = (String::new(), Some(0.1));
    room.silence(500).says(QUESTION, 1000).quiet();
    assert!(!room.spoken().join(" ").contains(DOUBT), "there is nothing to doubt");
}

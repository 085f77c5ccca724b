//! Questions from a keyboard.

use parley_conversation::{Action, Notice, Outcome};

use crate::common::Room;
use crate::{QUESTION, check_history, room_while_speaking};

#[test]
fn are_answered_like_spoken_ones() {
    let mut room = Room::new();
    room.types(QUESTION).quiet();
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    room.types(" ").quiet();
    assert_eq!(room.count("release"), 1, "no words, no turn");
}

#[test]
fn that_no_model_could_hold_are_refused_and_forgotten() {
    let mut room = Room::new();
    room.types(&"long ".repeat(900)).quiet();
    assert_eq!((room.count("generate"), room.count("release")), (0, 1));
    check_history(&room, &[]);
}

#[test]
fn replace_an_answer() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.types("And the day?").quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
}

#[test]
fn are_not_interrupted_by_whoever_was_speaking() {
    let mut room = Room::new();
    room.silence(500).says("and then I said to her", 2000).types(QUESTION);
    room.says("that I would not do it", 2000).quiet();
    assert_eq!(room.count("pause"), 0);
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
}

#[test]
fn throw_away_a_draft() {
    let mut room = Room::new();
    room.finished = 0.1;
    room.silence(500).says("What day is it?", 1000).silence(400).types(QUESTION).quiet();
    assert_eq!(room.count("generate"), 2);
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
}

#[test]
fn are_answered_in_the_language_that_they_are_in() {
    for (text, language) in [
        ("¿Qué hora es?", "es"),
        ("Wie spät ist es?", "de"),
        ("Berlin?", "fr"),
        (&"Das ist die Frage, und ".repeat(200), "de"),
    ] {
        let mut room = Room::with(|settings| settings.voices = ["fr", "de", "es"].map(String::from).to_vec());
        room.types(text).quiet();
        let spoken: Vec<&str> = room
            .done
            .iter()
            .filter_map(|(_, action)| {
                if let Action::Speak { language, .. } | Action::Tell(Notice::Understood { language, .. }) = action {
                    Some(language.as_str())
                } else {
                    None
                }
            })
            .collect();
        assert!(!spoken.is_empty() && spoken.iter().all(|one| *one == language), "{text}: {spoken:?}");
    }
}

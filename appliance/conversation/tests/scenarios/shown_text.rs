//! Answers that are shown and not spoken.

use parley_conversation::{Outcome, Phase};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history};

fn room() -> Room {
    Room::with(|settings| settings.spoken = false)
}

#[test]
fn counts_as_heard_and_ends_the_turn() {
    let mut room = room();
    room.types(QUESTION).quiet();
    assert_eq!((room.count("speak-0"), room.count("end-speech")), (0, 0));
    room.silence(500).says("And the day?", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed, Outcome::Completed]);
    let answer = "It is ten past three. Anything else?";
    check_history(&room, &[(QUESTION, answer), ("And the day?", answer)]);
}

#[test]
fn that_was_drafted_to_its_end_ends_the_turn_at_its_release() {
    let mut room = room();
    (room.finished, room.language_model) = (0.1, Works::After(ms(20)));
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    assert_eq!(room.phase(), Phase::Quiet);
}

#[test]
fn is_remembered_as_far_as_it_was_shown() {
    let mut room = room();
    room.answer = "It is ten past three. ".to_owned() + &"And so on. ".repeat(50);
    room.types(QUESTION).silence(400).key().quiet();
    let history = room.history();
    assert!(history[0].1.starts_with("It is ten past three."), "{history:?}");
    assert!(history[0].1.len() < 100);
}

#[test]
fn is_not_paused_but_gives_way() {
    let mut room = room();
    room.answer = "Sentence of some length. ".repeat(50);
    room.types(QUESTION).silence(500).says("stop and tell me the day", 1000);
    room.silence(300);
    assert_eq!((room.count("pause"), room.count("resume")), (0, 0));
    assert_eq!(room.outcomes(), [Outcome::Interrupted]);
}

#[test]
fn that_was_drafted_counts_as_shown_with_the_release_and_what_is_said_then_is_a_new_question() {
    // The second draft has no clause yet when it is released: nothing is shown, and the question goes on.
    for (thinks, questions) in [(20, vec![QUESTION, "And the day?"]), (3_000, vec!["What time is it? And the day?"])] {
        let mut room = room();
        room.answer = "Sentence of some length. ".repeat(200);
        (room.finished, room.language_model) = (0.1, Works::After(ms(thinks)));
        room.silence(500).says(QUESTION, 1000);
        room.until("release");
        room.says("And the day?", 1000).quiet();
        let history = room.history();
        assert_eq!(history.iter().map(|(question, _)| question.as_str()).collect::<Vec<_>>(), questions);
    }
}

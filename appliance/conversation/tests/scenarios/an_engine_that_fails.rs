//! Engines that fail once, and engines that fail for good.

use parley_conversation::{Event, Outcome, Stage};

use crate::common::{Room, Works};
use crate::{QUESTION, check_history, room_while_speaking};

#[test]
fn to_hear_is_owned_up_to() {
    let mut room = Room::new();
    room.speech_to_text = Works::Fails;
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.spoken().join(" "), "Sorry, I could not hear that. Please say it again.");
    check_history(&room, &[]);
}

#[test]
fn to_hear_all_of_a_question_is_owned_up_to_and_the_rest_is_not_answered() {
    let mut room = Room::new();
    room.incomplete = true;
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.spoken().join(" "), "Sorry, I could not hear that. Please say it again.");
    check_history(&room, &[]);
    room.incomplete = false;
    room.says(QUESTION, 1000).quiet();
    assert_eq!(room.outcomes().last(), Some(&Outcome::Completed));
}

#[test]
fn to_hear_all_of_a_part_that_is_settled_is_owned_up_to_at_the_end() {
    // Cut for its length, and settled at a pause.
    for (first, pause) in [(30_000, 0), (6_000, 500)] {
        let mut room = Room::new();
        (room.incomplete, room.finished) = (true, 0.0);
        let words: Vec<String> = (1..=60).map(|number| format!("word{number}")).collect();
        room.silence(500).says(&words.join(" "), first).silence(pause);
        (room.incomplete, room.finished) = (false, 0.9);
        room.says("and the rest of it?", 6_000).quiet();
        // Drafts, of which nothing is played, may have been begun.
        let spoken = room.spoken().join(" ");
        assert!(spoken.ends_with("Sorry, I could not hear that. Please say it again."), "{first} ms: {spoken}");
        check_history(&room, &[]);
        // It is over with that question.
        room.says(QUESTION, 1000).quiet();
        assert_eq!(room.outcomes().last(), Some(&Outcome::Completed));
    }
}

#[test]
fn to_hear_all_of_a_remark_has_heard_enough() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.incomplete = true;
    room.says("Stop stop stop.", 1000).quiet();
    assert!(!room.spoken().join(" ").contains("Sorry"), "{:?}", room.spoken());
}

#[test]
fn to_hear_resumes_the_answer_that_was_spoken_over() {
    // The second goes on when the first look for words fails.
    for (noise, resumed) in [(400, 0), (1_400, 1)] {
        let mut room = room_while_speaking(|_| {}, 500);
        room.speech_to_text = Works::Fails;
        room.noise(noise);
        assert_eq!(room.count("resume"), resumed, "{noise} ms");
        room.quiet();
        assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }
}

#[test]
fn to_think_is_owned_up_to() {
    let mut room = Room::new();
    room.language_model = Works::Fails;
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.spoken(), ["Sorry, I have no answer to that."]);
    assert_eq!((room.count("end-speech"), room.outcomes()), (1, vec![Outcome::Completed]));
}

#[test]
fn to_think_in_the_middle_says_what_there_is() {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1000);
    room.until("speak-0");
    let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
    room.tell(Event::Failed { turn, stage: Stage::LanguageModel });
    room.quiet();
    assert_eq!(room.spoken(), ["It is ten past three."]);
    assert_eq!((room.count("end-speech"), room.outcomes()), (1, vec![Outcome::Completed]));
}

#[test]
fn to_speak_ends_the_turn_and_history_holds_nothing() {
    for finished in [0.9, 0.3] {
        let mut room = Room::new();
        (room.finished, room.text_to_speech) = (finished, Works::Fails);
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted]);
        check_history(&room, &[(QUESTION, "")]);
    }
}

#[test]
fn to_judge_costs_a_moment() {
    let mut room = Room::new();
    room.end_of_turn = Works::Fails;
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
}

#[test]
fn for_good_is_announced_once_and_only_in_a_quiet_moment() {
    let mut room = room_while_speaking(|_| {}, 500);
    let before = room.spoken().len();
    room.degraded(Stage::LanguageModel, true).degraded(Stage::LanguageModel, true);
    room.silence(500);
    assert_eq!(room.count("release"), 1, "not while an answer is heard");
    room.quiet();
    assert_eq!(room.count("(degraded)"), 1);
    assert_eq!(
        room.spoken()[before..].join(" "),
        "I cannot think of answers at the moment. I am trying to get it working again."
    );
    assert_eq!(room.history().len(), 1, "announcements do not enter history");
    room.degraded(Stage::LanguageModel, false).silence(1_000);
    assert_eq!((room.count("(degraded)"), room.count("release")), (2, 2));
}

#[test]
fn for_good_is_not_announced_once_it_works_again() {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1000);
    room.degraded(Stage::SpeechToText, true).degraded(Stage::SpeechToText, false).quiet();
    assert_eq!(room.count("release"), 1);
}

#[test]
fn for_good_is_not_announced_while_somebody_begins_to_speak() {
    let mut room = Room::new();
    room.silence(500).says("What", 40).degraded(Stage::LanguageModel, true);
    room.says("time is it?", 1000).quiet();
    assert_eq!(room.history()[0].0, QUESTION);
}

#[test]
fn for_good_does_not_ask_to_say_it_again() {
    let mut room = Room::new();
    room.speech_to_text = Works::Fails;
    room.silence(500).says(QUESTION, 1000).degraded(Stage::SpeechToText, true).quiet();
    let spoken = "I cannot understand speech at the moment. I am trying to get it working again.";
    assert_eq!(room.spoken().join(" "), spoken);
}

#[test]
fn for_good_is_said_instead_of_an_answer_and_not_again() {
    let mut room = Room::new();
    room.language_model = Works::Fails;
    room.silence(500).says(QUESTION, 1000);
    room.until("generate");
    room.degraded(Stage::LanguageModel, true).quiet();
    let spoken = "I cannot think of answers at the moment. I am trying to get it working again.";
    assert_eq!(room.spoken().join(" "), spoken);
}

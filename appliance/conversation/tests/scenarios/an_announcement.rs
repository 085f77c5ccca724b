//! What Parley has to say unasked.

use parley_conversation::{BargeIn, Outcome, Phase, Stage};

use crate::common::Room;
use crate::{QUESTION, check_history, room_while_speaking};

const GREETING: &str = "Hello. I am Parley.";

#[test]
fn is_said_in_a_quiet_moment_and_is_no_part_of_history() {
    let mut room = Room::new();
    room.silence(500).announce(GREETING).quiet();
    assert_eq!((room.spoken().join(" "), room.outcomes()), (GREETING.to_owned(), vec![Outcome::Completed]));
    assert_eq!((room.count("generate"), room.count("end-speech")), (0, 1));
    check_history(&room, &[]);
}

#[test]
fn waits_for_the_end_of_an_answer_and_for_whoever_speaks() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.announce(GREETING).silence(200);
    assert_eq!(room.count("release"), 1, "not over an answer");
    room.quiet();
    assert_eq!((room.count("release"), room.outcomes()), (2, vec![Outcome::Completed; 2]));
    let mut room = Room::new();
    room.silence(500).says("What time", 400).announce(GREETING);
    assert_eq!(room.count("release"), 0, "not into somebody's words");
    room.says("is it?", 600).quiet();
    assert_eq!(room.history()[0].0, QUESTION);
    assert_eq!(room.spoken().last(), Some(&"I am Parley."), "after the answer");
}

#[test]
fn does_not_hear_itself_where_the_room_has_an_echo_and_a_key_ends_it() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.silence(500).announce(GREETING).silence(300);
    assert_eq!(room.phase(), Phase::Speaking);
    room.says("that is my own voice", 600);
    assert_eq!((room.phase(), room.count("(speech began)")), (Phase::Speaking, 0));
    room.key();
    assert_eq!((room.phase(), room.outcomes()), (Phase::Quiet, vec![Outcome::Interrupted]));
    room.quiet();
    assert_eq!(room.count("release"), 1, "what was hushed is not said again");
}

#[test]
fn gives_way_to_whoever_speaks_over_it() {
    let mut room = Room::new();
    room.silence(500).announce("I have a long story about a very small king, and about his dog and two old cats.");
    room.silence(900).says(QUESTION, 1_000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
}

#[test]
fn comes_after_an_apology_in_the_order_of_telling_and_each_once() {
    let mut room = room_while_speaking(|_| {}, 500);
    let before = room.spoken().len();
    room.announce("One.").announce("Two.").announce("One.").announce(" ").announce("**");
    room.degraded(Stage::LanguageModel, true).quiet();
    let said = room.spoken()[before..].join(" ");
    assert!(said.starts_with("I cannot think") && said.ends_with("again. One. Two."), "{said}");
    assert_eq!(room.count("release"), 4);
}

#[test]
fn is_one_of_eight_that_wait_at_most() {
    let mut room = room_while_speaking(|_| {}, 500);
    (0..20).for_each(|number| _ = room.announce(&format!("Number {number}.")));
    room.quiet();
    assert_eq!(room.count("release"), 1 + 8);
    assert_eq!(room.spoken().last(), Some(&"Number 7."), "the first to come are said");
}

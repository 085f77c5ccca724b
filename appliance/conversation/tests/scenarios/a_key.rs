//! The key that interrupts.

use parley_conversation::{BargeIn, Outcome, Phase};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history, room_while_speaking};

#[test]
fn silences_an_answer() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    room.key();
    assert_eq!(room.phase(), Phase::Quiet);
    room.quiet();
    check_history(&room, &[(QUESTION, "Once upon a time there")]);
    assert_eq!(room.outcomes(), [Outcome::Interrupted]);
}

#[test]
fn stops_an_answer_that_is_not_heard_yet() {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    room.key().quiet();
    check_history(&room, &[(QUESTION, "")]);
}

#[test]
fn is_ignored_unless_an_answer_is_being_said() {
    let mut room = Room::new();
    room.key().silence(500).key().says("What time", 500).key();
    room.says("is it?", 500).silence(120).key();
    assert_eq!((room.phase(), room.count("cancel")), (Phase::Deciding, 0));
    room.quiet();
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
}

#[test]
fn while_somebody_speaks_over_an_answer_leaves_their_words() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.says("And what", 400).key().says("day is it?", 500).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    assert_eq!(room.history()[1].0, "And what day is it?");
}

#[test]
fn makes_parley_listen_to_what_it_took_for_noise() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.noise(3_000).key().says("Stop that and tell me the time.", 1_500).quiet();
    assert_eq!(room.history()[1].0, "Stop that and tell me the time.");
}

#[test]
fn alone_interrupts_in_a_room_with_an_echo() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.silence(500).says(QUESTION, 1000);
    while room.phase() != Phase::Speaking {
        room.silence(20);
    }
    room.says("that is my own voice", 1500);
    assert_eq!((room.count("pause"), room.count("(speech began)")), (0, 1));
    room.key().noise(180);
    assert_eq!(room.count("(speech began)"), 1, "the echo dies away");
    room.silence(300).says("And what day is it?", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
}

#[test]
fn is_not_needed_in_a_room_with_an_echo_while_parley_thinks() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.language_model = Works::After(ms(2_000));
    room.silence(500).says("what is the weather", 1000);
    room.until("release");
    room.silence(200).says("in Paris", 600).quiet();
    assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
}

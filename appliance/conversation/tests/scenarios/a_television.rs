//! Parley is called while a television speaks, as loud as whoever calls: both together are louder than it alone.

use std::time::Duration;

use parley_conversation::{Action, Attention, Event, Outcome, Phase, Waking};

use crate::QUESTION;
use crate::common::{Room, ms};

const FOLLOW_UP: Duration = Duration::from_secs(5);
const TELEVISION_DBFS: f32 = -32.0;
const BOTH_DBFS: f32 = -26.0;

/// Somebody has just said the name; what spoke before it was as loud as this, or there was nothing.
fn called(television: Option<f32>) -> Room {
    let mut room = Room::with(|settings| settings.attention = Attention::OnceWoken { follow_up: FOLLOW_UP });
    match television {
        Some(dbfs) => {
            room.dbfs = dbfs;
            room.noise(11_000);
        }
        None => _ = room.silence(11_000),
    }
    room.dbfs = BOTH_DBFS;
    room.says("hey parley", 900);
    let ended = room.position;
    room.tell(Event::Woken { by: Waking::Word(ended) });
    room
}

/// They ask, and the television goes on.
fn asked() -> Room {
    let mut room = called(Some(TELEVISION_DBFS));
    room.says(QUESTION, 1_000);
    room.dbfs = TELEVISION_DBFS;
    room
}

#[test]
fn does_not_extend_a_turn_and_its_words_are_not_asked() {
    let mut room = asked();
    room.noise(220).says("and now the news of the day from all over", 680);
    assert_eq!(room.count("release"), 1, "within 900 ms");
    room.says("the world and what the weather will be", 10_000);
    assert_eq!(room.outcomes(), [Outcome::Completed], "the answer is said while it goes on");
    assert_eq!(room.history()[0].0, QUESTION);
    assert_eq!((room.count("pause"), room.count("release")), (0, 1), "nor does it steal one");
    assert_eq!(room.phase(), Phase::Asleep);
}

#[test]
fn does_not_end_one_in_a_gap() {
    let mut room = called(Some(TELEVISION_DBFS));
    room.says("what is the", 600);
    room.dbfs = TELEVISION_DBFS;
    room.noise(400);
    room.dbfs = BOTH_DBFS;
    room.says("weather like in Paris today", 1_500);
    room.dbfs = TELEVISION_DBFS;
    room.noise(6_000);
    assert_eq!(room.history()[0].0, "what is the weather like in Paris today");
    assert_eq!(room.count("release"), 1);
}

#[test]
fn does_not_end_one_whose_first_words_it_hides() {
    let mut room = called(Some(TELEVISION_DBFS));
    room.confidence = 0.1;
    room.says("what is the", 600);
    room.dbfs = TELEVISION_DBFS;
    room.noise(400);
    room.confidence = 0.9;
    room.dbfs = BOTH_DBFS;
    room.says("weather like in Paris today", 1_500);
    room.dbfs = TELEVISION_DBFS;
    room.noise(6_000);
    assert_eq!(room.history()[0].0, "what is the weather like in Paris today");
    assert_eq!((room.count("release"), room.count("(no words)")), (1, 0));
}

#[test]
fn without_anybody_who_asks_is_told_to_have_no_words_once() {
    let mut room = called(Some(TELEVISION_DBFS));
    room.confidence = 0.1;
    room.says(QUESTION, 1_000);
    room.dbfs = TELEVISION_DBFS;
    room.noise(9_000);
    assert_eq!((room.count("release"), room.count("(no words)")), (0, 1));
    assert_eq!(room.phase(), Phase::Asleep);
}

#[test]
fn does_not_hide_whoever_goes_on_after_the_answer() {
    let mut room = asked();
    room.noise(6_000);
    assert_eq!((room.outcomes().len(), room.phase()), (1, Phase::Quiet));
    room.dbfs = BOTH_DBFS;
    room.says("and what day is it today then", 1_500);
    room.dbfs = TELEVISION_DBFS;
    room.noise(6_000);
    assert_eq!(room.history()[1].0, "and what day is it today then");
}

#[test]
fn cannot_hold_a_turn_for_longer_than_the_longest_question() {
    // As loud as both: nothing tells one from the other.
    let mut room = called(Some(BOTH_DBFS));
    room.says(QUESTION, 1_000);
    let words: Vec<String> = (1..=60).map(|number| format!("w{number}")).collect();
    room.says(&words.join(" "), 8_000);
    assert_eq!(room.count("release"), 1);
    let to = room.done.iter().rev().find_map(|(_, action)| {
        if let Action::Transcribe { from, to, .. } = action { Some(to.since(*from)) } else { None }
    });
    assert!(to.is_some_and(|length| length < ms(8_300)), "{to:?}");
}

#[test]
fn that_was_not_there_before_changes_nothing() {
    // Whoever is loud for so long after a quiet call goes on asking.
    let mut room = called(None);
    let words: Vec<String> = (1..=40).map(|number| format!("w{number}")).collect();
    room.says(&words.join(" "), 10_000).quiet();
    assert_eq!(room.history()[0].0, words.join(" "));
    assert_eq!(room.count("release"), 1);
}

#[test]
fn that_is_switched_off_is_forgotten() {
    let mut room = asked();
    room.noise(1_500).silence(4_000);
    room.dbfs = TELEVISION_DBFS;
    room.says("and what day", 800).quiet();
    assert_eq!(room.history()[1].0, "and what day", "however quiet they are");
}

//! The silence between two sentences, in which a microphone listens that is closed while Parley speaks.

use parley_conversation::{Action, BargeIn, Event, Outcome, Phase, Position};

use crate::common::{Room, ms};
use crate::{QUESTION, check_history};

const GUARD_MS: u64 = 200;
const REST_MS: u64 = 800;
const STORY: &str = "It rained for a week. Then the river rose, at first by a hand, later by much more than anybody had \
                     seen in all the years before, and took with it the old bridge, two boats, and a shed that had stood \
                     there for longer than the oldest of us could remember. Nobody slept.";

/// A room in which only a key interrupts, and a story is told; its first sentence has been heard.
fn room_at_a_rest() -> Room {
    let mut room = Room::with(|settings| {
        (settings.barge_in, settings.echo_guard, settings.rest) = (BargeIn::Key, ms(GUARD_MS), ms(REST_MS));
    });
    room.answer = STORY.into();
    room.silence(500).says(QUESTION, 1_000);
    while room.phase() != Phase::Speaking {
        room.silence(20);
    }
    room.silence(60 * "It rained for a week.".len() as u64);
    room
}

#[test]
fn is_between_sentences_and_in_long_ones() {
    let mut room = room_at_a_rest();
    room.quiet();
    let clause = |action: &Action| {
        if let Action::Speak { text, rest, .. } = action { Some((text.clone(), *rest)) } else { None }
    };
    let clauses: Vec<_> = room.done.iter().filter_map(|(_, action)| clause(action)).collect();
    let (mut before, mut without) = ("", 0);
    for (text, rest) in &clauses {
        let rests = before.ends_with('.') || without >= 120;
        assert_eq!(*rest, ms(if rests { REST_MS } else { 0 }), "between {before:?} and {text:?}, {without} characters");
        without = if rests { 0 } else { without } + text.chars().count();
        before = text;
    }
    let in_long_ones = clauses.iter().filter(|(_, rest)| !rest.is_zero()).count() - (STORY.matches('.').count() - 1);
    assert!(
        in_long_ones > 0,
        "a sentence of more than ten seconds is not the longest silence of a microphone: {clauses:?}"
    );
    assert!(clauses.len() > STORY.matches('.').count(), "some are no sentences: {clauses:?}");
    check_history(&room, &[(QUESTION, STORY)]);
}

#[test]
fn lets_stop_be_heard() {
    let mut room = room_at_a_rest();
    room.silence(GUARD_MS + 100).says("stop", 400).quiet();
    assert_eq!(room.outcomes().first(), Some(&Outcome::Interrupted));
    check_history(&room, &[(QUESTION, "It rained for a week.")]);
    assert_eq!(room.count("generate"), 1, "nothing more is said");
}

#[test]
fn lets_another_question_be_asked() {
    let mut room = room_at_a_rest();
    room.silence(GUARD_MS + 100).says("and what day is it", 900).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    assert_eq!(room.history()[1].0, "and what day is it");
}

#[test]
fn is_over_before_the_next_sentence_can_be_heard() {
    let mut room = room_at_a_rest();
    room.silence(REST_MS - 80).says("that is my own voice", 600);
    assert_eq!((room.count("pause"), room.count("(speech began)")), (0, 1));
    room.quiet();
    check_history(&room, &[(QUESTION, STORY)]);
}

#[test]
fn begins_behind_the_echo() {
    let mut room = room_at_a_rest();
    let begins = room.position;
    room.noise(GUARD_MS - 40);
    assert_eq!((room.count("pause"), room.count("(speech began)")), (0, 1));
    room.silence(100).says("stop", 300).quiet();
    let from = |action: &Action| if let Action::Transcribe { from, .. } = action { Some(*from) } else { None };
    let last: Option<Position> = room.done.iter().filter_map(|(_, action)| from(action)).next_back();
    assert!(last >= Some(begins.forward(ms(GUARD_MS - 80))), "{last:?} reaches back into {begins:?}");
}

#[test]
fn in_which_the_room_repeats_the_last_words_holds_nothing_up() {
    let mut room = room_at_a_rest();
    room.silence(GUARD_MS + 40).says("for a week", 300).quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    check_history(&room, &[(QUESTION, STORY)]);
}

#[test]
fn is_not_needed_where_speech_interrupts_anyway() {
    let mut room = Room::with(|settings| settings.rest = ms(REST_MS));
    room.answer = STORY.into();
    room.silence(500).says(QUESTION, 1_000).quiet();
    assert_eq!(room.count_of(|action| matches!(action, Action::Speak { rest, .. } if !rest.is_zero())), 0);
}

/// A voice that hangs, or is slower than it is heard, is no reason to be deaf.
#[test]
fn comes_wherever_there_is_nothing_to_play() {
    for goes_on in [false, true] {
        let mut room = Room::with(|settings| (settings.barge_in, settings.echo_guard) = (BargeIn::Key, ms(GUARD_MS)));
        room.answer = STORY.into();
        room.silence(500).says(QUESTION, 1_000);
        let turn = room.until_heard(ms(400));
        room.tell(Event::RanDry { turn });
        if goes_on {
            // What is played next is heard, and the microphone is closed again.
            room.silence(GUARD_MS + 100).says("stop", 400);
        } else {
            room.playing_stands_still();
            room.silence(GUARD_MS + 100).says("stop", 400);
        }
        room.quiet();
        let expected = if goes_on { Outcome::Completed } else { Outcome::Interrupted };
        assert_eq!(room.outcomes().first(), Some(&expected), "goes on: {goes_on}");
    }
}

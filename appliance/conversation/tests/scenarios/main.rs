//! Conversations as people have them, in simulated time. Every room also watches all rules (see `common/auditor.rs`).

mod a_key;
mod a_microphone_that_dies;
mod a_premature_release;
mod a_remark;
mod a_rest;
mod a_television;
mod an_announcement;
mod an_answer;
mod an_effect;
mod an_engine_that_fails;
mod another_voice;
mod attention;
#[path = "../common/mod.rs"]
mod common;
mod shown_text;
mod speech_over_an_answer;
mod the_end_of_a_turn;
mod typed_words;
mod what_is_no_question;
mod words_so_far;

use common::{Room, ms};
use parley_conversation::{Action, Phase, Position};

const QUESTION: &str = "What time is it?";

/// A room in which the answer to a question has been heard for about this long.
fn room_while_speaking(change: impl FnOnce(&mut Room), milliseconds: u64) -> Room {
    let mut room = Room::new();
    room.answer = "Once upon a time there was a very small king. He had a dog and two old cats.".into();
    change(&mut room);
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    while room.phase() != Phase::Speaking {
        room.silence(20);
    }
    room.silence(milliseconds);
    room
}

#[track_caller]
fn check_history(room: &Room, expected: &[(&str, &str)]) {
    let history = room.history();
    let history: Vec<(&str, &str)> = history.iter().map(|(q, a)| (q.as_str(), a.as_str())).collect();
    assert_eq!(history, expected);
}

#[test]
fn the_first_consonant_is_transcribed_too() {
    let mut room = Room::new();
    room.silence(1_000).says(QUESTION, 1000).silence(200);
    let from = room.done.iter().find_map(
        |(_, action)| {
            if let Action::Transcribe { from, .. } = action { Some(*from) } else { None }
        },
    );
    let onset = ms(1_060);
    assert_eq!(from, Some(Position::default().forward(onset - ms(380))));
}

//! What is done with the words of somebody who still speaks.

use parley_conversation::Action;

use crate::common::{Room, Works, ms};

const LONG_QUESTION: &str = "What is the best place to keep coffee beans so that they stay fresh for a whole month";

/// What the language model was given to read before the end of the question.
fn read_along(room: &Room) -> Vec<String> {
    let last_words = |action: &Action| {
        let Action::Prepare { messages } = action else { return None };
        messages.last().map(|message| message.text.clone())
    };
    room.done.iter().filter_map(|(_, action)| last_words(action)).collect()
}

#[test]
fn the_language_model_reads_them_along() {
    let mut room = Room::new();
    room.silence(500).says(LONG_QUESTION, 4_500);
    let read = read_along(&room);
    assert_eq!(read.len(), 4, "every second: {read:?}");
    for (shorter, longer) in read.iter().zip(read.iter().skip(1)) {
        assert!(longer.starts_with(shorter.as_str()) && longer.len() > shorter.len(), "{read:?}");
    }
    assert!(LONG_QUESTION.starts_with(read.last().map_or("", String::as_str)), "{read:?}");
    room.quiet();
    assert_eq!((room.count("generate"), room.history().len()), (1, 1));
}

#[test]
fn nobody_waits_for_a_look_that_takes_long() {
    let mut room = Room::new();
    room.speech_to_text = Works::After(ms(1_500));
    room.silence(500).says(LONG_QUESTION, 4_500);
    let looks = room.count("transcribe");
    room.until("transcribe");
    assert_eq!(room.done.last().map(|(at, _)| *at), Some(ms(500 + 4_500 + 40)), "behind the first silence");
    assert!((1..=3).contains(&looks), "one at a time: {looks}");
}

#[test]
fn they_are_not_looked_at_without_drafts() {
    let mut room = Room::with(|settings| settings.speculation = false);
    room.silence(500).says(LONG_QUESTION, 3_500);
    assert_eq!((room.count("transcribe"), read_along(&room).len()), (0, 0));
}

#[test]
fn after_the_first_seconds_they_are_looked_at_seldom() {
    let mut room = Room::new();
    let words = "and so on and on with other words each time ".repeat(8);
    room.silence(500).says(&words, 20_000);
    let looks = room.count("transcribe");
    assert!((9..=12).contains(&looks), "{looks} looks in 20 s");
}

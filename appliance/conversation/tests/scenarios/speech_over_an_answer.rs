//! Barge-in: a pause at the onset, then words that cancel or anything else that resumes.

use parley_conversation::{Event, Outcome, Phase};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, room_while_speaking};

#[test]
fn with_words_cancels_it_and_cuts_history_to_what_was_heard() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    assert_eq!(room.phase(), Phase::Speaking);
    room.says("No, what day is it?", 900);
    assert_eq!(room.phase(), Phase::Interrupted);
    room.quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    let history = room.history();
    assert_eq!(history[0], (QUESTION.into(), "Once upon a time there".into()));
    assert_eq!(history[1].0, "No, what day is it?");
}

#[test]
fn pauses_it_at_the_onset() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.says("No", 40);
    assert_eq!(room.count("pause"), 0);
    room.says("no", 20);
    assert_eq!(room.count("pause"), 1);
}

#[test]
fn with_a_back_channel_resumes_it() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    room.says("Mhm.", 300).quiet();
    assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    assert_eq!(room.history().len(), 1);
}

#[test]
fn without_words_resumes_it() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.noise(200);
    assert_eq!(room.until("resume"), ms(100), "as soon as there is a transcript without words");
    room.quiet();
    assert_eq!((room.count("(no words)"), room.count("release")), (1, 1));
}

#[test]
fn resumes_it_after_two_seconds_of_silence_if_nobody_finds_words() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.speech_to_text = Works::Never;
    room.noise(200);
    assert_eq!(room.until("resume"), ms(2_000));
    room.quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
}

#[test]
fn cancels_it_even_if_the_words_are_known_only_after_it_was_resumed() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.speech_to_text = Works::After(ms(3_000));
    room.says("Not that one, please.", 600);
    assert_eq!(room.until("resume"), ms(2_000));
    room.silence(900);
    assert_eq!(room.phase(), Phase::Speaking);
    room.silence(300);
    assert_eq!(room.outcomes(), [Outcome::Interrupted]);
    room.quiet();
    assert_eq!(room.history()[1].0, "Not that one, please.");
}

#[test]
fn that_is_only_noise_is_ignored_after_two_seconds_until_it_stops() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.noise(2_500);
    assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
    assert_eq!(room.phase(), Phase::Speaking);
    room.noise(20_000);
    assert_eq!(room.count("pause"), 1);
    assert_eq!(room.outcomes(), [Outcome::Completed], "the noise went on, and so did the answer");
    room.silence(320).says("And now?", 900).quiet();
    assert_eq!(room.history().len(), 2);
}

#[test]
fn with_words_cancels_it_before_they_end() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.says("Please tell me another one that is not about kings at all", 4_000);
    assert_eq!(room.outcomes(), [Outcome::Interrupted]);
    assert_eq!(room.phase(), Phase::Listening);
    room.quiet();
    assert_eq!(room.history()[1].0, "Please tell me another one that is not about kings at all");
}

#[test]
fn that_comes_and_goes_is_found_to_be_noise() {
    let mut room = room_while_speaking(|room| room.speech_to_text = Works::After(ms(700)), 500);
    for _ in 0..20 {
        room.noise(240).silence(160);
    }
    assert!(room.count("resume") >= 1, "{:?}", room.kinds());
    room.quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
}

#[test]
fn with_words_and_many_short_pauses_cancels_it_however_slow_the_engine() {
    let mut room = room_while_speaking(|room| room.speech_to_text = Works::After(ms(1_500)), 500);
    for part in ["please tell", "me another", "one that", "is not", "about kings", "but about", "a queen", "instead"] {
        room.says(part, 600).silence(140);
    }
    room.quiet();
    assert_eq!((room.count("pause"), room.count("resume")), (1, 0));
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
}

#[test]
fn waits_no_longer_than_six_seconds_for_an_engine_that_does_not_answer() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.speech_to_text = Works::Never;
    room.noise(5_900);
    assert_eq!(room.count("resume"), 0);
    room.noise(300);
    assert_eq!(room.count("resume"), 1);
    room.noise(3_000);
    assert_eq!(room.count("pause"), 1, "what goes on is ignored");
}

#[test]
fn in_its_last_moment_belongs_to_the_next_turn() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.noise(60);
    let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
    room.tell(Event::PlaybackEnded { turn });
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    room.says("And what day is it?", 1000).quiet();
    assert_eq!(room.history()[1].0, "And what day is it?");
}

#[test]
fn does_not_take_words_twice() {
    let mut room = Room::new();
    room.finished = 0.99;
    (room.language_model, room.text_to_speech) = (Works::After(ms(20)), Works::After(ms(20)));
    room.answer = "Yes. Certainly, and with the greatest pleasure.".into();
    room.silence(500).says("say one two three four five six seven", 500).silence(260);
    assert_eq!(room.phase(), Phase::Speaking);
    room.says("and off again please", 1000).quiet();
    assert_eq!(room.history()[0].0, "say one two three four five six seven");
    assert_eq!(room.history()[1].0, "and off again please");
}

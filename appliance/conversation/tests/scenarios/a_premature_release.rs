//! Words that follow before the answer is heard: it was no end, and both parts are one question.

use parley_conversation::{BargeIn, Event, Outcome, Stage};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history};

#[test]
fn is_withdrawn_and_both_parts_are_one_question() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(800));
    room.silence(500).says("what is the weather", 1000);
    room.until("release");
    room.silence(300).says("like in Paris today?", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
    check_history(&room, &[("what is the weather like in Paris today?", "It is ten past three. Anything else?")]);
}

#[test]
fn is_withdrawn_until_the_first_sample_is_audible_where_only_a_key_interrupts() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.text_to_speech = Works::After(ms(600));
    room.silence(500).says("what is the weather", 1000);
    room.until("speak-0");
    assert_eq!(room.count("release"), 1);
    room.silence(200).says("like in Paris today?", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
    check_history(&room, &[("what is the weather like in Paris today?", "It is ten past three. Anything else?")]);
}

#[test]
fn is_one_question_even_if_a_first_sound_got_out() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(800));
    room.silence(500).says("what is the weather", 1000);
    room.until("release");
    let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
    room.silence(300).says("like", 60);
    room.tell(Event::Heard { turn, heard: ms(20) });
    room.says("in Paris today?", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
    assert_eq!(room.history().len(), 1);
}

#[test]
fn is_one_question_even_if_a_key_is_pressed_or_the_voice_fails_meanwhile() {
    for stage in [None, Some(Stage::TextToSpeech)] {
        let mut room = Room::new();
        room.language_model = Works::After(ms(800));
        room.silence(500).says("what is the weather", 1000);
        room.until("release");
        let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
        room.silence(300).says("like in", 400);
        let failed = stage.map(|stage| Event::Failed { turn, stage });
        room.tell(failed.unwrap_or(Event::Interrupt));
        room.says("Paris today?", 600).quiet();
        assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
        assert_eq!(room.history().len(), 1);
    }
}

#[test]
fn is_no_reason_to_forget_a_question_when_there_was_only_noise() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(4_000));
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    room.silence(300).noise(2_600).quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    assert_eq!(room.count("resume"), 1);
}

#[test]
fn teaches_patience() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(2_000));
    room.finished = 0.1;
    room.silence(500).says("what is the weather", 1000).silence(760);
    assert_eq!(room.count("release"), 1);
    room.says("like in Paris today?", 1000);
    assert_eq!(room.until("release"), ms(1_040), "a quarter more than the pause of 820 ms");
}

#[test]
fn teaches_patience_with_those_who_seem_to_have_finished_too() {
    for model in [true, false] {
        let mut room = if model { Room::new() } else { Room::without_end_of_turn_model() };
        room.language_model = Works::After(ms(2_000));
        room.silence(500).says("what is the weather?", 1000).silence(640);
        assert_eq!(room.count("release"), 1);
        room.says("like in Paris today?", 1000);
        assert_eq!(room.until("release"), ms(880), "a quarter more than the pause of 700 ms");
    }
}

#[test]
fn is_not_taken_up_after_half_of_what_can_be_transcribed() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(30_000));
    room.silence(500).says("tell me a very long story", 1_000);
    room.until("release");
    room.silence(15_000).says("or a poem", 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    assert_eq!(room.history()[0], ("tell me a very long story".into(), String::new()));
    assert_eq!(room.history()[1].0, "or a poem");
}

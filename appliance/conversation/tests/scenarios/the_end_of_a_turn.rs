//! When Parley believes that somebody has finished.

use parley_conversation::{Action, Endpointing, Outcome, Phase, Settings, Stage};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history};

#[track_caller]
fn check(mut room: Room, words: &str, silence: u64) {
    room.silence(500).says(words, 1000);
    assert_eq!(room.until("release"), ms(silence));
    assert_eq!(room.count("generate"), 1);
}

fn judged(finished: f32) -> Room {
    let mut room = Room::new();
    room.finished = finished;
    room
}

fn with_end_of_turn_model(end_of_turn: Works) -> Room {
    let mut room = Room::new();
    room.end_of_turn = end_of_turn;
    room
}

#[test]
fn takes_200_ms_where_all_witnesses_agree() {
    check(judged(0.9), QUESTION, 200);
    check(judged(0.95), "turn on the light", 200);
}

#[test]
fn takes_700_ms_where_they_disagree() {
    check(judged(0.8), "turn on the light", 700);
    check(judged(0.99), "turn on the", 700);
    check(judged(0.1), QUESTION, 700);
    check(with_end_of_turn_model(Works::Never), QUESTION, 700);
}

fn reading(finished: f32, sentence: Option<f32>) -> Room {
    let mut room = judged(finished);
    room.sentence = sentence;
    room
}

#[test]
fn comes_as_soon_as_the_language_model_finds_the_question_whole() {
    check(reading(0.01, Some(0.7)), QUESTION, 200);
    check(reading(0.99, Some(0.05)), QUESTION, 700);
    let mut slow = reading(0.99, Some(0.5));
    slow.speech_to_text = Works::After(ms(300));
    check(slow, QUESTION, 360);
}

#[test]
fn is_decided_without_a_language_model_that_cannot_tell() {
    check(reading(0.9, None), QUESTION, 300);
    let mut room = judged(0.9);
    room.language_model = Works::Fails;
    check(room, QUESTION, 200);
    let mut room = judged(0.9);
    room.language_model = Works::Never;
    check(room, QUESTION, 700);
}

#[test]
fn takes_1400_ms_where_all_say_unfinished() {
    check(judged(0.1), "turn on the", 1400);
}

#[test]
fn takes_450_ms_without_the_model() {
    check(Room::without_end_of_turn_model(), QUESTION, 460);
    check(with_end_of_turn_model(Works::Fails), QUESTION, 460);
    let mut room = Room::new();
    room.degraded(Stage::EndOfTurn, true);
    check(room, QUESTION, 460);
    check(Room::without_end_of_turn_model(), "turn on the", 700);
}

#[test]
fn is_judged_once_when_the_silence_begins() {
    let mut room = judged(0.1);
    room.silence(500).says(QUESTION, 1000).silence(100);
    assert_eq!(room.count("judge"), 1);
    room.finished = 0.9;
    assert_eq!(room.until("release"), ms(700 - 100));
    assert_eq!(room.count("judge"), 1);
}

#[test]
fn waits_for_the_words() {
    let mut room = judged(0.9);
    room.speech_to_text = Works::After(ms(900));
    check(room, QUESTION, 940);
}

#[test]
fn without_speculation_begins_to_transcribe_when_the_silence_is_enough() {
    let mut room = Room::with(|settings| settings.speculation = false);
    room.silence(500).says(QUESTION, 1000);
    assert_eq!(room.until("transcribe"), ms(200));
    assert_eq!(room.until("release"), ms(60));
    assert_eq!((room.count("generate"), room.count("cancel")), (1, 0));
}

#[test]
fn is_not_in_a_frame_in_which_the_person_may_go_on() {
    let mut room = judged(0.9);
    room.silence(500).says("well", 500).silence(180);
    room.says("what is that", 600);
    assert_eq!(room.count("release"), 0);
    room.quiet();
    check_history(&room, &[("well what is that", "It is ten past three. Anything else?")]);
}

#[test]
fn is_left_open_for_those_who_pause_to_think() {
    for pause in [300, 600] {
        let mut room = judged(0.1);
        room.silence(500).says("I would like a", 800).silence(pause);
        assert_eq!((room.count("transcribe"), room.count("generate")), (1, 1));
        assert_eq!(room.phase(), Phase::Deciding);
        room.says("cup of tea", 600).quiet();
        assert_eq!(room.count("release"), 1);
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        check_history(&room, &[("I would like a cup of tea", "It is ten past three. Anything else?")]);
    }
}

#[test]
fn comes_later_for_a_slow_speaker() {
    let mut room = judged(0.1);
    room.silence(500).says("I would like a", 800).silence(660);
    room.says("cup of tea", 600);
    assert_eq!(room.until("release"), ms(880), "a quarter more than the pause of 700 ms");
}

#[test]
fn takes_as_many_times_as_long_as_the_owner_is_patient() {
    for (patience, silence) in [(1.0, 200), (2.0, 400), (3.0, 600)] {
        let change = |settings: &mut Settings| settings.endpointing = Endpointing::default().with_patience(patience);
        check(Room::with(change), QUESTION, silence);
    }
    let change = |settings: &mut Settings| settings.endpointing.pause = ms(1_000);
    check(Room::with(change), QUESTION, 1_000);
}

#[test]
fn is_not_put_off_by_what_is_quieter_than_anybody_speaks_here() {
    let mut room = Room::with(|settings| settings.energy_floor_dbfs = Some(-45.0));
    room.dbfs = -30.0;
    room.silence(500).says(QUESTION, 1_000);
    room.dbfs = -50.0;
    room.noise(600);
    assert_eq!(room.count("release"), 1);
}

#[test]
fn needs_no_end_after_28_seconds() {
    let mut room = Room::new();
    room.speech_to_text = Works::After(ms(1_500));
    let words: Vec<String> = (1..=80).map(|number| format!("word{number}")).collect();
    room.silence(500).says(&words.join(" "), 40_000);
    assert_eq!(room.count("release"), 0, "nobody is answered while they speak");
    room.quiet();
    assert_eq!((room.count("release"), room.count("pause")), (1, 0));
    check_history(&room, &[(&words.join(" "), "It is ten past three. Anything else?")]);
}

#[test]
fn comes_as_ever_where_somebody_stops_after_28_seconds() {
    let mut room = Room::new();
    let words: Vec<String> = (1..=60).map(|number| format!("word{number}")).collect();
    room.silence(500).says(&words.join(" "), 27_680);
    room.until("release");
    check_history(&room, &[(&words.join(" "), "")]);
}

#[test]
fn comes_even_if_noise_follows_28_seconds_of_words() {
    let mut room = Room::new();
    let words: Vec<String> = (1..=60).map(|number| format!("word{number}")).collect();
    room.silence(500).says(&words.join(" "), 30_000).noise(60_000).quiet();
    check_history(&room, &[(&words.join(" "), "It is ten past three. Anything else?")]);
}

/// After 40 ms it tells less, and a gap that short is none of its business.
#[test]
fn is_put_to_the_end_of_turn_model_once_after_60_ms() {
    let mut room = judged(0.9);
    let judged = |room: &Room| room.count_of(|action| matches!(action, Action::JudgeEndOfTurn { .. }));
    room.silence(500).says("turn on", 800).silence(40);
    assert_eq!((room.count("transcribe"), judged(&room)), (1, 0));
    room.says("the light", 600).silence(40);
    assert_eq!(judged(&room), 0, "they went on");
    room.silence(20);
    assert_eq!(judged(&room), 1);
    room.quiet();
    assert_eq!(judged(&room), 1);
}

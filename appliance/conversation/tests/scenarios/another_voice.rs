//! A television, somebody across the room, music: they hold no turn for ever.

use parley_conversation::{Action, BargeIn, Event, Outcome, Phase, Position};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history};

/// The room's speaker is at -25 dB.
const TELEVISION_DBFS: f32 = -51.0;
const ANSWER: &str = "It is ten past three. Anything else?";

/// Somebody asks, and the television goes on.
fn asked_before_the_television() -> Room {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1_000);
    room.dbfs = TELEVISION_DBFS;
    room
}

fn stretches(room: &Room) -> Vec<(Position, Position)> {
    let stretches = room.done.iter().filter_map(|(_, action)| {
        if let Action::Transcribe { from, to, .. } = action { Some((*from, *to)) } else { None }
    });
    stretches.collect()
}

#[test]
fn that_is_quieter_holds_no_turn_and_its_words_are_not_asked() {
    let mut room = asked_before_the_television();
    room.noise(240).says("and now the news of the day from all over", 1_460);
    assert_eq!(room.count("release"), 1);
    room.says("the world and what the weather will be", 10_000);
    assert_eq!(room.outcomes(), [Outcome::Completed], "the answer is said while it goes on");
    check_history(&room, &[(QUESTION, ANSWER)]);
    assert_eq!(room.count("pause"), 0);
}

#[test]
fn that_is_ignored_does_not_hide_the_speaker() {
    let mut room = asked_before_the_television();
    room.noise(2_600);
    assert_eq!(room.phase(), Phase::Speaking);
    room.dbfs = -25.0;
    room.says("No, what day is it?", 900);
    room.dbfs = TELEVISION_DBFS;
    room.noise(4_000).silence(400).quiet();
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    assert_eq!(room.history()[1].0, "No, what day is it?");
}

#[test]
fn is_not_the_speaker_who_gets_quieter() {
    let mut room = Room::new();
    room.silence(500).says("what is the", 600);
    room.dbfs = -38.0;
    room.says("weather like in Paris today", 2_600).quiet();
    assert_eq!(room.history()[0].0, "what is the weather like in Paris today");
    assert_eq!(room.count("release"), 1);
}

#[test]
fn without_words_ends_the_turn_when_they_have_long_been_known() {
    let mut room = Room::new();
    room.silence(500).says(QUESTION, 1_000).noise(9_000);
    assert_eq!(room.count("release"), 1, "the music goes on");
    room.noise(20_000).silence(400).quiet();
    check_history(&room, &[(QUESTION, ANSWER)]);
}

#[test]
fn that_says_something_new_all_the_time_is_cut_off_after_three_minutes() {
    let mut room = Room::new();
    let words: Vec<String> = (1..=800).map(|number| format!("w{number}")).collect();
    room.silence(500).says(&words.join(" "), 230_000);
    assert_eq!(room.count("release"), 1);
}

#[test]
fn that_is_ignored_for_long_is_listened_to_again() {
    let mut room = Room::new();
    room.silence(500).noise(9_000);
    assert_eq!(room.phase(), Phase::Quiet, "it has no words");
    room.noise(31_000).says(QUESTION, 1_000).noise(9_000);
    assert_eq!(room.count("release"), 1, "somebody speaks in the music");
}

#[test]
fn that_is_louder_than_what_is_ignored_is_listened_to_at_once() {
    let mut room = Room::new();
    room.dbfs = -40.0;
    room.silence(500).noise(9_000);
    room.dbfs = -28.0;
    room.says(QUESTION, 1_000);
    assert_eq!(room.phase(), Phase::Listening);
    room.silence(400).quiet();
    check_history(&room, &[(QUESTION, ANSWER)]);
}

#[test]
fn of_parley_itself_is_not_answered_where_it_may_hear_itself() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.silence(500).says(QUESTION, 1_000).quiet();
    room.says("three. Anything else?", 700).quiet();
    assert_eq!((room.count("generate"), room.count("(no words)")), (1, 1));
    room.silence(3_000).says("Anything else?", 700).quiet();
    assert_eq!(room.count("generate"), 2, "somebody says the same later");
    for (answer, chosen, generated) in [("Tea or coffee?", "coffee", 2), ("It is late.", "late", 1)] {
        let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
        room.answer = answer.into();
        room.silence(500).says(QUESTION, 1_000).quiet();
        room.silence(200).says(chosen, 300).quiet();
        assert_eq!(room.count("generate"), generated, "{answer}");
    }
}

#[test]
fn of_parley_itself_is_no_part_of_what_follows_it() {
    for guard in [200, 1_000] {
        let mut room = Room::with(|settings| {
            (settings.barge_in, settings.echo_guard) = (BargeIn::Key, ms(guard));
        });
        room.silence(500).says(QUESTION, 1_000).until("(completed)");
        let guarded = room.position.forward(ms(guard));
        let asked = stretches(&room).len();
        room.noise(guard).says("and what day is it", 900).quiet();
        let from = stretches(&room).get(asked).expect("it was heard").0;
        assert!(from >= guarded, "{from:?} is within the echo until {guarded:?}");
        assert_eq!(room.history()[1].0, "and what day is it");
    }
}

#[test]
fn words_before_a_real_pause_are_transcribed_once() {
    let mut room = Room::new();
    room.finished = 0.1;
    room.silence(500);
    let mut said = Vec::new();
    for part in 0..4 {
        let words: Vec<String> = (0..12).map(|word| format!("w{part}x{word}")).collect();
        room.says(&format!("{} and", words.join(" ")), 6_000).silence(500);
        said.push(format!("{} and", words.join(" ")));
    }
    room.quiet();
    assert_eq!(room.history()[0].0, said.join(" "));
    let longest = stretches(&room).iter().map(|(from, to)| to.since(*from)).max();
    assert!(longest < Some(ms(8_000)), "{longest:?}");
    let mut judged = room.done.iter().filter_map(|(_, action)| {
        if let Action::JudgeEndOfTurn { from, to, .. } = action { Some(to.since(*from)) } else { None }
    });
    assert!(judged.next_back() > Some(ms(24_000)), "the sound of all of it says whether that was the end");
}

#[test]
fn what_is_too_long_is_cut_where_it_is_quiet() {
    let mut room = Room::new();
    let words = |from: u32| (from..from + 50).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
    room.silence(500).says(&words(0), 25_000);
    let quiet = room.position;
    room.dbfs = -42.0;
    room.noise(140);
    room.dbfs = -25.0;
    room.says(&words(50), 15_000).quiet();
    assert_eq!(room.history()[0].0, format!("{} {}", words(0), words(50)));
    let cut = |to: &Position| *to > quiet && *to < quiet.forward(ms(140));
    let (ends, begins): (Vec<_>, Vec<_>) = stretches(&room).into_iter().map(|(from, to)| (to, from)).unzip();
    assert!(ends.iter().any(cut) && begins.iter().any(cut), "nothing is cut in the quiet after {quiet:?}: {ends:?}");
}

#[test]
fn a_look_that_fails_harms_nobody() {
    let mut room = Room::new();
    room.speech_to_text = Works::Fails;
    room.silence(500).says("a very long question that", 6_000);
    room.speech_to_text = Works::After(ms(60));
    room.says("ends here?", 600).quiet();
    check_history(&room, &[("a very long question that ends here?", ANSWER)]);
    room.tell(Event::Interrupt);
}

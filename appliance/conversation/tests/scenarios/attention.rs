//! A Parley that has to be woken.

use std::time::Duration;

use parley_conversation::{Action, Attention, Event, Phase, Waking};

use crate::common::{Room, ms};
use crate::{QUESTION, check_history};

const FOLLOW_UP: Duration = Duration::from_secs(5);

fn asleep() -> Room {
    let mut room = Room::with(|settings| settings.attention = Attention::OnceWoken { follow_up: FOLLOW_UP });
    room.silence(500);
    assert_eq!(room.phase(), Phase::Asleep);
    room
}

#[test]
fn nobody_is_heard_by_one_that_sleeps() {
    let mut room = asleep();
    room.says(QUESTION, 1_000).silence(3_000);
    assert_eq!(room.kinds(), Vec::<String>::new());
}

#[test]
fn a_button_wakes_it_for_a_question_and_what_follows() {
    let mut room = asleep();
    room.tell(Event::Woken { by: Waking::Button });
    assert_eq!((room.phase(), room.kinds()), (Phase::Quiet, vec!["(attentive)".to_owned()]));
    room.silence(3_000).says(QUESTION, 1_000).quiet();
    room.silence(3_000).says("and what day", 1_000).quiet();
    assert_eq!(room.history().len(), 2);
    room.silence(5_500);
    assert_eq!(room.phase(), Phase::Asleep);
    room.says(QUESTION, 1_000).silence(3_000);
    assert_eq!((room.history().len(), room.count("(asleep)")), (2, 1));
}

#[test]
fn it_falls_asleep_when_nobody_says_anything() {
    let mut room = asleep();
    room.tell(Event::Woken { by: Waking::Button });
    room.dead_microphone(7_900);
    assert_eq!(room.phase(), Phase::Quiet);
    room.dead_microphone(200);
    assert_eq!(room.phase(), Phase::Asleep);
    assert_eq!(room.conversation.next_wakeup(), None);
}

#[test]
fn its_name_and_a_question_may_be_said_in_one_breath() {
    let mut room = asleep();
    room.says("hey parley", 600);
    let ended = room.position;
    // A detector takes a while.
    room.says("what time", 300);
    room.tell(Event::Woken { by: Waking::Word(ended) });
    room.says("is it?", 500).quiet();
    let from = room.done.iter().find_map(
        |(_, action)| {
            if let Action::Transcribe { from, .. } = action { Some(*from) } else { None }
        },
    );
    assert_eq!(from, Some(ended), "neither the name nor less than the question");
    check_history(&room, &[("what time is it?", "It is ten past three. Anything else?")]);
}

#[test]
fn its_name_alone_is_no_question() {
    let mut room = asleep();
    room.says("hey parley", 600);
    room.tell(Event::Woken { by: Waking::Word(room.position) });
    room.silence(2_500).says(QUESTION, 1_000).quiet();
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
}

#[test]
fn its_name_stops_an_answer() {
    let mut room = asleep();
    room.tell(Event::Woken { by: Waking::Button });
    room.says(QUESTION, 1_000);
    room.until("release");
    room.silence(1_000);
    room.tell(Event::Woken { by: Waking::Word(room.position) });
    assert_eq!(room.phase(), Phase::Quiet);
    room.says("and the day?", 800).quiet();
    assert_eq!(room.history()[1].0, "and the day?");
}

#[test]
fn a_sound_without_words_does_not_keep_it_awake() {
    let mut room = asleep();
    room.tell(Event::Woken { by: Waking::Button });
    for _ in 0..10 {
        room.noise(300).silence(1_000);
    }
    assert_eq!(room.phase(), Phase::Asleep);
    room.silence(ms(500).as_millis() as u64);
}

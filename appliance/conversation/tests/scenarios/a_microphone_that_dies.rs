//! Frames that stop coming.

use parley_conversation::{Announcement, Outcome, Phase, Urgency};

use crate::an_announcement::text;

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history, room_while_speaking};

#[test]
fn in_the_middle_of_a_word_is_not_waited_for() {
    let mut room = Room::new();
    room.silence(500).says("What", 300).dead_microphone(1_980);
    assert_eq!(room.phase(), Phase::Listening);
    room.dead_microphone(20);
    assert_eq!(room.phase(), Phase::Quiet, "2 s after its last frame");
    room.silence(500).says(QUESTION, 1000).quiet();
    assert_eq!(room.outcomes(), [Outcome::Completed]);
}

#[test]
fn is_waited_for_only_while_somebody_speaks() {
    let mut room = Room::new();
    assert_eq!(room.conversation.next_wakeup(), None);
    room.silence(500);
    assert_eq!(room.conversation.next_wakeup(), None);
    room.says(QUESTION, 1000);
    assert_eq!(room.conversation.next_wakeup(), Some(room.now + ms(2_000)));
    room.until("release");
    assert_eq!(
        room.conversation.next_wakeup(),
        None,
        "while an answer is heard, only its player has something to tell"
    );
}

#[test]
fn while_an_answer_is_paused_resumes_it() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.noise(200).dead_microphone(2_200);
    assert_eq!(room.count("resume"), 1);
    room.dead_microphone(10_000);
    assert_eq!(room.outcomes(), [Outcome::Completed]);
}

#[test]
fn while_an_answer_is_paused_for_somebody_who_has_spoken_for_28_seconds_resumes_it() {
    let mut room = room_while_speaking(|_| {}, 500);
    room.speech_to_text = Works::Never;
    for _ in 0..4 {
        room.noise(4_000).silence(2_040);
    }
    room.noise(4_000);
    assert_eq!((room.count("pause"), room.count("resume")), (5, 4));
    room.dead_microphone(2_000);
    assert_eq!(room.count("resume"), 5);
    assert_eq!(room.conversation.next_wakeup(), None, "only words can change anything now");
}

#[test]
fn after_a_question_does_not_keep_the_answer() {
    for speculation in [true, false] {
        let mut room = Room::with(|settings| settings.speculation = speculation);
        room.finished = 0.1;
        room.silence(500).says(QUESTION, 1000).silence(160).dead_microphone(15_000);
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    }
}

#[test]
fn with_a_click_keeps_nobody_waiting() {
    let mut room = Room::new();
    room.silence(500).noise(20).dead_microphone(100);
    let until = Some(room.now + ms(60_000));
    room.announces(Announcement { until, ..text(Urgency::Low) }).dead_microphone(10_000);
    assert_eq!(room.count("(announced: heard)"), 1, "that it has gone is said");
}

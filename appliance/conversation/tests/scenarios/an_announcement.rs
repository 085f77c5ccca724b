//! What Parley says unasked: when, over what, and until when.

use std::time::Duration;

use parley_conversation::{
    Action, Announcement, AnnouncementId, BargeIn, Event, Outcome, Phase, Sounding, Stage, Urgency,
};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history, room_while_speaking};

pub(crate) fn text(urgency: Urgency) -> Announcement {
    Announcement {
        id: AnnouncementId(7),
        sounding: Sounding::Text("The tea is ready.".into()),
        urgency,
        until: None,
        until_acknowledged: false,
    }
}

fn alarm() -> Announcement {
    Announcement { sounding: Sounding::Sound("alarm".into()), until_acknowledged: true, ..text(Urgency::High) }
}

#[test]
fn is_said_in_a_quiet_room_at_once() {
    for urgency in [Urgency::Low, Urgency::Normal, Urgency::High] {
        let mut room = Room::new();
        room.silence(500).announces(text(urgency));
        assert_eq!(room.kinds().last().map(String::as_str), Some("(answering)"));
        room.quiet();
        assert_eq!((room.spoken(), room.count("(announced: heard)")), (vec!["The tea is ready."], 1));
        assert_eq!(room.history(), [], "nobody asked");
    }
}

#[test]
fn waits_for_silence_unless_it_is_urgent() {
    for (urgency, said) in [(Urgency::Low, 0), (Urgency::Normal, 0), (Urgency::High, 1)] {
        let mut room = room_while_speaking(|_| {}, 300);
        room.announces(text(urgency)).silence(200);
        assert_eq!(room.count("(announcing)"), said, "{urgency:?}");
        room.quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed; 2], "the answer goes on behind it");
        let whole = "Once upon a time there was a very small king. He had a dog and two old cats.";
        check_history(&room, &[(QUESTION, whole)]);
    }
}

#[test]
fn of_normal_urgency_is_said_over_a_television() {
    let mut room = Room::new();
    // Somebody talks all the time, and their words are never known.
    room.speech_to_text = Works::Never;
    room.silence(500).noise(1_000).announces(text(Urgency::Normal)).noise(9_000);
    assert_eq!(room.count("(announcing)"), 0);
    room.noise(1_500);
    assert_eq!(room.count("(announcing)"), 1);
    let mut room = Room::new();
    room.speech_to_text = Works::Never;
    room.silence(500).noise(1_000).announces(text(Urgency::Low)).noise(25_000);
    assert_eq!(room.count("(announcing)"), 0, "nobody is in a hurry");
}

#[test]
fn that_is_of_no_more_use_is_not_said() {
    let mut room = room_while_speaking(|_| {}, 300);
    let until = Some(room.now + ms(1_000));
    room.announces(Announcement { until, ..text(Urgency::Low) }).quiet();
    assert_eq!((room.count("(announcing)"), room.count("(announced: expired)")), (0, 1));
}

#[test]
fn is_stopped_by_a_key_or_by_words_over_it() {
    for words in [true, false] {
        let mut room = Room::new();
        room.silence(500).announces(text(Urgency::Normal)).silence(300);
        if words {
            room.says("that is enough for me", 900);
        } else {
            room.key();
        }
        room.quiet();
        assert_eq!(room.count("(announced: stopped)"), 1);
    }
}

#[test]
fn that_nobody_has_heard_is_said_again() {
    let mut room = Room::new();
    room.text_to_speech = Works::After(ms(1_500));
    room.silence(500).announces(text(Urgency::Normal)).silence(300).key();
    room.quiet();
    assert_eq!((room.count("(announcing)"), room.count("(announced: heard)")), (2, 1));
}

#[test]
fn that_needs_an_answer_is_said_until_somebody_stops_it() {
    let mut room = Room::new();
    room.silence(500).announces(alarm()).silence(29_000);
    assert_eq!(room.count("play"), 5, "a second of sound, five of silence");
    room.until("(announcing)");
    room.silence(200).key().silence(30_000);
    assert_eq!((room.count("play"), room.count("(announced: stopped)")), (6, 1));
}

#[test]
fn that_needs_an_answer_is_stopped_by_one() {
    for words in ["Okay.", "Thank you!", "Stop.", "Alright, alright."] {
        let mut room = Room::new();
        let sounding = Sounding::Text("The tea has been in the pot for ten minutes.".into());
        room.silence(500).announces(Announcement { sounding, ..alarm() }).silence(800).says(words, 600).silence(30_000);
        assert_eq!((room.count("(announced: stopped)"), room.count("generate")), (1, 0), "{words}");
    }
    let mut room = Room::new();
    room.silence(500).announces(text(Urgency::Normal)).silence(300).says("Mhm.", 300).quiet();
    assert_eq!(room.count("(announced: heard)"), 1, "it was only listened to");
}

#[test]
fn that_nobody_stops_ends_after_a_quarter_of_an_hour() {
    let mut room = Room::new();
    room.silence(500).announces(alarm()).silence(16 * 60 * 1_000);
    assert_eq!(room.count("(announced: expired)"), 1);
    assert_eq!(room.conversation.next_wakeup(), None);
}

#[test]
fn is_not_stopped_by_words_that_were_begun_before_it() {
    let mut room = Room::new();
    room.silence(500).says("what is the", 700).announces(alarm()).says("time please", 700);
    room.until("(understood)");
    assert_eq!(room.count("(announced: stopped)"), 0);
    room.until("play");
    room.silence(100).key();
    assert_eq!(room.count("(announced: stopped)"), 1);
}

#[test]
fn pauses_for_a_cough() {
    let mut room = Room::new();
    room.silence(500).announces(text(Urgency::Normal)).silence(300).noise(200).quiet();
    assert_eq!((room.count("pause"), room.count("resume"), room.count("(announced: heard)")), (1, 1, 1));
}

#[test]
fn is_not_taken_for_somebody_who_speaks() {
    let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
    room.silence(500).says("what is the", 700).announces(text(Urgency::High)).says("tea is ready", 1_000).quiet();
    assert_eq!((room.history(), room.count("(announced: heard)")), (vec![], 1));
}

#[test]
fn waits_for_a_voice_that_fails_while_it_is_of_use() {
    let mut room = Room::new();
    room.text_to_speech = Works::Fails;
    room.silence(500).announces(text(Urgency::Normal)).silence(1_000);
    assert_eq!(room.count("(announced: failed)"), 1);
    let until = Some(room.now + Duration::from_secs(60));
    room.announces(Announcement { until, ..text(Urgency::Normal) }).silence(25_000);
    assert_eq!(room.count("(announcing)"), 4);
    room.text_to_speech = Works::After(ms(100));
    room.until("(announced: heard)");
}

#[test]
fn beyond_what_can_wait_is_refused_the_least_urgent_first() {
    let mut room = room_while_speaking(|_| {}, 300);
    for urgency in [[Urgency::Low; 8], [Urgency::Normal; 8]].concat() {
        room.announces(text(urgency));
    }
    assert_eq!(room.count("(announced: refused)"), 0);
    room.announces(text(Urgency::Low));
    assert_eq!(room.count("(announced: refused)"), 1);
    room.announces(Announcement { id: AnnouncementId(9), ..text(Urgency::Normal) });
    room.quiet();
    assert_eq!((room.count("(announced: refused)"), room.count("(announced: heard)")), (2, 16));
}

#[test]
fn over_an_answer_is_followed_by_whatever_the_key_leaves() {
    let mut room = room_while_speaking(|_| {}, 300);
    room.announces(text(Urgency::High)).silence(300).key();
    assert_eq!(room.phase(), Phase::Quiet, "all that sounds is stopped");
    assert_eq!(room.outcomes(), [Outcome::Interrupted; 2]);
}

#[test]
fn does_not_stop_a_question_from_being_answered() {
    let mut room = Room::new();
    room.silence(500).announces(text(Urgency::Normal)).silence(100);
    room.types(QUESTION);
    assert_eq!(room.kinds().last().map(String::as_str), Some("pause"), "the answer waits");
    room.quiet();
    check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    assert_eq!(room.count("(announced: heard)"), 1);
}

#[test]
fn is_shown_where_nothing_is_spoken() {
    let mut room = Room::with(|settings| settings.spoken = false);
    room.announces(text(Urgency::Normal)).announces(alarm());
    assert_eq!((room.count("(answering)"), room.count("(announced: heard)")), (1, 1));
    room.degraded(Stage::LanguageModel, true);
    room.tell(Event::Interrupt);
}

#[test]
fn is_said_in_its_own_language_where_it_has_one() {
    let mut room = Room::new();
    let sounding = Sounding::TextIn { language: "de".into(), text: "Der Tee ist fertig.".into() };
    room.silence(500).announces(Announcement { sounding, ..text(Urgency::Low) }).quiet();
    let languages = |language: &'static str| {
        room.count_of(|action| matches!(action, Action::Speak { language: said, .. } if said == language))
    };
    assert_eq!((room.spoken(), languages("de"), languages("en")), (vec!["Der Tee ist fertig."], 1, 0));
}

#[test]
fn is_said_in_the_language_of_its_letters_where_it_names_none() {
    let mut room = Room::new();
    let sounding = Sounding::Text("ชาพร้อมแล้ว".into());
    room.silence(500).announces(Announcement { sounding, ..text(Urgency::Low) }).quiet();
    let thai = room.count_of(|action| matches!(action, Action::Speak { language, .. } if language == "th"));
    assert_eq!((room.spoken(), thai), (vec!["ชาพร้อมแล้ว"], 1));
}

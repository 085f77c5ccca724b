//! Words about the conversation itself: none of them reaches the language model.

use parley_conversation::{Action, Effect, EffectResult, Event, ModelOnly, Outcome, VolumeStep};

use crate::common::{Room, Works, ms};
use crate::{QUESTION, check_history, room_while_speaking};

/// The story that is told over.
const STORY: &str = "Once upon a time there was a very small king. He had a dog and two old cats.";

fn performed(room: &Room) -> Vec<Effect> {
    let effects = room.done.iter().filter_map(|(_, action)| {
        if let Action::Perform { effect, .. } = action { Some(effect.clone()) } else { None }
    });
    effects.collect()
}

#[test]
fn stops_an_answer_and_nothing_more_is_said() {
    for stop in ["Stop.", "Never mind.", "Be quiet, please!", "Okay, that's enough.", "Hör auf!", "Basta."] {
        let mut room = room_while_speaking(|_| {}, 1_300);
        let said = room.spoken().len();
        room.says(stop, 600).quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed], "{stop}");
        assert_eq!((room.count("generate"), room.spoken().len()), (1, said), "{stop}");
        check_history(&room, &[(QUESTION, "Once upon a time there")]);
    }
}

#[test]
fn that_acknowledges_lets_the_answer_go_on() {
    for go_on in ["Alright.", "Go ahead.", "That makes sense.", "Go on.", "Please continue.", "Ah, d'accord."] {
        let mut room = room_while_speaking(|_| {}, 1_300);
        room.says(go_on, 600).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed], "{go_on}");
        assert_eq!((room.count("(understood)"), room.count("resume")), (1, 1), "{go_on}");
        check_history(&room, &[(QUESTION, STORY)]);
    }
}

#[test]
fn that_is_a_part_of_a_question_is_asked() {
    for question in ["What is a stop sign?", "Can you go on a train to Paris?"] {
        let mut room = Room::new();
        room.silence(500).says(question, 1_000).quiet();
        assert_eq!(room.count("generate"), 1, "{question}");
        let mut room = room_while_speaking(|_| {}, 1_300);
        room.says(question, 1_000).quiet();
        assert_eq!(room.count("generate"), 2, "{question}");
    }
}

#[test]
fn stops_nothing_where_nothing_is_said() {
    let mut room = Room::new();
    room.silence(500).says("Stop.", 500).quiet();
    room.silence(500).types("never mind").quiet();
    assert_eq!((room.count("generate"), room.spoken().len()), (0, 0));
    check_history(&room, &[]);
}

#[test]
fn takes_a_question_back_that_is_being_thought_about() {
    let mut room = Room::new();
    room.language_model = Works::After(ms(2_000));
    room.silence(500).says("what is the weather", 1_000);
    room.until("release");
    room.silence(300).says("no never mind", 600).quiet();
    assert_eq!((room.count("generate"), room.spoken().len()), (1, 0));
    check_history(&room, &[]);
}

#[test]
fn has_the_last_answer_said_again() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    room.says("Say that again, please.", 900).quiet();
    assert_eq!(room.count("generate"), 1);
    assert_eq!(room.spoken().iter().filter(|text| text.starts_with("Once upon")).count(), 2);
    room.silence(3_000).says("Repeat.", 500).quiet();
    assert_eq!(room.spoken().iter().filter(|text| text.starts_with("He had a dog")).count(), 3);
    check_history(&room, &[(QUESTION, "Once upon a time there")]);
}

#[test]
fn has_nothing_said_again_that_is_forgotten_or_was_never_said() {
    let mut room = Room::new();
    room.silence(500).says("Pardon?", 500).quiet();
    assert_eq!(room.spoken(), ["I have not said anything yet."]);
    room.says(QUESTION, 1_000).quiet();
    room.tell(Event::Forget { last: None });
    room.says("Repeat that.", 500).quiet();
    assert_eq!(room.spoken().last(), Some(&"I have not said anything yet."));
    room.says(QUESTION, 1_000).quiet();
    room.much_later().says("Repeat that.", 500).quiet();
    assert_eq!(room.spoken().last(), Some(&"I have not said anything yet."));
}

#[test]
fn goes_on_with_an_answer_that_was_stopped() {
    let mut room = room_while_speaking(|_| {}, 3_000);
    room.says("Stop.", 500).quiet();
    room.silence(2_000).says("Go on.", 500).quiet();
    assert_eq!(room.count("generate"), 1);
    let last: Vec<&str> = room.spoken().into_iter().rev().take(1).collect();
    assert_eq!(last, ["He had a dog and two old cats."]);
    assert_eq!(room.history()[1], ("Go on.".into(), "He had a dog and two old cats.".into()));
    room.says("Go on.", 500).quiet();
    assert_eq!(room.spoken().last(), Some(&"That was all."));
}

#[test]
fn changes_the_volume_and_says_so() {
    for (words, step) in [("Louder, please.", VolumeStep::Louder), ("Not so loud!", VolumeStep::Quieter)] {
        let mut room = Room::new();
        room.effects = Some((ms(20), EffectResult::Say("70 %.".into())));
        room.silence(500).says(words, 600).quiet();
        assert_eq!((performed(&room), room.spoken()), (vec![step.effect()], vec!["seventy percent."]));
        assert_eq!(room.count("generate"), 0);
        check_history(&room, &[]);
    }
}

#[test]
fn changes_the_volume_of_an_answer_that_goes_on() {
    let mut room = room_while_speaking(|_| {}, 1_300);
    room.says("Louder!", 500).quiet();
    assert_eq!(performed(&room), [VolumeStep::Louder.effect()]);
    assert_eq!(room.outcomes(), [Outcome::Completed]);
    check_history(&room, &[(QUESTION, STORY)]);
}

#[test]
fn yes_over_the_last_moment_of_a_question_answers_it() {
    for yes in ["Yes.", "Okay.", "Go ahead."] {
        let mut room = room_while_speaking(|room| room.answer = "I know a story. Shall I tell it?".into(), 0);
        // The answer takes 1.9 s.
        room.silence(1_500).says(yes, 400).quiet();
        assert_eq!(room.count("generate"), 2, "{yes}");
        assert_eq!(room.history()[1].0, yes);
        let mut room = room_while_speaking(|room| room.answer = "I know a story. Shall I tell it?".into(), 0);
        room.quiet().silence(100).says(yes, 400).quiet();
        assert_eq!(room.count("generate"), 2, "just after it: {yes}");
    }
    let mut room = room_while_speaking(|room| room.answer = "Shall I? I know a story, and tell it now.".into(), 0);
    room.silence(1_500).says("Yes.", 400).quiet();
    assert_eq!(room.count("generate"), 1, "nothing was asked");
}

#[test]
fn is_answered_in_its_own_language() {
    let mut room = Room::routed(|settings| settings.voices = vec!["en".into(), "de".into()], Box::new(ModelOnly), true);
    room.language = "de".into();
    room.silence(500).says("Wie bitte?", 500).quiet();
    assert_eq!(room.spoken(), ["Ich habe noch nichts gesagt."]);
    let mut room = Room::new();
    room.language = "de".into();
    room.silence(500).says("Hör auf!", 500).quiet();
    assert!(room.spoken().is_empty(), "whoever wants silence is not told that there is no voice: {:?}", room.spoken());
}

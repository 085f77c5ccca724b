//! Things that are done: once, when the turn is certain, and told as they came out.

use parley_conversation::{Action, Author, Effect, EffectResult, Event, Outcome, Phase, Request, Route, Router};

use crate::check_history;
use crate::common::{Room, Works, ms};

/// "Turn on …" is a command, whatever follows.
struct Commands;

impl Router for Commands {
    fn route(&self, request: &Request<'_>) -> Route {
        if request.transcript.text.starts_with("turn on") {
            Route::Do(Effect { name: "light".into(), arguments: format!("{:?}", request.transcript.text) })
        } else {
            Route::Model
        }
    }
}

fn room() -> Room {
    let mut room = Room::routed(|_| {}, Box::new(Commands), true);
    room.effects = Some((ms(80), EffectResult::Say("The light is on.".into())));
    room
}

/// The arguments of everything that was done.
fn performed(room: &Room) -> Vec<String> {
    let effects = room.done.iter().filter_map(|(_, action)| {
        if let Action::Perform { effect, .. } = action { Some(effect.arguments.clone()) } else { None }
    });
    effects.collect()
}

#[test]
fn is_done_once_the_turn_is_certain_and_its_result_is_said() {
    let mut room = room();
    room.silence(500).says("turn on the light", 900);
    room.until("release");
    assert_eq!(room.kinds().iter().rev().take(2).rev().collect::<Vec<_>>(), ["release", "perform"]);
    assert_eq!(room.count("speak-0"), 0, "nobody says that it is done before it is");
    room.quiet();
    check_history(&room, &[("turn on the light", "The light is on.")]);
    assert_eq!(performed(&room), ["\"turn on the light\""]);
}

#[test]
fn is_not_done_while_somebody_goes_on() {
    let mut room = room();
    room.finished = 0.1;
    room.silence(500).says("turn on", 500).silence(500).says("the lamp", 600).quiet();
    assert_eq!(performed(&room), ["\"turn on the lamp\""]);
}

#[test]
fn stands_once_it_was_begun_and_what_follows_is_another_question() {
    let mut room = room();
    room.effects = Some((ms(3_000), EffectResult::Say("The light is on.".into())));
    room.silence(500).says("turn on the light", 900);
    room.until("perform");
    room.says("turn on the heating", 900).quiet();
    assert_eq!(performed(&room), ["\"turn on the light\"", "\"turn on the heating\""]);
    assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    let first = room.conversation.history().exchanges().next().cloned().expect("it stands");
    let result = first.effects.first().and_then(|begun| begun.result.clone());
    assert_eq!(result, Some(EffectResult::Say("The light is on.".into())), "what came of it late is known");
}

#[test]
fn that_fails_is_said_to_have_failed() {
    let mut room = room();
    room.effects = Some((ms(80), EffectResult::Failed("no bulb".into())));
    room.silence(500).says("turn on the light", 900).quiet();
    check_history(&room, &[("turn on the light", "Sorry, that did not work.")]);
}

#[test]
fn that_is_told_twice_counts_once() {
    let mut room = room();
    room.effects = None;
    room.silence(500).says("turn on the light", 900);
    room.until("perform");
    let begun = room.conversation.history().exchanges().next().and_then(|exchange| exchange.effects.first().cloned());
    let (turn, id) =
        (room.conversation.history().exchanges().next().expect("it was asked").turn, begun.expect("begun").id);
    for text in ["The light is on.", "The light is off."] {
        room.tell(Event::Performed { turn, id, result: EffectResult::Say(text.into()) });
    }
    room.quiet();
    check_history(&room, &[("turn on the light", "The light is on.")]);
}

#[test]
fn that_answers_with_a_book_is_cut() {
    let mut room = room();
    room.effects = Some((ms(80), EffectResult::Say("word ".repeat(250_000))));
    room.silence(500).says("turn on the light", 900);
    room.until("end-speech");
    assert!(room.spoken().join(" ").chars().count() <= 4_000);
}

mod of_the_model {
    use super::*;

    fn calls(room: &mut Room) {
        let turn = room.conversation.history().exchanges().next_back().expect("it was asked").turn;
        room.tell(Event::EffectCalled { turn, effect: Effect { name: "weather".into(), arguments: "{}".into() } });
    }

    /// A room whose model does what the test says, and has been asked something.
    fn asked(result: EffectResult) -> Room {
        let mut room = Room::new();
        room.language_model = Works::Never;
        room.effects = Some((ms(100), result));
        room.silence(500).says("will it rain", 900);
        room.until("release");
        room
    }

    #[test]
    fn lets_it_think_again() {
        let mut room = asked(EffectResult::Think("rain at three".into()));
        calls(&mut room);
        assert_eq!(room.count("perform"), 1);
        room.language_model = Works::After(ms(50));
        room.answer = "It rains at three.".into();
        room.until("generate");
        let asked = room.done.iter().rev().find_map(|(_, action)| {
            if let Action::Generate { messages, .. } = action { Some(messages.clone()) } else { None }
        });
        let asked: Vec<(Author, String)> =
            asked.expect("asked again").into_iter().map(|message| (message.author, message.text)).skip(1).collect();
        assert_eq!(
            asked,
            [
                (Author::Person, "will it rain".into()),
                (Author::Parley, r#"<tool_call>{"name": "weather", "arguments": {}}</tool_call>"#.into()),
                (Author::Tool, "rain at three".into()),
            ]
        );
        room.quiet();
        check_history(&room, &[("will it rain", "It rains at three.")]);
    }

    #[test]
    fn at_most_four_times() {
        let mut room = asked(EffectResult::Think("ask me again".into()));
        for round in 1..=5 {
            calls(&mut room);
            assert_eq!(room.count("perform"), round);
            room.silence(200);
        }
        assert_eq!(room.count("generate"), 5);
        room.quiet();
        assert_eq!(room.history()[0].1, "Sorry, that takes more steps than I can manage.");
    }

    #[test]
    fn waits_for_the_release() {
        let mut room = Room::new();
        (room.language_model, room.finished) = (Works::Never, 0.1);
        room.silence(500).says("will it", 900).silence(240);
        let turn = room.done.iter().rev().find_map(|(_, action)| crate::common::turn_of(action)).expect("a draft");
        assert_eq!(room.phase(), Phase::Deciding);
        room.tell(Event::EffectCalled { turn, effect: Effect { name: "weather".into(), arguments: "{}".into() } });
        assert_eq!(room.count("perform"), 0, "a draft has no effect");
        room.says("rain tomorrow", 600);
        assert_eq!(room.count("perform"), 0, "the draft was another one");
    }
}

#[test]
fn is_not_begun_by_an_answer_that_waits_for_somebody() {
    let mut room = Room::new();
    room.language_model = Works::Never;
    room.silence(500).says("will it rain", 900);
    room.until("release");
    let turn = room.conversation.history().exchanges().next_back().expect("it was asked").turn;
    room.tell(Event::Text { turn, text: "Let me see what there is. ".into() });
    room.tell(Event::Heard { turn, heard: ms(100) });
    room.noise(200);
    assert_eq!(room.phase(), Phase::Interrupted);
    room.tell(Event::EffectCalled { turn, effect: Effect { name: "weather".into(), arguments: "{}".into() } });
    assert_eq!(room.count("perform"), 0, "somebody may be going on with the question");
    room.silence(4_000);
    assert_eq!(room.count("perform"), 1, "there were no words");
}

mod what_was_said {
    use parley_conversation::Settings;

    use super::*;

    #[test]
    fn is_forgotten_after_a_while() {
        let mut room = Room::new();
        room.silence(500).says("one", 500).quiet();
        room.silence(Settings::default().forget_after.as_millis() as u64 - 5_000).says("two", 500).quiet();
        assert_eq!(room.history().len(), 2);
        room.silence(Settings::default().forget_after.as_millis() as u64 + 1_000).says("three", 500).quiet();
        assert_eq!(room.history().len(), 1);
    }

    #[test]
    fn is_forgotten_when_somebody_wishes() {
        let mut room = Room::new();
        room.silence(500).says("one", 500).quiet();
        room.silence(60_000).says("two", 500).quiet();
        room.tell(Event::Forget { last: Some(ms(30_000)) });
        let left: Vec<String> = room.history().into_iter().map(|(question, _)| question).collect();
        assert_eq!(left, ["one"]);
        let prepared = room.count("prepare");
        room.tell(Event::Forget { last: None });
        assert_eq!((room.history().len(), room.count("prepare")), (0, prepared + 1));
    }

    #[test]
    fn instead_of_an_answer_is_not_shown_to_the_model() {
        let mut room = Room::new();
        room.language_model = Works::Fails;
        room.silence(500).says("one", 500).quiet();
        room.language_model = Works::After(ms(100));
        room.says("two", 500).quiet();
        let asked = room.done.iter().rev().find_map(|(_, action)| {
            if let Action::Generate { messages, .. } = action { Some(messages.clone()) } else { None }
        });
        let asked: Vec<String> = asked.expect("asked").into_iter().map(|message| message.text).skip(1).collect();
        assert_eq!(asked, ["two"]);
    }
}

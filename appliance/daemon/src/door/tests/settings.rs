//! Settings that clients change, over real sockets, of a conversation whose engines are scripted.

use serde_json::json;

use super::tools::{Home, answered};
use super::*;

fn change(visitor: &mut Visitor, key: &str, value: Option<&str>) -> Result<(Option<String>, bool), ErrorCode> {
    let (request, value) = (if value.is_some() { "set-setting" } else { "unset-setting" }, value.unwrap_or_default());
    visitor.say(&json!({"type": "request", "id": 1, "request": request, "key": key, "value": value}).to_string());
    match visitor.answer().1 {
        Ok(DoorReply::Setting { setting, restart }) if setting.key == key => Ok((setting.value, restart)),
        Err(error) if !error.message.is_empty() => Err(error.code),
        other => panic!("{other:?}"),
    }
}

fn persona(home: &Home) -> String {
    home.model
        .tasks()
        .pop()
        .and_then(|task| task.messages.first().map(|message| message.text.clone()))
        .unwrap_or_default()
}

#[test]
fn a_persona_is_the_next_questions_and_its_change_is_told() {
    let home = Home::open();
    let mut owner = home.guest(Door::Control, HELLO);
    let mut watcher = home.guest(Door::Read, HELLO);
    answered(home.asks("who are you?"));
    assert!(persona(&home).starts_with("You are Parley"), "{}", persona(&home));
    let set = change(&mut owner, "conversation.persona", Some("You are Bo."));
    assert_eq!(set, Ok((Some("\"You are Bo.\"".into()), false)));
    let told = loop {
        match watcher.hear() {
            Some(FromDaemon::Event(NumberedEvent { event: event @ DoorEvent::Setting { .. }, .. })) => break event,
            Some(FromDaemon::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(told, DoorEvent::Setting { key: "conversation.persona".into() });
    let begun = Instant::now();
    loop {
        answered(home.asks("and now?"));
        if persona(&home).starts_with("You are Bo.") {
            break;
        }
        assert!(begun.elapsed() < FAR_TOO_LONG, "{}", persona(&home));
    }
    assert_eq!(change(&mut owner, "conversation.persona", None), Ok((None, false)));
}

#[test]
fn the_read_door_changes_nothing_and_bad_values_neither() {
    let home = Home::open();
    assert_eq!(change(&mut home.guest(Door::Read, HELLO), "audio.volume", Some("3")), Err(ErrorCode::NotAllowed));
    let mut owner = home.guest(Door::Control, HELLO);
    let long = "x".repeat(4_001);
    for (key, value, code) in [
        ("audio.volume", "three", ErrorCode::BadRequest),
        ("audio.input", "hw:1", ErrorCode::NotAllowed),
        ("updates.hours", "any", ErrorCode::NotAllowed),
        ("conversation.persona", &long, ErrorCode::BadRequest),
        ("\u{0}", "", ErrorCode::BadRequest),
    ] {
        assert_eq!(change(&mut owner, key, Some(value)), Err(code), "{key}");
    }
    assert_eq!(
        owner.refused(r#"{"type":"request","id":1,"request":"set-setting","key":"audio.volume"}"#).1,
        ErrorCode::BadRequest
    );
    assert!(!home.folder.path().join("state").exists());
}

/// The client is gone before the answer: the setting is whole, or not there.
#[test]
fn a_change_whose_client_goes_is_made_all_the_same() {
    let home = Home::open();
    for turns in 0..20 {
        let mut owner = home.guest(Door::Control, HELLO);
        let value = turns.to_string();
        owner.say(
            &json!({"type": "request", "id": 1, "request": "set-setting", "key": "conversation.remembered-turns", "value": value})
                .to_string(),
        );
    }
    let mut owner = home.guest(Door::Control, HELLO);
    assert_eq!(change(&mut owner, "conversation.remembered-turns", Some("50")), Ok((Some("50".into()), false)));
    owner.say(r#"{"type":"request","id":2,"request":"settings"}"#);
    let Ok(DoorReply::Settings { settings }) = owner.answer().1 else { panic!("it is answered") };
    let found = settings.into_iter().find(|setting| setting.key == "conversation.remembered-turns");
    // One that was begun before may have come later.
    assert!(found.is_some_and(|setting| setting.set && !setting.waits));
}

/// Nobody waits for an answer before the next request.
#[test]
fn what_is_set_last_counts() {
    let home = Home::open();
    let mut owner = home.guest(Door::Control, HELLO);
    for turns in 0..=40 {
        let value = turns.to_string();
        owner.say(
            &json!({"type": "request", "id": turns, "request": "set-setting", "key": "conversation.remembered-turns", "value": value})
                .to_string(),
        );
    }
    let mut ids: Vec<u64> = (0..=40).filter_map(|_| owner.answer().0).collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..=40).collect::<Vec<_>>());
    owner.say(r#"{"type":"request","id":2,"request":"settings"}"#);
    let Ok(DoorReply::Settings { settings }) = owner.answer().1 else { panic!("it is answered") };
    let found = settings.into_iter().find(|setting| setting.key == "conversation.remembered-turns");
    assert_eq!(found.and_then(|setting| setting.value).as_deref(), Some("40"));
}

/// Without a key, answers that speech may no longer interrupt are short, and rest between their sentences.
#[test]
fn where_nothing_can_press_a_change_makes_it_half_duplex() {
    let home = Home::open();
    let longest = || {
        answered(home.asks("and now?"));
        home.model.tasks().pop().map(|task| task.max_tokens).unwrap_or_default()
    };
    for (value, is_short) in [("voice", false), ("auto", true), ("voice", false), ("key", true)] {
        change(&mut home.guest(Door::Control, HELLO), "conversation.barge-in", Some(value)).expect("it can be set");
        let begun = Instant::now();
        while (longest() <= 80) != is_short {
            assert!(begun.elapsed() < FAR_TOO_LONG, "{value}");
        }
    }
}

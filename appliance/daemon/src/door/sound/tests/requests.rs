//! What the control door can ask of a client's seat.

use super::*;

fn call(house: &House, request: DoorRequest) -> Result<DoorReply, ErrorCode> {
    match house.control().call(request, FAR_TOO_LONG) {
        Ok(reply) => Ok(reply),
        Err(DoorClientError::Refused(error)) => Err(error.code),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_request_that_names_a_seat_is_for_that_seat() {
    let house = House::open(ANSWER);
    let mut satellite = house.satellite();
    let seat = || Some("seat-2".to_owned());
    let asked = std::thread::scope(|scope| {
        let asking = scope.spawn(|| call(&house, DoorRequest::Ask { text: "this".into(), seat: seat() }));
        satellite.listen(Duration::from_millis(20));
        satellite.quiet();
        asking.join().expect("it is answered")
    });
    let answer = "You have written this.";
    assert!(matches!(&asked, Ok(DoorReply::Answered { answer: Some(said), .. }) if said == answer), "{asked:?}");
    assert_one_sound(&satellite.heard, answer);
    assert_eq!(house.own_heard.first_sound(house.own_heard.first_frame_at(), 100), None, "nobody spoke there");
    assert_eq!(call(&house, DoorRequest::Volume { percent: Some(3), seat: seat() }), Err(ErrorCode::NotAvailable));
    let nobody = DoorRequest::Interrupt { seat: Some("seat-3".into()) };
    assert_eq!(call(&house, nobody), Err(ErrorCode::UnknownSeat));
    // A closed microphone: whoever speaks into it is not heard.
    assert_eq!(call(&house, DoorRequest::Mute { muted: true, seat: seat() }), Ok(DoorReply::Done));
    let before = house.hearing.counts().asked;
    satellite.say(&speech(800));
    satellite.wait(Duration::from_secs(1));
    assert_eq!(house.hearing.counts().asked, before);
    let state = house.control();
    let muted: Vec<bool> = state.state().seats.iter().map(|seat| seat.muted).collect();
    assert_eq!(muted, [false, true]);
}

#[test]
fn a_key_silences_the_answer_of_a_seat() {
    let house = House::open(ANSWER);
    let hello = SoundHello { barge_in: Some(parley_door::DoorBargeIn::Key), ..SoundHello::new("a test") };
    let mut satellite = Satellite::at(&house, hello).expect("a seat is free");
    satellite.say(&speech(800));
    satellite.listen(Duration::from_millis(300));
    // Nobody is listened to meanwhile.
    satellite.say(&speech(500));
    let before = satellite.sound();
    assert!(length(before, RATE_HZ) > Duration::from_millis(700));
    assert_eq!(call(&house, DoorRequest::Interrupt { seat: Some("seat-2".into()) }), Ok(DoorReply::Done));
    satellite.wait(Duration::from_secs(1));
    assert!(length(satellite.sound() - before, RATE_HZ) < Duration::from_millis(300));
}

#[test]
fn who_asks_in_a_seat_that_is_left_learns_that_it_is_over() {
    let house = House::open(ANSWER);
    let mut satellite = house.satellite();
    let asked = std::thread::scope(|scope| {
        let ask = DoorRequest::Ask { text: "a question with a long answer".into(), seat: Some("seat-2".into()) };
        let asking = scope.spawn(|| call(&house, ask));
        satellite.listen(Duration::from_millis(20));
        drop(satellite);
        asking.join().expect("it is answered")
    });
    assert_eq!(asked, Err(ErrorCode::NotAvailable));
    let begun = Instant::now();
    while house.control().state().seats.len() > 1 {
        assert!(begun.elapsed() < FAR_TOO_LONG, "the seat is not left");
        std::thread::sleep(FRAME);
    }
    let interrupt = DoorRequest::Interrupt { seat: Some("seat-2".into()) };
    assert_eq!(call(&house, interrupt), Err(ErrorCode::UnknownSeat));
}

#[test]
fn the_language_that_a_client_names_is_the_one_that_is_understood_there() {
    let house = House::open(ANSWER);
    let with = |language: &str| SoundHello { language: Some(language.into()), ..SoundHello::new("a test") };
    for (named, understood) in [("de", Some("de")), ("auto", None)] {
        let mut satellite = Satellite::at(&house, with(named)).expect("a seat is free");
        satellite.say(&speech(800));
        satellite.listen(Duration::from_millis(20));
        let task = house.hearing.tasks().pop().expect("it was asked");
        assert_eq!(task.language.as_deref(), understood);
    }
    let refused = Satellite::at(&house, with("klingon")).err();
    assert!(
        matches!(&refused, Some(DoorClientError::Refused(error)) if error.code == ErrorCode::BadRequest),
        "{refused:?}"
    );
}

#[test]
fn a_tool_is_called_for_the_seat_in_which_it_was_asked_for() {
    let house = House::open(ANSWER);
    let mut satellite = house.satellite();
    let mut dice = house.control();
    let offer = DoorRequest::OfferTool {
        name: "dice".into(),
        description: "rolls a die".into(),
        sentences: vec!["roll a die".into()],
        parameters: None,
        any: false,
    };
    assert_eq!(dice.call(offer, FAR_TOO_LONG).expect("nobody has it"), DoorReply::Done);
    let asked = std::thread::scope(|scope| {
        let ask = DoorRequest::Ask { text: "Roll a die!".into(), seat: Some("seat-2".into()) };
        let asking = scope.spawn(|| call(&house, ask));
        scope.spawn(move || {
            let called = loop {
                if let DoorNews::ToolCalled(called) = dice.wait(Some(FAR_TOO_LONG)).expect("it is open").expect("news")
                {
                    break called;
                }
            };
            assert_eq!((called.name.as_str(), called.seat.as_str()), ("dice", "seat-2"));
            let result = DoorRequest::ToolResult { call: called.call, text: "It is a four.".into(), think: false };
            assert_eq!(dice.call(result, FAR_TOO_LONG).expect("it waits"), DoorReply::Done);
        });
        satellite.listen(Duration::from_millis(20));
        satellite.quiet();
        asking.join().expect("it is answered")
    });
    assert!(
        matches!(&asked, Ok(DoorReply::Answered { answer: Some(said), .. }) if said == "It is a four."),
        "{asked:?}"
    );
    assert_one_sound(&satellite.heard, "It is a four.");
}

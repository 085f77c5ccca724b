use proptest::prelude::*;

use super::*;

fn client(line: &str) -> Result<FromClient, serde_json::Error> {
    serde_json::from_str(line)
}

fn daemon(line: &str) -> FromDaemon {
    serde_json::from_str(line).expect("it is a line of the daemon")
}

fn request(line: &str) -> DoorRequest {
    match client(line) {
        Ok(FromClient::Request { request, .. }) => request,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn what_a_newer_client_says_more_is_ignored() {
    let hello = r#"{"type":"hello","version":"1.7","name":"x","likes":["tea"]}"#;
    let said = ClientHello { version: DoorVersion { major: 1, minor: 7 }, name: "x".into(), words: false };
    assert_eq!(client(hello).expect("a hello"), FromClient::Hello(said));
    let volume = request(r#"{"type":"request","id":1,"request":"volume","percent":40,"fade-ms":20,"deep":{"a":[1]}}"#);
    assert_eq!(volume, DoorRequest::Volume { percent: Some(40), seat: None });
}

#[test]
fn what_is_not_known_is_told_from_what_is_wrong() {
    assert_eq!(request(r#"{"type":"request","id":1,"request":"fly","to":"moon"}"#), DoorRequest::Unknown);
    assert_eq!(client(r#"{"type":"song"}"#).expect("a line"), FromClient::Unknown);
    for wrong in [
        r#"{"type":"request","id":1}"#,
        r#"{"type":"request","request":"interrupt"}"#,
        r#"{"type":"request","id":-1,"request":"interrupt"}"#,
        r#"{"type":"request","id":1,"request":"volume","percent":1000}"#,
        r#"{"type":"request","id":1,"request":"mute"}"#,
        r#"{"type":"hello","version":"one"}"#,
        r#"{"type":"hello","version":"1"}"#,
        "[]",
        "",
    ] {
        assert!(client(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_a_newer_daemon_says_more_is_passed_over() {
    assert_eq!(daemon(r#"{"type":"weather","is":"fine"}"#), FromDaemon::Unknown);
    let FromDaemon::Event(event) = daemon(r#"{"type":"event","number":9,"event":"sneezed","loud":true}"#) else {
        panic!("it is an event")
    };
    assert_eq!(event, NumberedEvent { number: 9, event: DoorEvent::Unknown });
    let FromDaemon::State { missed: 0, state } =
        daemon(r#"{"type":"state","number":3,"seats":[{"seat":"own","phase":"dreaming","mood":"good"}],"moon":1}"#)
    else {
        panic!("it is a state")
    };
    assert_eq!(state.seats[0].phase, DoorPhase::Unknown);
    let answer = daemon(r#"{"type":"answer","id":4,"took-ms":2,"error":{"code":"tired","message":"later","since":1}}"#);
    let error = DoorError::new(ErrorCode::Unknown, "later");
    assert_eq!(answer, FromDaemon::Answer(DoorAnswer { id: Some(4), result: AnswerResult::Error(error) }));
    let answer = daemon(r#"{"type":"answer","id":4,"ok":{"reply":"sung","notes":3}}"#);
    assert_eq!(answer, FromDaemon::Answer(DoorAnswer { id: Some(4), result: AnswerResult::Ok(DoorReply::Unknown) }));
}

#[test]
fn only_another_major_version_disagrees() {
    let version = |text: &str| text.parse::<DoorVersion>();
    assert!(version("1.99").is_ok_and(|other| other.agrees_with(DoorVersion { major: 1, minor: 0 })));
    assert!(version("2.0").is_ok_and(|other| !other.agrees_with(DoorVersion { major: 1, minor: 0 })));
    for text in ["", "1", "1.", ".1", "1.2.3", "a.b", "70000.0", "-1.0"] {
        assert_eq!(version(text), Err(BadVersion), "{text}");
    }
}

#[test]
fn the_folder_is_the_named_one_or_the_users() {
    let folder = |pairs: &[(&str, &str)]| {
        Door::folder(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into()))
    };
    assert_eq!(folder(&[(FOLDER_VARIABLE, "/x"), ("XDG_RUNTIME_DIR", "/run/user/1")]), Some("/x".into()));
    if !std::path::Path::new(DEVICE_FOLDER).exists() {
        assert_eq!(folder(&[("XDG_RUNTIME_DIR", "/run/user/1")]), Some("/run/user/1/parley/door".into()));
        assert_eq!(folder(&[(FOLDER_VARIABLE, "relative"), ("XDG_RUNTIME_DIR", "")]), None);
    }
    let socket = Door::Control.socket(std::path::Path::new("/x"));
    assert_eq!(socket, std::path::Path::new("/x/control/socket"));
}

fn texts() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(".{0,40}")
}

fn seats() -> impl Strategy<Value = String> {
    prop_oneof![Just(OWN_SEAT.to_owned()), Just("kitchen".to_owned()), ".{0,5}"]
}

fn phases() -> impl Strategy<Value = DoorPhase> {
    use DoorPhase::{Deciding, Interrupted, Listening, Quiet, Speaking, Thinking};
    prop_oneof![Just(Quiet), Just(Listening), Just(Deciding), Just(Thinking), Just(Speaking), Just(Interrupted)]
}

fn events() -> impl Strategy<Value = DoorEvent> {
    let update = (".{0,9}", texts(), proptest::option::of(0..=100_u8), texts());
    prop_oneof![
        (seats(), phases())
            .prop_map(|(seat, phase)| { DoorEvent::SeatTaken(SeatState { seat, phase, ..SeatState::own() }) }),
        seats().prop_map(|seat| DoorEvent::SeatLeft { seat }),
        (seats(), phases()).prop_map(|(seat, phase)| DoorEvent::Phase { seat, phase }),
        seats().prop_map(|seat| DoorEvent::SpeechBegan { seat }),
        seats().prop_map(|seat| DoorEvent::NoWords { seat }),
        (seats(), 0..4_u64, texts()).prop_map(|(seat, turn, text)| DoorEvent::Understood {
            seat,
            turn,
            language: "en".into(),
            text
        }),
        (seats(), 0..4_u64, texts()).prop_map(|(seat, turn, text)| DoorEvent::Answering { seat, turn, text }),
        (seats(), 0..4_u64).prop_map(|(seat, turn)| DoorEvent::TurnEnded {
            seat,
            turn,
            outcome: DoorOutcome::Completed,
            first_sound_ms: Some(0.5)
        }),
        (".{0,3}", any::<bool>()).prop_map(|(engine, works)| DoorEvent::Engine { engine, works }),
        (seats(), 0..=100_u8).prop_map(|(seat, percent)| DoorEvent::Volume { seat, percent }),
        (seats(), any::<bool>()).prop_map(|(seat, muted)| DoorEvent::Muted { seat, muted }),
        update.prop_map(|(step, version, percent, because)| {
            DoorEvent::Update(UpdateStep { step, version, percent, because })
        }),
        (".{0,9}", texts(), 0..=100_u8, any::<bool>()).prop_map(|(name, says, volume, heard)| {
            let chirp = ChirpEcho { volume, suppressed_db: heard.then_some(31.5), ..ChirpEcho::default() };
            let faults = says.map(|says| EchoFaultState { name, says });
            DoorEvent::Echo(EchoState { chirp: Some(chirp), faults: faults.into_iter().collect(), answers: None })
        }),
    ]
}

proptest! {
    #[test]
    fn lines_are_the_same_in_whatever_pieces_they_come(
        bytes in proptest::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(b'\n')], 0..400),
        cuts in proptest::collection::vec(1..50_usize, 1..40),
    ) {
        let mut cutter = LineCutter::default();
        let (mut lines, mut rest) = (Vec::new(), bytes.as_slice());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at((*cut).min(rest.len()));
            rest = behind;
            cutter.push(piece);
            while let Some(line) = cutter.next_line().expect("none is long") {
                lines.push(line.to_vec());
            }
        }
        let mut expected: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        expected.pop();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn any_line_is_read_or_refused_and_never_panics(line in prop_oneof![
        ".{0,200}",
        r#"\{"type":"(hello|request|event|state|answer|x)","(id|version|number|request|event)":("[a-z.0-9]{0,9}"|-?[0-9]{1,25}|\[\]|\{\}|null)(,"(seat|text|percent|request)":("[a-z-]{0,9}"|[0-9]{1,4}|null))?\}"#,
    ]) {
        let _ = serde_json::from_str::<FromClient>(&line);
        let _ = serde_json::from_str::<FromDaemon>(&line);
    }

    #[test]
    fn a_state_that_was_sent_and_followed_is_the_daemons_own(
        before in proptest::collection::vec(events(), 0..20),
        after in proptest::collection::vec(events(), 0..20),
    ) {
        let numbered = (1..).zip(before.iter().chain(&after).cloned()).map(|(number, event)| NumberedEvent { number, event });
        let numbered: Vec<_> = numbered.collect();
        let mut own = DoorState::new(vec![SeatState::own()]);
        let (before, after) = numbered.split_at(before.len());
        before.iter().for_each(|event| own.apply(event));
        let sent = serde_json::to_string(&FromDaemon::State { missed: 0, state: own.clone() }).expect("it can be written");
        let FromDaemon::State { state: mut clients, .. } = daemon(&sent) else { panic!("{sent}") };
        for event in after {
            own.apply(event);
            let sent = serde_json::to_string(&FromDaemon::Event(event.clone())).expect("it can be written");
            let FromDaemon::Event(read) = daemon(&sent) else { panic!("{sent}") };
            prop_assert_eq!(&read, event);
            clients.apply(&read);
        }
        prop_assert_eq!(clients, own);
    }

    #[test]
    fn without_words_nothing_that_was_said_is_left(said in proptest::collection::vec(events(), 0..20)) {
        const SECRET: &str = "the safe's number";
        let secret = |mut event| {
            if let DoorEvent::Understood { text, .. } | DoorEvent::Answering { text, .. } = &mut event {
                *text = Some(SECRET.into());
            }
            event
        };
        let mut state = DoorState::new(vec![SeatState::own()]);
        for (number, event) in (1..).zip(said) {
            let event = NumberedEvent { number, event: secret(event) };
            state.apply(&event);
            for message in [FromDaemon::Event(event), FromDaemon::State { missed: 0, state: state.clone() }] {
                let sent = serde_json::to_string(&message.without_words()).expect("it can be written");
                prop_assert!(!sent.contains(SECRET), "{}", sent);
            }
        }
    }
}

#[test]
fn a_line_is_refused_as_soon_as_it_is_too_long_and_not_before() {
    for (length, fits) in [(LONGEST_LINE, true), (LONGEST_LINE + 1, false)] {
        let mut cutter = LineCutter::default();
        cutter.push(&vec![b'x'; length]);
        assert_eq!(
            cutter.next_line().map(|line| line.map(<[u8]>::len)),
            if fits { Ok(None) } else { Err(LineTooLong) }
        );
        let mut cutter = LineCutter::default();
        cutter.push(&[vec![b'x'; length], b"\nnext\n".to_vec()].concat());
        assert_eq!(cutter.next_line().map(|line| line.map(<[u8]>::len)).ok(), fits.then_some(Some(length)));
        if fits {
            assert_eq!(cutter.next_line(), Ok(Some(b"next".as_slice())));
        }
    }
}

#[test]
fn an_answer_without_end_does_not_fill_the_memory() {
    let mut state = DoorState::new(vec![SeatState::own()]);
    let seat = || OWN_SEAT.to_owned();
    let understood = DoorEvent::Understood { seat: seat(), turn: 1, language: "en".into(), text: None };
    state.apply(&NumberedEvent { number: 1, event: understood });
    for number in 2..10_000 {
        let event = DoorEvent::Answering { seat: seat(), turn: 1, text: Some("word ".repeat(20)) };
        state.apply(&NumberedEvent { number, event });
    }
    let answer = state.seats[0].turn.as_ref().and_then(|turn| turn.answer.as_ref()).expect("a beginning");
    assert!((1_000..10_000).contains(&answer.len()), "{}", answer.len());
}

#[test]
fn a_seat_comes_as_it_is_and_goes_and_what_was_said_there_is_nobody_elses() {
    let turn = TurnState { turn: 1, language: "en".into(), question: Some("secret".into()), answer: None };
    let taken = SeatState { seat: "seat-2".into(), turn: Some(turn), ..SeatState::own() };
    let without = DoorEvent::SeatTaken(taken.clone()).without_words();
    assert!(!serde_json::to_string(&without).expect("it can be written").contains("secret"));
    let mut state = DoorState::new(vec![SeatState::own()]);
    let mut happens = |number, event| {
        state.apply(&NumberedEvent { number, event });
        state.seats.iter().map(|seat| seat.seat.clone()).collect::<Vec<_>>()
    };
    assert_eq!(happens(1, DoorEvent::SeatTaken(taken.clone())), [OWN_SEAT, "seat-2"]);
    assert_eq!(happens(2, DoorEvent::SeatTaken(taken)), [OWN_SEAT, "seat-2"], "the one before has left unseen");
    assert_eq!(happens(3, DoorEvent::SeatLeft { seat: "seat-2".into() }), [OWN_SEAT]);
}

//! What a client is told and answered.

use super::*;

#[test]
fn first_comes_the_whole_state_and_then_every_event_in_order() {
    let house = House::open();
    house.tell(DoorEvent::Phase { seat: OWN_SEAT.into(), phase: DoorPhase::Listening });
    let mut early = house.guest(Door::Read, HELLO);
    house.tell(understood(1, "what time is it?"));
    let mut state = DoorState::new(vec![SeatState::own()]);
    while state.number < 2 {
        match early.hear() {
            Some(FromDaemon::Event(event)) => state.apply(&event),
            other => panic!("{other:?}"),
        }
    }
    let mut late = house.visit(Door::Read);
    late.say(HELLO);
    let (hello, whole) = (late.hear(), late.hear());
    assert!(matches!(hello, Some(FromDaemon::Hello(hello)) if !hello.control && !hello.words));
    state.seats[0].phase = DoorPhase::Listening;
    assert_eq!(whole, Some(FromDaemon::State { missed: 0, state }));
    house.tell(understood(2, "and now?"));
    assert!(matches!(late.hear(), Some(FromDaemon::Event(NumberedEvent { number: 3, .. }))));
}

#[test]
fn words_are_told_at_the_control_door_to_who_asks_for_them() {
    const SECRET: &str = "where is the key?";
    let house = House::open();
    house.tell(understood(1, SECRET));
    for (door, hello, told) in [
        (Door::Control, HELLO_WORDS, true),
        (Door::Control, HELLO, false),
        (Door::Read, HELLO_WORDS, false),
        (Door::Read, HELLO, false),
    ] {
        let mut visitor = house.visit(door);
        visitor.say(hello);
        let mut all = vec![visitor.hear(), visitor.hear()];
        visitor.say(r#"{"type":"request","id":1,"request":"status"}"#);
        all.push(visitor.hear());
        house.tell(understood(1, SECRET));
        all.push(visitor.hear());
        assert!(all.iter().all(Option::is_some), "hello, state, answer and event");
        let heard = format!("{all:?}").matches(SECRET).count();
        assert_eq!(heard, if told { 3 } else { 0 }, "{door:?} {hello}");
    }
}

#[test]
fn what_cannot_be_done_is_answered_and_the_next_request_is_taken() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    for (line, id, code) in [
        ("nonsense", None, ErrorCode::BadRequest),
        ("\u{0}", None, ErrorCode::BadRequest),
        (r#"{"type":"request","id":7,"request":"volume","percent":"loud"}"#, Some(7), ErrorCode::BadRequest),
        (r#"{"type":"request","id":8,"request":"fly"}"#, Some(8), ErrorCode::UnknownRequest),
        (r#"{"type":"wish","id":9}"#, Some(9), ErrorCode::UnknownRequest),
        (HELLO, None, ErrorCode::BadRequest),
        (r#"{"type":"request","id":10,"request":"forget"}"#, Some(10), ErrorCode::NotAvailable),
    ] {
        assert_eq!(guest.refused(line), (id, code), "{line}");
    }
    let mut guest = house.guest(Door::Read, HELLO);
    for request in ["interrupt", "settings", "forget"] {
        let line = format!(r#"{{"type":"request","id":1,"request":"{request}"}}"#);
        assert_eq!(guest.refused(&line), (Some(1), ErrorCode::NotAllowed), "{request}");
    }
    house.still_serves();
}

#[test]
fn a_client_that_is_slow_is_told_how_much_it_missed_and_given_the_state() {
    let house = House::open();
    let mut slow = house.guest(Door::Control, HELLO_WORDS);
    let text = "word ".repeat(200);
    (0..3_000).for_each(|turn| house.tell(understood(turn, &text)));
    let (mut number, mut missed_in_all) = (0, 0);
    while number < 3_000 {
        match slow.hear() {
            Some(FromDaemon::Event(event)) => {
                number += 1;
                assert_eq!(event.number, number);
            }
            Some(FromDaemon::State { missed, state }) => {
                assert!(missed > 0 && state.number >= number + missed, "{missed} of {} after {number}", state.number);
                assert_eq!(state.seats[0].turn.as_ref().map(|turn| turn.turn + 1), Some(state.number));
                missed_in_all += missed;
                number = state.number;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(missed_in_all > 500, "{missed_in_all}");
}

#[test]
fn what_was_asked_is_answered_before_a_client_that_has_said_all_is_left() {
    let house = House::open();
    let mut visitor = house.visit(Door::Control);
    visitor.say(HELLO);
    visitor.say(r#"{"type":"request","id":3,"request":"ask","text":"x"}"#);
    visitor.stream.shutdown(std::net::Shutdown::Write).expect("it is open");
    let all: Vec<FromDaemon> = std::iter::from_fn(|| visitor.hear()).collect();
    assert!(matches!(all.as_slice(), [.., FromDaemon::Answer(DoorAnswer { id: Some(3), .. })]), "{all:?}");
}

#[test]
fn a_host_that_fails_costs_one_answer() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    guest.say(r#"{"type":"request","id":3,"request":"ask","text":"panic"}"#);
    assert!(guest.answer().1.is_err());
    assert!(guest.ask("and now?").is_ok());
}

#[test]
fn a_socket_is_for_its_user_or_for_the_group_of_its_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o7777;
    let own = Socket::bind(Door::Control, folder.path()).expect("it can be bound");
    let path = Door::Control.socket(folder.path());
    assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
    let second = Socket::bind(Door::Control, folder.path()).expect_err("the first one is alive");
    assert_eq!(second.kind(), ErrorKind::AddrInUse);
    drop(own);
    assert!(!path.exists(), "it is gone with its daemon");
    // As systemd-tmpfiles makes it on a device; only root can give a folder away.
    let path = Door::Read.socket(folder.path());
    let parent = path.parent().expect("a folder");
    std::fs::create_dir(parent).expect("it can be made");
    let _ = std::os::unix::fs::chown(parent, None, Some(1));
    std::fs::set_permissions(parent, std::fs::Permissions::from_mode(0o2750)).expect("it is ours");
    let group = parent.metadata().expect("it is there").gid();
    let _socket = Socket::bind(Door::Read, folder.path()).expect("it can be bound");
    let bound = path.metadata().expect("it is there");
    assert_eq!((mode(&path), bound.gid()), (0o660, group));
}

#[test]
fn the_socket_of_one_that_was_killed_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Door::Read.socket(folder.path());
    std::fs::create_dir(path.parent().expect("a folder")).expect("it can be made");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("it can be bound"));
    assert!(path.exists());
    let again = Socket::bind(Door::Read, folder.path()).expect("nobody listens there");
    // Another Parley has put its own in the place: that one stays.
    std::fs::remove_file(&path).expect("it is there");
    std::fs::write(&path, "").expect("it can be written");
    drop(again);
    assert!(path.exists());
}

//! Clients of every bad kind: nobody else notices them.

use super::*;

#[test]
fn a_client_that_says_nothing_is_sent_away_in_time() {
    let house = House::open();
    let begun = Instant::now();
    let mut silent = house.visit(Door::Read);
    assert_eq!(silent.goodbye(), Some(ErrorCode::BadHello));
    assert!(begun.elapsed() >= PATIENCE.hello && begun.elapsed() < 10 * PATIENCE.hello, "{:?}", begun.elapsed());
    // One that has said hello may be silent for as long as it likes.
    let mut guest = house.guest(Door::Read, HELLO);
    std::thread::sleep(2 * PATIENCE.hello);
    house.tell(understood(1, ""));
    assert!(guest.hear().is_some());
}

#[test]
fn a_client_whose_hello_never_ends_is_sent_away_in_time() {
    let house = House::open();
    let begun = Instant::now();
    let mut slow = house.visit(Door::Control);
    let mut stream = slow.stream.try_clone().expect("a second one");
    // Less than a hundredth of a line, and never its end.
    let drips = std::thread::spawn(move || {
        while begun.elapsed() < 10 * PATIENCE.hello && stream.write_all(b"{").is_ok() {
            std::thread::sleep(PATIENCE.hello / 20);
        }
    });
    let told = slow.goodbye();
    assert!(matches!(told, Some(ErrorCode::BadHello) | None), "{told:?}");
    assert!(begun.elapsed() >= PATIENCE.hello && begun.elapsed() < 8 * PATIENCE.hello, "{:?}", begun.elapsed());
    drips.join().expect("it ends");
}

#[test]
fn a_client_that_begins_with_nonsense_is_sent_away() {
    let house = House::open();
    for nonsense in ["GET / HTTP/1.1", "{}", "[[[[", r#"{"type":"request","id":1,"request":"status"}"#, "\u{0}\u{1}"] {
        let mut visitor = house.visit(Door::Control);
        visitor.say(nonsense);
        assert_eq!(visitor.goodbye(), Some(ErrorCode::BadHello), "{nonsense}");
    }
    let mut visitor = house.visit(Door::Control);
    visitor.say(r#"{"type":"hello","version":"2.0"}"#);
    assert_eq!(visitor.goodbye(), Some(ErrorCode::BadVersion));
    house.guest(Door::Control, r#"{"type":"hello","version":"1.99","more":{}}"#);
    house.still_serves();
}

#[test]
fn a_gigabyte_is_not_taken() {
    let house = House::open();
    for hello in [None, Some(HELLO)] {
        let mut visitor = match hello {
            Some(hello) => house.guest(Door::Control, hello),
            None => house.visit(Door::Control),
        };
        let (piece, mut taken) = (vec![b'x'; 64 * 1024], 0_usize);
        while taken < 1 << 30 {
            match visitor.stream.write(&piece) {
                Ok(written) => taken += written,
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
                    break;
                }
            }
        }
        // What lies in the socket was never read.
        assert!(taken < 2 << 20, "{taken} bytes were taken");
    }
    let mut visitor = house.guest(Door::Control, HELLO);
    visitor.stream.write_all(&vec![b'x'; LONGEST_LINE + 1]).expect("it is taken");
    assert_eq!(visitor.goodbye(), Some(ErrorCode::LineTooLong));
    house.still_serves();
}

#[test]
fn a_client_that_never_reads_holds_nobody_up_and_is_dropped() {
    let house = House::open();
    let mut dead = house.guest(Door::Control, HELLO_WORDS);
    let mut alive = house.guest(Door::Control, HELLO_WORDS);
    let text = "word ".repeat(200);
    let reader = std::thread::spawn(move || {
        let mut last = 0;
        while let Some(message) = alive.hear() {
            last = match message {
                FromDaemon::Event(event) => event.number,
                FromDaemon::State { state, .. } => state.number,
                FromDaemon::Hello(_)
                | FromDaemon::Answer(_)
                | FromDaemon::ToolCalled(_)
                | FromDaemon::Goodbye(_)
                | FromDaemon::Unknown => break,
            };
            if last == 3_000 {
                break;
            }
        }
        last
    });
    let begun = Instant::now();
    (0..3_000).for_each(|turn| house.tell(understood(turn, &text)));
    assert!(begun.elapsed() < FAR_TOO_LONG);
    assert_eq!(reader.join().expect("it reads"), 3_000);
    std::thread::sleep(2 * PATIENCE.unread);
    house.still_serves();
    // What lay in the socket can still be read; then it is the end, somewhere in a line.
    let mut left = Vec::new();
    let read = std::io::Read::read_to_end(&mut dead.lines, &mut left);
    assert!(read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert!(left.len() < 2 << 20, "{} bytes were kept for it", left.len());
}

#[test]
fn ten_thousand_connections_leave_room_for_who_is_there() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    let path = Door::Control.socket(house.folder.path());
    let flood = std::thread::spawn(move || (0..10_000).filter(|_| UnixStream::connect(&path).is_ok()).count());
    let mut slowest = Duration::ZERO;
    while !flood.is_finished() {
        let begun = Instant::now();
        guest.ask("still here").expect("it is answered");
        slowest = slowest.max(begun.elapsed());
    }
    assert_eq!(flood.join().expect("it ends"), 10_000);
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    std::thread::sleep(2 * PATIENCE.hello);
    house.still_serves();
}

#[test]
fn one_connection_too_many_is_sent_away_and_a_place_that_is_left_is_given_again() {
    let house = House::open();
    let mut guests: Vec<Visitor> = (0..CONNECTIONS).map(|_| house.guest(Door::Read, HELLO)).collect();
    let mut more = house.visit(Door::Read);
    assert_eq!(more.goodbye(), Some(ErrorCode::Busy));
    house.guest(Door::Control, HELLO);
    guests.pop();
    let begun = Instant::now();
    loop {
        let mut visitor = house.visit(Door::Read);
        // It may be sent away before it has said anything.
        let said = visitor.stream.write_all(format!("{HELLO}\n").as_bytes());
        if said.is_ok() && matches!(visitor.hear(), Some(FromDaemon::Hello(_))) {
            break;
        }
        assert!(begun.elapsed() < FAR_TOO_LONG);
    }
}

#[test]
fn a_flood_of_requests_is_answered_a_few_at_a_time() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    let line = format!("{}\n", r#"{"type":"request","id":5,"request":"ask","text":"x"}"#);
    guest.stream.write_all(line.repeat(100).as_bytes()).expect("it is taken");
    for _ in 0..100 {
        assert!(guest.answer().1.is_ok());
    }
    let most = house.under_way[1].load(Ordering::SeqCst);
    assert!((2..=REQUESTS_IN_FLIGHT).contains(&most), "{most}");
}

/// What is under way may be a question that waits for this very result.
#[test]
fn a_result_is_read_however_many_requests_are_under_way() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    let wait = r#"{"type":"request","id":1,"request":"ask","text":"wait"}"#;
    (0..REQUESTS_IN_FLIGHT).for_each(|_| guest.say(wait));
    for id in 2..5 {
        guest.say(&format!(r#"{{"type":"request","id":{id},"request":"tool-result","call":1,"text":"x"}}"#));
        assert_eq!(guest.answer().0, Some(id));
    }
    // One request more is read; it waits, and so does what comes behind it.
    guest.say(wait);
    guest.say(r#"{"type":"request","id":5,"request":"tool-result","call":1,"text":"x"}"#);
    house.still_serves();
    assert!(house.under_way[1].load(Ordering::SeqCst) <= REQUESTS_IN_FLIGHT + 1);
    house.tell(understood(1, ""));
    assert!(matches!(guest.hear(), Some(FromDaemon::Event(_))), "no answer came before");
}

#[test]
fn requests_that_never_end_hold_up_nobody_else_and_end_with_their_client() {
    let house = House::open();
    let mut guest = house.guest(Door::Control, HELLO);
    let wait = r#"{"type":"request","id":1,"request":"ask","text":"wait"}"#;
    (0..2 * REQUESTS_IN_FLIGHT).for_each(|_| guest.say(wait));
    house.still_serves();
    assert_eq!(house.under_way[0].load(Ordering::SeqCst), REQUESTS_IN_FLIGHT);
    house.tell(understood(1, ""));
    assert!(matches!(guest.hear(), Some(FromDaemon::Event(_))), "it is still told what happens");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_said_the_connection_ends_or_goes_on(
        pieces in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            r#"\{"type":"(request|hello)","id":[0-9]{1,3},"request":"(ask|mute|volume|x)","(text|percent)":("[a-z]{0,5}"|[0-9]{1,4})\}"#
                .prop_map(String::into_bytes),
        ], 1..8),
        hello in any::<bool>(),
    ) {
        static HOUSE: std::sync::LazyLock<House> = std::sync::LazyLock::new(House::open);
        let mut visitor = if hello { HOUSE.guest(Door::Control, HELLO) } else { HOUSE.visit(Door::Control) };
        for piece in pieces {
            // It may have been sent away.
            let _ = visitor.stream.write_all(&piece).and_then(|()| visitor.stream.write_all(b"\n"));
        }
        let _ = visitor.stream.shutdown(std::net::Shutdown::Write);
        let all: Vec<FromDaemon> = std::iter::from_fn(|| visitor.hear()).collect();
        let known = |message: &FromDaemon| !matches!(message, FromDaemon::Unknown);
        prop_assert!(all.iter().all(known), "{:?}", all);
        let mut guest = HOUSE.guest(Door::Control, HELLO);
        prop_assert!(guest.ask("and now?").is_ok());
    }
}

//! Real sockets, and clients of every bad kind.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use parley_door::{
    AnswerResult, DoorAnswer, DoorEvent, DoorOutcome, DoorPhase, FromDaemon, LONGEST_LINE, NumberedEvent, OWN_SEAT,
    SeatState,
};
use proptest::prelude::*;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;

const PATIENCE: Patience = Patience { hello: Duration::from_millis(400), unread: Duration::from_millis(1_500) };
const HELLO: &str = r#"{"type":"hello","version":"1.0","name":"a test"}"#;
const HELLO_WORDS: &str = r#"{"type":"hello","version":"1.0","words":true}"#;
/// Far longer than anything here may take.
const FAR_TOO_LONG: Duration = Duration::from_secs(20);

/// A host for which the test decides what happens.
struct Double {
    happens: Mutex<Option<mpsc::Receiver<DoorEvent>>>,
    under_way: Arc<[AtomicUsize; 2]>,
}

impl DoorHost for Double {
    fn state(&self) -> DoorState {
        DoorState::new(vec![SeatState::own()])
    }

    async fn follow(&self, hub: &Hub) {
        let happens = self.happens.lock().expect("no panic").take();
        let Some(mut happens) = happens else { return };
        while let Some(event) = happens.recv().await {
            hub.publish(event);
        }
    }

    async fn handle(&self, request: DoorRequest, hub: &Hub) -> Result<DoorReply, DoorError> {
        let [now, most] = &*self.under_way;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let reply = if request == DoorRequest::Status {
            Ok(DoorReply::Status(hub.state()))
        } else if let DoorRequest::Ask { text, .. } = request {
            match text.as_str() {
                "wait" => std::future::pending().await,
                "panic" => panic!("a host that fails, on purpose"),
                _ => tokio::time::sleep(Duration::from_millis(5)).await,
            }
            Ok(DoorReply::Answered { turn: 1, answer: Some(text), outcome: DoorOutcome::Completed })
        } else {
            Err(DoorError::new(ErrorCode::NotAvailable, format!("{request:?}")))
        };
        now.fetch_sub(1, Ordering::SeqCst);
        reply
    }
}

struct House {
    folder: TempDir,
    happens: mpsc::Sender<DoorEvent>,
    under_way: Arc<[AtomicUsize; 2]>,
    _doors: OpenDoors,
}

impl House {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (happens, receiver) = mpsc::channel(64);
        let under_way = Arc::<[AtomicUsize; 2]>::default();
        let host = Double { happens: Mutex::new(Some(receiver)), under_way: Arc::clone(&under_way) };
        let _doors = OpenDoors::open(folder.path(), host, PATIENCE).expect("they can be opened");
        Self { folder, happens, under_way, _doors }
    }

    fn visit(&self, door: Door) -> Visitor {
        let stream = UnixStream::connect(door.socket(self.folder.path())).expect("the door is open");
        stream.set_read_timeout(Some(FAR_TOO_LONG)).expect("it can be set");
        stream.set_write_timeout(Some(FAR_TOO_LONG)).expect("it can be set");
        Visitor { lines: BufReader::new(stream.try_clone().expect("a second one")), stream }
    }

    /// A visitor who has said hello, and was told the state.
    fn guest(&self, door: Door, hello: &str) -> Visitor {
        let mut visitor = self.visit(door);
        visitor.say(hello);
        let welcome = [visitor.hear(), visitor.hear()];
        assert!(
            matches!(welcome, [Some(FromDaemon::Hello(_)), Some(FromDaemon::State { missed: 0, .. })]),
            "{welcome:?}"
        );
        visitor
    }

    fn tell(&self, event: DoorEvent) {
        self.happens.blocking_send(event).expect("the door is open");
    }

    /// Somebody else is served as ever.
    fn still_serves(&self) {
        let begun = Instant::now();
        let mut guest = self.guest(Door::Control, HELLO);
        assert_eq!(
            guest.ask("it works"),
            Ok(DoorReply::Answered { turn: 1, answer: None, outcome: DoorOutcome::Completed })
        );
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
}

struct Visitor {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
}

impl Visitor {
    fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\n").as_bytes()).expect("it is taken");
    }

    /// The next line; `None` at the end.
    fn hear(&mut self) -> Option<FromDaemon> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"))),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    fn goodbye(&mut self) -> Option<ErrorCode> {
        let goodbye = self.hear();
        let code = match &goodbye {
            Some(FromDaemon::Goodbye(error)) => Some(error.code),
            None => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(self.hear(), None, "that was the last line");
        code
    }

    fn answer(&mut self) -> (Option<u64>, Result<DoorReply, DoorError>) {
        loop {
            match self.hear() {
                Some(FromDaemon::Answer(DoorAnswer { id, result: AnswerResult::Ok(reply) })) => return (id, Ok(reply)),
                Some(FromDaemon::Answer(DoorAnswer { id, result: AnswerResult::Error(error) })) => {
                    return (id, Err(error));
                }
                Some(FromDaemon::Event(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn ask(&mut self, text: &str) -> Result<DoorReply, DoorError> {
        self.say(&format!(r#"{{"type":"request","id":77,"request":"ask","text":"{text}"}}"#));
        let (id, result) = self.answer();
        assert_eq!(id, Some(77));
        result
    }

    fn refused(&mut self, line: &str) -> (Option<u64>, ErrorCode) {
        self.say(line);
        let (id, result) = self.answer();
        (id, result.expect_err("it is refused").code)
    }
}

fn understood(turn: u64, text: &str) -> DoorEvent {
    DoorEvent::Understood { seat: OWN_SEAT.into(), turn, language: "en".into(), text: Some(text.into()) }
}

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
                FromDaemon::Hello(_) | FromDaemon::Answer(_) | FromDaemon::Goodbye(_) | FromDaemon::Unknown => break,
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
        visitor.say(HELLO);
        if matches!(visitor.hear(), Some(FromDaemon::Hello(_))) {
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

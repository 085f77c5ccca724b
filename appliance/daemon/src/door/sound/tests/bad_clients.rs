//! Clients of every bad kind. Whatever they do, the device's own seat answers as ever.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

use parley_door::{DoorError, FrameCutter, LONGEST_FRAME, SoundFromClient, SoundOpening, SoundReply};
use proptest::prelude::*;

use super::*;

const SILENCE: [i16; 320] = [0; 320];

/// A client that says whatever it likes.
struct Raw(UnixStream);

impl Raw {
    fn at(house: &House) -> Self {
        let stream = UnixStream::connect(Door::sound_socket(house.folder.path())).expect("it is open");
        stream.set_read_timeout(Some(FAR_TOO_LONG)).expect("it can be set");
        stream.set_write_timeout(Some(FAR_TOO_LONG)).expect("it can be set");
        Self(stream)
    }

    /// With a seat.
    fn seated(house: &House) -> Self {
        let mut raw = Self::at(house);
        raw.say(&hello());
        assert!(matches!(raw.line(), Some(SoundReply::Hello(_))));
        raw
    }

    /// With a seat, as soon as one is free.
    fn seated_soon(house: &House) -> Self {
        loop {
            let mut raw = Self::at(house);
            raw.say(&hello());
            match raw.line() {
                Some(SoundReply::Hello(_)) => return raw,
                Some(SoundReply::Goodbye(error)) if error.code == ErrorCode::Busy => std::thread::sleep(FRAME),
                other => panic!("{other:?}"),
            }
        }
    }

    fn say(&mut self, bytes: &[u8]) {
        // It may have been sent away.
        let _ = self.0.write_all(bytes);
    }

    fn frame(&mut self, frame: &SoundFromClient) {
        let mut bytes = Vec::new();
        frame.write(&mut bytes);
        self.say(&bytes);
    }

    /// The next line; `None` at the end.
    fn line(&mut self) -> Option<SoundReply> {
        let (mut line, mut byte) = (Vec::new(), [0]);
        while line.last() != Some(&b'\n') {
            match self.0.read(&mut byte) {
                Ok(0) => return None,
                Ok(_) => line.push(byte[0]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("{error}"),
            }
        }
        Some(serde_json::from_slice(&line).expect("a line of the daemon's"))
    }

    /// Why it gets no seat.
    fn refused(&mut self) -> ErrorCode {
        match self.line() {
            Some(SoundReply::Goodbye(error)) => error.code,
            other => panic!("{other:?}"),
        }
    }

    /// What it is sent until the end.
    fn frames(mut self) -> Vec<SoundFromDaemon> {
        let mut bytes = Vec::new();
        let read = self.0.read_to_end(&mut bytes);
        assert!(read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
        let (mut cutter, mut frames) = (FrameCutter::default(), Vec::new());
        cutter.push(&bytes);
        while let Some(frame) = cutter.next_from_daemon().expect("the daemon sends frames") {
            frames.push(frame);
        }
        frames
    }

    /// Why its seat is taken from it.
    fn goodbye(self) -> ErrorCode {
        match self.frames().pop() {
            Some(SoundFromDaemon::Goodbye(error)) => reason(&error),
            other => panic!("{other:?}"),
        }
    }
}

fn reason(goodbye: &[u8]) -> ErrorCode {
    serde_json::from_slice::<DoorError>(goodbye).expect("an error").code
}

fn hello() -> Vec<u8> {
    let mut line = serde_json::to_vec(&SoundOpening::Hello(SoundHello::new("a test"))).expect("JSON");
    line.push(b'\n');
    line
}

fn refused<T>(result: Result<T, DoorClientError>) -> Option<ErrorCode> {
    match result {
        Ok(_) => None,
        Err(DoorClientError::Refused(error)) => Some(error.code),
        Err(error) => panic!("{error}"),
    }
}

/// All seats but the device's own are free again.
fn all_are_free(house: &House) {
    let begun = Instant::now();
    while house.control().state().seats.len() > 1 {
        assert!(begun.elapsed() < FAR_TOO_LONG, "a seat is not left");
        std::thread::sleep(FRAME);
    }
    let taken: Vec<Satellite> = (0..4).map(|_| house.satellite()).collect();
    drop(taken);
}

/// The lines that docs/DOOR.md shows.
#[test]
fn the_page_shows_what_is_really_said() {
    const PAGE: &str = include_str!("../../../../../../docs/DOOR.md");
    let (_, rest) = PAGE.split_once("## Sound").expect("the page speaks of it");
    let (_, rest) = rest.split_once("```text\n> ").expect("it shows a conversation");
    let (said, rest) = rest.split_once("\n< ").expect("it shows an answer");
    let (answered, _) = rest.split_once("\n```").expect("it ends");
    let house = House::open(ANSWER);
    let mut raw = Raw::at(&house);
    raw.say(format!("{said}\n").as_bytes());
    match (raw.line(), serde_json::from_str(answered).expect("a line of the daemon's")) {
        (Some(SoundReply::Hello(welcome)), SoundReply::Hello(shown)) => {
            assert_eq!(welcome, parley_door::SoundWelcome { parley: welcome.parley.clone(), ..shown });
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_client_that_begins_with_nonsense_gets_no_seat() {
    let house = House::open(ANSWER);
    let hello = |change: &str| format!(r#"{{"type":"hello","version":"1.1","rate-hz":16000{change}}}"#);
    let wrong_rate = r#"{"type":"hello","version":"1.1","rate-hz":48000}"#;
    for (line, code) in [
        ("GET / HTTP/1.1", ErrorCode::BadHello),
        ("", ErrorCode::BadHello),
        ("{}", ErrorCode::BadHello),
        (r#"{"type":"song"}"#, ErrorCode::BadHello),
        (r#"{"type":"hello","version":"2.0","rate-hz":16000}"#, ErrorCode::BadVersion),
        (wrong_rate, ErrorCode::BadRequest),
        (&hello(r#","channels":2"#), ErrorCode::BadRequest),
        (&hello(r#","format":"f32le""#), ErrorCode::BadRequest),
    ] {
        let mut raw = Raw::at(&house);
        raw.say(format!("{line}\n").as_bytes());
        assert_eq!(raw.refused(), code, "{line}");
    }
    all_are_free(&house);
    house.own_is_served();
}

#[test]
fn a_client_that_says_nothing_is_sent_away_in_time() {
    let house = House::open(ANSWER);
    let begun = Instant::now();
    assert_eq!(Raw::at(&house).refused(), ErrorCode::BadHello);
    assert!(begun.elapsed() >= PATIENCE.hello, "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_eq!(Raw::seated(&house).goodbye(), ErrorCode::TooLate);
    assert!(begun.elapsed() >= PATIENCE.silent && begun.elapsed() < 4 * PATIENCE.silent, "{:?}", begun.elapsed());
    // A frame without samples is a sign of life.
    let mut client = SeatClient::connect_below(house.folder.path(), SoundHello::new("a test")).expect("a seat");
    let begun = Instant::now();
    while begun.elapsed() < 2 * PATIENCE.silent {
        client.send(&[]).expect("it goes on");
        assert_eq!(client.receive(PATIENCE.silent / 5).expect("it goes on"), None);
    }
}

#[test]
fn a_client_whose_hello_never_ends_is_sent_away_in_time() {
    let house = House::open(ANSWER);
    let begun = Instant::now();
    let mut slow = Raw::at(&house);
    let mut stream = slow.0.try_clone().expect("a second one");
    let drips = std::thread::spawn(move || {
        while begun.elapsed() < 10 * PATIENCE.hello && stream.write_all(b"{").is_ok() {
            std::thread::sleep(PATIENCE.hello / 20);
        }
    });
    let told = slow.line();
    assert!(matches!(&told, Some(SoundReply::Goodbye(error)) if error.code == ErrorCode::BadHello), "{told:?}");
    assert!(begun.elapsed() >= PATIENCE.hello && begun.elapsed() < 8 * PATIENCE.hello, "{:?}", begun.elapsed());
    drips.join().expect("it ends");
    all_are_free(&house);
}

/// Whoever knows what will be answered need not wait for it.
#[test]
fn what_comes_with_the_hello_is_read_behind_it() {
    let house = House::open(ANSWER);
    let mut lie = hello();
    SoundFromClient::Played(1).write(&mut lie);
    let mut raw = Raw::at(&house);
    raw.say(&lie);
    assert!(matches!(raw.line(), Some(SoundReply::Hello(_))));
    let begun = Instant::now();
    assert_eq!(raw.goodbye(), ErrorCode::BadRequest, "it was read");
    assert!(begun.elapsed() < PATIENCE.silent, "{:?}", begun.elapsed());
    // Half of a frame is with the hello.
    let mut bytes = hello();
    SoundFromClient::Played(1).write(&mut bytes);
    let rest = bytes.split_off(bytes.len() - 5);
    let mut raw = Raw::at(&house);
    raw.say(&bytes);
    assert!(matches!(raw.line(), Some(SoundReply::Hello(_))));
    raw.say(&rest);
    assert_eq!(raw.goodbye(), ErrorCode::BadRequest);
}

#[test]
fn what_is_no_frame_ends_the_seat() {
    let house = House::open(ANSWER);
    let too_long = u16::try_from(LONGEST_FRAME + 1).expect("it fits").to_le_bytes();
    for nonsense in [&[1, too_long[0], too_long[1]][..], &[1, 3, 0, 1, 2, 3], &[2, 1, 0, 9], b"hello, hello"] {
        let mut raw = Raw::seated_soon(&house);
        raw.say(nonsense);
        assert_eq!(raw.goodbye(), ErrorCode::BadRequest, "{nonsense:?}");
    }
    // What a newer client may say is passed over.
    let mut raw = Raw::seated_soon(&house);
    raw.say(&[99, 2, 0, 7, 7]);
    raw.say(&[1, 3, 0, 1, 2, 3]);
    assert_eq!(raw.goodbye(), ErrorCode::BadRequest);
    all_are_free(&house);
}

#[test]
fn a_client_that_lies_about_what_it_has_played_is_sent_away() {
    let house = House::open(ANSWER);
    for lie in [SoundFromClient::Played(1), SoundFromClient::Flushed(0)] {
        let mut raw = Raw::seated(&house);
        raw.frame(&lie);
        assert_eq!(raw.goodbye(), ErrorCode::BadRequest, "{lie:?}");
    }
    house.own_is_served();
}

#[test]
fn a_gigabyte_is_not_taken() {
    let house = House::open(ANSWER);
    let mut sound = Vec::new();
    while sound.len() < 64 * 1_024 {
        SoundFromClient::Sound(SILENCE.to_vec()).write(&mut sound);
    }
    for (begins, piece) in [(false, vec![b'x'; 64 * 1_024]), (true, vec![b'x'; 64 * 1_024]), (true, sound)] {
        let mut raw = if begins { Raw::seated(&house) } else { Raw::at(&house) };
        raw.0.set_nonblocking(true).expect("it can be set");
        let (begun, mut taken, mut rest) = (Instant::now(), 0, piece.as_slice());
        while begun.elapsed() < Duration::from_secs(2) && taken < 1 << 30 {
            match raw.0.write(rest) {
                Ok(written) => {
                    taken += written;
                    rest = rest.get(written..).filter(|rest| !rest.is_empty()).unwrap_or(&piece);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset), "{error}");
                    break;
                }
            }
        }
        // In two seconds, 64 kB of sound; the rest lies in the socket.
        assert!(taken < 1 << 20, "{taken} bytes were taken");
    }
    house.own_is_served();
}

#[test]
fn a_client_that_never_says_what_it_plays_is_sent_little_and_loses_its_seat() {
    let house = House::open("This is a very long answer, of which nobody will ever hear more than its first words.");
    let mut client = SeatClient::connect_below(house.folder.path(), SoundHello::new("a test")).expect("a seat");
    let question = speech(800);
    let (mut said, mut sent, mut next) = (question.chunks(320), 0, Instant::now());
    let mut first = None;
    let end = loop {
        assert!(next.elapsed() < FAR_TOO_LONG && first.is_none_or(|first: Instant| first.elapsed() < FAR_TOO_LONG));
        if let Err(error) = client.send(said.next().unwrap_or(&SILENCE)) {
            break error;
        }
        next += FRAME;
        let frame = match client.receive(next.saturating_duration_since(Instant::now())) {
            Ok(frame) => frame,
            Err(error) => break error,
        };
        if let Some(SoundFromDaemon::Sound(samples)) = frame {
            sent += samples.len();
            first.get_or_insert_with(Instant::now);
        }
    };
    assert_eq!(refused::<()>(Err(end)), Some(ErrorCode::NotRead));
    let waited = first.expect("it was sent something").elapsed();
    assert!(waited + FRAME >= PATIENCE.unplayed && waited < 4 * PATIENCE.unplayed, "{waited:?}");
    assert_eq!(sent, samples_in(AHEAD_MS));
    house.own_is_served();
}

#[test]
fn a_client_that_never_reads_loses_its_seat() {
    let house = House::open("This is a very long answer, of which nobody will ever hear more than its first words.");
    let mut raw = Raw::seated(&house);
    let begun = Instant::now();
    let mut question = speech(800);
    question.extend([0; 32_000]);
    for said in question.chunks(320) {
        raw.frame(&SoundFromClient::Sound(said.to_vec()));
        std::thread::sleep(FRAME);
    }
    while house.control().state().seats.len() > 1 {
        raw.frame(&SoundFromClient::Sound(SILENCE.to_vec()));
        assert!(begun.elapsed() < FAR_TOO_LONG, "it keeps its seat");
        std::thread::sleep(FRAME);
    }
    assert_eq!(raw.goodbye(), ErrorCode::NotRead);
    house.own_is_served();
}

#[test]
fn a_client_that_is_never_silent_when_told_to_is_silenced_all_the_same() {
    let house = House::open("This is a very long answer, of which nobody will ever hear more than its first words.");
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    satellite.listen(Duration::from_millis(500));
    let Satellite { mut client, mut queue, .. } = satellite;
    let interrupt = DoorRequest::Interrupt { seat: Some("seat-2".into()) };
    house.control().call(interrupt, FAR_TOO_LONG).expect("it is done");
    let (mut flushes, mut next, mut block) = (0, Instant::now(), [0; samples_in(20)]);
    let end = loop {
        queue.fill(&mut block);
        if let Err(error) = client.send(&SILENCE).and_then(|()| client.played(queue.played())) {
            break error;
        }
        next += FRAME;
        match client.receive(next.saturating_duration_since(Instant::now())) {
            Ok(Some(SoundFromDaemon::Flush)) => flushes += 1,
            Ok(Some(SoundFromDaemon::Sound(samples))) if flushes == 0 => queue.push(&samples),
            Ok(None) => {}
            Ok(other) => panic!("{other:?} behind a flush that was not answered"),
            Err(error) => break error,
        }
    };
    assert_eq!((refused::<()>(Err(end)), flushes), (Some(ErrorCode::NotRead), 1));
    house.own_is_served();
}

#[test]
fn ten_thousand_connections_leave_room_for_who_is_there() {
    let house = House::open(ANSWER);
    let mut satellite = house.satellite();
    satellite.say(&speech(800));
    let path = Door::sound_socket(house.folder.path());
    let flood = std::thread::spawn(move || (0..10_000).filter(|_| UnixStream::connect(&path).is_ok()).count());
    satellite.listen(Duration::from_millis(20));
    satellite.quiet();
    assert_one_sound(&satellite.heard, ANSWER);
    assert_eq!(flood.join().expect("it ends"), 10_000);
    house.own_is_served();
    drop(satellite);
    std::thread::sleep(2 * PATIENCE.hello);
    all_are_free(&house);
}

#[test]
fn who_comes_and_goes_all_the_time_makes_few_events() {
    let house = House::open(ANSWER);
    let mut door = house.control();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let own = scope.spawn(|| house.own_is_served());
        while !own.is_finished() || begun.elapsed() < Duration::from_secs(2) {
            drop(SeatClient::connect_below(house.folder.path(), SoundHello::new("a test")));
        }
    });
    let mut taken = 0;
    while let Some(news) = door.wait(Some(Duration::from_millis(100))).expect("the door is open") {
        let DoorNews::Event(event) = news else { panic!("{news:?}") };
        taken += u32::from(matches!(event.event, DoorEvent::SeatTaken(_)));
    }
    let most = 4 * (1 + u32::try_from(begun.elapsed().as_secs()).expect("it is short"));
    assert!((4..=most).contains(&taken), "{taken} seats were taken in {:?}", begun.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_the_seat_ends_or_goes_on(
        pieces in proptest::collection::vec(prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300),
            (0..7_u8, proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(kind, content)| {
                let length = u8::try_from(content.len()).expect("it is short");
                [&[kind, length, 0][..], &content].concat()
            }),
            (0..400_usize).prop_map(|samples| {
                let mut bytes = Vec::new();
                SoundFromClient::Sound(vec![9; samples]).write(&mut bytes);
                bytes
            }),
        ], 1..8),
    ) {
        static HOUSE: std::sync::LazyLock<House> = std::sync::LazyLock::new(|| House::open(ANSWER));
        let mut raw = Raw::seated_soon(&HOUSE);
        pieces.iter().for_each(|piece| raw.say(piece));
        let _ = raw.0.shutdown(std::net::Shutdown::Write);
        let known = |frame: &SoundFromDaemon| !matches!(frame, SoundFromDaemon::Unknown);
        let frames = raw.frames();
        prop_assert!(frames.iter().all(known), "{:?}", frames);
    }
}

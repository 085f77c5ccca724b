//! Real sockets, and clients of every bad kind.

mod bad_clients;
mod service;
mod settings;
mod tools;
mod wishes;

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

    async fn handle(&self, request: DoorRequest, _: &Guest, hub: &Hub) -> Result<DoorReply, DoorError> {
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

//! A seat's real door on real sockets, in the runtime whose time is paused, and clients of every kind. Both ends of a
//! socket are in one thread, so that what one has written is there when the other looks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use fastrand::Rng;
use parley_conversation::TurnId;
use parley_daemon::door::{Patience, SessionHost, serve_below};
use parley_daemon::listening::Mute;
use parley_door::{
    AnswerResult, Door, DoorAnswer, DoorError, DoorEvent, DoorOutcome, DoorReply, ErrorCode, FromDaemon, LineCutter,
    NumberedEvent,
};
use parley_e2e::world::World;
use parley_settings::Config;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::super::ms;
use super::LONGEST_TURN;
use super::words::seats;

/// Clients of one door at a time.
const MOST_VISITORS: usize = 6;
/// Of a request to say something, which waits for silence: as long as the door itself waits.
const LONGEST_SAY: Duration = Duration::from_secs(155);
/// Longer than a client may take for its hello.
const NOT_SENT_AWAY: Duration = Duration::from_secs(8);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nonsense,
    Silent,
    Asks,
    /// Follows what happens, at the read door.
    Gateway,
    NeverReads,
    /// In the middle of a request.
    Leaves,
}

pub(super) const KINDS: [Kind; 8] =
    [Kind::Nonsense, Kind::Silent, Kind::Asks, Kind::Asks, Kind::Asks, Kind::Gateway, Kind::NeverReads, Kind::Leaves];

/// What was answered at all doors of a house.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Served {
    pub answered: u32,
    pub refused: u32,
    pub events: u32,
    pub visitors: u32,
    /// Of them, those who died.
    pub died: u32,
}

impl Served {
    pub fn add(&mut self, other: Self) {
        let Self { answered, refused, events, visitors, died } = other;
        self.answered += answered;
        self.refused += refused;
        self.events += events;
        self.visitors += visitors;
        self.died += died;
    }
}

pub(super) struct SeatDoor {
    seat: usize,
    folder: TempDir,
    server: JoinHandle<()>,
    visitors: Vec<Visitor>,
    pub served: Served,
}

struct Visitor {
    kind: Kind,
    stream: UnixStream,
    lines: LineCutter,
    arrived: Duration,
    stays: Duration,
    /// What has not been answered: when it was asked, and the text of a question.
    asked: BTreeMap<u64, (Duration, Option<String>)>,
    /// Of the last event, or of the state.
    number: Option<u64>,
    /// Turns of whose end it was told.
    over: BTreeSet<u64>,
    ended: bool,
}

impl SeatDoor {
    pub fn open(seat: usize, world: &World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let handle = world.handle().expect("it goes on").clone();
        let below = folder.path().to_owned();
        let host = SessionHost::of(handle, Mute::default(), None, &Config::default(), &below);
        let server = tokio::spawn(async move {
            serve_below(&below, host, Patience::default()).await.expect("the doors can be opened");
        });
        Self { seat, folder, server, visitors: Vec::new(), served: Served::default() }
    }

    /// Somebody comes. `question`: what they ask, if they ask.
    pub fn visit(&mut self, random: &mut Rng, now: Duration, kind: Kind, question: &str) {
        let door = match kind {
            Kind::Gateway => Door::Read,
            Kind::Asks | Kind::Leaves => Door::Control,
            // A gateway that misbehaves is one of them.
            Kind::Nonsense | Kind::Silent | Kind::NeverReads => [Door::Read, Door::Control][random.usize(..2)],
        };
        let Ok(stream) = UnixStream::connect(door.socket(self.folder.path())) else { return };
        if self.visitors.len() >= MOST_VISITORS {
            return;
        }
        stream.set_nonblocking(true).expect("it can be set");
        self.served.visitors += 1;
        let stays = ms(match kind {
            Kind::Silent => 10_000,
            Kind::Asks => u64::MAX / 2,
            Kind::Leaves => random.u64(0..300),
            Kind::Nonsense | Kind::Gateway | Kind::NeverReads => random.u64(0..20_000),
        });
        let mut visitor = Visitor {
            kind,
            stream,
            lines: LineCutter::default(),
            arrived: now,
            stays,
            asked: BTreeMap::new(),
            number: None,
            over: BTreeSet::new(),
            ended: false,
        };
        match kind {
            Kind::Silent => {}
            Kind::Nonsense => visitor.talks_nonsense(random),
            Kind::Gateway => visitor.say(r#"{"type":"hello","version":"1.0","name":"parley gateway","words":true}"#),
            Kind::NeverReads => {
                visitor.hello();
                // More than lies in a socket, with their answers.
                (0..1_500).for_each(|id| visitor.say(&format!(r#"{{"type":"request","id":{id},"request":"status"}}"#)));
            }
            Kind::Asks | Kind::Leaves => {
                visitor.hello();
                visitor.asks(random, now, question);
            }
        }
        self.visitors.push(visitor);
    }

    /// Whether somebody like that is here.
    pub fn has(&self, kind: Kind) -> bool {
        self.visitors.iter().any(|visitor| visitor.kind == kind)
    }

    /// Somebody of that kind dies.
    pub fn kill(&mut self, kind: Kind) {
        let before = self.visitors.len();
        self.visitors.retain(|visitor| visitor.kind != kind);
        self.served.died += (before - self.visitors.len()) as u32;
    }

    pub fn is_empty(&self) -> bool {
        self.visitors.is_empty()
    }

    /// Looks at what the clients were told.
    pub fn look(&mut self, world: &World) {
        let Self { seat, visitors, served, .. } = self;
        for visitor in visitors.iter_mut() {
            visitor.hear(*seat, world, served);
        }
        visitors.retain(|visitor| {
            let dies = world.now >= visitor.arrived.saturating_add(visitor.stays);
            served.died += u32::from(dies && !visitor.ended);
            !visitor.ended && !dies
        });
    }

    pub async fn close(self) {
        self.server.abort();
        // It was aborted.
        let _ = self.server.await;
    }
}

impl Visitor {
    /// What does not fit is not sent, be it in the middle of a line.
    fn say(&mut self, line: &str) {
        let _ = self.stream.write_all(format!("{line}\n").as_bytes());
    }

    fn hello(&mut self) {
        self.say(r#"{"type":"hello","version":"1.0","name":"chaos","words":true}"#);
    }

    fn talks_nonsense(&mut self, random: &mut Rng) {
        if random.bool() {
            self.hello();
        }
        for _ in 0..random.u8(1..6) {
            match random.u8(..6) {
                0 => self.say("GET / HTTP/1.1"),
                1 => self.say(r#"{"type":"request","id":-7,"request":"ask"}"#),
                2 => self.say(r#"{"type":"request","id":1,"request":"ask","text":"x","seat":"cellar"}"#),
                3 => self.say(&"[".repeat(random.usize(..70_000))),
                4 => self.say(&format!(r#"{{"type":"request","id":2,"request":"{}"}}"#, random.alphabetic())),
                _ => {
                    let bytes: Vec<u8> = (0..random.usize(..300)).map(|_| random.u8(..)).collect();
                    let _ = self.stream.write_all(&bytes);
                }
            }
        }
    }

    fn asks(&mut self, random: &mut Rng, now: Duration, question: &str) {
        let requests = [
            (format!(r#""ask","text":"{question}""#), Some(question.to_owned())),
            (format!(r#""say","text":"{question}""#), None),
            (format!(r#""announce","text":"{question}","urgency":"normal","expires-s":9"#), None),
            (r#""interrupt""#.to_owned(), None),
            (r#""status""#.to_owned(), None),
            (r#""forget""#.to_owned(), None),
        ];
        // Each of the first three says the number of the question, which is said once.
        let first = random.usize(..8).saturating_sub(5);
        for (id, index) in (1..).zip([first, random.usize(3..requests.len())]) {
            let (request, question) = requests[index].clone();
            self.asked.insert(id, (now, question));
            self.say(&format!(r#"{{"type":"request","id":{id},"request":{request}}}"#));
        }
    }

    fn hear(&mut self, seat: usize, world: &World, served: &mut Served) {
        if self.kind == Kind::NeverReads {
            return;
        }
        let mut piece = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut piece) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.lines.push(&piece[..read]);
                    let mut told = Vec::new();
                    while let Some(line) = self.lines.next_line().expect("no line is too long") {
                        told.push(serde_json::from_slice(line).expect("it is a message"));
                    }
                    told.into_iter().for_each(|message| self.told(message, seat, world, served));
                    continue;
                }
                Err(error) => self.ended |= error.kind() != std::io::ErrorKind::WouldBlock,
            }
            break;
        }
        let here = world.now.saturating_sub(self.arrived);
        assert!(self.kind != Kind::Silent || self.ended || here < NOT_SENT_AWAY, "who says nothing is sent away");
        if self.kind == Kind::Asks {
            let waits = self.asked.values().map(|(since, question)| {
                let longest = if question.is_some() { LONGEST_TURN } else { LONGEST_SAY };
                world.now.saturating_sub(*since).saturating_sub(longest)
            });
            let overdue = waits.max().unwrap_or_default();
            assert!(overdue.is_zero(), "a request at the door hangs: {:?}", self.asked);
            assert!(!self.ended || self.asked.is_empty(), "whoever asks is not sent away: {:?}", self.asked);
            self.ended |= self.asked.is_empty();
        }
    }

    fn told(&mut self, message: FromDaemon, seat: usize, world: &World, served: &mut Served) {
        match message {
            FromDaemon::State { state, .. } => self.number = Some(state.number),
            FromDaemon::Event(NumberedEvent { number, event }) => {
                served.events += 1;
                assert_eq!(self.number.replace(number), Some(number - 1), "events come in order, and each once");
                if let DoorEvent::TurnEnded { turn, .. } = &event {
                    assert!(self.over.insert(*turn), "the end of a turn is told once: {turn}");
                }
                let (DoorEvent::Understood { text, .. } | DoorEvent::Answering { text, .. }) = event else { return };
                assert!(self.kind != Kind::Gateway || text.is_none(), "the read door tells no words: {text:?}");
                let named = seats(&text.unwrap_or_default());
                assert!(named.iter().all(|other| *other == seat), "a door tells of its own seat: {named:?} at {seat}");
            }
            FromDaemon::Answer(DoorAnswer { id, result }) => self.answered(id, result, world, served),
            FromDaemon::Hello(_) | FromDaemon::Goodbye(_) => {}
            FromDaemon::ToolCalled(call) => panic!("nobody offers {call:?}"),
            FromDaemon::Unknown => panic!("the daemon says nothing that is unknown"),
        }
    }

    fn answered(&mut self, id: Option<u64>, result: AnswerResult, world: &World, served: &mut Served) {
        if self.kind == Kind::Nonsense {
            return;
        }
        let asked = id.and_then(|id| self.asked.remove(&id));
        let (_, question) = asked.unwrap_or_else(|| panic!("a request is answered once: {id:?}"));
        match (result, question) {
            (AnswerResult::Ok(DoorReply::Answered { turn, answer, outcome }), Some(question)) => {
                served.answered += 1;
                let said = world.auditor.turns.get(&TurnId(turn)).and_then(|turn| turn.report.clone());
                let said = said.expect("the turn that is told of is over");
                let told = (question, answer.unwrap_or_default(), outcome);
                assert_eq!(told, (said.question, said.answer, outcome_of(said.outcome)), "a door tells what was so");
            }
            (AnswerResult::Ok(_), None) => served.answered += 1,
            (AnswerResult::Error(DoorError { code: ErrorCode::Busy, .. }), _) => served.refused += 1,
            (AnswerResult::Error(DoorError { code: ErrorCode::NotAvailable | ErrorCode::TooLate, .. }), None) => {
                served.refused += 1;
            }
            other => panic!("that is no answer: {other:?}"),
        }
    }
}

fn outcome_of(outcome: parley_conversation::Outcome) -> DoorOutcome {
    match outcome {
        parley_conversation::Outcome::Completed => DoorOutcome::Completed,
        parley_conversation::Outcome::Interrupted => DoorOutcome::Interrupted,
        parley_conversation::Outcome::Withdrawn => DoorOutcome::Withdrawn,
    }
}

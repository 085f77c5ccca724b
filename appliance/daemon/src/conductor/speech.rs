//! A turn's speech: its clauses are synthesised as fast as the voice can, held until the turn is released, and fed to the
//! loudspeaker as it takes them.

mod held;
mod player;
pub(super) mod stream;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_audio::playback::{Control, Feed};
use parley_conversation::{Event, LONGEST_CLAUSE_CHARS, SeatId, TurnId};
use parley_engines::{Engine, EngineError, Kind, MAX_SPOKEN_CHARS, Order, Priority, Speak, Spoken, TextToSpeech};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use self::held::{Held, LONGEST_CLAUSE};
use self::player::Player;
use self::stream::Stream;
use super::jobs::send;
use super::reply_cache::ReplyCache;
use super::{Mark, Report, Reports, Task, lock};

/// Clauses that wait for the voice: no answer has more tokens, and so no more clauses.
const CLAUSES_IN_FLIGHT: usize = 8_192;

/// The core knows no engine, and no voice knows the core: here the two limits meet.
const _: () = assert!(LONGEST_CLAUSE_CHARS <= MAX_SPOKEN_CHARS);

pub(super) struct Outlet {
    pub(super) feed: Arc<tokio::sync::Mutex<Feed>>,
    pub(super) rate_hz: u32,
    pub(super) control: Control,
    pub(super) voice: Arc<dyn Engine<TextToSpeech>>,
    pub(super) seat: SeatId,
    pub(super) replies: Arc<Mutex<ReplyCache>>,
    pub(super) reports: Reports,
}

/// The speech of a turn; dropping it stops it, and leaves the loudspeaker to whoever comes next.
pub(super) struct Speech {
    /// First, so that nothing else is seen to end before them.
    _tasks: [Task; 2],
    turn: TurnId,
    clauses: Option<mpsc::Sender<Clause>>,
    held: Arc<Held>,
    release: watch::Sender<bool>,
    reports: Reports,
    pub(super) stream: Arc<Stream>,
}

struct Clause {
    number: usize,
    /// The silence before it.
    rest: Duration,
    words: Words,
}

enum Words {
    Text {
        text: String,
        language: String,
    },
    /// No words at all.
    Sound(Spoken),
}

/// Has the clauses of a turn synthesised.
struct Synthesis {
    turn: TurnId,
    voice: Arc<dyn Engine<TextToSpeech>>,
    seat: SeatId,
    replies: Arc<Mutex<ReplyCache>>,
    reports: Reports,
    held: Arc<Held>,
}

impl Outlet {
    pub(super) fn begin(self, turn: TurnId) -> Speech {
        let (clauses, waiting_clauses) = mpsc::channel(CLAUSES_IN_FLIGHT);
        let (release, released) = watch::channel(false);
        let stream = Arc::new(Stream::new(self.control.clone(), self.rate_hz));
        let (reports, held) = (self.reports.clone(), Arc::<Held>::default());
        let synthesis = Synthesis {
            turn,
            voice: Arc::clone(&self.voice),
            seat: self.seat,
            replies: Arc::clone(&self.replies),
            reports: reports.clone(),
            held: Arc::clone(&held),
        };
        let player = Player::new(turn, self, released, Arc::clone(&stream));
        let _tasks = [Task::spawn(synthesis.run(waiting_clauses)), Task::spawn(player.play(Arc::clone(&held)))];
        Speech { turn, clauses: Some(clauses), held, release, reports, stream, _tasks }
    }
}

impl Speech {
    pub(super) fn say(&mut self, number: usize, text: String, language: String, rest: Duration) {
        self.add(Clause { number, rest, words: Words::Text { text, language } });
    }

    /// A sound instead of words.
    pub(super) fn play(&mut self, sound: Spoken) {
        self.add(Clause { number: 0, rest: Duration::ZERO, words: Words::Sound(sound) });
    }

    fn add(&mut self, clause: Clause) {
        let number = clause.number;
        let sent = self.clauses.as_ref().map(|clauses| clauses.try_send(clause));
        if !matches!(sent, Some(Ok(()))) {
            tracing::warn!(turn = %self.turn, number, "a clause came after the end, or far too many; it is left out");
        }
    }

    /// No clause follows.
    pub(super) fn end(&mut self) {
        self.clauses = None;
    }

    pub(super) fn release(&mut self) {
        self.held.release();
        self.release.send_replace(true);
    }

    /// Tells the core how much was heard, after a while.
    pub(super) fn report_heard(&self, after: Duration) -> impl Future<Output = ()> + Send + 'static {
        let (turn, reports, stream) = (self.turn, self.reports.clone(), Arc::clone(&self.stream));
        async move {
            tokio::time::sleep(after).await;
            send(&reports, Event::Heard { turn, heard: stream.heard() }).await;
        }
    }
}

impl Synthesis {
    async fn run(self, mut clauses: mpsc::Receiver<Clause>) {
        while let Some(clause) = clauses.recv().await {
            if let Err(error) = self.clause(clause).await {
                return self.held.fail(error);
            }
        }
        self.held.end();
    }

    async fn clause(&self, Clause { number, mut rest, words }: Clause) -> Result<(), EngineError> {
        let priority = self.held.begin().await;
        let (kept, words) = match words {
            Words::Text { text, language } => (lock(&self.replies).get(&language, &text), Some((text, language))),
            Words::Sound(sound) => (Some(vec![sound]), None),
        };
        let length = match (kept, words) {
            (Some(blocks), _) => {
                self.mark_audio(number).await;
                blocks.into_iter().map(|block| self.hold(block, &mut rest)).sum()
            }
            (None, Some((text, language))) => self.synthesise(number, rest, text, language, priority).await?,
            (None, None) => Duration::ZERO,
        };
        send(&self.reports, Event::ClauseSynthesized { turn: self.turn, clause: number, length }).await;
        Ok(())
    }

    async fn synthesise(
        &self,
        number: usize,
        mut rest: Duration,
        text: String,
        language: String,
        priority: Priority,
    ) -> Result<Duration, EngineError> {
        let mut kept = ReplyCache::wants(&text).then(Vec::new);
        let task = Speak { text: text.clone(), language: Some(language.clone()) };
        let mut job = self.voice.start_as(task, Order { seat: self.seat.0, priority });
        self.held.follow(job.job_priority());
        let mut length = Duration::ZERO;
        while let Some(block) = job.next().await {
            let block = block?;
            self.mark_audio(number).await;
            if let Some(kept) = &mut kept {
                kept.push(block.clone());
            }
            length += self.hold(block, &mut rest);
            if length > LONGEST_CLAUSE {
                let message = "a clause came to no end".to_owned();
                return Err(EngineError::Refused { engine: TextToSpeech::NAME, message });
            }
        }
        if let Some(blocks) = kept.filter(|blocks| !blocks.is_empty()) {
            lock(&self.replies).put(&language, &text, blocks);
        }
        Ok(length)
    }

    /// Holds a block, and before the first of a clause its rest; how long that sounds.
    fn hold(&self, block: Spoken, rest: &mut Duration) -> Duration {
        let samples = (std::mem::take(rest).as_secs_f64() * f64::from(block.rate_hz)) as usize;
        let silence = Spoken { rate_hz: block.rate_hz, audio: vec![0; samples] };
        let length = held::length(&silence) + held::length(&block);
        self.held.rest(silence);
        self.held.push(block);
        length
    }

    /// Notes when the first audio came; the first time counts.
    async fn mark_audio(&self, clause: usize) {
        if clause == 0 {
            // An error means that the conductor is gone.
            let _ = self.reports.send(Report::Mark(self.turn, Mark::FirstAudio, Instant::now())).await;
        }
    }
}

//! A turn's speech: its clauses are synthesised one ahead of what is played, held until the turn is released, and fed
//! to the loudspeaker as it takes them.

mod player;
pub(super) mod stream;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_audio::playback::{Control, Feed};
use parley_conversation::{Event, TurnId};
use parley_engines::{Engine, Job, Speak, Spoken, TextToSpeech};
use tokio::sync::{mpsc, watch};

use self::player::Player;
use self::stream::Stream;
use super::jobs::{WaitingClauses, send};
use super::reply_cache::ReplyCache;
use super::{Reports, Task, lock};

/// Clauses that wait for the voice. The generation stops at two; what it had in its hands may add a few.
const CLAUSES_IN_FLIGHT: usize = 64;

pub(super) struct Outlet {
    pub(super) feed: Arc<tokio::sync::Mutex<Feed>>,
    pub(super) rate_hz: u32,
    pub(super) control: Control,
    pub(super) voice: Arc<dyn Engine<TextToSpeech>>,
    pub(super) replies: Arc<Mutex<ReplyCache>>,
    pub(super) reports: Reports,
    pub(super) waiting: WaitingClauses,
}

/// The speech of a turn; dropping it stops it, and leaves the loudspeaker to whoever comes next.
pub(super) struct Speech {
    /// First, so that nothing else is seen to end before them.
    _tasks: [Task; 2],
    turn: TurnId,
    clauses: Option<mpsc::Sender<Clause>>,
    waiting: WaitingClauses,
    release: watch::Sender<bool>,
    reports: Reports,
    pub(super) stream: Arc<Stream>,
}

struct Clause {
    number: usize,
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

struct Synthesis {
    number: usize,
    job: Audio,
    /// Voice and text, where the audio is worth keeping.
    keep: Option<(String, String)>,
}

enum Audio {
    Made(Job<Spoken>),
    Kept(std::vec::IntoIter<Spoken>),
}

impl Audio {
    /// Cancel-safe.
    async fn next(&mut self) -> Option<Result<Spoken, parley_engines::EngineError>> {
        match self {
            Self::Made(job) => job.next().await,
            Self::Kept(blocks) => blocks.next().map(Ok),
        }
    }
}

impl Outlet {
    pub(super) fn begin(self, turn: TurnId) -> Speech {
        let (clauses, waiting_clauses) = mpsc::channel(CLAUSES_IN_FLIGHT);
        let (syntheses_in, syntheses) = mpsc::channel(1);
        let (release, released) = watch::channel(false);
        let stream = Arc::new(Stream::new(self.control.clone(), self.rate_hz));
        let (reports, waiting) = (self.reports.clone(), self.waiting.clone());
        let voice = Arc::clone(&self.voice);
        let synthesise =
            synthesise(waiting_clauses, syntheses_in, voice, Arc::clone(&self.replies), self.waiting.clone());
        let player = Player::new(turn, self, released, Arc::clone(&stream));
        let _tasks = [Task::spawn(synthesise), Task::spawn(player.play(syntheses))];
        Speech { turn, clauses: Some(clauses), waiting, release, reports, stream, _tasks }
    }
}

impl Speech {
    pub(super) fn say(&mut self, number: usize, text: String, language: String) {
        self.add(Clause { number, words: Words::Text { text, language } });
    }

    /// A sound instead of words.
    pub(super) fn play(&mut self, sound: Spoken) {
        self.add(Clause { number: 0, words: Words::Sound(sound) });
    }

    fn add(&mut self, clause: Clause) {
        self.waiting.add();
        let number = clause.number;
        let sent = self.clauses.as_ref().map(|clauses| clauses.try_send(clause));
        if !matches!(sent, Some(Ok(()))) {
            self.waiting.remove();
            tracing::warn!(turn = %self.turn, number, "a clause came after the end, or far too many; it is left out");
        }
    }

    /// No clause follows.
    pub(super) fn end(&mut self) {
        self.clauses = None;
    }

    pub(super) fn release(&mut self) {
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

/// Starts a job for each clause, at most one ahead of the one that is played.
async fn synthesise(
    mut clauses: mpsc::Receiver<Clause>,
    syntheses: mpsc::Sender<Synthesis>,
    voice: Arc<dyn Engine<TextToSpeech>>,
    replies: Arc<Mutex<ReplyCache>>,
    waiting: WaitingClauses,
) {
    while let Some(Clause { number, words }) = clauses.recv().await {
        // An error means that the player has stopped.
        let Ok(room) = syntheses.reserve().await else { return };
        waiting.remove();
        let (text, language) = match words {
            Words::Text { text, language } => (text, language),
            Words::Sound(sound) => {
                room.send(Synthesis { number, job: Audio::Kept(vec![sound].into_iter()), keep: None });
                continue;
            }
        };
        let kept = lock(&replies).get(&language, &text);
        room.send(match kept {
            Some(blocks) => Synthesis { number, job: Audio::Kept(blocks.into_iter()), keep: None },
            None => Synthesis {
                number,
                keep: ReplyCache::wants(&text).then(|| (language.clone(), text.clone())),
                job: Audio::Made(voice.start(Speak { text, language: Some(language) })),
            },
        });
    }
}

//! The conductor performs what the core decides, and tells it what came of it. Nothing else changes its state.
//!
//! Every job of a turn is a task that is aborted with the turn; whatever it still managed to send is dropped by the
//! core, which knows the turns that are alive. Between events it sleeps until the core has something to do. Queues,
//! with what happens when they are full:
//! - control events (64): the sender waits; they are served before all others;
//! - the jobs' results (256): the job waits;
//! - what a turn has to say (three minutes of it, see `speech`): the next clause is not begun;
//! - frames from the microphone ([`crate::listening::FRAMES_IN_FLIGHT`]): the newest are dropped and counted;
//! - observations (256): lossy, for onlookers only.

mod effects;
mod handle;
mod jobs;
mod lesson;
mod perform;
mod recent_audio;
mod reply_cache;
mod second_look;
mod speech;
mod timeline;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use parley_audio::playback::{Control, Feed};
use parley_conversation::{Conversation, Event, LessonEvent, LessonResult, Phase, Position, Stage, Transcript, TurnId};
use parley_engines::JobPriority;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;

pub use self::handle::{
    Conducting, Engines, Generating, Handle, Loudspeaker, Observation, Performer, Performing, TurnReport,
    next_announcement,
};
use self::jobs::AnswerJob;
pub(crate) use self::lesson::TONE;
pub use self::lesson::Teacher;
use self::lesson::{LessonUnderWay, LessonWanted};
use self::recent_audio::RecentAudio;
use self::reply_cache::ReplyCache;
use self::second_look::SecondLook;
use self::speech::Speech;
use self::timeline::Mark;
pub use self::timeline::{StagesMs, Timeline, milliseconds};
use crate::health::{FlightRecorder, Pulse};
use crate::listening::AudioFrame;
use crate::near_misses::NearMisses;
use crate::signals::Signals;
use crate::wake_words;

/// A feed that the players of several turns may wait for: one that was stopped lets go of it a moment later.
struct SharedFeed {
    feed: Arc<tokio::sync::Mutex<Feed>>,
    rate_hz: u32,
    control: Control,
}

impl SharedFeed {
    fn new((feed, control): (Feed, Control)) -> Self {
        Self { rate_hz: feed.rate_hz(), feed: Arc::new(tokio::sync::Mutex::new(feed)), control }
    }
}

/// Where turns are heard. An answer that waits behind an announcement keeps its feed.
struct SharedLoudspeaker {
    answers: SharedFeed,
    announcements: SharedFeed,
}

impl SharedLoudspeaker {
    fn new(Loudspeaker { answers, announcements, .. }: Loudspeaker) -> Self {
        Self { answers: SharedFeed::new(answers), announcements: SharedFeed::new(announcements) }
    }
}

/// What a job of a turn has to say.
enum Report {
    Event(Event),
    Mark(TurnId, Mark, Instant),
    /// What was said where a wake word may have ended; empty where nobody knows.
    Looked {
        ended: Position,
        words: String,
    },
    /// The words of that many-th example of a lesson; none where nobody knows.
    Example {
        take: usize,
        transcript: Option<Transcript>,
    },
    /// What came of a lesson, to be said in this language.
    Lesson {
        result: LessonResult,
        language: String,
    },
    /// Wake words were taught or forgotten: these are listened for.
    Names(Vec<String>),
}

/// Sends a job's reports; dropping them all ends nothing.
type Reports = mpsc::Sender<Report>;

/// What is under way for a turn; dropping it stops it.
#[derive(Default)]
struct Turn {
    jobs: Vec<Task>,
    answer: Option<AnswerJob>,
    speech: Option<Speech>,
    /// Of its jobs, which become urgent when it is released.
    priorities: Vec<JobPriority>,
    released: bool,
    /// Whether it says something unasked, over whatever else is said.
    announces: bool,
    /// What was to be said could not be.
    voice_failed: bool,
    /// Whether onlookers know of it, and are to be told how it ends.
    told: bool,
    question: String,
    language: String,
    clauses: Vec<String>,
    timeline: Timeline,
}

/// A task that is aborted when this is dropped.
struct Task(tokio::task::JoinHandle<()>);

impl Task {
    fn spawn(job: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(job))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub struct Conductor {
    conversation: Conversation,
    engines: Engines,
    generating: Generating,
    performer: Option<Arc<dyn Performer>>,
    signals: Option<Signals>,
    /// ISO 639-1 code of what people speak; none: as the engine takes it.
    language: Option<String>,
    loudspeaker: Option<SharedLoudspeaker>,
    replies: Arc<Mutex<ReplyCache>>,
    audio: RecentAudio,
    /// The wake words by their names.
    names: Vec<String>,
    second_look: Option<SecondLook>,
    /// Where the owner agrees that they are kept.
    near_misses: Option<NearMisses>,
    teacher: Option<Arc<dyn Teacher>>,
    lesson_wanted: Option<LessonWanted>,
    lesson: Option<LessonUnderWay>,
    turns: HashMap<TurnId, Turn>,
    preparation: Option<Task>,
    last_speech: Instant,
    started: Instant,
    reports: Reports,
    incoming: mpsc::Receiver<Report>,
    control: mpsc::Receiver<Event>,
    observations: broadcast::Sender<Observation>,
    phase: watch::Sender<Phase>,
    conducting: watch::Receiver<Option<Conducting>>,
    pulse: Arc<Pulse>,
    flight: FlightRecorder,
}

impl Conductor {
    /// A conductor, and the handle by which others reach it. Without a loudspeaker answers are only shown.
    pub fn new(
        conversation: Conversation,
        engines: Engines,
        generating: Generating,
        loudspeaker: Option<Loudspeaker>,
    ) -> (Self, Handle) {
        let (reports, incoming) = mpsc::channel(256);
        let (control_in, control) = mpsc::channel(64);
        let (observations, _) = broadcast::channel(256);
        let (phase, phase_out) = watch::channel(Phase::Quiet);
        let (conducting_in, conducting) = watch::channel(None);
        let pulse = Arc::<Pulse>::default();
        let mixer = loudspeaker.as_ref().map(|loudspeaker| loudspeaker.mixer.clone());
        let started = Instant::now();
        let flight = FlightRecorder::new(started);
        let conductor = Self {
            conversation,
            engines,
            generating,
            performer: None,
            signals: None,
            language: None,
            loudspeaker: loudspeaker.map(SharedLoudspeaker::new),
            replies: Arc::default(),
            audio: RecentAudio::default(),
            names: Vec::new(),
            second_look: None,
            near_misses: None,
            teacher: None,
            lesson_wanted: None,
            lesson: None,
            turns: HashMap::new(),
            preparation: None,
            last_speech: Instant::now(),
            started,
            reports,
            incoming,
            control,
            observations: observations.clone(),
            phase,
            conducting,
            pulse: Arc::clone(&pulse),
            flight: flight.clone(),
        };
        let (control, phase, conducting) = (control_in, phase_out, conducting_in);
        (conductor, Handle { control, observations, phase, mixer, pulse, flight, conducting, started })
    }

    /// The same conductor, with somebody who does things. Without one, every effect fails.
    #[must_use]
    pub fn with_performer(mut self, performer: Arc<dyn Performer>) -> Self {
        self.performer = Some(performer);
        self
    }

    /// The same conductor, with somebody who plays sounds where there is no voice.
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = Some(signals);
        self
    }

    /// The same conductor, where people speak this language (ISO 639-1); none: it is detected.
    #[must_use]
    pub fn with_language(mut self, language: Option<String>) -> Self {
        self.language = language;
        self
    }

    /// The same conductor, which may be called by these names.
    #[must_use]
    pub fn with_names(mut self, names: Vec<String>) -> Self {
        self.names = names;
        self
    }

    /// The same conductor, which keeps the sound of near misses.
    #[must_use]
    pub fn with_near_misses(mut self, near_misses: NearMisses) -> Self {
        self.near_misses = Some(near_misses);
        self
    }

    /// Runs until every [`Handle`] is dropped and the microphone's channel is closed.
    pub async fn run(mut self, mut frames: mpsc::Receiver<AudioFrame>) {
        self.perform(self.conversation.preparation());
        let (mut controlled, mut listening) = (true, true);
        while controlled || listening {
            let due = [self.conversation.next_wakeup(), self.lesson_wakeup()].into_iter().flatten().min();
            let due = due.map(|due| self.started + due);
            tokio::select! {
                biased;
                // Priority 1: a key or a button is to be obeyed, whatever else there is to do. They are rare, so that
                // nothing else has to wait.
                event = self.control.recv(), if controlled => match event {
                    Some(event) => self.handle(event),
                    None => controlled = false,
                },
                // Priority 2: what the engines and the player have done was done before the frames that wait, and
                // decides what those mean: whether a turn is over, and what of it was heard.
                Some(report) = self.incoming.recv() => self.take(report),
                // Priority 3: what people say; 64 frames, more than a second, may wait for the above.
                frame = frames.recv(), if listening => match frame {
                    Some(frame) => self.hear(&frame),
                    None => listening = false,
                },
                // An owner changes a setting once in a while.
                Ok(()) = self.conducting.changed(), if self.is_quiet() => self.take_over(),
                // Priority 4: the time alone means something only where none of the above has come in it: the
                // microphone has not gone while there are frames to take.
                () = until(due) => {
                    self.tell_lesson(LessonEvent::Due);
                    self.handle(Event::Due);
                }
            }
        }
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Event(Event::Transcribed { turn, mut transcript }) => {
                transcript.text = wake_words::without_name(&transcript.text, &self.names).to_owned();
                self.handle(Event::Transcribed { turn, transcript });
            }
            Report::Event(event) => self.handle(event),
            Report::Mark(turn, mark, at) => self.mark(turn, mark, at),
            Report::Looked { ended, words } => self.looked(ended, &words),
            Report::Example { take, transcript } => self.example(take, transcript),
            Report::Lesson { result, language } => self.say_of_lesson(&result, language),
            Report::Names(names) => self.names = names,
        }
    }

    fn hear(&mut self, frame: &AudioFrame) {
        self.pulse.heard(&frame.samples, frame.speech);
        self.audio.push(frame);
        if frame.speech {
            self.last_speech = frame.arrived;
        }
        let in_lesson = self.lesson_hears(frame);
        let event = Event::Frame { end: frame.end, speech: frame.speech && !in_lesson, dbfs: frame.dbfs };
        if let Some(name) = frame.name.filter(|_| !in_lesson) {
            self.called(name, frame.end);
        }
        if frame.stop {
            self.handle(Event::Interrupt);
        }
        if let Some(event) = self.not_held(event) {
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        self.pulse.beat();
        self.note(&event);
        self.lesson_gives_way(&event);
        self.flight.event(&event);
        let now = self.started.elapsed();
        for action in self.conversation.handle(event, now) {
            tracing::trace!(?action, "perform");
            self.flight.action(&action);
            self.perform(action);
        }
        self.phase.send_if_modified(|phase| {
            let new = self.conversation.phase();
            std::mem::replace(phase, new) != new
        });
    }

    /// Whether nobody speaks, and nothing is asked or said.
    fn is_quiet(&self) -> bool {
        match self.conversation.phase() {
            Phase::Quiet | Phase::Asleep => true,
            Phase::Listening | Phase::Deciding | Phase::Thinking | Phase::Speaking | Phase::Interrupted => false,
        }
    }

    fn take_over(&mut self) {
        let Some(Conducting { settings, generating }) = self.conducting.borrow_and_update().clone() else { return };
        self.conversation.take_over(&settings);
        self.generating = generating;
        self.perform(self.conversation.preparation());
    }

    fn note(&mut self, event: &Event) {
        if let Event::Failed { turn, stage: Stage::TextToSpeech } = event
            && let Some(state) = self.turns.get_mut(turn)
        {
            state.voice_failed = true;
        }
        let (turn, mark) = if let Event::Transcribed { turn, .. } = event {
            (turn, Mark::Transcribed)
        } else if let Event::EndOfTurnJudged { turn, .. } = event {
            (turn, Mark::Judged)
        } else if let Event::Text { turn, .. } = event {
            (turn, Mark::FirstText)
        } else {
            return;
        };
        self.mark(*turn, mark, Instant::now());
    }

    /// Notes a stage that a job tells of; of a turn that is over nobody wants to know.
    fn mark(&mut self, turn: TurnId, mark: Mark, at: Instant) {
        if let Some(state) = self.turns.get_mut(&turn) {
            state.timeline.mark(mark, at);
        }
    }
}

/// Never, where there is no time to wait for.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// A lock that outlives a panic: nothing that it guards is ever half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

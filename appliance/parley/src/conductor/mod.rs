//! The conductor performs what the core decides, and tells it what came of it. Nothing else changes its state.
//!
//! Every job of a turn is a task that is aborted with the turn; whatever it still managed to send is dropped by the
//! core, which knows the turns that are alive. Queues, with what happens when they are full:
//! - control events (64): the sender waits; they are served before all others;
//! - the jobs' results (256): the job waits;
//! - frames from the microphone ([`crate::listening::FRAMES_IN_FLIGHT`]): the newest are dropped and counted;
//! - observations (256): lossy, for onlookers only.

mod jobs;
mod reply_cache;
mod speech;
mod timeline;
mod utterance;

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parley_conversation::{Action, Conversation, Event, Notice, Outcome, Phase, Stage, TurnId};
use parley_engine::{Ears, EndOfTurn, LanguageModel, SpeechToText, TextToSpeech, Transcribe};
use parley_hardware::playback::{Control, Feed};
use serde::Serialize;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use self::jobs::Generation;
use self::reply_cache::ReplyCache;
use self::speech::Speech;
use self::timeline::{Mark, Timeline};
pub use self::timeline::{StagesMs, milliseconds};
use self::utterance::RecentAudio;
use crate::listening::AudioFrame;
use crate::watchdog::Pulse;

/// How often the core is told that time passes.
const TICK: Duration = Duration::from_millis(100);
/// An audio thread takes up a pause within two periods; what was heard no longer changes after it.
const PAUSE_TAKES: Duration = Duration::from_millis(40);

/// The engines of a conversation.
#[derive(Clone)]
pub struct Engines {
    /// Listens.
    pub speech_to_text: Arc<dyn SpeechToText>,
    /// Thinks.
    pub language_model: Arc<dyn LanguageModel>,
    /// Speaks.
    pub text_to_speech: Arc<dyn TextToSpeech>,
    /// Judges the end of a turn, where there is such a model.
    pub ears: Option<Arc<dyn Ears>>,
}

/// How answers are generated.
#[derive(Debug, Clone, PartialEq)]
pub struct Generating {
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// 0 always takes the likeliest word.
    pub temperature: f32,
}

impl Default for Generating {
    fn default() -> Self {
        Generating { max_tokens: 120, temperature: 0.0 }
    }
}

/// The loudspeaker's producer and its controls.
pub struct Loudspeaker {
    /// Takes the audio.
    pub feed: Feed,
    /// Pauses, drops and tells what was heard.
    pub control: Control,
}

/// The loudspeaker, which the players of several turns may wait for: one that was stopped lets go of it a moment later.
struct SharedLoudspeaker {
    feed: Arc<tokio::sync::Mutex<Feed>>,
    rate_hz: u32,
    control: Control,
}

impl SharedLoudspeaker {
    fn new(Loudspeaker { feed, control }: Loudspeaker) -> SharedLoudspeaker {
        SharedLoudspeaker { rate_hz: feed.rate_hz(), feed: Arc::new(tokio::sync::Mutex::new(feed)), control }
    }
}

/// What onlookers see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Observation {
    /// What the core tells.
    Notice(Notice),
    /// A turn is over.
    Turn(TurnReport),
}

/// What became of a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TurnReport {
    /// Which.
    pub turn: TurnId,
    /// What was asked; empty where Parley spoke unasked.
    pub question: String,
    /// The language of the answer.
    pub language: String,
    /// All clauses that were to be said.
    pub answer: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When each stage happened.
    pub stages_ms: StagesMs,
}

/// The conductor as others see it.
#[derive(Clone)]
pub struct Handle {
    /// Events from keys, programs and engine supervisors.
    pub control: mpsc::Sender<Event>,
    /// What happens; lossy for a slow reader.
    pub observations: broadcast::Sender<Observation>,
    /// What the conversation is doing.
    pub phase: watch::Receiver<Phase>,
    /// Rises while the conductor works.
    pub pulse: Arc<Pulse>,
}

/// What a job of a turn has to say.
enum Message {
    Event(Event),
    Mark(TurnId, Mark, Instant),
}

/// Sends a job's messages; dropping them all ends nothing.
type Messages = mpsc::Sender<Message>;

/// What is under way for a turn; dropping it stops it.
#[derive(Default)]
struct Turn {
    jobs: Vec<tokio::task::JoinHandle<()>>,
    generation: Option<Generation>,
    speech: Option<Speech>,
    /// Whether onlookers know of it, and are to be told how it ends.
    told: bool,
    question: String,
    language: String,
    clauses: Vec<String>,
    timeline: Timeline,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.jobs.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Performs what the core decides.
pub struct Conductor {
    conversation: Conversation,
    engines: Engines,
    generating: Generating,
    loudspeaker: Option<SharedLoudspeaker>,
    replies: Arc<Mutex<ReplyCache>>,
    audio: RecentAudio,
    turns: HashMap<TurnId, Turn>,
    preparation: Option<jobs::Preparation>,
    last_speech: Instant,
    started: Instant,
    messages: Messages,
    incoming: mpsc::Receiver<Message>,
    control: mpsc::Receiver<Event>,
    observations: broadcast::Sender<Observation>,
    phase: watch::Sender<Phase>,
    pulse: Arc<Pulse>,
}

impl Conductor {
    /// A conductor, and the handle by which others reach it. Without a loudspeaker answers are only shown.
    pub fn new(
        conversation: Conversation,
        engines: Engines,
        generating: Generating,
        loudspeaker: Option<Loudspeaker>,
    ) -> (Conductor, Handle) {
        let (messages, incoming) = mpsc::channel(256);
        let (control_in, control) = mpsc::channel(64);
        let (observations, _) = broadcast::channel(256);
        let (phase, phase_out) = watch::channel(Phase::Quiet);
        let pulse = Arc::<Pulse>::default();
        let conductor = Conductor {
            conversation,
            engines,
            generating,
            loudspeaker: loudspeaker.map(SharedLoudspeaker::new),
            replies: Arc::default(),
            audio: RecentAudio::default(),
            turns: HashMap::new(),
            preparation: None,
            last_speech: Instant::now(),
            started: Instant::now(),
            messages,
            incoming,
            control,
            observations: observations.clone(),
            phase,
            pulse: Arc::clone(&pulse),
        };
        (conductor, Handle { control: control_in, observations, phase: phase_out, pulse })
    }

    /// Runs until every [`Handle`] is dropped and the microphone's channel is closed.
    pub async fn run(mut self, mut frames: mpsc::Receiver<AudioFrame>) {
        self.perform(self.conversation.preparation());
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut controlled, mut listening) = (true, true);
        while controlled || listening {
            tokio::select! {
                biased;
                event = self.control.recv(), if controlled => match event {
                    Some(event) => self.handle(event),
                    None => controlled = false,
                },
                Some(message) = self.incoming.recv() => self.take(message),
                frame = frames.recv(), if listening => match frame {
                    Some(frame) => self.hear(&frame),
                    None => listening = false,
                },
                _ = tick.tick() => {
                    self.pulse.ticks.fetch_add(1, Ordering::Relaxed);
                    self.handle(Event::Tick);
                }
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Event(event) => self.handle(event),
            Message::Mark(turn, mark, at) => self.mark(turn, mark, at),
        }
    }

    fn hear(&mut self, frame: &AudioFrame) {
        self.pulse.frames.fetch_add(1, Ordering::Relaxed);
        self.audio.push(frame);
        if frame.speech {
            self.last_speech = frame.arrived;
        }
        self.handle(Event::Frame { end: frame.end, speech: frame.speech });
    }

    fn handle(&mut self, event: Event) {
        self.note(&event);
        let now = self.started.elapsed();
        for action in self.conversation.handle(event, now) {
            tracing::trace!(?action, "perform");
            self.perform(action);
        }
        self.phase.send_if_modified(|phase| {
            let new = self.conversation.phase();
            std::mem::replace(phase, new) != new
        });
    }

    /// Marks the stages that events tell of.
    fn note(&mut self, event: &Event) {
        let now = Instant::now();
        match event {
            Event::Transcribed { turn, .. } => self.mark(*turn, Mark::Transcribed, now),
            Event::Judged { turn, .. } => self.mark(*turn, Mark::Judged, now),
            Event::Text { turn, .. } => self.mark(*turn, Mark::FirstText, now),
            Event::Frame { .. }
            | Event::GenerationEnded { .. }
            | Event::ClauseSynthesized { .. }
            | Event::Heard { .. }
            | Event::PlaybackEnded { .. }
            | Event::Failed { .. }
            | Event::Degraded { .. }
            | Event::Interrupt
            | Event::Typed { .. }
            | Event::Tick => {}
        }
    }

    fn perform(&mut self, action: Action) {
        let now = Instant::now();
        match action {
            Action::Transcribe { turn, from, to } => {
                self.speech_ended(turn);
                self.turn(turn).timeline.mark(Mark::TranscriptionStarted, now);
                let task = Transcribe { language: None, audio: self.audio.stretch(from, to) };
                let job = self.engines.speech_to_text.transcribe(task);
                self.spawn(turn, jobs::transcribe(turn, job, self.messages.clone()));
            }
            Action::JudgeEndOfTurn { turn, from, to } => {
                self.speech_ended(turn);
                if let Some(ears) = &self.engines.ears {
                    let job = ears.end_of_turn(EndOfTurn { audio: self.audio.stretch(from, to) });
                    self.spawn(turn, jobs::judge(turn, job, self.messages.clone()));
                } else {
                    self.send_later(Event::Failed { turn, stage: Stage::Judging });
                }
            }
            Action::Generate { turn, messages } => {
                self.preparation = None;
                self.turn(turn).timeline.mark(Mark::GenerationStarted, now);
                let job = self.engines.language_model.generate(jobs::generate_task(messages, &self.generating));
                let generation = Generation::start(turn, job, self.messages.clone());
                self.turn(turn).generation = Some(generation);
            }
            Action::Prepare { messages } => {
                let reading = Generating { max_tokens: 0, ..self.generating.clone() };
                let job = self.engines.language_model.generate(jobs::generate_task(messages, &reading));
                self.preparation = Some(jobs::Preparation::start(job));
            }
            Action::Speak { turn, clause, text, language } => {
                if clause == 0 {
                    self.turn(turn).timeline.mark(Mark::FirstClause, now);
                }
                if let Some(speech) = self.speech(turn) {
                    speech.say(clause, text, language);
                }
            }
            Action::EndSpeech { turn } => {
                if let Some(speech) = self.speech(turn) {
                    speech.end();
                }
            }
            Action::Release { turn } => {
                self.turn(turn).timeline.mark(Mark::Released, now);
                self.turn(turn).told = true;
                if let Some(speech) = self.speech(turn) {
                    speech.release();
                }
            }
            Action::Pause { turn } => {
                if let Some(speech) = self.turn(turn).speech.as_ref() {
                    speech.pause();
                    let report = speech.report_heard(PAUSE_TAKES);
                    self.spawn(turn, report);
                }
            }
            Action::Resume { turn } => {
                if let Some(speech) = self.turn(turn).speech.as_ref() {
                    speech.resume();
                }
            }
            Action::Cancel { turn } => self.cancel(turn),
            Action::Tell(notice) => self.tell(notice),
        }
    }

    /// Stops everything of a turn. One that onlookers know of is remembered until the core says how it ended.
    fn cancel(&mut self, turn: TurnId) {
        let Some(state) = self.turns.get_mut(&turn) else { return };
        state.generation = None;
        state.jobs.drain(..).for_each(|job| job.abort());
        let speech = state.speech.take();
        if !state.told {
            self.turns.remove(&turn);
        } else if let Some(speech) = speech {
            let heard = speech.stop();
            self.send_later(Event::Heard { turn, heard });
        }
    }

    fn tell(&mut self, notice: Notice) {
        let report = match &notice {
            Notice::Understood { turn, text, language } => {
                let state = self.turn(*turn);
                (state.told, state.question, state.language) = (true, text.clone(), language.clone());
                None
            }
            Notice::Answering { turn, text } => {
                self.turn(*turn).clauses.push(text.clone());
                None
            }
            Notice::Ended { turn, outcome } => self.turns.remove(turn).map(|mut state| TurnReport {
                turn: *turn,
                question: std::mem::take(&mut state.question),
                language: std::mem::take(&mut state.language),
                answer: state.clauses.join(" "),
                outcome: *outcome,
                stages_ms: state.timeline.stages(),
            }),
            Notice::SpeechBegan | Notice::NoWords | Notice::Degraded { .. } => None,
        };
        // An error means that nobody looks on.
        let _ = self.observations.send(Observation::Notice(notice));
        if let Some(report) = report {
            let _ = self.observations.send(Observation::Turn(report));
        }
    }

    /// Notes a stage that a job tells of; of a turn that is over nobody wants to know.
    fn mark(&mut self, turn: TurnId, mark: Mark, at: Instant) {
        if let Some(state) = self.turns.get_mut(&turn) {
            state.timeline.mark(mark, at);
        }
    }

    fn speech_ended(&mut self, turn: TurnId) {
        let at = self.last_speech;
        self.turn(turn).timeline.mark(Mark::SpeechEnded, at);
    }

    fn turn(&mut self, turn: TurnId) -> &mut Turn {
        self.turns.entry(turn).or_default()
    }

    /// The turn's speech, begun where it has not been yet; `None` without a loudspeaker.
    fn speech(&mut self, turn: TurnId) -> Option<&mut Speech> {
        let SharedLoudspeaker { feed, rate_hz, control } = self.loudspeaker.as_ref()?;
        let state = self.turns.entry(turn).or_default();
        let begin = || {
            let waiting = state.generation.as_ref().map(Generation::waiting_clauses);
            speech::Outlet {
                feed: Arc::clone(feed),
                rate_hz: *rate_hz,
                control: control.clone(),
                voice: Arc::clone(&self.engines.text_to_speech),
                replies: Arc::clone(&self.replies),
                messages: self.messages.clone(),
                waiting: waiting.unwrap_or_default(),
            }
            .begin(turn)
        };
        Some(state.speech.get_or_insert_with(begin))
    }

    fn spawn(&mut self, turn: TurnId, job: impl Future<Output = ()> + Send + 'static) {
        let state = self.turn(turn);
        state.jobs.retain(|job| !job.is_finished());
        state.jobs.push(tokio::spawn(job));
    }

    /// Hands the core an event after the one that is being handled.
    fn send_later(&self, event: Event) {
        let messages = self.messages.clone();
        match messages.try_send(Message::Event(event)) {
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(message)) => {
                tokio::spawn(async move { messages.send(message).await.ok() });
            }
        }
    }
}

/// A lock that outlives a panic: what it guards is only a cache.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

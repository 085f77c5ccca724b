//! A conversation in simulated time: a scripted person, scripted engines, and between them what is shipped: the core, the
//! conductor and playback.
//!
//! Terms: a **scene** is what a world begins with; a **step** is 10 ms of simulated time, one period of the loudspeaker.
//!
//! Rules:
//! - No wall clock and no randomness: a world lives in a current-thread runtime whose time is paused, and the same scene
//!   always goes the same way.
//! - What is transcribed is what was said in the stretch that was asked for; what is heard is compared with what was
//!   announced, sample by sample, by the [`Auditor`].
//! - A failing test prints the timeline of its world.

mod auditor;
mod loudspeaker;
mod person;
mod timeline;
pub mod voice;

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use parley::conductor::{Conductor, Engines, Generating, Handle, Loudspeaker, Observation};
use parley::listening::{AudioFrame, FRAMES_IN_FLIGHT};
use parley_conversation::{Conversation, Event, FRAME, ModelOnly, Phase, Position, Router, Settings, Stage};
use parley_engine::scripted::{
    Counts, Pace, ScriptedEars, ScriptedLanguageModel, ScriptedSpeechToText, ScriptedTextToSpeech, last_words,
};
use parley_engine::{Generate, Generated, Job, LanguageModel};
use parley_hardware::playback::{Control, Renderer};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::auditor::{Auditor, Turn};
use self::loudspeaker::{BUFFER, PERIOD, SoundCard};
use self::person::{Person, Sound};
pub use self::timeline::Timeline;

/// One period of the loudspeaker.
pub const STEP: Duration = Duration::from_millis(PERIOD as u64);
/// From the moment that the loudspeaker takes a sample until the period with it was heard.
pub const SOUND_CARD_DELAY: Duration = Duration::from_millis(BUFFER as u64);
/// From the moment that the core pauses an answer until nothing of it is heard: two periods.
const PAUSE_TAKES: Duration = Duration::from_millis(2 * PERIOD as u64);
/// A world is quiet when nothing has happened for so long.
const QUIET: Duration = Duration::from_millis(500);
/// Longer than anything that ends by itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a world begins with.
pub struct Scene {
    /// The conversation's.
    pub settings: Settings,
    /// The conductor's.
    pub generating: Generating,
    /// Who answers.
    pub router: Box<dyn Router>,
    /// What the language model answers to a question.
    pub answers: Box<dyn Fn(&str) -> String + Send + Sync>,
    /// What the end-of-turn model says of somebody who has finished, and of somebody who has not; `None`: there is none.
    pub judgements: Option<[f32; 2]>,
    /// The voice.
    pub voice: ScriptedTextToSpeech,
}

impl Default for Scene {
    /// Engines about as fast as a Raspberry Pi's, an end-of-turn model that is always right, and answers in two clauses.
    fn default() -> Self {
        Scene {
            settings: Settings::default(),
            generating: Generating::default(),
            router: Box::new(ModelOnly),
            answers: Box::new(|question| format!("You said {question}. That is all I know about it.")),
            judgements: Some([0.9, 0.1]),
            voice: voice::scripted(),
        }
    }
}

/// A world.
pub struct World {
    /// Speech to text.
    pub listening: ScriptedSpeechToText,
    /// The language model.
    pub thinking: ScriptedLanguageModel,
    /// The voice.
    pub speaking: ScriptedTextToSpeech,
    /// The end-of-turn model.
    pub judging: ScriptedEars,
    /// What was told and heard.
    pub auditor: Auditor,
    /// What happened.
    pub timeline: Timeline,
    handle: Option<Handle>,
    observations: broadcast::Receiver<Observation>,
    frames: Option<mpsc::Sender<AudioFrame>>,
    asked: Arc<Mutex<Vec<parley_engine::Generate>>>,
    conductor: JoinHandle<()>,
    person: Person,
    renderer: Renderer,
    control: Control,
    card: SoundCard,
    started: Instant,
    now: Duration,
    position: Duration,
    heard_last: Option<Duration>,
    spoke_last: Duration,
    phase: Phase,
    phase_since: Duration,
    counts: [Counts; 4],
}

/// A language model that reads ahead (tasks without tokens) beside the scripted one, whose counts and faults are then those
/// of answers alone.
struct ReadsAheadApart {
    answers: ScriptedLanguageModel,
    reads: ScriptedLanguageModel,
}

impl LanguageModel for ReadsAheadApart {
    fn generate(&self, task: Generate) -> Job<Generated> {
        if task.max_tokens == 0 { self.reads.generate(task) } else { self.answers.generate(task) }
    }
}

impl World {
    /// A world in which nothing has happened.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn new(scene: Scene) -> World {
        let person = Person::default();
        let ms = Duration::from_millis;
        let pace = |first, each| Pace { first: ms(first), each: ms(each) };
        let words = person.words.clone();
        let listening = ScriptedSpeechToText::new(move |task| words.heard_in(&task.audio)).with_pace(pace(233, 0));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, notes) = (scene.answers, Arc::clone(&asked));
        let thinking = ScriptedLanguageModel::new(move |task| {
            notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(task.clone());
            answers(last_words(task))
        })
        .with_pace(pace(151, 31));
        let speaking = scene.voice.with_pace(pace(67, 17));
        let (words, [finished, unfinished]) = (person.words.clone(), scene.judgements.unwrap_or_default());
        let judging =
            ScriptedEars::new(
                move |task| if words.finished_in(&task.audio) == Some(false) { unfinished } else { finished },
            )
            .with_pace(pace(23, 0));
        let engines = Engines {
            speech_to_text: Arc::new(listening.clone()),
            language_model: Arc::new(ReadsAheadApart {
                answers: thinking.clone(),
                reads: ScriptedLanguageModel::new(|_| String::new()),
            }),
            text_to_speech: Arc::new(speaking.clone()),
            ears: scene.judgements.map(|_| Arc::new(judging.clone()) as Arc<dyn parley_engine::Ears>),
        };
        let spoken = scene.settings.spoken;
        let (feed, control, renderer) = Renderer::new(voice::RATE_HZ, PERIOD);
        let loudspeaker = spoken.then(|| Loudspeaker { feed, control: control.clone() });
        let conversation = Conversation::new(scene.settings, scene.router, scene.judgements.is_some());
        let (conductor, handle) = Conductor::new(conversation, engines, scene.generating, loudspeaker);
        let (frames, incoming) = mpsc::channel(FRAMES_IN_FLIGHT);
        World {
            listening,
            thinking,
            speaking,
            judging,
            auditor: Auditor::new(spoken),
            timeline: Timeline::default(),
            observations: handle.observations.subscribe(),
            handle: Some(handle),
            frames: Some(frames),
            asked,
            conductor: tokio::spawn(conductor.run(incoming)),
            person,
            renderer,
            control,
            card: SoundCard::default(),
            started: Instant::now(),
            now: Duration::ZERO,
            position: Duration::ZERO,
            heard_last: None,
            spoke_last: Duration::ZERO,
            phase: Phase::Quiet,
            phase_since: Duration::ZERO,
            counts: [Counts::default(); 4],
        }
    }

    /// Simulated time since the beginning.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// When something was last heard.
    pub fn heard_last(&self) -> Option<Duration> {
        self.heard_last
    }

    /// The end of the last frame with speech.
    pub fn spoke_last(&self) -> Duration {
        self.spoke_last
    }

    /// What the conversation is doing.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the loudspeaker is told to pause.
    pub fn is_paused(&self) -> bool {
        self.control.is_paused()
    }

    /// Somebody says this next, and has finished then.
    pub fn say(&mut self, words: &str) {
        self.timeline.note(self.now, format!("person: {words:?}"));
        self.person.say(words, true);
    }

    /// Somebody says this next, and means to go on.
    pub fn say_and_go_on(&mut self, words: &str) {
        self.timeline.note(self.now, format!("person: {words:?}…"));
        self.person.say(words, false);
    }

    /// Then they are silent for so long.
    pub fn pause(&mut self, length: Duration) {
        self.person.sound(Sound::Silence, length);
    }

    /// Then something sounds like speech for so long.
    pub fn noise(&mut self, length: Duration) {
        self.timeline.note(self.now, format!("noise: {length:?}"));
        self.person.sound(Sound::Noise, length);
    }

    /// Then the microphone's frames are lost for so long.
    pub fn lose_frames(&mut self, length: Duration) {
        self.timeline.note(self.now, format!("frames are lost: {length:?}"));
        self.person.sound(Sound::Lost, length);
    }

    /// A key, a program or an engine's supervisor tells something.
    pub async fn tell(&mut self, event: Event) {
        self.timeline.note(self.now, format!("event: {event:?}"));
        if let Some(handle) = &self.handle {
            // An error means that the conductor is gone, which the next step finds out.
            let _ = handle.control.send(event).await;
        }
    }

    /// An engine is out of order, or works again.
    pub async fn degrade(&mut self, stage: Stage, degraded: bool) {
        self.tell(Event::Degraded { stage, degraded }).await;
    }

    /// Lets this much time pass.
    pub async fn run(&mut self, length: Duration) {
        let end = self.now + length;
        while self.now < end {
            self.step().await;
        }
    }

    /// Lets time pass until the person has said everything; when they had.
    pub async fn said(&mut self) -> Duration {
        while !self.person.is_done() {
            self.step().await;
        }
        self.spoke_last
    }

    /// Lets time pass until something is so, two minutes at most; when it was.
    ///
    /// # Panics
    /// It never came.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&World) -> bool) -> Duration {
        let start = self.now;
        while !is_so(self) {
            assert!(self.now < start + PATIENCE, "{what}: not within {PATIENCE:?}");
            self.step().await;
        }
        self.now
    }

    /// Lets time pass until a sound is heard; when it began.
    ///
    /// # Panics
    /// It never came.
    pub async fn until_heard(&mut self) -> Duration {
        let start = self.now;
        self.until("something is heard", |world| world.heard_last > Some(start)).await
    }

    /// Lets time pass until everything is over and stays so: nobody speaks, nothing is heard, no job and no task is left.
    ///
    /// # Panics
    /// It does not come to rest within two minutes.
    pub async fn quiet(&mut self) {
        let start = self.now;
        let mut since = None;
        while since.is_none_or(|since| self.now < since + QUIET) {
            self.step().await;
            since = self.is_at_rest().then(|| since.unwrap_or(self.now));
            assert!(
                self.now < start + PATIENCE,
                "the world returns to quiet: {:?}, alive {:?}, {} tasks, {:?}",
                self.phase,
                self.auditor.alive(),
                tasks(),
                self.counts
            );
        }
    }

    fn is_at_rest(&self) -> bool {
        let idle = |counts: &Counts| counts.asked == counts.finished + counts.cancelled + counts.failed;
        let conductor = usize::from(!self.conductor.is_finished());
        self.person.is_done()
            && self.phase == Phase::Quiet
            && self.auditor.alive().is_none()
            && self.auditor.is_settled()
            && self.counts.iter().all(idle)
            && tasks() == conductor
    }

    /// The turns in order.
    pub fn turns(&self) -> Vec<&Turn> {
        self.auditor.all()
    }

    /// What the language model was told with its last task, without the persona: who says it, and what.
    pub fn last_prompt(&self) -> Vec<(&'static str, String)> {
        let tasks = self.thinking.tasks();
        let messages = tasks.last().map(|task| task.messages.as_slice()).unwrap_or_default();
        messages.iter().skip(1).map(|message| (message.role.as_str(), message.text.clone())).collect()
    }

    /// Drops the conductor's handle and closes the microphone; whether the conductor ended, within a second.
    pub async fn close(&mut self) -> bool {
        (self.handle, self.frames) = (None, None);
        let end = self.now + Duration::from_secs(1);
        while self.now < end && !self.conductor.is_finished() {
            self.now += STEP;
            tokio::time::sleep_until(self.started + self.now).await;
        }
        self.conductor.is_finished()
    }

    /// Closes only the microphone.
    pub fn unplug(&mut self) {
        self.timeline.note(self.now, "the microphone is gone");
        self.frames = None;
    }

    /// 10 ms pass.
    async fn step(&mut self) {
        self.now += STEP;
        tokio::time::sleep_until(self.started + self.now).await;
        self.hear();
        self.observe();
        while self.card.has_room() {
            // The double never goes away.
            let _ = self.renderer.step(&mut self.card);
        }
        if self.now.as_millis().is_multiple_of(FRAME.as_millis()) {
            self.record();
        }
        assert!(!self.conductor.is_finished() || self.handle.is_none(), "the conductor is alive");
    }

    /// What was heard in the last 10 ms, by what was known before.
    fn hear(&mut self) {
        let period = self.card.play();
        if period.iter().any(|sample| *sample != 0) {
            self.heard_last = Some(self.now);
            let paused = self.phase == Phase::Interrupted && self.now > self.phase_since + PAUSE_TAKES;
            assert!(!paused, "what is paused is silent");
        }
        if let Some(clause) = self.auditor.hear(self.now, &period) {
            self.timeline.note(self.now, format!("heard: {clause:?}"));
        }
    }

    fn observe(&mut self) {
        while let Ok(observation) = self.observations.try_recv() {
            if let Observation::Notice(notice) = &observation {
                self.timeline.note(self.now, format!("{notice:?}"));
            }
            self.auditor.observe(self.now, observation);
        }
        let counts = [self.listening.counts(), self.thinking.counts(), self.speaking.counts(), self.judging.counts()];
        let names = ["listening", "thinking", "speaking", "judging"];
        for ((name, counts), before) in names.into_iter().zip(counts).zip(self.counts) {
            if counts != before {
                self.timeline.note(self.now, format!("{name}: {}", changes(before, counts)));
            }
        }
        self.counts = counts;
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        asked.iter().for_each(|task| self.auditor.check_prompt(task));
        if let Some(handle) = &self.handle {
            let phase = *handle.phase.borrow();
            if std::mem::replace(&mut self.phase, phase) != phase {
                self.phase_since = self.now;
                self.timeline.note(self.now, format!("phase: {phase:?}"));
            }
        }
    }

    fn record(&mut self) {
        let sound = self.person.next();
        self.position += FRAME;
        if sound.is_speech() {
            self.spoke_last = self.now;
        }
        let frame = AudioFrame {
            end: Position(self.position),
            arrived: Instant::now(),
            samples: sound.samples(),
            speech: sound.is_speech(),
        };
        if let Some(frames) = &self.frames
            && sound != Sound::Lost
        {
            assert!(frames.try_send(frame).is_ok(), "the conductor takes every frame in time");
        }
    }
}

impl Drop for World {
    #[expect(clippy::print_stderr, reason = "this is how a failing test tells what happened")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.timeline);
        }
    }
}

/// Tasks that are alive in this runtime.
fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

fn changes(before: Counts, after: Counts) -> String {
    let counts = |counts: Counts| [counts.asked, counts.begun, counts.finished, counts.cancelled, counts.failed];
    let names = ["asked", "begun", "finished", "cancelled", "failed"];
    let changed = names.into_iter().zip(counts(before).into_iter().zip(counts(after)));
    changed.filter(|(_, (before, after))| before != after).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

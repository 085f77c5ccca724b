//! What a world begins with, and how it is put together.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_audio::playback::{Ear, Renderer, SinkFormat};
use parley_conversation::{Conversation, ModelOnly, Phase, Position, Router, SeatId, Settings};
use parley_daemon::conductor::{Conductor, Engines, Generating, Loudspeaker};
use parley_daemon::listening::FRAMES_IN_FLIGHT;
use parley_engines::scripted::{Counts, Pace, Scripted, last_words};
use parley_engines::{
    EndOfTurn, Engine, Generate, Generated, Job, JobInput, LanguageModel, Order, SpeechToText, TextToSpeech,
};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::person::Person;
use super::{Auditor, PERIOD, Timeline, World, voice};

pub struct Scene {
    pub settings: Settings,
    pub generating: Generating,
    pub router: Box<dyn Router>,
    pub answers: Box<dyn Fn(&str) -> String + Send + Sync>,
    /// What the end-of-turn model says of somebody who has finished, and of who has not; `None`: there is none.
    pub judgements: Option<[f32; 2]>,
    pub voice: Scripted<TextToSpeech>,
}

impl Default for Scene {
    /// Engines as fast as a Raspberry Pi's, an end-of-turn model that is always right, answers in two clauses.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            generating: Generating::default(),
            router: Box::new(ModelOnly),
            answers: Box::new(|question| format!("You said {question}. That is all I know about it.")),
            judgements: Some([0.9, 0.1]),
            voice: voice::scripted(),
        }
    }
}

/// A language model that reads ahead (tasks without tokens) beside the scripted one, whose counts and faults are then
/// those of answers alone.
struct ReadsAheadApart {
    answers: Scripted<LanguageModel>,
    reads: Scripted<LanguageModel>,
}

impl Engine<LanguageModel> for ReadsAheadApart {
    fn start_as(&self, task: Generate, order: Order) -> Job<Generated> {
        if task.max_tokens == 0 { self.reads.start_as(task, order) } else { self.answers.start_as(task, order) }
    }

    fn start_fed(&self, task: Generate, order: Order) -> (Job<Generated>, JobInput) {
        self.answers.start_fed(task, order)
    }
}

impl World {
    /// A world in which nothing has happened.
    pub fn new(scene: Scene) -> Self {
        let person = Person::default();
        let ms = Duration::from_millis;
        let pace = |first, each| Pace { first: ms(first), each: ms(each) };
        let words = person.words.clone();
        let speech_to_text =
            Scripted::<SpeechToText>::new(move |task| words.heard_in(&task.audio)).with_pace(pace(233, 0));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answers, notes) = (scene.answers, Arc::clone(&asked));
        let language_model = Scripted::<LanguageModel>::new(move |task| {
            notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(task.clone());
            answers(last_words(task))
        })
        .with_pace(pace(151, 31));
        let text_to_speech = scene.voice.with_pace(pace(67, 17));
        let (words, [finished, unfinished]) = (person.words.clone(), scene.judgements.unwrap_or_default());
        let end_of_turn = Scripted::<EndOfTurn>::new(move |task| {
            if words.finished_in(&task.audio) == Some(false) { unfinished } else { finished }
        })
        .with_pace(pace(23, 0));
        let engines = Engines {
            seat: SeatId::default(),
            speech_to_text: Arc::new(speech_to_text.clone()),
            language_model: Arc::new(ReadsAheadApart {
                answers: language_model.clone(),
                reads: Scripted::<LanguageModel>::new(|_| String::new()),
            }),
            text_to_speech: Arc::new(text_to_speech.clone()),
            end_of_turn: scene.judgements.map(|_| Arc::new(end_of_turn.clone()) as _),
        };
        let spoken = scene.settings.spoken;
        let (mixer, renderer) = Renderer::new(voice::RATE_HZ, PERIOD);
        let loudspeaker = spoken.then(|| Loudspeaker::open(mixer).expect("it is the first feed"));
        let control = loudspeaker.as_ref().map(|loudspeaker| loudspeaker.answers.1.clone());
        let conversation = Conversation::new(scene.settings, scene.router, scene.judgements.is_some());
        let (conductor, handle) = Conductor::new(conversation, engines, scene.generating, loudspeaker);
        let (frames, incoming) = mpsc::channel(FRAMES_IN_FLIGHT);
        Self {
            speech_to_text,
            language_model,
            text_to_speech,
            end_of_turn,
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
            card: Ear::new(SinkFormat { rate_hz: voice::RATE_HZ, period_frames: PERIOD }),
            beside: None,
            started: Instant::now(),
            now: Duration::ZERO,
            position: Position::default(),
            heard_last: None,
            spoke_last: Duration::ZERO,
            phase: Phase::Quiet,
            phase_since: Duration::ZERO,
            counts: [Counts::default(); 4],
        }
    }
}

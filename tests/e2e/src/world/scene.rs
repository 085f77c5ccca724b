//! What a world begins with, and how it is put together.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_audio::playback::{Ear, Renderer, SinkFormat};
use parley_conversation::{Conversation, ModelOnly, Phase, Position, Router, Settings};
use parley_daemon::conductor::{Conductor, Generating, Loudspeaker, Performer, Teacher};
use parley_daemon::listening::FRAMES_IN_FLIGHT;
use parley_engines::TextToSpeech;
use parley_engines::scripted::{Counts, Scripted};
use tokio::sync::mpsc;

use super::house::House;
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
    /// Who learns wake words.
    pub teacher: Option<Arc<dyn Teacher>>,
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
            teacher: None,
        }
    }
}

/// What a seat of a house begins with.
pub struct Place {
    pub settings: Settings,
    pub generating: Generating,
    pub router: Box<dyn Router>,
    pub performer: Option<Arc<dyn Performer>>,
}

impl World {
    /// A world of its own, in which nothing has happened.
    pub fn new(scene: Scene) -> Self {
        let Scene { settings, generating, router, answers, judgements, voice, teacher } = scene;
        let house = House::new(answers, judgements, voice);
        Self::taught_by(&house, Place { settings, generating, router, performer: None }, teacher)
    }

    /// A world that shares its engines with the other seats of a house.
    ///
    /// # Panics
    /// Where the house has no free seat.
    pub fn in_house(house: &House, place: Place) -> Self {
        Self::taught_by(house, place, None)
    }

    fn taught_by(house: &House, place: Place, teacher: Option<Arc<dyn Teacher>>) -> Self {
        let seat = house.seats.take().expect("the house has a free seat");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let engines = house.engines(&seat, &asked);
        let Place { settings, generating, router, performer } = place;
        let settings = Settings { seat: seat.id(), ..settings };
        let spoken = settings.spoken;
        let (mixer, renderer) = Renderer::new(voice::RATE_HZ, PERIOD);
        let loudspeaker = spoken.then(|| Loudspeaker::open(mixer).expect("it is the first feed"));
        let control = loudspeaker.as_ref().map(|loudspeaker| loudspeaker.answers.1.clone());
        let conversation = Conversation::new(settings, router, engines.end_of_turn.is_some());
        let (mut conductor, handle) = Conductor::new(conversation, engines, generating, loudspeaker);
        if let Some(performer) = performer {
            conductor = conductor.with_performer(performer);
        }
        if let Some(teacher) = teacher {
            conductor = conductor.with_teacher(teacher);
        }
        let (frames, incoming) = mpsc::channel(FRAMES_IN_FLIGHT);
        Self {
            speech_to_text: house.speech_to_text.clone(),
            language_model: house.language_model.clone(),
            text_to_speech: house.text_to_speech.clone(),
            end_of_turn: house.end_of_turn.clone(),
            auditor: Auditor::new(spoken),
            timeline: Timeline::default(),
            observations: handle.observations.subscribe(),
            handle: Some(handle),
            frames: Some(frames),
            asked,
            conductor: tokio::spawn(conductor.run(incoming)),
            person: Person::with(house.words.clone()),
            renderer,
            control,
            card: Ear::new(SinkFormat { rate_hz: voice::RATE_HZ, period_frames: PERIOD }),
            card_away_until: Duration::ZERO,
            beside: None,
            ears: None,
            sounded: Vec::new(),
            started: house.started,
            now: house.started.elapsed(),
            position: Position::default(),
            heard_last: None,
            spoke_last: Duration::ZERO,
            phase: Phase::Quiet,
            phase_since: Duration::ZERO,
            counts: [Counts::default(); 4],
            _seat: seat,
        }
    }
}

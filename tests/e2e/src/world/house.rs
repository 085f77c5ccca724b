//! The engines that all seats of a house share, and the time in which they live.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parley_conversation::SeatId;
use parley_daemon::conductor::Engines;
use parley_daemon::seats::{Seat, Seats};
use parley_engines::scripted::{Pace, Scripted, last_words};
use parley_engines::{
    EndOfTurn, Engine, Generate, Generated, Job, JobInput, LanguageModel, Order, SpeechToText, TextToSpeech,
};
use tokio::time::Instant;

use super::person::Words;

/// What the language model was asked in a seat and nobody has looked at yet.
pub(super) type Asked = Arc<Mutex<Vec<Generate>>>;

pub struct House {
    pub speech_to_text: Scripted<SpeechToText>,
    pub language_model: Scripted<LanguageModel>,
    pub text_to_speech: Scripted<TextToSpeech>,
    pub end_of_turn: Scripted<EndOfTurn>,
    pub(super) seats: Seats,
    pub(super) words: Words,
    pub(super) started: Instant,
}

impl House {
    /// Engines as fast as a Raspberry Pi's. `judgements`: what the end-of-turn model says of somebody who has finished,
    /// and of who has not; `None`: there is none.
    pub fn new(
        answers: Box<dyn Fn(&str) -> String + Send + Sync>,
        judgements: Option<[f32; 2]>,
        voice: Scripted<TextToSpeech>,
    ) -> Self {
        let words = Words::default();
        let ms = Duration::from_millis;
        let pace = |first, each| Pace { first: ms(first), each: ms(each) };
        let said = words.clone();
        let speech_to_text = Scripted::<SpeechToText>::new(move |task| said.heard_in(&task.audio));
        let language_model = Scripted::<LanguageModel>::new(move |task| answers(last_words(task)));
        let (said, [finished, unfinished]) = (words.clone(), judgements.unwrap_or_default());
        let end_of_turn = Scripted::<EndOfTurn>::new(move |task| {
            if said.finished_in(&task.audio) == Some(false) { unfinished } else { finished }
        });
        let speech_to_text = speech_to_text.with_pace(pace(233, 0));
        let language_model = language_model.with_pace(pace(151, 31));
        let text_to_speech = voice.with_pace(pace(67, 17));
        let end_of_turn = end_of_turn.with_pace(pace(23, 0));
        let seats = Seats::new(Engines {
            seat: SeatId::default(),
            speech_to_text: Arc::new(speech_to_text.clone()),
            language_model: Arc::new(ReadsAheadApart {
                answers: language_model.clone(),
                reads: Scripted::<LanguageModel>::new(|_| String::new()),
            }),
            text_to_speech: Arc::new(text_to_speech.clone()),
            end_of_turn: judgements.map(|_| Arc::new(end_of_turn.clone()) as _),
        });
        let started = Instant::now();
        Self { speech_to_text, language_model, text_to_speech, end_of_turn, seats, words, started }
    }

    /// As a seat uses them; what it asks of the language model is noted.
    pub(super) fn engines(&self, seat: &Seat, asked: &Asked) -> Engines {
        let engines = seat.engines();
        let noting = Noting { model: Arc::clone(&engines.language_model), asked: Arc::clone(asked) };
        Engines { language_model: Arc::new(noting), ..engines }
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

/// The language model, as one seat asks it.
struct Noting {
    model: Arc<dyn Engine<LanguageModel>>,
    asked: Asked,
}

impl Engine<LanguageModel> for Noting {
    fn start_as(&self, task: Generate, order: Order) -> Job<Generated> {
        if task.max_tokens > 0 {
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(task.clone());
        }
        self.model.start_as(task, order)
    }

    fn start_fed(&self, task: Generate, order: Order) -> (Job<Generated>, JobInput) {
        self.model.start_fed(task, order)
    }
}

//! The worker processes of a running Parley.
//!
//! The model manifest names the program that runs a model; its kind decides the arguments. Every worker takes
//! `--threads N`, and
//! - speech-to-text: `--model FILE`, `--language CODE` of the preferred voice, `--languages CODE` where only one is spoken,
//!   `--word WORD` for each of the vocabulary;
//! - language-model: `--model FILE`, `--context TOKENS`, `--state-dir FOLDER` where one is set;
//! - text-to-speech: `--voice CODE=FILE`, once for each; it says other languages with a voice of its own, or refuses them;
//! - end-of-turn: `--model FILE`.

mod program_file;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use parley_conversation::{Event, SeatId, Stage};
use parley_engines::supervisor::{Limits, ProcessUsage, Supervised, WorkerHealth, WorkerProgram};
use parley_engines::{
    EndOfTurn, Engine, EngineError, Job, JobInput, Kind, LanguageModel, Order, SpeechToText, TextToSpeech,
    WorkerDetails,
};
use parley_models::Selection;
use parley_settings::Config;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::conductor::Engines;
use crate::languages::Languages;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    All,
    LanguageModel,
    SpeechToText,
    TextToSpeech,
}

/// The workers, alive and supervised; dropping them ends the processes. Clones are the same processes.
#[derive(Clone)]
pub struct Workers {
    speech_to_text: Worker<SpeechToText>,
    language_model: Worker<LanguageModel>,
    text_to_speech: Worker<TextToSpeech>,
    end_of_turn: Worker<EndOfTurn>,
}

/// Whether the engines of a house work; none are watched by default.
#[derive(Debug, Clone, Default)]
pub struct EngineHealth(Vec<(Stage, watch::Receiver<WorkerHealth>)>);

impl EngineHealth {
    /// Tells a conversation when an engine is degraded and when it works again, until the conversation has ended.
    pub async fn report(self, control: mpsc::WeakSender<Event>) {
        let mut all = JoinSet::new();
        for (stage, health) in self.0 {
            all.spawn(report_health(health, stage, control.clone()));
        }
        while all.join_next().await.is_some() {}
    }
}

#[derive(Debug, thiserror::Error)]
#[error(
    "the worker {name} is not in {folder}: build it with `cargo xtask build`, or set `engines.folder` to its folder"
)]
pub struct MissingWorker {
    name: String,
    folder: PathBuf,
}

impl Workers {
    /// Starts the needed workers; returns at once, while the models are being loaded.
    pub fn spawn(config: &Config, models: &Selection, needed: Needed) -> Result<Self, MissingWorker> {
        let wanted = |this| needed == Needed::All || needed == this;
        let engines = &config.engines;

        let model = &models.speech_to_text;
        let mut speech_to_text = program(config, &model.worker, engines.speech_to_text_threads)?;
        speech_to_text = option(speech_to_text, "--model", &model.file);
        let languages = Languages::of(config, models);
        if let Some(usual) = languages.usual() {
            speech_to_text = option(speech_to_text, "--language", usual);
        }
        if let Some(only) = &languages.only {
            speech_to_text = option(speech_to_text, "--languages", only);
        }

        for word in &config.conversation.vocabulary {
            speech_to_text = option(speech_to_text, "--word", word);
        }

        let model = &models.language_model;
        let mut language_model = program(config, &model.worker, engines.language_model_threads)?;
        language_model = option(language_model, "--model", &model.file);
        language_model = option(language_model, "--context", engines.context_tokens.to_string());
        if let Some(folder) = &engines.state_folder {
            language_model = option(language_model, "--state-dir", folder);
        }

        let voices = &models.text_to_speech;
        let mut text_to_speech = program(config, &voices.worker, engines.text_to_speech_threads)?;
        for (code, voice) in &voices.files {
            let mut named = OsString::from(format!("{code}="));
            named.push(voice);
            text_to_speech = option(text_to_speech, "--voice", named);
        }

        let end_of_turn = models
            .end_of_turn
            .as_ref()
            .map(|model| Ok(option(program(config, &model.worker, 1)?, "--model", &model.file)))
            .transpose()?;
        Ok(Self {
            speech_to_text: Worker::spawn(Some(speech_to_text).filter(|_| wanted(Needed::SpeechToText))),
            language_model: Worker::spawn(Some(language_model).filter(|_| wanted(Needed::LanguageModel))),
            text_to_speech: Worker::spawn(Some(text_to_speech).filter(|_| wanted(Needed::TextToSpeech))),
            end_of_turn: Worker::spawn(end_of_turn.filter(|_| needed == Needed::All)),
        })
    }

    /// The engines of a conversation; `None` without a language model. A conversation in writing needs no other.
    pub fn engines(&self) -> Option<Engines> {
        Some(Engines {
            seat: SeatId::default(),
            speech_to_text: self.speech_to_text.engine(),
            language_model: self.language_model.0.clone()?,
            text_to_speech: self.text_to_speech.engine(),
            end_of_turn: self.end_of_turn.0.clone().map(|engine| engine as _),
        })
    }

    pub fn speech_to_text(&self) -> Option<&Arc<Supervised<SpeechToText>>> {
        self.speech_to_text.0.as_ref()
    }

    pub fn language_model(&self) -> Option<&Arc<Supervised<LanguageModel>>> {
        self.language_model.0.as_ref()
    }

    pub fn text_to_speech(&self) -> Option<&Arc<Supervised<TextToSpeech>>> {
        self.text_to_speech.0.as_ref()
    }

    pub fn has_end_of_turn(&self) -> bool {
        self.end_of_turn.0.is_some()
    }

    /// Waits until every worker is ready.
    pub async fn ready(&self) -> Result<(), EngineError> {
        self.ready_each().await.into_iter().try_for_each(|(_, ready)| ready.map(drop))
    }

    pub async fn ready_each(&self) -> Vec<(&'static str, Result<WorkerDetails, EngineError>)> {
        let results = [
            self.speech_to_text.ready().await,
            self.end_of_turn.ready().await,
            self.text_to_speech.ready().await,
            self.language_model.ready().await,
        ];
        results.into_iter().flatten().collect()
    }

    /// Of all workers that were started.
    pub fn health(&self) -> EngineHealth {
        let all = [
            self.speech_to_text.health(Stage::SpeechToText),
            self.language_model.health(Stage::LanguageModel),
            self.text_to_speech.health(Stage::TextToSpeech),
            self.end_of_turn.health(Stage::EndOfTurn),
        ];
        EngineHealth(all.into_iter().flatten().collect())
    }

    /// Tells a conversation how they are, until it has ended.
    pub fn watch(&self, control: &mpsc::Sender<Event>) {
        tokio::spawn(self.health().report(control.downgrade()));
    }

    pub fn usage(&self) -> Vec<(&'static str, u32, ProcessUsage)> {
        let usages = [
            self.speech_to_text.usage(),
            self.end_of_turn.usage(),
            self.text_to_speech.usage(),
            self.language_model.usage(),
        ];
        usages.into_iter().flatten().collect()
    }

    pub async fn shut_down(&self) {
        tokio::join!(
            self.speech_to_text.shut_down(),
            self.end_of_turn.shut_down(),
            self.text_to_speech.shut_down(),
            self.language_model.shut_down()
        );
    }
}

/// One worker, if it was needed.
struct Worker<K: Kind>(Option<Arc<Supervised<K>>>);

// Not derived, which would ask for kinds that can be cloned.
impl<K: Kind> Clone for Worker<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Kind> Worker<K> {
    fn spawn(program: Option<WorkerProgram>) -> Self {
        Self(program.map(|program| Arc::new(Supervised::spawn(program, Limits::default()))))
    }

    fn engine(&self) -> Arc<dyn Engine<K>> {
        self.0.clone().map_or_else(|| Arc::new(Absent) as _, |engine| engine as _)
    }

    async fn ready(&self) -> Option<(&'static str, Result<WorkerDetails, EngineError>)> {
        Some((K::NAME, self.0.as_ref()?.ready().await))
    }

    async fn shut_down(&self) {
        if let Some(worker) = &self.0 {
            worker.shut_down().await;
        }
    }

    fn usage(&self) -> Option<(&'static str, u32, ProcessUsage)> {
        let worker = self.0.as_ref()?;
        Some((K::NAME, worker.pid()?, worker.usage()?))
    }

    fn health(&self, stage: Stage) -> Option<(Stage, watch::Receiver<WorkerHealth>)> {
        Some((stage, self.0.as_ref()?.health()))
    }
}

/// Stands for an engine that this command does not need; every task fails.
struct Absent;

impl<K: Kind> Engine<K> for Absent {
    fn start_as(&self, _: K::Task, _: Order) -> Job<K::Output> {
        Job::failed(EngineError::Unavailable { engine: K::NAME, reason: "it was not started".into() })
    }

    fn start_fed(&self, task: K::Task, order: Order) -> (Job<K::Output>, JobInput) {
        (Engine::<K>::start_as(self, task, order), JobInput::closed())
    }
}

fn program(config: &Config, name: &str, threads: usize) -> Result<WorkerProgram, MissingWorker> {
    let folder = match &config.engines.folder {
        Some(folder) => folder.clone(),
        None => std::env::current_exe().ok().and_then(|own| Some(own.parent()?.to_owned())).unwrap_or_default(),
    };
    let Some(path) = program_file::best(&folder, name, program_file::has_avx512()) else {
        return Err(MissingWorker { name: name.to_owned(), folder });
    };
    Ok(option(WorkerProgram::new(path), "--threads", threads.max(1).to_string()))
}

fn option(program: WorkerProgram, name: &str, value: impl AsRef<OsStr>) -> WorkerProgram {
    program.argument(name).argument(value.as_ref())
}

async fn report_health(mut health: watch::Receiver<WorkerHealth>, stage: Stage, control: mpsc::WeakSender<Event>) {
    let mut reported = false;
    loop {
        let degraded = match &*health.borrow_and_update() {
            WorkerHealth::Degraded { .. } => true,
            WorkerHealth::Ready(_) => false,
            WorkerHealth::Starting | WorkerHealth::Restarting => reported,
        };
        if degraded != std::mem::replace(&mut reported, degraded) {
            let Some(control) = control.upgrade() else { return };
            if control.send(Event::Degraded { stage, degraded }).await.is_err() {
                return;
            }
        }
        if health.changed().await.is_err() {
            return;
        }
    }
}

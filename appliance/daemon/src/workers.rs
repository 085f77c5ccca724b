//! The worker processes of a running Parley.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parley_conversation::{Event, Stage};
use parley_engines::supervisor::{Limits, ProcessUsage, Supervised, WorkerHealth, WorkerProgram};
use parley_engines::{
    EngineError, Job, Judge, Kind, Listen, Speak, SpeechToText, Spoken, Talk, TextToSpeech, Think, Transcribe,
    Transcript, WorkerDetails,
};
use parley_models::Selection;
use tokio::sync::{mpsc, watch};

use crate::conductor::Engines;
use crate::config::Config;

/// Which workers to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    /// All of them: a conversation.
    All,
    /// Only the language model.
    Thinking,
    /// Only speech to text.
    Listening,
    /// Only the voice.
    Speaking,
}

/// The workers, alive and supervised; dropping them ends the processes.
pub struct Workers {
    listening: Option<Arc<Supervised<Listen>>>,
    thinking: Option<Arc<Supervised<Think>>>,
    speaking: Option<Arc<Supervised<Talk>>>,
    judging: Option<Arc<Supervised<Judge>>>,
}

/// A worker's program cannot be found.
#[derive(Debug, thiserror::Error)]
#[error(
    "the worker {name} is not in {folder}. `cargo xtask build` makes it; `engines.folder` in the configuration names another folder"
)]
pub struct MissingWorker {
    name: String,
    folder: PathBuf,
}

impl Workers {
    /// Starts the needed workers; returns at once, while the models are being loaded.
    ///
    /// # Errors
    /// A program that is not where it should be.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn spawn(config: &Config, models: &Selection, needed: Needed) -> Result<Workers, MissingWorker> {
        let wanted = |this| needed == Needed::All || needed == this;
        let threads = |count: usize| OsString::from(count.max(1).to_string());
        let engines = &config.engines;

        let mut listen = program::<Listen>(config)?.argument("--model").argument(&models.speech_to_text);
        listen = listen.argument("--threads").argument(threads(engines.listening_threads));
        if config.conversation.language != "auto" {
            listen = listen.argument("--language").argument(&config.conversation.language);
        }

        let mut think = program::<Think>(config)?.argument("--model").argument(&models.language_model);
        think = think.argument("--threads").argument(threads(engines.thinking_threads));
        think = think.argument("--context").argument(engines.context_tokens.to_string());
        if let Some(folder) = &engines.state_folder {
            think = think.argument("--state-dir").argument(folder);
        }

        let mut talk = program::<Talk>(config)?.argument("--threads").argument(threads(engines.speaking_threads));
        for (language, voice) in &models.voices {
            let mut named = OsString::from(format!("{language}="));
            named.push(voice);
            talk = talk.argument("--voice").argument(named);
        }

        let judge = match &models.end_of_turn {
            Some(model) => {
                let program = program::<Judge>(config)?.argument("--end-of-turn").argument(model);
                Some(program.argument("--threads").argument("1"))
            }
            None => None,
        };
        Ok(Workers {
            listening: wanted(Needed::Listening).then(|| spawn(listen)),
            thinking: wanted(Needed::Thinking).then(|| spawn(think)),
            speaking: wanted(Needed::Speaking).then(|| spawn(talk)),
            judging: judge.filter(|_| needed == Needed::All).map(spawn),
        })
    }

    /// The engines of a conversation; `None` without a language model. In writing nobody listens or speaks.
    pub fn engines(&self) -> Option<Engines> {
        Some(Engines {
            speech_to_text: self.listening.clone().map_or_else(|| Arc::new(Absent) as _, |listening| listening as _),
            language_model: self.thinking.clone()?,
            text_to_speech: self.speaking.clone().map_or_else(|| Arc::new(Absent) as _, |speaking| speaking as _),
            ears: self.judging.clone().map(|ears| ears as _),
        })
    }

    /// Speech to text, where it was needed.
    pub fn listening(&self) -> Option<&Arc<Supervised<Listen>>> {
        self.listening.as_ref()
    }

    /// The language model, where it was needed.
    pub fn thinking(&self) -> Option<&Arc<Supervised<Think>>> {
        self.thinking.as_ref()
    }

    /// The voice, where it was needed.
    pub fn speaking(&self) -> Option<&Arc<Supervised<Talk>>> {
        self.speaking.as_ref()
    }

    /// Whether the end of a turn is judged by a model.
    pub fn has_judge(&self) -> bool {
        self.judging.is_some()
    }

    /// Waits until every worker is ready.
    ///
    /// # Errors
    /// The first that cannot be started.
    pub async fn ready(&self) -> Result<(), EngineError> {
        ready(&self.listening).await?;
        ready(&self.judging).await?;
        ready(&self.speaking).await?;
        ready(&self.thinking).await
    }

    /// Waits for each worker, and tells what came of it.
    pub async fn ready_each(&self) -> Vec<(&'static str, Result<WorkerDetails, EngineError>)> {
        let results = [
            outcome(&self.listening).await,
            outcome(&self.judging).await,
            outcome(&self.thinking).await,
            outcome(&self.speaking).await,
        ];
        results.into_iter().flatten().collect()
    }

    /// Tells a conversation whenever a worker goes out of order or works again; ends with the conversation.
    pub fn watch(&self, control: &mpsc::Sender<Event>) {
        watch_worker(&self.listening, Stage::SpeechToText, control);
        watch_worker(&self.thinking, Stage::LanguageModel, control);
        watch_worker(&self.speaking, Stage::TextToSpeech, control);
        watch_worker(&self.judging, Stage::EndOfTurn, control);
    }

    /// Name, process and use of each worker that runs.
    pub fn usage(&self) -> Vec<(&'static str, u32, ProcessUsage)> {
        [usage(&self.listening), usage(&self.judging), usage(&self.thinking), usage(&self.speaking)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Ends the processes in an orderly way.
    pub async fn shut_down(&self) {
        tokio::join!(
            shut_down(&self.listening),
            shut_down(&self.judging),
            shut_down(&self.thinking),
            shut_down(&self.speaking)
        );
    }
}

/// An engine that was not started, because nobody needs it.
struct Absent;

impl SpeechToText for Absent {
    fn transcribe(&self, _: Transcribe) -> Job<Transcript> {
        Job::failed(absent::<Listen>())
    }
}

impl TextToSpeech for Absent {
    fn speak(&self, _: Speak) -> Job<Spoken> {
        Job::failed(absent::<Talk>())
    }
}

fn absent<K: Kind>() -> EngineError {
    EngineError::Unavailable { engine: K::NAME, reason: "it was not started".into() }
}

fn spawn<K: Kind>(program: WorkerProgram) -> Arc<Supervised<K>> {
    Arc::new(Supervised::spawn(program, Limits::default()))
}

fn program<K: Kind>(config: &Config) -> Result<WorkerProgram, MissingWorker> {
    let name = format!("parley-engine-{}", K::NAME);
    let folder = match &config.engines.folder {
        Some(folder) => folder.clone(),
        None => own_folder().unwrap_or_default(),
    };
    let path = folder.join(&name);
    if path.is_file() { Ok(WorkerProgram::new(path)) } else { Err(MissingWorker { name, folder }) }
}

/// The folder of the running program.
fn own_folder() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_owned)
}

async fn outcome<K: Kind>(
    worker: &Option<Arc<Supervised<K>>>,
) -> Option<(&'static str, Result<WorkerDetails, EngineError>)> {
    Some((K::NAME, worker.as_ref()?.ready().await))
}

async fn ready<K: Kind>(worker: &Option<Arc<Supervised<K>>>) -> Result<(), EngineError> {
    match worker {
        Some(worker) => worker.ready().await.map(|_| ()),
        None => Ok(()),
    }
}

async fn shut_down<K: Kind>(worker: &Option<Arc<Supervised<K>>>) {
    if let Some(worker) = worker {
        worker.shut_down().await;
    }
}

fn usage<K: Kind>(worker: &Option<Arc<Supervised<K>>>) -> Option<(&'static str, u32, ProcessUsage)> {
    let worker = worker.as_ref()?;
    Some((K::NAME, worker.pid()?, worker.usage()?))
}

fn watch_worker<K: Kind>(worker: &Option<Arc<Supervised<K>>>, stage: Stage, control: &mpsc::Sender<Event>) {
    if let Some(worker) = worker {
        tokio::spawn(report_health(worker.health(), stage, control.downgrade()));
    }
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

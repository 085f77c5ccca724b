//! A task under way, as its owner sees it.

use std::sync::{Arc, OnceLock};

use tokio::sync::mpsc;

use crate::Kind;

/// An engine of one kind, as its users see it: a supervised worker, or a script.
pub trait Engine<K: Kind>: Send + Sync {
    /// Starts a job; never blocks.
    fn start(&self, task: K::Task) -> Job<K::Output>;
}

/// Outputs that may wait for a job's owner; the engine waits when they are full.
pub const OUTPUTS_IN_FLIGHT: usize = 16;

/// Why an engine did not answer; `engine` is [`crate::Kind::NAME`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum EngineError {
    /// The engine looked at the task and refused it, in its own words.
    #[error("{engine} could not do this: {message}")]
    Refused { engine: &'static str, message: String },
    /// The worker died twice over the same task.
    #[error("{engine} crashed twice over the same task; the task was dropped")]
    Crashed { engine: &'static str },
    /// The worker gave no sign of life within its deadline, and was killed.
    #[error("{engine} was stuck and has been stopped; it is being restarted")]
    Stuck { engine: &'static str },
    /// The worker keeps failing, or could not be started at all.
    #[error("{engine} is not available: {reason}. `parley check` says what to do")]
    Unavailable { engine: &'static str, reason: String },
}

/// A job's outputs, in order. Dropping it cancels the job.
#[derive(Debug)]
pub struct Job<T> {
    outputs: mpsc::Receiver<Result<T, EngineError>>,
    failure: Arc<OnceLock<EngineError>>,
    over: bool,
}

/// The engine's end of a [`Job`]. Dropping it ends the job.
#[derive(Debug)]
pub struct JobSender<T> {
    outputs: mpsc::Sender<Result<T, EngineError>>,
    failure: Arc<OnceLock<EngineError>>,
}

impl<T> Job<T> {
    /// A job and the end that an engine feeds.
    pub fn channel() -> (JobSender<T>, Self) {
        let (sender, receiver) = mpsc::channel(OUTPUTS_IN_FLIGHT);
        let failure = Arc::new(OnceLock::new());
        (JobSender { outputs: sender, failure: Arc::clone(&failure) }, Self { outputs: receiver, failure, over: false })
    }

    /// A job that has failed before it began.
    pub fn failed(error: EngineError) -> Self {
        let (sender, job) = Self::channel();
        sender.fail(error);
        job
    }

    /// The next output; `None` after the last one. An error is the last output. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<T, EngineError>> {
        if self.over {
            return None;
        }
        let next = self.outputs.recv().await.or_else(|| self.failure.get().cloned().map(Err));
        self.over = !matches!(next, Some(Ok(_)));
        next
    }

    /// All outputs that are still to come.
    ///
    /// # Errors
    /// The job's; the outputs before it are lost, so use [`Job::next`] where they matter.
    pub async fn collect(mut self) -> Result<Vec<T>, EngineError> {
        let mut outputs = Vec::new();
        while let Some(output) = self.next().await {
            outputs.push(output?);
        }
        Ok(outputs)
    }
}

impl<T> JobSender<T> {
    /// Hands over an output, waiting for room; `false` when the job has been cancelled.
    pub async fn send(&self, output: Result<T, EngineError>) -> bool {
        self.outputs.send(output).await.is_ok()
    }

    /// Ends the job with an error after the outputs that wait for their reader; needs no room and never waits.
    /// The first error counts.
    pub fn fail(self, error: EngineError) {
        // A second error says nothing that the owner could still act upon.
        let _ = self.failure.set(error);
    }

    /// Waits for room; `None` when the job has been cancelled. Cancel-safe.
    pub(crate) async fn room(&self) -> Option<mpsc::Permit<'_, Result<T, EngineError>>> {
        self.outputs.reserve().await.ok()
    }

    /// Whether the owner has dropped the job.
    pub fn is_cancelled(&self) -> bool {
        self.outputs.is_closed()
    }

    /// Waits until the owner drops the job.
    pub async fn cancelled(&self) {
        self.outputs.closed().await;
    }
}

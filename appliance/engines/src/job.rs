//! A task under way, as its owner sees it.

use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, mpsc};

use crate::fed::Fed;
use crate::order::{JobPriority, Order, Priority};
use crate::protocol::FED_IN_FLIGHT;
use crate::task::Kind;

/// An engine of one kind, as its users see it: a supervised worker, or a script. One engine serves all seats.
pub trait Engine<K: Kind>: Send + Sync {
    /// Starts a job in its place among those that wait; never blocks.
    fn start_as(&self, task: K::Task, order: Order) -> Job<K::Output>;

    /// Starts a job with more input than its task.
    fn start_fed(&self, task: K::Task, order: Order) -> (Job<K::Output>, JobInput);

    /// Starts a job for which somebody waits, of the one seat that there is.
    fn start(&self, task: K::Task) -> Job<K::Output> {
        self.start_as(task, Order::default())
    }
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
    /// The worker died twice over the same task, or once over one that could not be taken up again where it was: the
    /// next worker said something else, or input had flowed into it.
    #[error("{engine} crashed and could not take up its task again; the task was dropped")]
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
    urgency: JobPriority,
    over: bool,
}

/// The engine's end of a [`Job`]. Dropping it ends the job.
#[derive(Debug)]
pub struct JobSender<T> {
    outputs: mpsc::Sender<Result<T, EngineError>>,
    failure: Arc<OnceLock<EngineError>>,
    urgency: JobPriority,
}

/// Where more input flows into a running job. Dropping it says that there is no more.
///
/// Full with [`FED_IN_FLIGHT`] pieces here and as many at the worker; then its owner waits. A worker that waits for the
/// reader of its outputs takes no input: read a job while feeding it.
#[derive(Debug)]
pub struct JobInput(mpsc::Sender<Fed>);

/// Why a piece of input was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// It is larger than [`crate::MAX_FED_SAMPLES`] or [`crate::MAX_FED_BYTES`].
    #[error("a piece of input is too large; feed it in smaller ones")]
    TooLarge,
    /// Nobody will take any more; the job says why.
    #[error("the job is over")]
    Over,
}

impl JobInput {
    /// An input, and the end that an engine takes from.
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Fed>) {
        let (sender, receiver) = mpsc::channel(FED_IN_FLIGHT);
        (Self(sender), receiver)
    }

    /// The input of a job that takes none: every piece is lost.
    pub fn closed() -> Self {
        Self::channel().0
    }

    /// Hands over a piece, waiting for room. Cancel-safe: a piece is handed over whole or not at all.
    ///
    /// # Errors
    /// The piece is lost.
    pub async fn feed(&self, piece: Fed) -> Result<(), FeedError> {
        if !piece.fits() {
            return Err(FeedError::TooLarge);
        }
        self.0.send(piece).await.map_err(|_| FeedError::Over)
    }
}

impl<T> Job<T> {
    /// A job and the end that an engine feeds.
    pub fn channel() -> (JobSender<T>, Self) {
        Self::channel_as(Priority::default(), Arc::default())
    }

    /// The same with a priority, whose changes are told to the engine.
    pub(crate) fn channel_as(priority: Priority, changed: Arc<Notify>) -> (JobSender<T>, Self) {
        let (outputs, receiver) = mpsc::channel(OUTPUTS_IN_FLIGHT);
        let failure = Arc::new(OnceLock::new());
        let urgency = JobPriority::new(priority, changed);
        let job = Self { outputs: receiver, failure: Arc::clone(&failure), urgency: urgency.clone(), over: false };
        (JobSender { outputs, failure, urgency }, job)
    }

    /// Changes how urgent the job is, while it waits.
    pub fn set_priority(&self, priority: Priority) {
        self.urgency.set(priority);
    }

    /// By which others may change how urgent the job is.
    pub fn job_priority(&self) -> JobPriority {
        self.urgency.clone()
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

    /// How urgent the job is, now and later.
    pub(crate) fn job_priority(&self) -> &JobPriority {
        &self.urgency
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

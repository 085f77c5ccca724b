//! A task under way, as its owner sees it.

use tokio::sync::mpsc;

/// Outputs that may wait for a job's owner; the engine waits when they are full.
pub const OUTPUTS_IN_FLIGHT: usize = 16;

/// Why an engine did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine looked at the task and refused it.
    #[error("{engine} could not do this: {message}")]
    Refused {
        /// [`crate::Kind::NAME`].
        engine: &'static str,
        /// The engine's own words.
        message: String,
    },
    /// The worker died twice over the same task.
    #[error("{engine} crashed twice over the same task; the task was dropped")]
    Crashed {
        /// [`crate::Kind::NAME`].
        engine: &'static str,
    },
    /// The worker gave no sign of life within its deadline, and was killed.
    #[error("{engine} was stuck and has been stopped; it is being restarted")]
    Stuck {
        /// [`crate::Kind::NAME`].
        engine: &'static str,
    },
    /// The worker keeps failing, or could not be started at all.
    #[error("{engine} is not available: {reason}. `parley check` says what to do")]
    Unavailable {
        /// [`crate::Kind::NAME`].
        engine: &'static str,
        /// The last failure.
        reason: String,
    },
}

/// A job's outputs, in order. Dropping it cancels the job.
#[derive(Debug)]
pub struct Job<T> {
    outputs: mpsc::Receiver<Result<T, EngineError>>,
}

/// The engine's end of a [`Job`].
#[derive(Debug, Clone)]
pub struct JobSender<T> {
    outputs: mpsc::Sender<Result<T, EngineError>>,
}

impl<T> Job<T> {
    /// A job and the end that an engine feeds.
    pub fn channel() -> (JobSender<T>, Job<T>) {
        let (sender, receiver) = mpsc::channel(OUTPUTS_IN_FLIGHT);
        (JobSender { outputs: sender }, Job { outputs: receiver })
    }

    /// The next output; `None` after the last one. An error is the last output. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<T, EngineError>> {
        self.outputs.recv().await
    }
}

impl<T> JobSender<T> {
    /// Hands over an output, waiting for room; `false` when the job has been cancelled.
    pub async fn send(&self, output: Result<T, EngineError>) -> bool {
        self.outputs.send(output).await.is_ok()
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

//! The parent's side of the pipe: one worker process, kept alive.
//!
//! Terms: a worker is **ready** when it has announced itself in time, with the right protocol and the right engine;
//! **stuck** when its running job has reported nothing for [`Limits::stall`]; **degraded** when it has failed so
//! often that it is only retried slowly.
//!
//! Rules:
//! - Killing any worker at any moment loses no other turn and never hangs. Tasks wait while a worker is started; the
//!   one that was running is sent again, once, and its owner gets every output once. A second crash over it ends it.
//! - While a worker is degraded, tasks fail at once.
//! - A job that is dropped is cancelled at once; its worker is free within [`Limits::cancel`] or is killed.
//! - A worker waits while its job's owner does not read. It holds no other memory here than
//!   [`crate::OUTPUTS_IN_FLIGHT`] outputs, three more on their way, and what the pipe holds.
//! - No worker outlives its [`Supervised`], nor Parley, however Parley ends.

mod actor;
mod log_lines;
mod process;
mod queue;
mod restart;
mod running;
mod settings;
mod usage;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

use self::actor::{Actor, Figures, SHUT_DOWN};
pub use self::queue::QUEUE_LENGTH;
use self::queue::{INBOX_LENGTH, Message, Queue, Waiting, queue_full, unavailable};
pub use self::restart::{RestartDecision, RestartPolicy, RestartRules};
pub use self::settings::{Limits, WorkerProgram};
pub use self::usage::ProcessUsage;
use crate::{Engine, EngineError, Job, Kind, WorkerDetails};

/// Whether a worker can be used.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum WorkerHealth {
    /// The worker is started for the first time; tasks wait.
    Starting,
    /// The worker takes tasks.
    Ready(WorkerDetails),
    /// The worker failed and is started again; tasks wait.
    Restarting,
    /// It keeps failing, or cannot be started at all; tasks fail at once, and it is retried slowly. `reason`:
    /// the last failure, for a person to read.
    Degraded { reason: String },
}

/// A worker that is kept alive. Dropping it ends the worker, and the jobs that are left fail.
#[derive(Debug)]
pub struct Supervised<K: Kind> {
    inbox: mpsc::Sender<Message<K>>,
    health: watch::Receiver<WorkerHealth>,
    figures: Arc<Figures>,
}

impl<K: Kind> Supervised<K> {
    /// Starts a worker and supervises it; returns at once.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn spawn(program: WorkerProgram, limits: Limits) -> Self {
        let (inbox, messages) = mpsc::channel(INBOX_LENGTH);
        let (health_in, health) = watch::channel(WorkerHealth::Starting);
        let figures = Arc::new(Figures::default());
        tokio::spawn(Actor::run(program, limits, Queue::new(messages), health_in, Arc::clone(&figures)));
        Self { inbox, health, figures }
    }

    /// The worker's health, now and whenever it changes.
    pub fn health(&self) -> watch::Receiver<WorkerHealth> {
        self.health.clone()
    }

    /// Waits until the worker is ready.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] once it is degraded or shut down.
    pub async fn ready(&self) -> Result<WorkerDetails, EngineError> {
        let mut health = self.health();
        loop {
            if self.inbox.is_closed() {
                return Err(unavailable::<K>(SHUT_DOWN));
            }
            match &*health.borrow_and_update() {
                WorkerHealth::Ready(details) => return Ok(details.clone()),
                WorkerHealth::Degraded { reason } => return Err(unavailable::<K>(reason)),
                WorkerHealth::Starting | WorkerHealth::Restarting => {}
            }
            if health.changed().await.is_err() {
                return Err(unavailable::<K>(SHUT_DOWN));
            }
        }
    }

    /// How often the worker has been started again.
    pub fn restarts(&self) -> u32 {
        self.figures.restarts.load(Ordering::Relaxed)
    }

    /// The worker's process id, while there is a process.
    pub fn pid(&self) -> Option<u32> {
        Some(self.figures.pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    /// Memory and processor time of the worker, while there is a process.
    pub fn usage(&self) -> Option<ProcessUsage> {
        ProcessUsage::of(self.pid()?).ok()
    }

    /// Ends the worker and waits until it is gone: its input is closed, and it is killed after [`Limits::shutdown`].
    /// Jobs that are left, and tasks that come later, fail.
    pub async fn shut_down(&self) {
        // An error means that it has been shut down already.
        let _ = self.inbox.send(Message::ShutDown).await;
        self.inbox.closed().await;
    }
}

impl<K: Kind> Engine<K> for Supervised<K> {
    /// With [`QUEUE_LENGTH`] tasks waiting, the job fails at once.
    fn start(&self, task: K::Task) -> Job<K::Output> {
        let (sender, job) = Job::channel();
        match self.inbox.try_send(Message::Task(Waiting::new(task, sender))) {
            Ok(()) => job,
            Err(TrySendError::Full(_)) => Job::failed(queue_full::<K>()),
            Err(TrySendError::Closed(_)) => Job::failed(unavailable::<K>(SHUT_DOWN)),
        }
    }
}

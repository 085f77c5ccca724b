//! The parent's side of the pipe: one worker process, kept alive.
//!
//! Terms: a worker is **ready** when it has announced itself in time, with the right protocol and the right engine;
//! **stuck** when its running job has reported nothing for [`Limits::stall`]; **degraded** when it has failed so
//! often that it is only retried slowly.
//!
//! Rules:
//! - Killing any worker at any moment loses no other turn and never hangs. Tasks wait while a worker is started; the
//!   one that was running is sent again, once, and its owner gets every output once. A second crash over it ends it; so
//!   does a next worker that does not say the same again, and a crash after input has flowed into it.
//! - A job that gives way ([`Kind::gives_way`]) is cancelled when something more urgent waits, and begins again later.
//! - While a worker is degraded, tasks fail at once.
//! - A job that is dropped is cancelled at once; its worker is free within [`Limits::cancel`] or is killed.
//! - A worker waits while its job's owner does not read. It holds no other memory here than
//!   [`crate::OUTPUTS_IN_FLIGHT`] outputs, three more on their way, and what the pipe holds.
//! - No worker outlives its [`Supervised`], nor Parley, however Parley ends.

mod actor;
mod log_lines;
mod process;
mod queue;
mod replace;
mod restart;
mod running;
mod settings;
mod usage;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use self::actor::{Actor, Figures, SHUT_DOWN};
pub(crate) use self::queue::queue_full;
use self::queue::{INBOX_LENGTH, Message, Queue, Waiting, unavailable};
pub use self::replace::ReplaceOrder;
use self::replace::{Other, Replacement};
pub use self::restart::{RestartDecision, RestartPolicy, RestartRules};
pub use self::settings::{Limits, WorkerProgram};
pub use self::usage::ProcessUsage;
use crate::{Engine, EngineError, Fed, Job, JobInput, Kind, Order, WorkerDetails};

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
    limits: Limits,
    /// A job's priority has changed.
    changed: Arc<Notify>,
}

impl<K: Kind> Supervised<K> {
    /// Starts a worker and supervises it; returns at once.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn spawn(program: WorkerProgram, limits: Limits) -> Self {
        let (inbox, messages) = mpsc::channel(INBOX_LENGTH);
        let (health_in, health) = watch::channel(WorkerHealth::Starting);
        let (figures, changed) = (Arc::new(Figures::default()), Arc::<Notify>::default());
        let queue = Queue::new(messages, Arc::clone(&changed));
        tokio::spawn(Actor::run(program, limits.clone(), queue, health_in, Arc::clone(&figures)));
        Self { inbox, health, figures, limits, changed }
    }

    /// Puts another program in the place of the worker's, such as one with another model. Jobs go on, and none is lost
    /// or doubled: see [`ReplaceOrder`]. Dropping the future before the new worker is ready leaves the old one in place
    /// with [`ReplaceOrder::NewFirst`]; with the other it goes on.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`]: the program does not become ready, another replacement came meanwhile, or this is
    /// shut down. The old program stays, or is started again.
    pub async fn replace(&self, program: WorkerProgram, order: ReplaceOrder) -> Result<WorkerDetails, EngineError> {
        let worker = match order {
            ReplaceOrder::OldFirst => Other::ToStart,
            ReplaceOrder::NewFirst => {
                let (process, details) = replace::start(&program, self.limits.start)
                    .await
                    .map_err(|failure| unavailable::<K>(failure.reason()))?;
                Other::Ready(Box::new(process), details)
            }
        };
        let (done, result) = oneshot::channel();
        // Where it cannot be sent, the result ends with it.
        let _ = self.inbox.send(Message::Replace(Replacement { program, worker, done })).await;
        result.await.unwrap_or_else(|_| Err(unavailable::<K>(SHUT_DOWN)))
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

impl<K: Kind> Supervised<K> {
    fn send(&self, task: K::Task, order: Order, fed: Option<mpsc::Receiver<Fed>>) -> Job<K::Output> {
        let (sender, job) = Job::channel_as(order.priority, Arc::clone(&self.changed));
        match self.inbox.try_send(Message::Task(Waiting::new(task, order.seat, sender, fed))) {
            Ok(()) => job,
            Err(TrySendError::Full(_)) => Job::failed(queue_full::<K>()),
            Err(TrySendError::Closed(_)) => Job::failed(unavailable::<K>(SHUT_DOWN)),
        }
    }
}

impl<K: Kind> Engine<K> for Supervised<K> {
    /// With [`crate::schedule::QUEUE_LENGTH`] tasks of its seat waiting, the job fails at once.
    fn start_as(&self, task: K::Task, order: Order) -> Job<K::Output> {
        self.send(task, order, None)
    }

    fn start_fed(&self, task: K::Task, order: Order) -> (Job<K::Output>, JobInput) {
        let (input, fed) = JobInput::channel();
        (self.send(task, order, Some(fed)), input)
    }
}

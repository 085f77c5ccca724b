//! Scripted engines: doubles for tests and simulated conversations, never part of the product path.
//!
//! Each answers from a script (a closure from the task to the answer) with the latencies of its [`Pace`]. They take
//! time only from [`tokio::time`], so that under paused time an hour passes in a moment, and always the same way.
//! Like a worker, each does one job at a time in the order of [`mod@crate::schedule`], waits while its outputs are not
//! read, gives way where a worker's job would, and stops when the job is dropped. Give a clone away and ask the other
//! what happened.

mod engines;
mod perform;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

pub use self::engines::{RATE_HZ, SPEECH_PER_CHARACTER, last_words, token_like_pieces};
use self::perform::perform;
use crate::schedule::{Schedule, Scheduled};
use crate::supervisor::queue_full;
use crate::{Engine, Fed, Job, JobInput, JobSender, Kind, Order};

/// The most tasks that [`Scripted::tasks`] remembers.
pub const TASKS_REMEMBERED: usize = 64;

/// How long a scripted engine computes. Time in which its outputs are not read comes on top.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pace {
    /// From the start of a job to its first output.
    pub first: Duration,
    /// Before each further output.
    pub each: Duration,
}

/// What goes wrong in a job, after the first `after_outputs` outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum Fault {
    /// The engine refuses the task: [`crate::EngineError::Refused`].
    Refuse(String),
    /// The engine is degraded: [`crate::EngineError::Unavailable`], at once.
    Unavailable(String),
    /// The worker dies. The next one is ready after `restart`, repeats the job and goes on where it was.
    Crash { after_outputs: usize, restart: Duration },
    /// Like [`Fault::Crash`], but the next worker dies in the same place: [`crate::EngineError::Crashed`].
    CrashTwice { after_outputs: usize, restart: Duration },
    /// The worker falls silent: [`crate::EngineError::Stuck`] after `stall`, unless the job is dropped before.
    Hang { after_outputs: usize, stall: Duration },
}

/// How the jobs ended: `asked = finished + cancelled + failed +` those that wait or run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tasks that were given to it.
    pub asked: u32,
    /// Jobs that were not dropped before it was their turn.
    pub begun: u32,
    /// Jobs whose last output was handed over.
    pub finished: u32,
    /// Jobs that were dropped, begun or not.
    pub cancelled: u32,
    /// Jobs that ended with an error.
    pub failed: u32,
    /// How often a job gave way to a more urgent one, and began again later.
    pub gave_way: u32,
    /// Pieces of input that were taken.
    pub fed: u32,
}

type Script<K> = dyn Fn(&<K as Kind>::Task) -> Vec<<K as Kind>::Output> + Send + Sync;

/// An engine that answers from a script, for tests. Clones are the same engine.
pub struct Scripted<K: Kind> {
    shared: Arc<Shared<K>>,
}

struct Shared<K: Kind> {
    script: Box<Script<K>>,
    state: Mutex<State<K>>,
    /// A job was added, or its priority has changed.
    changed: Arc<Notify>,
}

/// A job that is not over.
struct Waiting<K: Kind> {
    outputs: Vec<K::Output>,
    /// Of the outputs.
    delivered: usize,
    gives_way: bool,
    seat: u32,
    sender: JobSender<K::Output>,
    fed: Option<mpsc::Receiver<Fed>>,
    /// `Some` once it has begun: what goes wrong in it.
    begun: Option<Option<Fault>>,
}

impl<K: Kind> Scheduled for Waiting<K> {
    fn order(&self) -> Order {
        Order { seat: self.seat, priority: self.sender.job_priority().get() }
    }
    fn is_dropped(&self) -> bool {
        self.sender.is_cancelled()
    }
}

struct State<K: Kind> {
    pace: Pace,
    counts: Counts,
    tasks: VecDeque<K::Task>,
    next_faults: VecDeque<Fault>,
    lasting_fault: Option<Fault>,
    schedule: Schedule<Waiting<K>>,
    /// Whether a task does the jobs; there is none where there is no job.
    is_serving: bool,
}

impl<K: Kind> Shared<K> {
    fn state(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Kind> Clone for Scripted<K> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<K: Kind> Scripted<K> {
    /// An engine that answers each task with these outputs, without any latency.
    ///
    /// The script is asked when a job is started, by the caller: a panic in it is the caller's.
    pub fn from_outputs(script: impl Fn(&K::Task) -> Vec<K::Output> + Send + Sync + 'static) -> Self {
        let state = State {
            pace: Pace::default(),
            counts: Counts::default(),
            tasks: VecDeque::new(),
            next_faults: VecDeque::new(),
            lasting_fault: None,
            schedule: Schedule::default(),
            is_serving: false,
        };
        let (state, changed) = (Mutex::new(state), Arc::default());
        Self { shared: Arc::new(Shared { script: Box::new(script), state, changed }) }
    }

    /// The same engine with these latencies.
    #[must_use]
    pub fn with_pace(self, pace: Pace) -> Self {
        self.set_pace(pace);
        self
    }

    /// Changes the latencies of jobs that begin from now on.
    pub fn set_pace(&self, pace: Pace) {
        self.shared.state().pace = pace;
    }

    /// The next job that begins goes wrong; called again, the one after it too.
    pub fn fail_next(&self, fault: Fault) {
        self.shared.state().next_faults.push_back(fault);
    }

    /// Every job that begins goes wrong until this is called with `None`.
    pub fn fail_always(&self, fault: Option<Fault>) {
        self.shared.state().lasting_fault = fault;
    }

    /// How the jobs so far ended.
    pub fn counts(&self) -> Counts {
        self.shared.state().counts
    }

    /// Forgets the tasks so far; what they ended like is remembered.
    pub fn forget(&self) {
        self.shared.state().tasks.clear();
    }

    /// The last [`TASKS_REMEMBERED`] tasks, oldest first.
    pub fn tasks(&self) -> Vec<K::Task> {
        self.shared.state().tasks.iter().cloned().collect()
    }
}

impl<K: Kind> Scripted<K> {
    fn begin(&self, task: K::Task, order: Order, fed: Option<mpsc::Receiver<Fed>>) -> Job<K::Output> {
        let (outputs, gives_way) = ((self.shared.script)(&task), K::gives_way(&task));
        let (sender, job) = Job::channel_as(order.priority, Arc::clone(&self.shared.changed));
        let mut state = self.shared.state();
        state.counts.asked += 1;
        state.tasks.push_back(task);
        if state.tasks.len() > TASKS_REMEMBERED {
            state.tasks.pop_front();
        }
        if state.schedule.is_full(order.seat) {
            state.counts.cancelled += state.schedule.take_dropped().len() as u32;
        }
        let waiting = Waiting { outputs, delivered: 0, gives_way, seat: order.seat, sender, fed, begun: None };
        if let Err(Waiting { sender, .. }) = state.schedule.push(waiting) {
            state.counts.failed += 1;
            sender.fail(queue_full::<K>());
        }
        if !std::mem::replace(&mut state.is_serving, true) {
            tokio::spawn(serve(Arc::clone(&self.shared)));
        }
        self.shared.changed.notify_one();
        job
    }
}

/// Does the jobs that there are.
async fn serve<K: Kind>(shared: Arc<Shared<K>>) {
    loop {
        let next = {
            let mut state = shared.state();
            let next = state.schedule.pop();
            state.is_serving = next.is_some();
            next
        };
        match next {
            Some(waiting) => perform(&shared, waiting).await,
            None => return,
        }
    }
}

impl<K: Kind> Engine<K> for Scripted<K> {
    /// # Panics
    /// Outside a Tokio runtime, and where the script does.
    fn start_as(&self, task: K::Task, order: Order) -> Job<K::Output> {
        self.begin(task, order, None)
    }

    /// Answers as without input; the job ends when its input has ended.
    fn start_fed(&self, task: K::Task, order: Order) -> (Job<K::Output>, JobInput) {
        let (input, fed) = JobInput::channel();
        (self.begin(task, order, Some(fed)), input)
    }
}

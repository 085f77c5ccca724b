//! The task that owns a worker: starts it, gives it jobs, and replaces it when it dies.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::process::{Failure, Process};
use super::queue::{Queue, Waiting, unavailable};
use super::running::{JobEnd, run_job};
use super::{Limits, RestartDecision, RestartPolicy, WorkerHealth, WorkerProgram};
use crate::protocol::JobId;
use crate::{EngineError, Kind};

/// Why a task fails that comes during or after shutdown.
pub(super) const SHUT_DOWN: &str = "Parley is shutting down";
/// A task over which this many workers died is dropped.
const CRASHES_PER_TASK: u32 = 2;

/// Figures that anyone may read at any time.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// 0 while there is no process.
    pub pid: AtomicU32,
    pub restarts: AtomicU32,
}

/// Why the actor leaves what it is doing.
enum Stop {
    ShutDown,
    Failed(Failure),
}

pub(super) struct Actor<K: Kind> {
    program: WorkerProgram,
    limits: Limits,
    queue: Queue<K>,
    health: watch::Sender<WorkerHealth>,
    figures: Arc<Figures>,
    policy: RestartPolicy,
    born: Instant,
    next_job: u64,
}

impl<K: Kind> Actor<K> {
    /// Runs until shutdown.
    pub async fn run(
        program: WorkerProgram,
        limits: Limits,
        queue: Queue<K>,
        health: watch::Sender<WorkerHealth>,
        figures: Arc<Figures>,
    ) {
        let policy = RestartPolicy::new(limits.restart.clone());
        let mut actor = Self { program, limits, queue, health, figures, policy, born: Instant::now(), next_job: 1 };
        loop {
            let stop = match actor.start_worker().await {
                Ok(process) => actor.serve(process).await,
                Err(stop) => stop,
            };
            actor.figures.pid.store(0, Ordering::Relaxed);
            match stop {
                Stop::ShutDown => break,
                Stop::Failed(failure) => {
                    if !actor.wait_for_restart(failure).await {
                        break;
                    }
                }
            }
        }
        // Last: whoever waits for the end of the inbox may rely on the process being gone.
        actor.queue.close(SHUT_DOWN);
    }

    async fn start_worker(&mut self) -> Result<Process<K>, Stop> {
        let mut process = Process::<K>::spawn(&self.program).map_err(Stop::Failed)?;
        self.figures.pid.store(process.pid, Ordering::Relaxed);
        let ready = tokio::select! {
            () = self.queue.fill() => None,
            ready = process.ready(self.limits.start) => Some(ready),
        };
        match ready {
            Some(Ok(details)) => {
                info!(
                    engine = K::NAME,
                    pid = process.pid,
                    model = details.model,
                    load_ms = details.load_ms,
                    "worker ready"
                );
                self.policy.became_ready(self.born.elapsed());
                self.queue.welcome();
                self.health.send_replace(WorkerHealth::Ready(details));
                Ok(process)
            }
            Some(Err(failure)) => {
                let last_words = process.last_words();
                process.kill().await;
                Err(Stop::Failed(failure.with_last_words(&last_words)))
            }
            None => {
                process.shut_down(self.limits.shutdown).await;
                Err(Stop::ShutDown)
            }
        }
    }

    async fn serve(&mut self, mut process: Process<K>) -> Stop {
        loop {
            let next = tokio::select! {
                biased;
                report = process.reports.recv() => Err(report),
                next = self.queue.next() => Ok(next),
            };
            let mut waiting = match next {
                Ok(Some(waiting)) => waiting,
                Ok(None) => {
                    process.shut_down(self.limits.shutdown).await;
                    return Stop::ShutDown;
                }
                Err(report) => {
                    let reason = match report {
                        Some(Err(error)) => process.life.epitaph(&error).await,
                        Some(Ok(_)) | None => "it reported on a job that it does not have".to_owned(),
                    };
                    process.kill().await;
                    return Stop::Failed(Failure::Passing(reason));
                }
            };

            let id = JobId(self.next_job);
            self.next_job += 1;
            let end = tokio::select! {
                () = self.queue.fill() => None,
                end = run_job(&mut process, &mut waiting, id, &self.limits) => Some(end),
            };
            match end {
                Some(JobEnd::Over(None)) => {}
                Some(JobEnd::Over(Some(error))) => waiting.sender.fail(error),
                Some(JobEnd::Stuck) => {
                    process.kill().await;
                    waiting.sender.fail(EngineError::Stuck { engine: K::NAME });
                    return Stop::Failed(Failure::Passing(format!("no sign of life for {:?}", self.limits.stall)));
                }
                Some(JobEnd::Lost { reason, begun }) => {
                    process.kill().await;
                    self.keep_for_the_next_worker(waiting, begun);
                    return Stop::Failed(Failure::Passing(reason));
                }
                None => {
                    waiting.sender.fail(unavailable::<K>(SHUT_DOWN));
                    process.shut_down(self.limits.shutdown).await;
                    return Stop::ShutDown;
                }
            }
        }
    }

    fn keep_for_the_next_worker(&mut self, mut waiting: Waiting<K>, begun: bool) {
        waiting.crashes += u32::from(begun);
        if waiting.crashes >= CRASHES_PER_TASK {
            waiting.sender.fail(EngineError::Crashed { engine: K::NAME });
        } else {
            self.queue.put_back(waiting);
        }
    }

    /// Waits as long as the policy says; `false` at shutdown.
    async fn wait_for_restart(&mut self, failure: Failure) -> bool {
        let (decision, reason) = match failure {
            Failure::Passing(reason) => (self.policy.failed(self.born.elapsed()), reason),
            Failure::Lasting(reason) => (self.policy.failed_for_good(), reason),
        };
        warn!(engine = K::NAME, reason, ?decision, "worker failed");
        let after = match decision {
            RestartDecision::Restart { after } => {
                self.health.send_replace(WorkerHealth::Restarting);
                after
            }
            RestartDecision::Degraded { after } => {
                self.queue.refuse(&reason);
                self.health.send_replace(WorkerHealth::Degraded { reason });
                after
            }
        };
        tokio::select! {
            () = self.queue.fill() => return false,
            () = sleep(after) => {}
        }
        self.figures.restarts.fetch_add(1, Ordering::Relaxed);
        true
    }
}

impl Failure {
    fn with_last_words(mut self, words: &str) -> Self {
        let (Self::Passing(reason) | Self::Lasting(reason)) = &mut self;
        if !words.is_empty() {
            *reason += &format!(": {words}");
        }
        self
    }
}

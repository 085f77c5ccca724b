//! The task that owns a worker: starts it, gives it jobs, and replaces it when it dies or when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::process::{Failure, Process};
use super::queue::{Interruption, Next, Queue, Waiting, unavailable};
use super::replace::{self, Other, Replacement};
use super::running::{JobEnd, run_job};
use super::{Limits, RestartDecision, RestartPolicy, WorkerHealth, WorkerProgram};
use crate::protocol::{JobId, Report};
use crate::{EngineError, Kind, WorkerDetails};

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
    /// The queue has a replacement.
    Replace,
    Failed(Failure),
}

impl From<Interruption> for Stop {
    fn from(interruption: Interruption) -> Self {
        match interruption {
            Interruption::ShutDown => Self::ShutDown,
            // Only a running job is told of anything more urgent; whatever else is done goes on.
            Interruption::Replace | Interruption::MoreUrgent => Self::Replace,
        }
    }
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
            let started = match actor.queue.replacement.take() {
                Some(replacement) => actor.replace(replacement).await,
                None => actor.start_worker().await,
            };
            let stop = match started {
                Ok(process) => actor.serve(process).await,
                Err(stop) => stop,
            };
            actor.figures.pid.store(0, Ordering::Relaxed);
            let stop = match stop {
                Stop::Failed(failure) => actor.wait_for_restart(failure).await,
                stop @ (Stop::ShutDown | Stop::Replace) => Some(stop),
            };
            if matches!(stop, Some(Stop::ShutDown)) {
                break;
            }
        }
        // Last: whoever waits for the end of the inbox may rely on the process being gone.
        actor.queue.close(SHUT_DOWN);
    }

    async fn start_worker(&mut self) -> Result<Process<K>, Stop> {
        let (process, details) = self.start_program(self.program.clone()).await?;
        self.became_ready(process.pid, details);
        Ok(process)
    }

    /// Starts a worker; takes tasks in meanwhile.
    async fn start_program(&mut self, program: WorkerProgram) -> Result<(Process<K>, WorkerDetails), Stop> {
        let mut process = Process::<K>::spawn(&program).map_err(Stop::Failed)?;
        self.figures.pid.store(process.pid, Ordering::Relaxed);
        let ready = tokio::select! {
            interruption = self.queue.fill() => Err(interruption),
            ready = process.ready(self.limits.start) => Ok(ready),
        };
        match ready {
            Ok(Ok(details)) => Ok((process, details)),
            Ok(Err(failure)) => {
                let last_words = process.last_words();
                process.kill().await;
                Err(Stop::Failed(failure.with_last_words(&last_words)))
            }
            Err(interruption) => {
                // One that is still loading does not look at its input; the next one need not wait for that.
                let grace = if interruption == Interruption::ShutDown { self.limits.shutdown } else { Duration::ZERO };
                process.shut_down(grace).await;
                Err(interruption.into())
            }
        }
    }

    fn became_ready(&mut self, pid: u32, details: WorkerDetails) {
        info!(engine = K::NAME, pid, model = details.model, load_ms = details.load_ms, "worker ready");
        self.figures.pid.store(pid, Ordering::Relaxed);
        self.policy.became_ready(self.born.elapsed());
        self.queue.welcome();
        self.health.send_replace(WorkerHealth::Ready(details));
    }

    /// Takes up another program; where it does not become ready, the old one again.
    async fn replace(&mut self, replacement: Replacement<K>) -> Result<Process<K>, Stop> {
        let Replacement { program, worker, done } = replacement;
        let started = match worker {
            Other::Ready(process, details) => Ok((*process, details)),
            Other::ToStart => {
                self.health.send_replace(WorkerHealth::Restarting);
                self.start_program(program.clone()).await
            }
        };
        let (result, next) = match started {
            Ok((process, details)) => {
                self.program = program;
                self.policy = RestartPolicy::new(self.limits.restart.clone());
                self.became_ready(process.pid, details.clone());
                (Ok(details), Ok(process))
            }
            Err(Stop::Failed(failure)) => {
                warn!(engine = K::NAME, reason = failure.reason(), "another program did not become ready");
                (Err(unavailable::<K>(failure.reason())), self.start_worker().await)
            }
            Err(Stop::Replace) => (Err(unavailable::<K>(replace::ANOTHER)), Err(Stop::Replace)),
            Err(Stop::ShutDown) => (Err(unavailable::<K>(SHUT_DOWN)), Err(Stop::ShutDown)),
        };
        // An error means that nobody waits for it any more.
        let _ = done.send(result);
        next
    }

    async fn serve(&mut self, mut process: Process<K>) -> Stop {
        loop {
            let next = tokio::select! {
                biased;
                report = process.reports.recv() => Err(report),
                next = self.queue.next() => Ok(next),
            };
            let mut waiting = match next {
                Ok(Next::Task(waiting)) => waiting,
                Ok(stop @ (Next::Replace | Next::ShutDown)) => {
                    process.shut_down(self.limits.shutdown).await;
                    return if matches!(stop, Next::Replace) { Stop::Replace } else { Stop::ShutDown };
                }
                // Late, as of the job before.
                Err(Some(Ok(Report::Alive { .. }))) => continue,
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
            match run_job(&mut process, &mut waiting, &mut self.queue, id, &self.limits).await {
                JobEnd::Over(None) => {}
                JobEnd::Over(Some(error)) => waiting.sender.fail(error),
                JobEnd::GaveWay => self.queue.put_back(waiting),
                JobEnd::Stuck => {
                    process.kill().await;
                    waiting.sender.fail(EngineError::Stuck { engine: K::NAME });
                    return Stop::Failed(Failure::Passing(format!("no sign of life for {:?}", self.limits.stall)));
                }
                JobEnd::Lost { reason, begun } => {
                    process.kill().await;
                    self.keep_for_the_next_worker(waiting, begun);
                    return Stop::Failed(Failure::Passing(reason));
                }
                JobEnd::ShutDown => {
                    waiting.sender.fail(unavailable::<K>(SHUT_DOWN));
                    process.shut_down(self.limits.shutdown).await;
                    return Stop::ShutDown;
                }
            }
        }
    }

    fn keep_for_the_next_worker(&mut self, mut waiting: Waiting<K>, begun: bool) {
        waiting.crashes += u32::from(begun);
        let has_flowed = waiting.fed.as_ref().is_some_and(|fed| fed.has_flowed);
        if waiting.crashes >= CRASHES_PER_TASK || has_flowed {
            waiting.sender.fail(EngineError::Crashed { engine: K::NAME });
        } else {
            self.queue.put_first(waiting);
        }
    }

    /// Waits as long as the policy says; `Some` where there is something else to do.
    async fn wait_for_restart(&mut self, failure: Failure) -> Option<Stop> {
        let (decision, reason) = match failure {
            Failure::Passing(reason) => (self.policy.failed(self.born.elapsed()), reason),
            Failure::Late(reason) => (self.policy.hung_at_start(), reason),
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
            interruption = self.queue.fill() => return Some(interruption.into()),
            () = sleep(after) => {}
        }
        self.figures.restarts.fetch_add(1, Ordering::Relaxed);
        None
    }
}

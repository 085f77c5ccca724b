//! One job on one worker, from its start to its end.
//!
//! Rules:
//! - While the job's owner is behind, no report is read from the pipe: the worker waits.
//! - A job that was dropped is cancelled at once, whatever else is going on; outputs that still come are thrown away.
//! - Outputs that the owner already has, from a worker that died, are left out.

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep_until};

use super::Limits;
use super::process::Process;
use super::queue::Waiting;
use crate::protocol::{self, Command, FrameError, JobId, Report};
use crate::{EngineError, Kind};

/// How a job ended, as far as the worker is concerned.
pub(super) enum JobEnd {
    /// Done, cancelled or refused: the worker is free for the next job.
    Over(Option<EngineError>),
    /// No report in time: the worker must be killed.
    Stuck,
    /// The worker is dead or must be killed; `begun`: it had begun to read the task.
    Lost { reason: String, begun: bool },
}

struct Skip {
    amount: usize,
    markers: usize,
}

impl Skip {
    fn apply<K: Kind>(&mut self, output: K::Output) -> Option<K::Output> {
        let amount = K::amount(&output);
        let skipped = amount.min(self.amount);
        self.amount -= skipped;
        let rest = K::skip(output, skipped)?;
        if amount == 0 && self.markers > 0 {
            self.markers -= 1;
            return None;
        }
        Some(rest)
    }
}

pub(super) async fn run_job<K: Kind>(
    process: &mut Process<K>,
    waiting: &mut Waiting<K>,
    id: JobId,
    limits: &Limits,
) -> JobEnd {
    let mut outgoing = match protocol::encode(&Command::Start { job: id, task: waiting.task.clone() }) {
        Ok(frame) => frame,
        Err(error) => {
            let message = format!("the task cannot be sent: {error}");
            return JobEnd::Over(Some(EngineError::Refused { engine: K::NAME, message }));
        }
    };
    let mut begun = false;
    let mut skip = Skip { amount: waiting.delivered, markers: waiting.markers_delivered };
    let mut undelivered: Option<K::Output> = None;
    let mut wanted = true;
    // When a job that is wanted is stuck, and one that is cancelled has not stopped in time.
    let mut deadline = Instant::now() + limits.stall;

    loop {
        tokio::select! {
            biased;
            () = waiting.sender.cancelled(), if wanted => {
                if !begun {
                    return JobEnd::Over(None);
                }
                undelivered = None;
                (wanted, deadline) = (false, Instant::now() + limits.cancel);
                match protocol::encode(&Command::<K::Task>::Cancel { job: id }) {
                    Ok(frame) => outgoing.extend(frame),
                    Err(error) => return JobEnd::Lost { reason: error.to_string(), begun },
                }
            }
            // Before the reports: a worker that ignores the cancel may send any number of them.
            () = sleep_until(deadline), if !wanted => {
                return JobEnd::Lost { reason: format!("it did not stop within {:?} of a cancel", limits.cancel), begun };
            }
            Some(room) = waiting.sender.room(), if undelivered.is_some() => {
                if let Some(output) = undelivered.take() {
                    match K::amount(&output) {
                        0 => waiting.markers_delivered += 1,
                        amount => waiting.delivered += amount,
                    }
                    room.send(Ok(output));
                }
                deadline = Instant::now() + limits.stall;
            }
            // While no reports are read, the end of the pipe cannot tell that the worker is dead.
            reason = process.life.exited(), if undelivered.is_some() => return JobEnd::Lost { reason, begun },
            written = process.stdin.write(&outgoing), if !outgoing.is_empty() => match written {
                Ok(bytes) => {
                    begun |= bytes > 0;
                    outgoing.drain(..bytes);
                }
                Err(error) => return JobEnd::Lost { reason: process.life.epitaph(&error.into()).await, begun },
            },
            report = process.reports.recv(), if undelivered.is_none() => {
                if wanted {
                    deadline = Instant::now() + limits.stall;
                }
                match report {
                    Some(Ok(Report::Output { job, output })) if job == id => {
                        undelivered = if wanted { skip.apply::<K>(output) } else { None };
                    }
                    Some(Ok(Report::End { job })) if job == id => return JobEnd::Over(None),
                    Some(Ok(Report::Failed { job, error })) if job == id => {
                        return JobEnd::Over(Some(EngineError::Refused { engine: K::NAME, message: error }));
                    }
                    Some(Ok(Report::Ready { .. } | Report::Output { .. } | Report::End { .. } | Report::Failed { .. })) => {
                        return JobEnd::Lost { reason: "it reported on a job that it does not have".to_owned(), begun };
                    }
                    Some(Err(error)) => return JobEnd::Lost { reason: process.life.epitaph(&error).await, begun },
                    None => return JobEnd::Lost { reason: process.life.epitaph(&FrameError::Closed).await, begun },
                }
            }
            () = sleep_until(deadline), if wanted && undelivered.is_none() => return JobEnd::Stuck,
        }
    }
}

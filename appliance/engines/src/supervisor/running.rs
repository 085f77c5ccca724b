//! One job on one worker, from its start to its end.
//!
//! Rules:
//! - While the job's owner is behind, no report is read from the pipe: the worker waits.
//! - A job that was dropped is cancelled at once, whatever else is going on; outputs that still come are thrown away.
//! - Outputs that the owner already has, from a worker that died, are left out. Where they are not the same again, the
//!   job fails.
//! - Input flows only while nothing else waits to be written, and only as much as the worker has room for.

use std::future::pending;

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep_until};

use super::Limits;
use super::process::Process;
use super::queue::{Feed, Interruption, Queue, Waiting};
use crate::protocol::{self, Command, FED_IN_FLIGHT, FrameError, JobId, Report};
use crate::replay::Replay;
use crate::{EngineError, Fed, Kind};

/// How a job ended, as far as the worker is concerned.
pub(super) enum JobEnd {
    /// Done, cancelled or refused: the worker is free for the next job.
    Over(Option<EngineError>),
    /// Cancelled for something more urgent, and still wanted; the worker is free.
    GaveWay,
    /// No report in time: the worker must be killed.
    Stuck,
    /// The worker is dead or must be killed; `begun`: it had begun to read the task.
    Lost { reason: String, begun: bool },
    /// Nothing is wanted any more.
    ShutDown,
}

/// Whether anybody wants the outputs that come.
enum Wanted {
    Yes,
    /// The worker was told to stop, because …
    No(Reason),
}

enum Reason {
    Dropped,
    MoreUrgent,
    Differs,
}

pub(super) async fn run_job<K: Kind>(
    process: &mut Process<K>,
    waiting: &mut Waiting<K>,
    queue: &mut Queue<K>,
    id: JobId,
    limits: &Limits,
) -> JobEnd {
    let Waiting { task, sender, said, fed, .. } = waiting;
    let start = Command::Start { job: id, task: task.clone(), fed: fed.is_some() };
    let mut outgoing = match protocol::encode(&start) {
        Ok(frame) => frame,
        Err(error) => {
            let message = format!("the task cannot be sent: {error}");
            return JobEnd::Over(Some(EngineError::Refused { engine: K::NAME, message }));
        }
    };
    let mut begun = false;
    let mut replay = Replay::of(said);
    let mut undelivered: Option<K::Output> = None;
    let mut wanted = Wanted::Yes;
    // When a job that is wanted is stuck, and one that is cancelled has not stopped in time.
    let mut deadline = Instant::now() + limits.stall;
    let mut room = FED_IN_FLIGHT;
    let mut input_ended = fed.is_none();
    let crashed = || JobEnd::Over(Some(EngineError::Crashed { engine: K::NAME }));

    loop {
        let is_wanted = matches!(wanted, Wanted::Yes);
        let mut stop = None;
        let gives_way = (is_wanted && K::gives_way(task)).then(|| sender.job_priority());
        tokio::select! {
            biased;
            () = sender.cancelled(), if is_wanted => {
                if !begun {
                    return JobEnd::Over(None);
                }
                stop = Some(Reason::Dropped);
            }
            interruption = queue.fill_beside(gives_way) => match interruption {
                Interruption::ShutDown => return JobEnd::ShutDown,
                Interruption::MoreUrgent if !begun => return JobEnd::GaveWay,
                Interruption::MoreUrgent => stop = Some(Reason::MoreUrgent),
                // Between two jobs.
                Interruption::Replace => {}
            },
            // Before the reports: a worker that ignores the cancel may send any number of them.
            () = sleep_until(deadline), if !is_wanted => {
                return JobEnd::Lost { reason: format!("it did not stop within {:?} of a cancel", limits.cancel), begun };
            }
            Some(room) = sender.room(), if undelivered.is_some() => {
                if let Some(output) = undelivered.take() {
                    said.add(K::units(&output));
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
                if is_wanted {
                    deadline = Instant::now() + limits.stall;
                }
                match report {
                    Some(Ok(Report::Output { job, output })) if job == id => {
                        if is_wanted {
                            match replay.new_part::<K>(output) {
                                Ok(new) => undelivered = new,
                                Err(_) => stop = Some(Reason::Differs),
                            }
                        }
                    }
                    // A callback may be late with it: of the job before it means nothing.
                    Some(Ok(Report::Alive { .. })) => {}
                    Some(Ok(Report::Taken { job })) if job == id && room < FED_IN_FLIGHT => room += 1,
                    Some(Ok(Report::End { job })) if job == id => return match wanted {
                        Wanted::Yes if replay.end().is_err() => crashed(),
                        Wanted::Yes | Wanted::No(Reason::Dropped) => JobEnd::Over(None),
                        Wanted::No(Reason::MoreUrgent) => JobEnd::GaveWay,
                        Wanted::No(Reason::Differs) => crashed(),
                    },
                    Some(Ok(Report::Failed { job, error })) if job == id => {
                        return match wanted {
                            Wanted::No(Reason::Differs) => crashed(),
                            Wanted::Yes | Wanted::No(Reason::Dropped | Reason::MoreUrgent) => {
                                JobEnd::Over(Some(EngineError::Refused { engine: K::NAME, message: error }))
                            }
                        };
                    }
                    Some(Ok(
                        Report::Ready { .. }
                        | Report::Output { .. }
                        | Report::Taken { .. }
                        | Report::End { .. }
                        | Report::Failed { .. },
                    )) => {
                        return JobEnd::Lost { reason: "it reported on a job that it does not have".to_owned(), begun };
                    }
                    Some(Err(error)) => return JobEnd::Lost { reason: process.life.epitaph(&error).await, begun },
                    None => return JobEnd::Lost { reason: process.life.epitaph(&FrameError::Closed).await, begun },
                }
            }
            piece = next_piece(fed), if is_wanted && !input_ended && room > 0 && outgoing.is_empty() => {
                input_ended = piece.is_none();
                let command = match piece {
                    Some(fed) => {
                        room -= 1;
                        Command::<K::Task>::Feed { job: id, fed }
                    }
                    None => Command::FeedEnd { job: id },
                };
                match protocol::encode(&command) {
                    Ok(frame) => outgoing = frame,
                    Err(error) => return JobEnd::Lost { reason: error.to_string(), begun },
                }
            }
            () = sleep_until(deadline), if is_wanted && undelivered.is_none() => return JobEnd::Stuck,
        }
        if let Some(reason) = stop {
            undelivered = None;
            (wanted, deadline) = (Wanted::No(reason), Instant::now() + limits.cancel);
            match protocol::encode(&Command::<K::Task>::Cancel { job: id }) {
                Ok(frame) => outgoing.extend(frame),
                Err(error) => return JobEnd::Lost { reason: error.to_string(), begun },
            }
        }
    }
}

/// The next piece of a job's input; `None` at its end. Cancel-safe.
async fn next_piece(fed: &mut Option<Feed>) -> Option<Fed> {
    match fed {
        Some(fed) => {
            let piece = fed.pieces.recv().await;
            fed.has_flowed |= piece.is_some();
            piece
        }
        None => pending().await,
    }
}

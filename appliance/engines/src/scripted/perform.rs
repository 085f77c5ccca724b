//! One scripted job from its turn to its end.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::{Fault, Pace, Shared, Waiting};
use crate::{EngineError, Fed, JobPriority, JobSender, Kind};

/// Why a job was not finished.
enum End {
    Cancelled,
    GaveWay,
    Failed(EngineError),
}

/// Hands over what a job has not delivered yet, and counts it.
struct Delivery<'a, K: Kind> {
    sender: &'a JobSender<K::Output>,
    delivered: AtomicUsize,
}

pub(super) async fn perform<K: Kind>(shared: &Shared<K>, mut waiting: Waiting<K>) {
    let end = if waiting.sender.is_cancelled() {
        Err(End::Cancelled)
    } else {
        let (pace, fault) = {
            let mut state = shared.state();
            let fault = waiting.begun.take().unwrap_or_else(|| {
                state.counts.begun += 1;
                state.next_faults.pop_front().or_else(|| state.lasting_fault.clone())
            });
            (state.pace, fault)
        };
        waiting.begun = Some(fault.clone());
        let Waiting { outputs, sender, gives_way, delivered, fed, .. } = &mut waiting;
        let sender = &*sender;
        let delivery = Delivery::<K> { sender, delivered: AtomicUsize::new(0) };
        let rest = outputs.iter().skip(*delivered).cloned().collect();
        let work = async {
            let (end, ()) = tokio::join!(run::<K>(rest, pace, fault, &delivery), drain(shared, fed));
            end
        };
        let end = tokio::select! {
            biased;
            () = sender.cancelled() => Err(End::Cancelled),
            () = more_urgent(shared, sender.job_priority()), if *gives_way => Err(End::GaveWay),
            end = work => end,
        };
        *delivered += delivery.delivered.into_inner();
        end
    };
    let mut state = shared.state();
    let counts = &mut state.counts;
    match end {
        Ok(()) => counts.finished += 1,
        Err(End::Cancelled) => counts.cancelled += 1,
        Err(End::GaveWay) => {
            counts.gave_way += 1;
            state.schedule.put_back(waiting);
        }
        Err(End::Failed(error)) => {
            counts.failed += 1;
            waiting.sender.fail(error);
        }
    }
}

/// Waits until something waits that is more urgent than the job that runs.
async fn more_urgent<K: Kind>(shared: &Shared<K>, running: &JobPriority) {
    while shared.state().schedule.most_urgent() <= Some(running.get()) {
        shared.changed.notified().await;
    }
}

/// Takes all input that there is.
async fn drain<K: Kind>(shared: &Shared<K>, fed: &mut Option<mpsc::Receiver<Fed>>) {
    if let Some(fed) = fed {
        while fed.recv().await.is_some() {
            shared.state().counts.fed += 1;
        }
    }
}

async fn run<K: Kind>(
    outputs: Vec<K::Output>,
    pace: Pace,
    fault: Option<Fault>,
    delivery: &Delivery<'_, K>,
) -> Result<(), End> {
    let engine = K::NAME;
    let (after_outputs, restart, twice) = match fault {
        None => return delivery.deliver(outputs, pace).await,
        Some(Fault::Unavailable(reason)) => return Err(End::Failed(EngineError::Unavailable { engine, reason })),
        Some(Fault::Refuse(message)) => {
            sleep(pace.first).await;
            return Err(End::Failed(EngineError::Refused { engine, message }));
        }
        Some(Fault::Hang { after_outputs, stall }) => {
            delivery.deliver(outputs.into_iter().take(after_outputs).collect(), pace).await?;
            sleep(stall).await;
            return Err(End::Failed(EngineError::Stuck { engine }));
        }
        Some(Fault::Crash { after_outputs, restart }) => (after_outputs, restart, false),
        Some(Fault::CrashTwice { after_outputs, restart }) => (after_outputs, restart, true),
    };
    let mut begin = outputs;
    let rest = begin.split_off(after_outputs.min(begin.len()));
    let computed_again = computing_time::<K>(&begin, pace);
    delivery.deliver(begin, pace).await?;
    sleep(restart + computed_again).await;
    if twice {
        return Err(End::Failed(EngineError::Crashed { engine }));
    }
    let rest_pace = if after_outputs == 0 { pace } else { Pace { first: pace.each, ..pace } };
    delivery.deliver(rest, rest_pace).await
}

impl<K: Kind> Delivery<'_, K> {
    async fn deliver(&self, outputs: Vec<K::Output>, pace: Pace) -> Result<(), End> {
        for (index, output) in outputs.into_iter().enumerate() {
            sleep(wait_before::<K>(index, &output, pace)).await;
            if !self.sender.send(Ok(output)).await {
                return Err(End::Cancelled);
            }
            self.delivered.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn computing_time<K: Kind>(outputs: &[K::Output], pace: Pace) -> std::time::Duration {
    outputs.iter().enumerate().map(|(index, output)| wait_before::<K>(index, output, pace)).sum()
}

/// The end of an answer costs nothing once the answer is there.
fn wait_before<K: Kind>(index: usize, output: &K::Output, pace: Pace) -> std::time::Duration {
    match (index, K::amount(output)) {
        (0, _) => pace.first,
        (_, 0) => std::time::Duration::ZERO,
        _ => pace.each,
    }
}

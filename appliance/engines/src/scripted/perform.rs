//! One scripted job from its turn to its end.

use tokio::time::sleep;

use super::{Fault, Pace, Shared};
use crate::{EngineError, JobSender, Kind};

/// Why a job was not finished.
enum End {
    Cancelled,
    Failed(EngineError),
}

pub(super) async fn perform<K: Kind>(shared: &Shared<K>, outputs: Vec<K::Output>, sender: JobSender<K::Output>) {
    let end = if sender.is_cancelled() {
        Err(End::Cancelled)
    } else {
        let (pace, fault) = {
            let mut state = shared.state();
            state.counts.begun += 1;
            let fault = state.next_faults.pop_front().or_else(|| state.lasting_fault.clone());
            (state.pace, fault)
        };
        tokio::select! {
            biased;
            () = sender.cancelled() => Err(End::Cancelled),
            end = run::<K>(outputs, pace, fault, &sender) => end,
        }
    };
    let counts = &mut shared.state().counts;
    match end {
        Ok(()) => counts.finished += 1,
        Err(End::Cancelled) => counts.cancelled += 1,
        Err(End::Failed(error)) => {
            counts.failed += 1;
            sender.fail(error);
        }
    }
}

async fn run<K: Kind>(
    outputs: Vec<K::Output>,
    pace: Pace,
    fault: Option<Fault>,
    sender: &JobSender<K::Output>,
) -> Result<(), End> {
    let engine = K::NAME;
    let (after_outputs, restart, twice) = match fault {
        None => return deliver::<K>(outputs, pace, sender).await,
        Some(Fault::Unavailable(reason)) => return Err(End::Failed(EngineError::Unavailable { engine, reason })),
        Some(Fault::Refuse(message)) => {
            sleep(pace.first).await;
            return Err(End::Failed(EngineError::Refused { engine, message }));
        }
        Some(Fault::Hang { after_outputs, stall }) => {
            deliver::<K>(outputs.into_iter().take(after_outputs).collect(), pace, sender).await?;
            sleep(stall).await;
            return Err(End::Failed(EngineError::Stuck { engine }));
        }
        Some(Fault::Crash { after_outputs, restart }) => (after_outputs, restart, false),
        Some(Fault::CrashTwice { after_outputs, restart }) => (after_outputs, restart, true),
    };
    let mut begin = outputs;
    let rest = begin.split_off(after_outputs.min(begin.len()));
    let computed_again = computing_time::<K>(&begin, pace);
    deliver::<K>(begin, pace, sender).await?;
    sleep(restart + computed_again).await;
    if twice {
        return Err(End::Failed(EngineError::Crashed { engine }));
    }
    let rest_pace = if after_outputs == 0 { pace } else { Pace { first: pace.each, ..pace } };
    deliver::<K>(rest, rest_pace, sender).await
}

async fn deliver<K: Kind>(outputs: Vec<K::Output>, pace: Pace, sender: &JobSender<K::Output>) -> Result<(), End> {
    for (index, output) in outputs.into_iter().enumerate() {
        sleep(wait_before::<K>(index, &output, pace)).await;
        if !sender.send(Ok(output)).await {
            return Err(End::Cancelled);
        }
    }
    Ok(())
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

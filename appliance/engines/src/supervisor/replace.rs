//! Another program in the place of a worker's, while tasks go on.
//!
//! Rules:
//! - The job that runs is done by the worker that has it; the worker is replaced between two jobs.
//! - [`ReplaceOrder::NewFirst`] starts the other program beside the running worker, which goes on until the other is
//!   ready, and for good where it does not become ready.
//! - [`ReplaceOrder::OldFirst`] ends the worker before the other program is started: only one model is in memory at a
//!   time. Tasks wait meanwhile. Where the other program does not become ready, the old one is started again.
//! - Tasks that wait go to whichever worker is there next.

use tokio::sync::oneshot;

use super::WorkerProgram;
use super::process::{Failure, Process};
use crate::{EngineError, Kind, WorkerDetails};

/// Which worker is in memory first, where one is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceOrder {
    /// The old one goes when the new one is ready: for a moment both need memory.
    NewFirst,
    /// The old one goes before the new one is started: tasks wait until it is ready.
    OldFirst,
}

/// Why a replacement came to nothing.
pub(super) const ANOTHER: &str = "another one was to replace it meanwhile";

/// What comes of it.
pub(super) type Replaced = oneshot::Sender<Result<WorkerDetails, EngineError>>;

/// A worker that is to take the place of the one there is.
pub(super) struct Replacement<K: Kind> {
    pub program: WorkerProgram,
    pub worker: Other<K>,
    pub done: Replaced,
}

/// Where a replacement stands.
pub(super) enum Other<K: Kind> {
    /// It is ready.
    Ready(Box<Process<K>>, WorkerDetails),
    /// It is started once the old one is gone.
    ToStart,
}

impl<K: Kind> Replacement<K> {
    /// Tells whoever asked for it that nothing comes of it.
    pub fn fail(self, error: EngineError) {
        // An error means that nobody waits for it any more.
        let _ = self.done.send(Err(error));
    }
}

/// A worker of this program once it is ready, or why it is none.
pub(super) async fn start<K: Kind>(
    program: &WorkerProgram,
    deadline: std::time::Duration,
) -> Result<(Process<K>, WorkerDetails), Failure> {
    let mut process = Process::spawn(program)?;
    match process.ready(deadline).await {
        Ok(details) => Ok((process, details)),
        Err(failure) => {
            let last_words = process.last_words();
            process.kill().await;
            Err(failure.with_last_words(&last_words))
        }
    }
}

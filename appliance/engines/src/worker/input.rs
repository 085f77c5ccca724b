//! What flows into a job while it runs.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};

use super::{CancelFlag, LifeSign};
use crate::fed::Fed;
use crate::protocol::{ALIVE_EVERY, FED_IN_FLIGHT, FrameError, JobId};

/// What flows into a job besides its task; for most engines nothing.
#[derive(Debug)]
pub struct Input {
    fed: Option<Receiver<Fed>>,
    cancel: CancelFlag,
    life_sign: LifeSign,
}

impl Input {
    pub(super) fn new(fed: Option<Receiver<Fed>>, cancel: CancelFlag, life_sign: LifeSign) -> Self {
        Self { fed, cancel, life_sign }
    }

    /// The next piece, waited for; `None` when there is no more, or when the job was cancelled. A job that waits is
    /// alive.
    pub fn next_piece(&mut self) -> Option<Fed> {
        let fed = self.fed.as_ref()?;
        while !self.cancel.is_set() {
            match fed.recv_timeout(ALIVE_EVERY) {
                Ok(_) if self.cancel.is_set() => return None,
                Ok(piece) => {
                    self.life_sign.taken();
                    return Some(piece);
                }
                Err(RecvTimeoutError::Timeout) => self.life_sign.give(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
}

/// The reader's end: the input of the job that was started last.
#[derive(Default)]
pub(super) struct Feeding(Option<(JobId, SyncSender<Fed>)>);

impl Feeding {
    pub fn begin(&mut self, job: JobId) -> Receiver<Fed> {
        let (sender, receiver) = sync_channel(FED_IN_FLIGHT);
        self.0 = Some((job, sender));
        receiver
    }

    /// Hands over a piece, which there is room for; of a job that is over it is dropped.
    pub fn feed(&mut self, job: JobId, piece: Fed) -> Result<(), FrameError> {
        match self.0.as_ref().filter(|(feeding, _)| *feeding == job).map(|(_, sender)| sender.try_send(piece)) {
            Some(Err(TrySendError::Full(_))) => Err(FrameError::Overfed),
            Some(Ok(()) | Err(TrySendError::Disconnected(_))) | None => Ok(()),
        }
    }

    pub fn end(&mut self, job: JobId) {
        self.0.take_if(|(feeding, _)| *feeding == job);
    }
}

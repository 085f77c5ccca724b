//! Where sound goes in.

use std::sync::Arc;

use super::control::{Progress, StreamId};
use super::mixer::Lease;
use crate::sample::Sample;

/// A sample on its way to the renderer, with the stream that it belongs to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Queued {
    pub(super) stream: StreamId,
    pub(super) sample: i16,
}

/// The stream was discarded: nothing more of it will be heard, and whoever makes it may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this stream was discarded; ask the feed's control for the current one")]
pub struct StaleStream;

/// Takes sound for the loudspeaker. It never blocks: ask again after about 10 ms where not everything fitted.
#[derive(Debug)]
pub struct Feed {
    lease: Arc<Lease>,
    offered: u64,
    stream: StreamId,
}

impl Feed {
    pub(super) fn new(lease: Arc<Lease>) -> Self {
        Self { lease, offered: 0, stream: StreamId::default() }
    }

    /// Rate of the samples that are offered, in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.lease.shared.rate_hz
    }

    /// Queues as many of `samples` as fit, mono at [`Feed::rate_hz`], and returns how many.
    ///
    /// # Errors
    /// `stream` was discarded. Samples that were queued just before a discard are never heard either.
    pub fn offer<S: Sample>(&mut self, stream: StreamId, samples: &[S]) -> Result<usize, StaleStream> {
        let words = self.lease.words();
        if stream != words.command().stream {
            return Err(StaleStream);
        }
        if stream != self.stream {
            (self.stream, self.offered) = (stream, 0);
        }
        // Only this feed takes the lock: another one gets the place when this one is closed.
        let mut queue = self.lease.queue();
        let taken = samples.len().min(queue.slots());
        // Counted before it can be heard, so that the stream never seems drained in between.
        self.offered += taken as u64;
        words.set_offered(Progress::new(stream, self.offered));
        // Never too few slots: only the feed takes them, and these were free.
        if let Ok(chunk) = queue.write_chunk_uninit(taken) {
            chunk.fill_from_iter(samples.iter().map(|sample| Queued { stream, sample: sample.into_i16() }));
        }
        Ok(taken)
    }
}

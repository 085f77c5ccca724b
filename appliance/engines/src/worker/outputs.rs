//! What a job says, on its way to Parley.

use std::fs::File;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::protocol::{self, ALIVE_EVERY, FrameError, JobId, Report};
use crate::task::{Kind, Wire};

/// Standard output, which several threads may report to.
#[derive(Debug)]
pub(super) struct Pipe {
    to: Mutex<File>,
    begun: Instant,
    /// When something was written last, in milliseconds after `begun`.
    written_ms: AtomicU64,
}

impl Pipe {
    pub fn new(to: File) -> Self {
        Self { to: Mutex::new(to), begun: Instant::now(), written_ms: AtomicU64::new(0) }
    }

    /// Writes one report; blocks while the reader is behind.
    pub fn write<O: Wire>(&self, report: &Report<O>) -> Result<(), FrameError> {
        self.note();
        protocol::write(&mut *self.to.lock().unwrap_or_else(PoisonError::into_inner), report)
    }

    fn note(&self) {
        self.written_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    fn now_ms(&self) -> u64 {
        self.begun.elapsed().as_millis() as u64
    }

    fn is_quiet(&self) -> bool {
        self.now_ms() - self.written_ms.load(Ordering::Relaxed).min(self.now_ms()) >= ALIVE_EVERY.as_millis() as u64
    }
}

/// Says that a job goes on. May be given to a callback or to another thread.
#[derive(Debug, Clone)]
pub struct LifeSign {
    job: JobId,
    pipe: Arc<Pipe>,
}

impl LifeSign {
    /// To be called wherever the job gets on; says something only where nothing was said for [`ALIVE_EVERY`].
    pub fn give(&self) {
        if self.pipe.is_quiet() {
            // Any kind's report is the same here. An error means that Parley is gone, which ends the process.
            let _ = self.pipe.write(&Report::<f32>::Alive { job: self.job });
        }
    }

    pub(super) fn taken(&self) {
        // As above.
        let _ = self.pipe.write(&Report::<f32>::Taken { job: self.job });
    }
}

/// Sends the outputs of one job.
#[derive(Debug)]
pub struct Outputs<K: Kind> {
    job: JobId,
    pipe: Arc<Pipe>,
    kind: PhantomData<K>,
}

impl<K: Kind> Outputs<K> {
    pub(super) fn new(job: JobId, pipe: Arc<Pipe>) -> Self {
        Self { job, pipe, kind: PhantomData }
    }

    /// Sends one output; blocks while the reader is behind.
    ///
    /// # Errors
    /// Parley is gone; the worker should end.
    pub fn send(&mut self, output: K::Output) -> Result<(), FrameError> {
        self.pipe.write(&Report::Output { job: self.job, output })
    }

    /// By which the job says that it is alive while it has no output.
    pub fn life_sign(&self) -> LifeSign {
        LifeSign { job: self.job, pipe: Arc::clone(&self.pipe) }
    }
}

//! For whom a job is, and how urgent it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// How urgent a job is; a later one is more urgent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Nobody waits for it yet.
    ReadingAhead,
    /// It will be wanted if the person has finished.
    Draft,
    /// Somebody waits for it.
    #[default]
    Released,
}

/// A job's place among the others: by priority, and fair between seats of the same priority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Order {
    /// The number of the place of conversation that the job is for.
    pub seat: u32,
    /// How urgent it is.
    pub priority: Priority,
}

/// A job's priority, which may change while it waits. Clones are of the same job.
#[derive(Debug, Clone, Default)]
pub struct JobPriority {
    level: Arc<AtomicU8>,
    /// Of the engine: it may have to stop what it is doing.
    changed: Arc<Notify>,
}

impl JobPriority {
    pub(crate) fn new(priority: Priority, changed: Arc<Notify>) -> Self {
        Self { level: Arc::new(AtomicU8::new(priority as u8)), changed }
    }

    /// The priority now.
    pub fn get(&self) -> Priority {
        match self.level.load(Ordering::Relaxed) {
            level if level == Priority::ReadingAhead as u8 => Priority::ReadingAhead,
            level if level == Priority::Draft as u8 => Priority::Draft,
            _ => Priority::Released,
        }
    }

    /// Changes the priority; has no effect on a job that runs, unless it gives way or should no longer.
    pub fn set(&self, priority: Priority) {
        if self.level.swap(priority as u8, Ordering::Relaxed) != priority as u8 {
            self.changed.notify_one();
        }
    }
}

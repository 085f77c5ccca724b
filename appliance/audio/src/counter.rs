//! Numbers that the audio threads report and anyone may read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts up; never blocks.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }
}

/// Is up or down; never blocks.
#[derive(Debug, Default)]
pub struct Flag(AtomicBool);

impl Flag {
    /// Whether it is up.
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Puts it up or down.
    pub fn set(&self, up: bool) {
        self.0.store(up, Ordering::Relaxed);
    }
}

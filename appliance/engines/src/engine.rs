//! An engine as its users see it. A supervised worker is one implementation, a script another.

use crate::{Job, Kind};

/// An engine of one kind.
pub trait Engine<K: Kind>: Send + Sync {
    /// Starts a job; never blocks.
    fn start(&self, task: K::Task) -> Job<K::Output>;
}

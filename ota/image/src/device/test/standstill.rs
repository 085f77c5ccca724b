//! Whether this host has stood still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Notices when this host stops programs for a while: a guest that waited then sees its time jump, and its watchdogs bite.
pub struct Standstill(Arc<AtomicU64>);

impl Standstill {
    /// How often is looked, and what counts as standing still.
    const LOOK: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(5);

    pub fn watch() -> Self {
        let count = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            loop {
                let before = Instant::now();
                std::thread::sleep(Self::LOOK);
                if before.elapsed() > Self::LONGEST {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Self(count)
    }

    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

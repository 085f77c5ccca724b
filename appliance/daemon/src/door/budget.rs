//! How much of a client is read: so many lines a second, where a long line counts as several.
//!
//! A client that wants more is not refused; it is read later, and waits in its socket.

use std::time::Duration;

use tokio::time::Instant;

/// Lines a second, in the long run: quicker than any person, slower than anything that costs.
const LINES_PER_S: u32 = 50;
/// Lines at once, after a while of quiet.
const AT_ONCE: u32 = 50;
/// A line counts once more for each of so many bytes.
const BYTES_OF_A_LINE: usize = 2_048;

/// What is left to a client.
#[derive(Debug)]
pub(super) struct Budget {
    /// When all that was read would have been paid for at the long run's rate.
    paid: Instant,
}

impl Budget {
    pub(super) fn new(now: Instant) -> Self {
        Self { paid: now }
    }

    /// Pays for a line of so many bytes.
    pub(super) fn spend(&mut self, bytes: usize, now: Instant) {
        let lines = 1 + u32::try_from(bytes / BYTES_OF_A_LINE).unwrap_or(u32::MAX / 2);
        self.paid = self.paid.max(now) + Duration::from_secs(1) * lines / LINES_PER_S;
    }

    /// When the next line may be read.
    pub(super) fn next(&self) -> Instant {
        self.paid.checked_sub(Duration::from_secs(1) * AT_ONCE / LINES_PER_S).unwrap_or(self.paid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_never_waits_and_a_flood_is_read_at_its_rate() {
        let begun = Instant::now();
        let mut budget = Budget::new(begun);
        for second in 0..100 {
            let now = begun + Duration::from_secs(second);
            (0..10).for_each(|_| budget.spend(100, now));
            assert!(budget.next() <= now);
        }
        let (mut budget, mut now, mut read) = (Budget::new(begun), begun, 0);
        while now < begun + Duration::from_secs(100) {
            now = now.max(budget.next());
            budget.spend(100, now);
            read += 1;
        }
        assert!((5_000..5_100).contains(&read), "{read} lines in 100 s");
        let mut budget = Budget::new(begun);
        budget.spend(64 * 1024, begun);
        budget.spend(64 * 1024, begun);
        assert!(budget.next() > begun, "long lines are dear");
    }
}

//! How long to wait before the next try.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(30);

/// Waits twice as long each time, up to a bound.
#[derive(Debug)]
pub(crate) struct BackOff {
    next: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl BackOff {
    /// The wait behind a try that failed.
    pub(crate) fn next(&mut self) -> Duration {
        let next = self.next;
        self.next = (2 * next).min(LONGEST);
        next
    }

    /// A try succeeded: the next wait is the shortest again.
    pub(crate) fn succeeded(&mut self) {
        self.next = FIRST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_half_a_minute_until_a_try_succeeds() {
        let mut back_off = BackOff::default();
        let waits: Vec<u128> = (0..10).map(|_| back_off.next().as_millis()).collect();
        assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
        back_off.succeeded();
        assert_eq!(back_off.next(), FIRST);
    }
}

//! When a worker that failed is started again. Pure: the time is an argument, measured from any fixed moment.
//!
//! Rules:
//! - The first failure is followed by a restart at once, further ones by ever longer waits.
//! - When the waits are used up, or a start has hung, the worker is **degraded**: it is retried slowly, for ever.
//! - Once a worker was ready for [`RestartRules::forget_after`], its earlier failures no longer count.

use std::time::Duration;

/// The times of a [`RestartPolicy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartRules {
    /// The wait before the first, second, … restart in a row.
    pub delays: Vec<Duration>,
    /// The wait before every restart after those.
    pub degraded_delay: Duration,
    /// After being ready for this long, a worker starts over with the first delay.
    pub forget_after: Duration,
}

impl Default for RestartRules {
    /// At once, then after 2, 4 and 8 s, then every minute; a minute of health forgets.
    fn default() -> Self {
        Self {
            delays: [0, 2, 4, 8].map(Duration::from_secs).to_vec(),
            degraded_delay: Duration::from_secs(60),
            forget_after: Duration::from_secs(60),
        }
    }
}

/// What to do after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum RestartDecision {
    /// Start again after this wait, which may be zero; tasks wait too.
    Restart { after: Duration },
    /// Start again after this wait; tasks fail meanwhile.
    Degraded { after: Duration },
}

/// Decides when a worker is restarted.
#[derive(Debug, Clone)]
pub struct RestartPolicy {
    rules: RestartRules,
    failures_in_a_row: usize,
    ready_since: Option<Duration>,
}

impl RestartPolicy {
    /// A worker that has not failed yet.
    pub fn new(rules: RestartRules) -> Self {
        Self { rules, failures_in_a_row: 0, ready_since: None }
    }

    /// The worker can take tasks.
    pub fn became_ready(&mut self, now: Duration) {
        self.ready_since = Some(now);
    }

    /// The worker is gone, or did not become ready.
    pub fn failed(&mut self, now: Duration) -> RestartDecision {
        if self.ready_since.take().is_some_and(|since| now.saturating_sub(since) >= self.rules.forget_after) {
            self.failures_in_a_row = 0;
        }
        match self.rules.delays.get(self.failures_in_a_row) {
            Some(&after) => {
                self.failures_in_a_row += 1;
                RestartDecision::Restart { after }
            }
            None => RestartDecision::Degraded { after: self.rules.degraded_delay },
        }
    }

    /// The worker did not become ready within its time: nobody is kept waiting for another such start, and another one
    /// is made at once.
    pub fn hung_at_start(&mut self) -> RestartDecision {
        let waits_are_left = self.failures_in_a_row < self.rules.delays.len();
        self.failed_for_good();
        let after = if waits_are_left { Duration::ZERO } else { self.rules.degraded_delay };
        RestartDecision::Degraded { after }
    }

    /// The worker failed in a way that a restart does not cure, such as a program that is not there.
    pub fn failed_for_good(&mut self) -> RestartDecision {
        self.ready_since = None;
        self.failures_in_a_row = self.rules.delays.len();
        RestartDecision::Degraded { after: self.rules.degraded_delay }
    }
}

//! Letting time pass: for so long, or until something is so.

use std::time::Duration;

use parley_conversation::Phase;
use parley_engines::scripted::Counts;

use super::{STEP, World};

/// A world is quiet when nothing has happened for so long.
const QUIET: Duration = Duration::from_millis(500);
/// Longer than anything that ends by itself.
const PATIENCE: Duration = Duration::from_secs(120);

impl World {
    /// Lets this much time pass.
    pub async fn run(&mut self, length: Duration) {
        let end = self.now + length;
        while self.now < end {
            self.step().await;
        }
    }

    /// Lets time pass until the person has said everything; when they had.
    pub async fn said(&mut self) -> Duration {
        while !self.person.is_done() {
            self.step().await;
        }
        self.spoke_last
    }

    /// Somebody says this, and everything that comes of it passes.
    pub async fn ask(&mut self, words: &str) {
        self.say(words);
        self.said().await;
        self.quiet().await;
    }

    /// Lets time pass until something is so, two minutes at most; when it was.
    pub async fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) -> Duration {
        let start = self.now;
        while !is_so(self) {
            assert!(self.now < start + PATIENCE, "{what}: not within {PATIENCE:?}");
            self.step().await;
        }
        self.now
    }

    /// Lets time pass until a sound is heard; when it began.
    pub async fn until_heard(&mut self) -> Duration {
        let start = self.now;
        self.until("something is heard", |world| world.heard_last > Some(start)).await
    }

    /// Lets time pass until everything is over and stays so: nobody speaks, nothing is heard, no job or task is left.
    pub async fn quiet(&mut self) {
        let start = self.now;
        let mut since = None;
        while since.is_none_or(|since| self.now < since + QUIET) {
            self.step().await;
            since = self.is_at_rest().then(|| since.unwrap_or(self.now));
            assert!(
                self.now < start + PATIENCE,
                "the world returns to quiet: {:?}, alive {:?}, {} tasks, {:?}",
                self.phase,
                self.auditor.alive(),
                tasks(),
                self.counts
            );
        }
    }

    fn is_at_rest(&self) -> bool {
        self.rests() && tasks() == usize::from(!self.conductor.is_finished())
    }

    /// Whether nobody speaks, nothing is heard, and the engines have nothing to do.
    pub fn rests(&self) -> bool {
        let idle = |counts: &Counts| counts.asked == counts.finished + counts.cancelled + counts.failed;
        self.person.is_done()
            && self.phase == Phase::Quiet
            && self.card_away_until <= self.now
            && self.auditor.alive().is_none()
            && self.auditor.is_settled()
            && self.counts.iter().all(idle)
    }

    /// For how long it has been doing what it does.
    pub fn in_this_phase(&self) -> Duration {
        self.now.saturating_sub(self.phase_since)
    }

    /// Drops the conductor's handle and closes the microphone.
    pub fn leave(&mut self) {
        (self.handle, self.frames) = (None, None);
    }

    /// Whether the conductor has ended.
    pub fn has_ended(&self) -> bool {
        self.conductor.is_finished()
    }

    /// Drops the conductor's handle and closes the microphone; whether the conductor ended, within a second.
    pub async fn close(&mut self) -> bool {
        self.leave();
        let end = self.now + Duration::from_secs(1);
        while self.now < end && !self.conductor.is_finished() {
            self.now += STEP;
            tokio::time::sleep_until(self.started + self.now).await;
        }
        self.conductor.is_finished()
    }
}

/// Tasks that are alive in this runtime.
pub fn tasks() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

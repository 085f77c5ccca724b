//! What a day was like.

use std::fmt;
use std::time::Duration;

use super::SILENT_WITHIN;

/// What is bounded, such as the cache of replies, is full after so long.
const UNTIL_WARM: Duration = Duration::from_secs(3 * 3_600);
/// So many times what was allocated when it was warm may be at the end.
const MOST_GROWTH: f64 = 1.03;

#[derive(Debug, Default)]
pub(super) struct Report {
    pub mode: String,
    pub length: Duration,
    /// In which nothing was killed or unplugged.
    pub undisturbed: Duration,
    /// Of that, in which nobody would have been answered.
    pub unable: Duration,
    pub asked: u32,
    pub answered: u32,
    /// The longest wait from the end of a question to the first sound of its answer.
    pub slowest: Duration,
    pub interruptions: Vec<Duration>,
    /// Interruptions that did not silence the answer.
    pub failed: u32,
    pub killed: u32,
    pub unplugged: u32,
    /// How often settings were changed.
    pub changed: u32,
    pub frames: u64,
    pub lost: u64,
    /// Seconds of television and music.
    pub noise: Duration,
    /// What is allocated after each part, in bytes.
    pub memory: Vec<usize>,
}

impl Report {
    fn able(&self) -> f64 {
        1.0 - self.unable.as_secs_f64() / self.undisturbed.as_secs_f64().max(1.0)
    }

    /// The least that is allocated in the second quarter of the day, when it is warm, and in the last: a leak raises both
    /// ends of what goes up and down.
    fn memory_settled_and_last(&self) -> Option<[usize; 2]> {
        let quarter = self.memory.len() / 4;
        let least = |from: usize, to: usize| self.memory.get(from..to)?.iter().copied().min();
        Some([least(quarter, 2 * quarter)?, least(3 * quarter, self.memory.len())?])
    }

    /// What it has to be.
    pub fn is_good(&self) {
        let succeeded = self.interruptions.iter().filter(|took| **took <= SILENT_WITHIN).count();
        let tried = self.interruptions.len() + self.failed as usize;
        assert!(self.able() >= 0.999, "Parley can answer in {:.3} % of the time", self.able() * 100.0);
        assert!(succeeded * 100 >= tried * 99, "{succeeded} of {tried} interruptions succeed");
        assert!(self.answered * 100 >= self.asked * 99, "{} of {} are answered", self.answered, self.asked);
        assert!(
            tried > 0
                && self.killed > 0
                && self.unplugged > 0
                && self.changed > 0
                && self.noise > Duration::from_secs(60),
            "{self:?}"
        );
        let [settled, last] = self.memory_settled_and_last().expect("a day has some parts");
        let most = settled as f64 * MOST_GROWTH;
        let long_enough = self.length >= UNTIL_WARM * 4;
        assert!(!long_enough || last as f64 <= most, "memory grew from {settled} to {last} bytes: {:?}", self.memory);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut took = self.interruptions.clone();
        took.sort();
        let at = |share: usize| took.get(took.len() * share / 100).or(took.last()).map_or(0, Duration::as_millis);
        writeln!(f, "{} h, interrupted by: {}", self.length.as_secs() / 3_600, self.mode)?;
        writeln!(
            f,
            "able to answer: {:.3} % of {} s without what was killed",
            self.able() * 100.0,
            self.undisturbed.as_secs()
        )?;
        writeln!(
            f,
            "answered: {} of {}, the slowest after {} ms",
            self.answered,
            self.asked,
            self.slowest.as_millis()
        )?;
        writeln!(
            f,
            "interruptions: {} silent after {} ms (median), {} ms (95 %); {} failed",
            took.len(),
            at(50),
            at(95),
            self.failed
        )?;
        writeln!(
            f,
            "{} engines killed, {} times unplugged, {} changes of settings, {} of {} frames lost, {} s of television and music",
            self.killed,
            self.unplugged,
            self.changed,
            self.lost,
            self.frames,
            self.noise.as_secs()
        )?;
        let [settled, last] = self.memory_settled_and_last().unwrap_or_default();
        writeln!(
            f,
            "memory: {settled} bytes allocated when it was warm, {last} at the end ({:+.2} %, limit 3 %)",
            (last as f64 / settled.max(1) as f64 - 1.0) * 100.0
        )
    }
}

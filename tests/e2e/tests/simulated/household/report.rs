//! What a day was like.

use std::fmt;
use std::time::Duration;

use super::SILENT_WITHIN;

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
}

impl Report {
    fn able(&self) -> f64 {
        1.0 - self.unable.as_secs_f64() / self.undisturbed.as_secs_f64().max(1.0)
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
        )
    }
}

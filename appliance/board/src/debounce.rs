//! What a contact does, without its bouncing.

use std::time::Duration;

/// For so long a contact has to stay as it is before it counts.
const SETTLED: Duration = Duration::from_millis(15);

/// One contact. Times are those of one clock, whichever; what comes out carries the time of the edge, not that of the decision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Debounce {
    /// What counts.
    pressed: bool,
    /// What it did last, and when.
    last: (bool, Duration),
}

impl Debounce {
    /// A contact that is like this from the start, which is no press.
    pub(crate) fn new(pressed: bool) -> Self {
        Self { pressed, last: (pressed, Duration::ZERO) }
    }

    /// It opens or closes.
    pub(crate) fn edge(&mut self, pressed: bool, at: Duration) {
        self.last = (pressed, at);
    }

    /// What it is, bouncing or not.
    pub(crate) fn level(&self) -> bool {
        self.last.0
    }

    /// When it has settled, where it is not what counts.
    pub(crate) fn due(&self) -> Option<Duration> {
        (self.last.0 != self.pressed).then_some(self.last.1 + SETTLED)
    }

    /// It is that time: what it is from now on, and since when; `None` where nothing has changed.
    pub(crate) fn settle(&mut self, now: Duration) -> Option<(bool, Duration)> {
        self.due().filter(|due| now >= *due)?;
        self.pressed = self.last.0;
        Some(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_press_counts_from_its_last_bounce_and_once() {
        let mut contact = Debounce::new(false);
        for (pressed, at) in [(true, 100), (false, 101), (true, 102), (false, 104), (true, 105)] {
            contact.edge(pressed, ms(at));
        }
        assert_eq!((contact.due(), contact.settle(ms(119))), (Some(ms(120)), None));
        assert_eq!(contact.settle(ms(121)), Some((true, ms(105))));
        assert_eq!((contact.due(), contact.settle(ms(500))), (None, None));
    }

    #[test]
    fn a_spike_is_nothing() {
        let mut contact = Debounce::new(false);
        contact.edge(true, ms(100));
        contact.edge(false, ms(110));
        assert_eq!((contact.due(), contact.settle(ms(200))), (None, None));
    }
}

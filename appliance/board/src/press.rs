//! What a person did with a button.

use std::time::Duration;

use crate::{Button, Debounce};

/// A press that is as long is a long one.
const LONG: Duration = Duration::from_millis(800);
/// A second press that begins within this time makes a double one.
const BETWEEN: Duration = Duration::from_millis(300);
/// Held for so long, a button is stuck, or something lies on it.
const STUCK: Duration = Duration::from_secs(60);

/// What happened, as far as it means anything with this button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// It goes down.
    Down,
    /// It was pressed and let go.
    Short,
    /// Twice, one after the other.
    Double,
    /// It is held for longer than anybody presses; told while it is.
    Long,
    /// It is held for as long as this stage takes, counted from 0: whoever lets go now, means it.
    Held(usize),
    /// It was let go at this stage.
    LetGo(usize),
    /// It goes up, or is held for so long that nobody does.
    Up,
    /// It is held for so long that nobody does; it means nothing until it was let go.
    Stuck,
}

/// Tells presses of one button from the times at which its contact settles. All times are of one clock.
#[derive(Debug, Clone)]
struct PressTeller {
    double: bool,
    long: bool,
    stages: Vec<Duration>,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Up,
    /// `told`: how many of [`PressTeller::limits`] have passed.
    Down {
        since: Duration,
        told: usize,
        second: bool,
    },
    /// A short press was, and a second one may come until then.
    Between {
        until: Duration,
    },
    Stuck,
}

impl PressTeller {
    /// `double`, `long`: whether such presses mean anything; `stages`: for how long it is held, rising. What does not exist is not waited
    /// for.
    fn new(double: bool, long: bool, stages: Vec<Duration>) -> Self {
        Self { double, long, stages, state: State::Up }
    }

    /// The contact has settled.
    fn change(&mut self, pressed: bool, at: Duration) -> Vec<Press> {
        let mut told = self.pass(at);
        match (self.state, pressed) {
            (State::Up, true) => {
                self.state = State::Down { since: at, told: 0, second: false };
                told.push(Press::Down);
            }
            (State::Between { .. }, true) => {
                self.state = State::Down { since: at, told: 0, second: true };
                told.push(Press::Down);
            }
            (State::Down { told: limits, second, .. }, false) => {
                self.state = State::Up;
                told.push(Press::Up);
                match (limits, second) {
                    (0, true) => told.push(Press::Double),
                    (0, false) if self.double => self.state = State::Between { until: at + BETWEEN },
                    (0, false) => told.push(Press::Short),
                    (_, _) if self.long => {}
                    (limits, _) => told.push(Press::LetGo(limits - 1)),
                }
            }
            (State::Stuck, false) => self.state = State::Up,
            (State::Up | State::Between { .. }, false) | (State::Down { .. } | State::Stuck, true) => {}
        }
        told
    }

    /// When time alone means something.
    fn due(&self) -> Option<Duration> {
        match self.state {
            State::Up | State::Stuck => None,
            State::Between { until } => Some(until),
            State::Down { since, told, .. } => Some(since + self.limits().get(told).copied().unwrap_or(STUCK)),
        }
    }

    /// What the time that has passed means.
    fn pass(&mut self, now: Duration) -> Vec<Press> {
        let mut presses = Vec::new();
        while self.due().is_some_and(|due| due <= now) {
            match self.state {
                State::Up | State::Stuck => {}
                State::Between { .. } => {
                    self.state = State::Up;
                    presses.push(Press::Short);
                }
                State::Down { since, told, second } if told < self.limits().len() => {
                    // The first of two was one of its own, after all.
                    if second && told == 0 {
                        presses.push(Press::Short);
                    }
                    presses.push(if self.long { Press::Long } else { Press::Held(told) });
                    self.state = State::Down { since, told: told + 1, second };
                }
                State::Down { .. } => {
                    self.state = State::Stuck;
                    presses.extend([Press::Up, Press::Stuck]);
                }
            }
        }
        presses
    }

    fn limits(&self) -> &[Duration] {
        if self.long { &[LONG] } else { &self.stages }
    }
}

/// One button from its edges to its presses. All times are of one clock, such as that of the kernel's events.
#[derive(Debug, Clone)]
pub struct ButtonReader {
    contact: Debounce,
    teller: PressTeller,
}

impl ButtonReader {
    /// `pressed`: as it is found. One that is held from the start was not pressed.
    pub fn new(button: &Button, pressed: bool) -> Self {
        let stages = button.hold.iter().map(|stage| Duration::from_secs(stage.seconds.into())).collect();
        let teller = PressTeller::new(button.double.is_some(), button.long.is_some(), stages);
        Self { contact: Debounce::new(pressed), teller }
    }

    /// The line is pressed or not, from this moment on.
    pub fn edge(&mut self, pressed: bool, at: Duration) {
        self.contact.edge(pressed, at);
    }

    /// What the line was last, bouncing or not.
    pub fn level(&self) -> bool {
        self.contact.level()
    }

    /// When [`ButtonReader::pass`] has something to say; `None` before the next edge.
    pub fn due(&self) -> Option<Duration> {
        [self.contact.due(), self.teller.due()].into_iter().flatten().min()
    }

    /// What the time that has passed means.
    pub fn pass(&mut self, now: Duration) -> Vec<Press> {
        match self.contact.settle(now) {
            Some((pressed, at)) => self.teller.change(pressed, at),
            None => self.teller.pass(now),
        }
    }
}

#[cfg(test)]
mod tests;

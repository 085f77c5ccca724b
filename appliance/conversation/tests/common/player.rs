//! A loudspeaker in simulated time: what a conductor's playback does with a turn's audio.

use std::time::Duration;

use parley_conversation::{Event, FRAME, TurnId};

/// How often it says how much was heard.
const REPORT_EVERY: Duration = Duration::from_millis(40);

/// The audio of one turn.
pub struct Playing {
    pub turn: TurnId,
    pub released: bool,
    pub paused: bool,
    pub ended: bool,
    /// There is nothing to play for want of a voice.
    pub dry: bool,
    pub clauses: usize,
    pub lengths: Vec<Duration>,
    pub heard: Duration,
    reported: Duration,
}

impl Playing {
    pub fn new(turn: TurnId) -> Self {
        Self {
            turn,
            released: false,
            paused: false,
            ended: false,
            dry: false,
            clauses: 0,
            lengths: Vec::new(),
            heard: Duration::ZERO,
            reported: Duration::ZERO,
        }
    }

    /// A frame's time passes; returns what there is to report, and whether it is over.
    pub fn step(&mut self) -> (Vec<Event>, bool) {
        if !self.released || self.paused || self.dry {
            return (Vec::new(), false);
        }
        let available: Duration = self.lengths.iter().sum();
        self.heard = (self.heard + FRAME).min(available);
        let over = self.ended && self.lengths.len() == self.clauses && self.heard == available;
        let mut events = Vec::new();
        if over || self.heard >= self.reported + REPORT_EVERY {
            events.push(self.report());
        }
        if over {
            events.push(Event::PlaybackEnded { turn: self.turn });
        }
        (events, over)
    }

    pub fn report(&mut self) -> Event {
        self.reported = self.heard;
        Event::Heard { turn: self.turn, heard: self.heard }
    }
}

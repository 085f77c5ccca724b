//! Attention: whether people are listened to at all.
//!
//! ```text
//! asleep ──woken──▶ attentive ──nobody speaks──▶ asleep
//!                    ▲      │ somebody speaks, and is answered
//!                    └──────┘ (the follow-up)
//! ```

use std::time::Duration;

use super::Listener;
use super::hearing::Hearing;
use crate::action::{Action, Notice};
use crate::event::Waking;
use crate::ids::Position;
use crate::interface::Answering;
use crate::settings::Attention;

/// How long after it was woken somebody may think before they speak.
const ATTENTIVE: Duration = Duration::from_secs(8);
/// What was said this long after the name, or later, belongs to what follows a pause.
const IN_ONE_BREATH: Duration = Duration::from_secs(2);

/// Whether Parley is awake, and until when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Awake {
    Always,
    Asleep { follow_up: Duration },
    Until { until: Duration, follow_up: Duration, name_ended: Option<Position> },
}

impl Awake {
    pub(super) fn new(attention: Attention) -> Self {
        match attention {
            Attention::Always => Self::Always,
            Attention::OnceWoken { follow_up } => Self::Asleep { follow_up },
        }
    }

    pub(super) fn is_asleep(self) -> bool {
        matches!(self, Self::Asleep { .. })
    }

    pub(super) fn until(self) -> Option<Duration> {
        if let Self::Until { until, .. } = self { Some(until) } else { None }
    }

    /// Whether a question may follow the name in one breath.
    fn was_just_called(self, end: Position) -> bool {
        matches!(self, Self::Until { name_ended: Some(name), .. } if end.since(name) < IN_ONE_BREATH)
    }

    /// Where an utterance begins that seems to begin at `began`: after the name, and not later where both were said in
    /// one breath.
    pub(super) fn beginning(self, began: Position) -> Position {
        match self {
            Self::Until { name_ended: Some(name), .. } if began.since(name) < IN_ONE_BREATH => name,
            Self::Always | Self::Asleep { .. } | Self::Until { .. } => began,
        }
    }
}

impl Listener {
    pub(crate) fn woken(&mut self, by: Waking, now: Duration) {
        let (Awake::Asleep { follow_up } | Awake::Until { follow_up, .. }) = self.awake else {
            return;
        };
        let name_ended = if let Waking::Word(end) = by { Some(end) } else { None };
        self.background = name_ended.and_then(|ended| self.lately.background(ended));
        self.be(Awake::Until { until: now.saturating_add(ATTENTIVE), follow_up, name_ended });
    }

    /// Something was said to somebody, who may go on.
    pub(super) fn follow_up(&mut self) {
        if let Awake::Asleep { follow_up } | Awake::Until { follow_up, .. } = self.awake {
            let until = self.now.saturating_add(follow_up).max(self.awake.until().unwrap_or_default());
            self.be(Awake::Until { until, follow_up, name_ended: None });
        }
    }

    /// Nobody has spoken for long, nothing is being said, and nobody may just be beginning to.
    pub(crate) fn fall_asleep(&mut self, answering: bool) {
        let Awake::Until { until, follow_up, .. } = self.awake else { return };
        let nobody = match &self.hearing {
            Hearing::Quiet(onset) => onset.is_silent(),
            Hearing::Ignoring(_) => true,
            Hearing::Speaking(_) | Hearing::Pausing(..) => false,
        };
        if self.now >= until && nobody && !answering {
            self.be(Awake::Asleep { follow_up });
        }
    }

    /// When it may fall asleep. Whatever keeps it awake beyond that ends with an event of its own.
    pub(super) fn next_sleep(&self) -> Option<Duration> {
        let until = self.awake.until()?;
        let at = match &self.hearing {
            Hearing::Quiet(onset) if onset.is_silent() => until,
            Hearing::Ignoring(_) => until,
            Hearing::Quiet(_) | Hearing::Speaking(_) | Hearing::Pausing(..) => return None,
        };
        Some(at).filter(|at| *at > self.now)
    }

    /// Whether speech that begins now is nobody's who is to be heard.
    pub(super) fn is_deaf(&self, end: Position, answer: Option<Answering>) -> bool {
        let sleeps = self.awake.is_asleep() && answer.is_none();
        sleeps || self.hears_itself(answer) || end < self.echo.until
    }

    /// Whether there is speech in a frame of somebody else than what spoke already when Parley was called.
    pub(super) fn beside_background(&mut self, end: Position, speech: bool, dbfs: f32) -> bool {
        if self.awake == Awake::Always {
            return speech;
        }
        self.lately.add(end, speech, dbfs);
        let held =
            matches!(self.hearing, Hearing::Speaking(_) | Hearing::Pausing(..)) || self.awake.was_just_called(end);
        let Some(background) = &mut self.background else { return speech };
        let theirs = background.hears(end, speech, dbfs, held);
        if background.is_off() {
            self.background = None;
        }
        theirs
    }

    /// Since when only that is heard.
    pub(super) fn background_alone(&self) -> Option<Position> {
        self.background.as_ref()?.alone_since()
    }

    fn be(&mut self, awake: Awake) {
        let (before, now) = (self.awake.is_asleep(), awake.is_asleep());
        self.awake = awake;
        if now {
            self.background = None;
        }
        if before != now {
            self.act(Action::Tell(Notice::Attentive { attentive: before }));
        }
    }
}

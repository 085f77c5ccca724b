//! What was sent to a client, and what of it has been heard: the delay of a loudspeaker that is somewhere else.
//!
//! ```text
//! Playing ──a flush is sent──▶ Flushing ──it is answered──▶ Flushed ──the rest is taken back──▶ Playing
//!                                  └──taken back without──▶ TakenBack ──it is answered──────────▶ Playing
//! ```
//! All counts are the client's: samples that it has played since the beginning. What it drops is never counted. Nothing is
//! sent between a flush and its answer, so that no count is ever of two meanings.

/// A client that has played what it was not sent, or less than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadCount;

#[derive(Debug, Default)]
pub(super) struct Playout {
    /// The client's count when it has played all that is on its way.
    sent: u64,
    /// Its count as it has told last.
    played: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Playing,
    /// It may have played so much when it learns of it.
    Flushing(u64),
    Flushed,
    /// As far as it had told by then. It may have played so much.
    TakenBack(u64),
}

impl Playout {
    /// So many samples are being sent.
    pub(super) fn send(&mut self, samples: usize) {
        self.sent += samples as u64;
    }

    /// Samples that are on their way to the ear.
    pub(super) fn pending(&self) -> usize {
        (self.sent - self.played) as usize
    }

    /// How many more may be sent where `ahead` may be on their way.
    pub(super) fn room(&self, ahead: usize) -> usize {
        match self.state {
            State::Playing => ahead.saturating_sub(self.pending()),
            State::Flushing(_) | State::Flushed | State::TakenBack(_) => 0,
        }
    }

    /// Whether the client owes a word: of what it plays, or of a flush.
    pub(super) fn owes(&self) -> bool {
        self.pending() > 0 || self.state != State::Playing
    }

    /// A flush is being sent.
    pub(super) fn flush(&mut self) {
        self.state = State::Flushing(self.sent);
    }

    /// Whether a flush is on its way, and the client has said nothing to it.
    pub(super) fn is_to_be_flushed(&self) -> bool {
        matches!(self.state, State::Flushing(_))
    }

    /// Whether the flush that was sent is answered.
    pub(super) fn is_flushed(&self) -> bool {
        self.state == State::Flushed
    }

    /// The client has played so many samples, in all.
    pub(super) fn played(&mut self, samples: u64) -> Result<(), BadCount> {
        let most = match self.state {
            State::Playing | State::Flushed => self.sent,
            State::Flushing(most) | State::TakenBack(most) => most,
        };
        if !(self.played..=most).contains(&samples) {
            return Err(BadCount);
        }
        self.played = samples;
        // Of what was taken back, nothing is on its way any more.
        self.sent = self.sent.max(samples);
        Ok(())
    }

    /// The client has dropped the rest; before that it has played so many samples, in all.
    pub(super) fn flushed(&mut self, samples: u64) -> Result<(), BadCount> {
        let next = match self.state {
            State::Flushing(_) => State::Flushed,
            State::TakenBack(_) => State::Playing,
            State::Playing | State::Flushed => return Err(BadCount),
        };
        self.played(samples)?;
        self.state = next;
        Ok(())
    }

    /// Nothing is on its way any more; how many samples are thereby never heard, as far as is known. A flush that was not
    /// sent yet has to be.
    pub(super) fn take_back(&mut self) -> (usize, NeedsFlush) {
        let (pending, most) = (self.pending(), self.sent);
        let (next, needs_flush) = match self.state {
            State::Playing => (State::TakenBack(most), NeedsFlush(true)),
            State::Flushing(most) | State::TakenBack(most) => (State::TakenBack(most), NeedsFlush(false)),
            State::Flushed => (State::Playing, NeedsFlush(false)),
        };
        self.state = next;
        self.sent = self.played;
        (pending, needs_flush)
    }
}

/// Whether the client does not know yet that it is to be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NeedsFlush(pub(super) bool);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_flush_that_is_answered_in_time_leaves_the_exact_rest() {
        let mut playout = Playout::default();
        playout.send(100);
        assert_eq!(playout.played(30), Ok(()));
        assert_eq!((playout.pending(), playout.room(100)), (70, 30));
        playout.flush();
        assert_eq!(playout.room(100), 0, "nothing is sent into a flush");
        assert_eq!(playout.flushed(45), Ok(()));
        assert!(playout.is_flushed());
        assert_eq!(playout.take_back(), (55, NeedsFlush(false)));
        assert_eq!((playout.pending(), playout.room(100), playout.owes()), (0, 100, false));
        playout.send(10);
        assert_eq!(playout.played(55), Ok(()));
        assert!(!playout.owes());
    }

    #[test]
    fn an_answer_that_comes_late_counts_from_there() {
        let mut playout = Playout::default();
        playout.send(100);
        assert_eq!(playout.take_back(), (100, NeedsFlush(true)));
        assert_eq!((playout.pending(), playout.room(100), playout.owes()), (0, 0, true));
        assert_eq!(playout.played(20), Ok(()));
        assert_eq!(playout.flushed(30), Ok(()));
        assert_eq!((playout.pending(), playout.room(100), playout.owes()), (0, 100, false));
        playout.send(10);
        assert_eq!(playout.played(40), Ok(()));
        assert_eq!(playout.played(41), Err(BadCount));
        assert_eq!(playout.played(39), Err(BadCount));
        assert_eq!(playout.flushed(40), Err(BadCount), "none was sent");
    }

    #[test]
    fn nothing_is_believed_that_was_not_sent_whatever_was_said_between() {
        for commands in [&[][..], &["flush"], &["take back"], &["flush", "take back"], &["flush", "answer"]] {
            let mut playout = Playout::default();
            playout.send(100);
            assert_eq!(playout.played(40), Ok(()));
            for command in commands {
                match *command {
                    "flush" => playout.flush(),
                    "answer" => assert_eq!(playout.flushed(40), Ok(())),
                    _ => drop(playout.take_back()),
                }
            }
            assert_eq!(playout.played(39), Err(BadCount), "{commands:?}");
            assert_eq!(playout.played(101), Err(BadCount), "{commands:?}");
            assert_eq!(playout.played(u64::MAX), Err(BadCount), "{commands:?}");
            if commands.is_empty() || commands.contains(&"answer") {
                assert_eq!(playout.flushed(40), Err(BadCount), "{commands:?}: none was asked for");
            } else {
                assert_eq!(playout.flushed(101), Err(BadCount), "{commands:?}");
            }
        }
    }

    /// A client that plays in order, and answers when it comes to a flush.
    #[derive(Default)]
    struct Ear {
        /// Samples, or a flush.
        waiting: std::collections::VecDeque<Option<usize>>,
        played: u64,
    }

    proptest! {
        #[test]
        fn whatever_comes_when_an_honest_client_is_believed_and_nothing_that_it_heard_is_lost(
            steps in proptest::collection::vec((0..6_u8, 1..50_usize), 1..80)
        ) {
            let (mut playout, mut ear) = (Playout::default(), Ear::default());
            // As the renderer counts: what was written, less what was taken back.
            let mut written = 0_u64;
            for (step, amount) in steps {
                match step {
                    0 | 1 => {
                        let sent = amount.min(playout.room(100));
                        playout.send(sent);
                        written += sent as u64;
                        ear.waiting.push_back(Some(sent));
                    }
                    2 if playout.room(usize::MAX) > 0 => {
                        playout.flush();
                        ear.waiting.push_back(None);
                    }
                    3 => {
                        let (dropped, NeedsFlush(needed)) = playout.take_back();
                        written -= dropped as u64;
                        if needed {
                            ear.waiting.push_back(None);
                        }
                    }
                    4 => {
                        // It plays a little.
                        if let Some(Some(samples)) = ear.waiting.front_mut() {
                            let played = amount.min(*samples);
                            *samples -= played;
                            ear.played += played as u64;
                            if *samples == 0 {
                                ear.waiting.pop_front();
                            }
                        }
                        prop_assert_eq!(playout.played(ear.played), Ok(()));
                    }
                    _ => {
                        // It comes to the flush, if there is one, and drops what is before it.
                        if let Some(place) = ear.waiting.iter().position(Option::is_none) {
                            ear.waiting.drain(..=place);
                            prop_assert_eq!(playout.flushed(ear.played), Ok(()));
                        }
                    }
                }
                prop_assert!(written - playout.pending() as u64 <= ear.played);
                prop_assert!(playout.pending() <= 100);
            }
        }
    }
}

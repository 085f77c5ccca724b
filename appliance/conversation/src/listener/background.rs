//! A television, or people who talk: what had been speaking for a while when somebody called, and how whoever called is told
//! from it, by how loud it is alone.
//!
//! Where somebody speaks beside it, the gaps of either are filled by the other, so that the level is higher at the mean though a
//! single frame says little. So the frames' evidence is added up (a cumulative sum test): for as long as whoever called speaks
//! it is about nought, and rises once the background is alone; and the other way round. Without such a background there is
//! no [`Background`], and nothing here has a say.

use std::collections::VecDeque;
use std::time::Duration;

use crate::ids::{FRAME, Position};

/// So much is listened to before the word, and
const BEFORE: Duration = Duration::from_secs(10);
/// so much of it must be known, of which
const LEAST_KNOWN: Duration = Duration::from_secs(6);
/// this part is speech: people who talk to each other, and then call, pause more.
const LEAST_SPEECH: f32 = 0.7;
/// The longest wake word: what is before it is the background alone.
const WORD: Duration = Duration::from_millis(900);
/// In the last so much of a word whoever says it is heard.
const VOICE: Duration = Duration::from_millis(640);
/// Whoever calls is at least so much louder together with the background, in dB. Otherwise it was they who spoke before.
const LEAST_LIFT_DB: f32 = 2.0;
/// What is believed of that, in dB: a word is short.
const LIFT_DB: [f32; 2] = [4.0, 9.0];
/// How far levels of speech spread, in dB.
const DEVIATION_DB: [f32; 2] = [2.0, 8.0];
/// No frame says more, whichever way.
const MOST: f32 = 1.0;
/// The sum from which whoever called has stopped.
const STOPPED: f32 = 3.0;
/// The sum from which they go on, before anything is made of it.
const GOES_ON: f32 = 6.0;
/// The sum from which somebody speaks who had finished: a television gets louder, too.
const SPEAKS: f32 = 16.0;
/// Between the word and a question there may be a gap: whoever called has not stopped before this.
const MAY_BEGIN: Duration = Duration::from_millis(480);
/// A television that is silent for so long is switched off.
const SWITCHED_OFF: Duration = Duration::from_secs(2);

/// What was heard lately.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lately {
    /// Where each frame ends, and how loud it is where there is speech in it.
    frames: VecDeque<(Position, Option<f32>)>,
}

impl Lately {
    pub(super) fn add(&mut self, end: Position, speech: bool, dbfs: f32) {
        self.frames.push_back((end, speech.then_some(dbfs)));
        // A word is known a moment after it has ended.
        let kept = BEFORE + WORD + Duration::from_secs(3);
        while self.frames.front().is_some_and(|(first, _)| end.since(*first) > kept) {
            self.frames.pop_front();
        }
    }

    /// What had been speaking when somebody called, whose word ended there.
    pub(super) fn background(&self, called: Position) -> Option<Background> {
        let (until, since) = (called.back(WORD), called.back(WORD + BEFORE));
        let known: Vec<Option<f32>> = self.between(since, until).collect();
        let levels: Vec<f32> = known.iter().flatten().copied().collect();
        if (FRAME * known.len() as u32) < LEAST_KNOWN || (levels.len() as f32) < LEAST_SPEECH * known.len() as f32 {
            return None;
        }
        let level = mean(&levels);
        let deviation = mean(&levels.iter().map(|dbfs| (dbfs - level).powi(2)).collect::<Vec<_>>()).sqrt();
        let voice: Vec<f32> = self.between(called.back(VOICE), called).flatten().collect();
        let lift = mean(&voice) - level;
        Some(Background {
            level,
            deviation: deviation.clamp(DEVIATION_DB[0], DEVIATION_DB[1]),
            lift: (lift >= LEAST_LIFT_DB).then(|| lift.clamp(LIFT_DB[0], LIFT_DB[1])),
            speaks: true,
            sum: 0.0,
            since: called,
            called,
            silence: Duration::ZERO,
        })
    }

    fn between(&self, since: Position, until: Position) -> impl Iterator<Item = Option<f32>> {
        let within = move |end: Position| end > since && end <= until;
        self.frames.iter().filter(move |(end, _)| within(*end)).map(|(_, level)| *level)
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

/// What goes on beside whoever called.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Background {
    /// How loud its frames are, in dB of full scale.
    pub(super) level: f32,
    deviation: f32,
    /// How much louder it is together with whoever called; `None`: they cannot be told from it.
    lift: Option<f32>,
    /// Whether whoever called speaks.
    speaks: bool,
    /// The evidence for the contrary.
    sum: f32,
    /// Since when the contrary may have been so; once they stopped, since when it is.
    since: Position,
    /// Where the word ended.
    called: Position,
    silence: Duration,
}

impl Background {
    /// Adds a frame; whether whoever called speaks in it. `held`: whether they may be going on with what they say.
    pub(super) fn hears(&mut self, end: Position, speech: bool, dbfs: f32, held: bool) -> bool {
        self.silence = if speech { Duration::ZERO } else { self.silence + FRAME };
        let Some(lift) = self.lift else { return speech };
        let above = (dbfs - self.level - lift / 2.0) * lift / self.deviation.powi(2);
        let theirs = if speech { above.clamp(-MOST, MOST) } else { -MOST };
        let contrary = if self.speaks { -theirs } else { theirs };
        if self.sum <= 0.0 && contrary > 0.0 {
            self.since = end.back(FRAME);
        }
        self.sum = (self.sum + contrary).max(0.0);
        let enough = if self.speaks {
            STOPPED
        } else if held {
            GOES_ON
        } else {
            SPEAKS
        };
        let may_begin = self.speaks && end.since(self.called) < MAY_BEGIN;
        if self.sum >= enough && !may_begin {
            (self.speaks, self.sum) = (!self.speaks, 0.0);
        }
        speech && self.speaks
    }

    /// Since when it has been alone.
    pub(super) fn alone_since(&self) -> Option<Position> {
        (!self.speaks).then_some(self.since)
    }

    /// Where whoever speaks began to, if they were told from it.
    pub(super) fn spoken_since(&self) -> Option<Position> {
        (self.speaks && self.lift.is_some()).then_some(self.since)
    }

    /// Whether it has been silent for so long that there is none any more.
    pub(super) fn is_off(&self) -> bool {
        self.silence >= SWITCHED_OFF
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(frame: usize) -> Position {
        Position::default().forward(FRAME * frame as u32)
    }

    /// Ten seconds and a word of so loud frames, where there is speech.
    fn lately(speech: &[bool], before: f32, word: f32) -> Lately {
        let mut lately = Lately::default();
        for (frame, speech) in (1..).zip(speech) {
            lately.add(at(frame), *speech, before);
        }
        (1..=45).for_each(|frame| lately.add(at(speech.len() + frame), true, word));
        lately
    }

    proptest! {
        /// Without it nothing is judged.
        #[test]
        fn there_is_none_where_people_were_silent_for_a_third_of_the_time(
            speech in proptest::collection::vec(proptest::bool::weighted(0.6), 500),
            dbfs in -60.0f32..0.0,
        ) {
            prop_assume!(speech.iter().filter(|speech| **speech).count() < 340);
            prop_assert_eq!(lately(&speech, dbfs, dbfs + 6.0).background(at(545)), None);
        }

        /// Somebody who had talked, and then calls, is not cut off for being as loud as before.
        #[test]
        fn whoever_is_no_louder_than_what_spoke_before_is_heard(
            dbfs in -60.0f32..0.0,
            frames in proptest::collection::vec((any::<bool>(), -80.0f32..0.0), 1..400),
        ) {
            let lately = lately(&[true; 500], dbfs, dbfs + 1.0);
            let mut background = lately.background(at(545)).expect("people talked all the time");
            for (frame, (speech, dbfs)) in (546..).zip(frames) {
                prop_assert_eq!(background.hears(at(frame), speech, dbfs, true), speech);
            }
        }

        /// It says who speaks, and never makes speech of silence.
        #[test]
        fn silence_is_nobodys(frames in proptest::collection::vec((any::<bool>(), any::<f32>(), any::<bool>()), 1..600)) {
            let mut background = lately(&[true; 500], -30.0, -25.0).background(at(545)).expect("it speaks all the time");
            for (frame, (speech, dbfs, held)) in (546..).zip(frames) {
                prop_assert!(speech || !background.hears(at(frame), speech, dbfs, held));
                prop_assert!(background.alone_since().is_none_or(|since| since <= at(frame)));
            }
        }
    }

    #[test]
    fn too_little_that_is_known_is_no_background() {
        assert_eq!(lately(&[true; 200], -30.0, -25.0).background(at(245)), None);
        assert!(lately(&[true; 400], -30.0, -25.0).background(at(445)).is_some());
    }
}

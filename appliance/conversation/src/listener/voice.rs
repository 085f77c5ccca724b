//! Whose sound it is, by how loud it is; and where it is quiet.

use crate::ids::{FRAME, Position};

/// What is so much quieter than the speaker is another voice, or a television.
const OTHERS_BELOW_DB: f32 = 18.0;
/// A click makes no speaker louder: their level rises by so much with a frame at most.
const RISE_DB: f32 = 3.0;
/// Whoever turns away gets quieter: by 2 dB a second.
const FALL_DB: f32 = 0.04;
/// Frames that a quiet place takes: no consonant is as long.
const QUIET_FRAMES: usize = 5;

/// The level of a frame that counts, whatever it was told to be.
pub(super) fn level(dbfs: f32) -> f32 {
    if dbfs.is_nan() { -120.0 } else { dbfs.clamp(-120.0, 20.0) }
}

/// The person who is listened to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Voice {
    /// How loud they are at their loudest.
    pub(super) dbfs: f32,
    /// Where they were heard last.
    pub(super) last: Position,
}

impl Voice {
    /// Adds a frame with speech; whether it is theirs.
    pub(super) fn hears(&mut self, end: Position, dbfs: f32) -> bool {
        let theirs = dbfs >= self.others();
        if dbfs > self.dbfs {
            self.dbfs = dbfs.min(self.dbfs + RISE_DB);
        } else if theirs {
            self.dbfs -= FALL_DB;
        }
        if theirs {
            self.last = end;
        }
        theirs
    }

    /// What is quieter is somebody else.
    pub(super) fn others(&self) -> f32 {
        self.dbfs - OTHERS_BELOW_DB
    }
}

/// The quietest place of what was heard lately.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct QuietPlace {
    recent: [f32; QUIET_FRAMES],
    frames: usize,
    quietest: Option<(f32, Position)>,
}

impl QuietPlace {
    pub(super) fn add(&mut self, end: Position, dbfs: f32) {
        self.recent.rotate_left(1);
        if let Some(last) = self.recent.last_mut() {
            *last = dbfs;
        }
        self.frames += 1;
        let sum: f32 = self.recent.iter().sum();
        if self.frames >= QUIET_FRAMES && self.quietest.is_none_or(|(least, _)| sum <= least) {
            self.quietest = Some((sum, end.back(FRAME * QUIET_FRAMES as u32 / 2)));
        }
    }

    /// The middle of it; the later one of two.
    pub(super) fn place(&self) -> Option<Position> {
        self.quietest.map(|(_, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_makes_nobody_louder_and_whoever_is_far_away_is_somebody_else() {
        let mut voice = Voice { dbfs: -25.0, last: Position::default() };
        let mut end = Position::default();
        let mut hears = |dbfs| {
            end = end.forward(FRAME);
            (voice.hears(end, dbfs), voice.last == end)
        };
        assert_eq!(hears(-3.0), (true, true));
        assert_eq!(hears(-35.0), (true, true), "they speak on after the click");
        assert_eq!(hears(-51.0), (false, false));
        assert_eq!(level(f32::NAN), -120.0);
    }

    #[test]
    fn the_quietest_place_is_found_between_words() {
        let mut place = QuietPlace::default();
        assert_eq!(place.place(), None);
        let at = |frame: u32| Position::default().forward(FRAME * frame);
        for frame in 1..=60 {
            let dbfs = if (30..38).contains(&frame) || frame == 50 { -50.0 } else { -25.0 };
            place.add(at(frame), dbfs);
        }
        let found = place.place().expect("there is one");
        assert!(found > at(31) && found < at(36), "{found:?}: a stop of 20 ms is none");
    }
}

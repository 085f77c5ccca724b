//! How much sound to compute next: little at first, so that it starts soon, then as much as time allows, because every
//! stretch costs the margins around it as well.

use std::time::Duration;

/// The fewest frames worth a block: below, the margins are nearly all of the work.
pub const MIN_FRAMES: usize = 8;
/// The most frames of a block, 0.7 s: a cancel waits for one block, and memory grows with it.
pub const MAX_FRAMES: usize = 64;
/// Blocks are planned as if they took this much longer than they should, because other engines share the processor.
const CAUTION: f64 = 1.5;

/// The pace of one voice.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long the sound of one frame lasts.
    pub frame: Duration,
    /// How long the decoder takes for one frame; see [`Pace::measured`].
    pub cost: Duration,
    /// Frames on each side that are computed and thrown away.
    pub margin_frames: usize,
}

impl Pace {
    /// Takes a measurement of [`Pace::cost`] into account.
    pub fn measured(&mut self, cost: Duration) {
        self.cost = (self.cost * 3 + cost) / 4;
    }

    /// Frames of the next block, while sound of length `ahead` is still to be heard and `left` frames are to come.
    pub fn next_frames(&self, ahead: Duration, left: usize) -> usize {
        let margins = 2.0 * self.margin_frames as f64;
        let frame = self.frame.as_secs_f64();
        let cost = CAUTION * self.cost.as_secs_f64();
        let wanted = if ahead.is_zero() {
            // n frames of sound must last for the next n frames and their margins: n * frame = (n + margins) * cost.
            if frame > cost { margins * cost / (frame - cost) } else { MAX_FRAMES as f64 }
        } else {
            ahead.as_secs_f64() / cost - margins
        };
        // A cast from a float saturates, so that no cost at all is "as many as possible".
        let frames = (wanted.ceil() as usize).clamp(MIN_FRAMES, MAX_FRAMES);
        // A rest that is not worth a block of its own is taken along.
        if left < frames + MIN_FRAMES { left } else { frames }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pace(cost_us: u64) -> Pace {
        Pace { frame: Duration::from_micros(11_610), cost: Duration::from_micros(cost_us), margin_frames: 12 }
    }

    /// Plays a clause in simulated time; the longest time without sound after the first block, and how many blocks.
    fn play(pace: Pace, mut left: usize) -> (Duration, usize) {
        let (mut now, mut sound_until, mut silence, mut blocks) = (Duration::ZERO, Duration::ZERO, Duration::ZERO, 0);
        while left > 0 {
            let frames = pace.next_frames(sound_until.saturating_sub(now), left);
            now += pace.cost * (frames + 2 * pace.margin_frames) as u32;
            if blocks > 0 {
                silence = silence.max(now.saturating_sub(sound_until));
            }
            sound_until = sound_until.max(now) + pace.frame * frames as u32;
            left -= frames;
            blocks += 1;
        }
        (silence, blocks)
    }

    #[test]
    fn a_fast_processor_starts_with_the_smallest_block() {
        assert_eq!(pace(300).next_frames(Duration::ZERO, 500), MIN_FRAMES);
        assert_eq!(pace(0).next_frames(Duration::ZERO, 500), MIN_FRAMES);
    }

    #[test]
    fn a_slow_processor_starts_with_a_larger_block() {
        let frames = pace(4_000).next_frames(Duration::ZERO, 500);
        assert!((MIN_FRAMES + 1..MAX_FRAMES).contains(&frames), "{frames}");
        assert_eq!(pace(20_000).next_frames(Duration::ZERO, 500), MAX_FRAMES);
    }

    #[test]
    fn blocks_grow_while_sound_is_ahead() {
        let pace = pace(1_000);
        assert!(pace.next_frames(Duration::from_millis(90), 500) < pace.next_frames(Duration::from_millis(150), 500));
        assert_eq!(pace.next_frames(Duration::from_secs(9), 500), MAX_FRAMES);
    }

    #[test]
    fn measurements_move_the_cost_towards_them() {
        let mut pace = pace(1_000);
        pace.measured(Duration::from_millis(3));
        assert_eq!(pace.cost, Duration::from_micros(1_500));
    }

    proptest! {
        #[test]
        fn sound_never_runs_out_within_a_clause(cost_us in 0_u64..5_000, left in 1_usize..3_000) {
            let (silence, blocks) = play(pace(cost_us), left);
            prop_assert_eq!(silence, Duration::ZERO);
            prop_assert!(blocks <= left.div_ceil(MIN_FRAMES));
        }

        #[test]
        fn every_plan_ends(ahead_ms in 0_u64..10_000, cost_us in 0_u64..100_000, left in 1_usize..10_000) {
            let frames = pace(cost_us).next_frames(Duration::from_millis(ahead_ms), left);
            prop_assert!(frames >= 1 && frames <= left && frames < MAX_FRAMES + MIN_FRAMES);
        }
    }
}

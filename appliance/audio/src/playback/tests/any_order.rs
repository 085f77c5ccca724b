//! Whatever is done in whatever order, what is heard is right after each step.

use proptest::prelude::*;

use super::PERIOD;
use super::world::{World, mark, stream_of};
use crate::playback::control::Stream;

#[derive(Debug, Clone)]
enum Op {
    Offer(usize),
    OfferLate(usize),
    Listen(usize),
    Step,
    Pause,
    Resume,
    Discard,
    Lose,
    Idle,
    Obey,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1_usize..200).prop_map(Op::Offer),
        1 => (1_usize..50).prop_map(Op::OfferLate),
        6 => (0_usize..25).prop_map(Op::Listen),
        8 => Just(Op::Step),
        2 => Just(Op::Pause),
        3 => Just(Op::Resume),
        1 => Just(Op::Discard),
        1 => Just(Op::Lose),
        1 => Just(Op::Idle),
        2 => Just(Op::Obey),
    ]
}

impl World {
    fn apply(&mut self, op: &Op) {
        match op {
            Op::Offer(samples) => self.offer(self.control.stream(), *samples),
            Op::OfferLate(samples) => {
                if let Some(earlier) = self.control.stream().0.checked_sub(1) {
                    self.offer(Stream(earlier), *samples);
                }
            }
            Op::Listen(frames) => self.ear.listen(*frames),
            Op::Step => self.step(),
            Op::Obey => {
                self.renderer.obey(&mut self.ear);
                self.settle();
            }
            Op::Pause => self.control.pause(),
            Op::Resume => self.control.resume(),
            Op::Discard => {
                self.control.discard();
            }
            Op::Lose => {
                self.ear.is_lost = true;
                self.step();
            }
            Op::Idle => {
                // Only a sink that is away is not stepped, and what was in it is gone.
                self.ear.is_lost = true;
                self.step();
                self.renderer.idle();
            }
        }
    }

    fn verify(&self, op: &Op) {
        // Eight streams can be told apart.
        for (stream, offered) in self.offered.iter().rev().take(8) {
            let heard = self.heard_of(*stream);
            let due: Vec<i16> = (0..heard.len()).map(|index| mark(*stream, index)).collect();
            assert_eq!(heard, due, "what was heard of {stream:?} has a gap or a repeat after {op:?}");
            assert!(heard.len() <= *offered);
        }
        let current = self.control.stream();
        if matches!(op, Op::Step | Op::Lose | Op::Idle | Op::Obey) {
            assert_eq!(self.control.heard(), self.heard_of(current).len() as u64, "after {op:?}");
            if let Some(last) = current.0.checked_sub(1)
                && let Some(heard) = self.control.heard_of(Stream(last))
            {
                assert_eq!(heard, self.heard_of(Stream(last)).len() as u64, "final count after {op:?}");
            }
            let drained = self.offered.get(&current).copied().unwrap_or(0) == self.heard_of(current).len();
            assert_eq!(self.control.is_drained(), drained);
            let stale =
                self.ear.pending.iter().filter(|sample| **sample != 0 && stream_of(**sample) != current.0 as usize % 8);
            assert_eq!(stale.count(), 0, "a discarded stream is still on its way to the ear");
        }
        if self.was_paused_at_step {
            assert!(
                self.ear.heard[self.heard_at_step..].iter().all(|sample| *sample == 0),
                "heard something while paused"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_was_heard_is_a_gap_free_prefix_of_its_stream(ops in prop::collection::vec(op(), 1..250)) {
        let mut world = World::new();
        for op in &ops {
            let discards = world.control.stream().0;
            if discards >= 7 && matches!(op, Op::Discard) {
                continue;
            }
            world.apply(op);
            world.verify(op);
        }
        // Nothing gets stuck: the rest is heard once nobody interrupts.
        world.control.resume();
        for _ in 0..300 {
            world.apply(&Op::Listen(PERIOD));
            world.apply(&Op::Step);
            world.verify(&Op::Step);
        }
        prop_assert!(world.control.is_drained());
    }
}

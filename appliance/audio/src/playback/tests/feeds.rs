//! Several feeds, and whatever is done to them in whatever order: what is heard of each is right after each step, and
//! the tap tells it with its time.
//!
//! A sample of feed k is a digit times 31^k, so that the sum tells what is in it: 0 is silence, and the digits 1 to 30
//! tell the stream (of five) and the place in it (modulo 6).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{PERIOD, RATE_HZ};
use crate::playback::control::StreamId;
use crate::playback::{Control, Ear, Feed, Mixer, Part, Renderer, SinkFormat, StaleStream, Tap};

const FEEDS: usize = 3;
const BASE: i16 = 31;
const PLACES: usize = 6;
const STREAMS: usize = 5;

#[derive(Debug, Clone)]
enum Op {
    Offer(usize, usize),
    OfferLate(usize),
    Listen(usize),
    Step,
    Obey,
    Pause(usize),
    Resume(usize),
    Discard(usize),
    Lose,
    Idle,
    Tap,
}

fn op() -> impl Strategy<Value = Op> {
    let feed = || 0..FEEDS;
    prop_oneof![
        8 => (feed(), 1_usize..120).prop_map(|(feed, samples)| Op::Offer(feed, samples)),
        1 => feed().prop_map(Op::OfferLate),
        8 => (0_usize..25).prop_map(Op::Listen),
        10 => Just(Op::Step),
        2 => Just(Op::Obey),
        3 => feed().prop_map(Op::Pause),
        4 => feed().prop_map(Op::Resume),
        1 => feed().prop_map(Op::Discard),
        1 => Just(Op::Lose),
        1 => Just(Op::Idle),
        2 => Just(Op::Tap),
    ]
}

fn digit(stream: StreamId, place: usize) -> i16 {
    (1 + stream.0 as usize % STREAMS * PLACES + place % PLACES) as i16
}

struct End {
    feed: Feed,
    control: Control,
    offered: BTreeMap<StreamId, usize>,
    /// The digits that were heard, without silence.
    heard: Vec<i16>,
    was_paused_at_step: bool,
}

impl End {
    fn offer(&mut self, number: usize, stream: StreamId, wanted: usize) {
        let from = self.offered.get(&stream).copied().unwrap_or(0);
        let samples: Vec<i16> =
            (from..from + wanted).map(|place| digit(stream, place) * BASE.pow(number as u32)).collect();
        match self.feed.offer(stream, &samples) {
            Ok(taken) => *self.offered.entry(stream).or_default() += taken,
            Err(StaleStream) => assert_ne!(stream, self.control.stream()),
        }
    }

    fn heard_of(&self, stream: StreamId) -> Vec<i16> {
        let is_of = |digit: &i16| (*digit as usize - 1) / PLACES == stream.0 as usize;
        self.heard.iter().copied().filter(is_of).collect()
    }

    fn verify(&self, op: &Op, did_step: bool) {
        for (stream, offered) in &self.offered {
            let heard = self.heard_of(*stream);
            let due: Vec<i16> = (0..heard.len()).map(|place| digit(*stream, place)).collect();
            assert_eq!(heard, due, "what was heard of {stream:?} has a gap or a repeat after {op:?}");
            assert!(heard.len() <= *offered);
        }
        assert!(
            self.heard.is_sorted_by_key(|digit| (digit - 1) / PLACES as i16),
            "streams are mixed up: {:?}",
            self.heard
        );
        if did_step {
            let stream = self.control.stream();
            let heard = self.heard_of(stream).len();
            assert_eq!(self.control.heard(), heard as u64, "after {op:?}");
            assert_eq!(self.control.is_drained(), self.offered.get(&stream).copied().unwrap_or(0) == heard);
            if let Some(last) = stream.0.checked_sub(1).map(StreamId)
                && let Some(heard) = self.control.heard_of(last)
            {
                assert_eq!(heard, self.heard_of(last).len() as u64, "final count after {op:?}");
            }
        }
    }
}

struct World {
    ends: Vec<End>,
    _mixer: Mixer,
    renderer: Renderer,
    ear: Ear,
    /// What the ear's own silence adds to what it has heard.
    now: Duration,
    heard_at: Vec<Duration>,
    tap: Tap,
    tapped: Vec<i16>,
    started: Instant,
}

fn frames(count: usize) -> Duration {
    Duration::from_secs(count as u64) / RATE_HZ
}

impl World {
    fn new() -> Self {
        let (mixer, renderer) = Renderer::new(RATE_HZ, PERIOD);
        let end = |_| {
            let (feed, control) = mixer.open(Part::Sound).unwrap();
            End { feed, control, offered: BTreeMap::new(), heard: Vec::new(), was_paused_at_step: false }
        };
        Self {
            ends: (0..FEEDS).map(end).collect(),
            tap: mixer.tap().unwrap(),
            _mixer: mixer,
            renderer,
            ear: Ear::new(SinkFormat { rate_hz: RATE_HZ, period_frames: PERIOD }),
            now: Duration::ZERO,
            heard_at: Vec::new(),
            tapped: Vec::new(),
            started: Instant::now(),
        }
    }

    fn listen(&mut self, count: usize) {
        let before = self.ear.heard.len();
        self.ear.listen(count);
        for (index, sample) in self.ear.heard[before..].iter().enumerate() {
            self.heard_at.push(self.now + frames(index));
            let mut rest = *sample;
            for end in &mut self.ends {
                let digit = rest % BASE;
                rest /= BASE;
                if digit != 0 {
                    end.heard.push(digit);
                    assert!(!end.was_paused_at_step, "heard something of a feed that is paused");
                }
            }
            assert_eq!(rest, 0, "a sum of something that nobody offered");
        }
        self.now += frames(count);
    }

    fn read_tap(&mut self) {
        let mut samples = Vec::new();
        while let Some(block) = self.tap.next(&mut samples) {
            assert_eq!((block.position, block.frames), (self.tapped.len() as u64, samples.len()));
            for (index, place) in (self.tapped.len()..).take(block.frames).enumerate() {
                assert_eq!(block.heard_at + frames(index), self.started + self.heard_at[place]);
            }
            self.tapped.append(&mut samples);
        }
        assert_eq!(self.tapped, self.ear.heard[..self.tapped.len()], "the tap is what the ear heard");
    }

    fn step(&mut self) {
        let _ = self.renderer.step(&mut self.ear, self.started + self.now);
    }

    /// Whether the loudspeaker has taken up the commands.
    fn apply(&mut self, op: &Op) -> bool {
        match *op {
            Op::Offer(number, samples) => {
                let stream = self.ends[number].control.stream();
                self.ends[number].offer(number, stream, samples);
            }
            Op::OfferLate(number) => {
                if let Some(earlier) = self.ends[number].control.stream().0.checked_sub(1) {
                    self.ends[number].offer(number, StreamId(earlier), 10);
                }
            }
            Op::Listen(count) => self.listen(count),
            Op::Step => self.step(),
            Op::Obey => self.renderer.obey(&mut self.ear),
            Op::Pause(number) => self.ends[number].control.pause(),
            Op::Resume(number) => {
                self.ends[number].control.resume();
                self.ends[number].was_paused_at_step = false;
            }
            Op::Discard(number) => {
                if (self.ends[number].control.stream().0 as usize) < STREAMS - 1 {
                    self.ends[number].control.discard();
                    self.ends[number].was_paused_at_step = false;
                }
            }
            Op::Lose | Op::Idle => {
                self.ear.is_lost = true;
                self.step();
                if matches!(op, Op::Idle) {
                    self.renderer.idle();
                }
            }
            Op::Tap => self.read_tap(),
        }
        let did_step = matches!(op, Op::Step | Op::Obey | Op::Lose | Op::Idle);
        if did_step {
            self.ends.iter_mut().for_each(|end| end.was_paused_at_step = end.control.is_paused());
        }
        did_step
    }

    fn play(&mut self, op: &Op) {
        let did_step = self.apply(op);
        self.ends.iter().for_each(|end| end.verify(op, did_step));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_was_heard_of_each_feed_is_a_prefix_and_the_tap_tells_it(ops in prop::collection::vec(op(), 1..250)) {
        let mut world = World::new();
        ops.iter().for_each(|op| world.play(op));
        // Nothing gets stuck: the rest is heard once nobody interrupts.
        for number in 0..FEEDS {
            world.play(&Op::Resume(number));
        }
        for _ in 0..300 {
            world.play(&Op::Step);
            world.play(&Op::Listen(PERIOD));
            world.play(&Op::Tap);
        }
        world.play(&Op::Step);
        for end in &world.ends {
            prop_assert!(end.control.is_drained());
        }
        world.read_tap();
        // The ear has a period in hand at most; all others came through the tap.
        prop_assert!(world.ear.heard.len() - world.tapped.len() < PERIOD);
    }
}

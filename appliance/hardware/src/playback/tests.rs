//! The renderer against a model of an ear, and the paced sinks in a time of their own.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::control::Generation;
use super::*;
use crate::counting_allocator::allocations;
use crate::device::{DeviceError, DeviceLost};

const RATE_HZ: u32 = 1_000;
const PERIOD: usize = 10;

/// A sink that plays exactly as much as the test says.
#[derive(Default)]
struct Ear {
    pending: std::collections::VecDeque<i16>,
    heard: Vec<i16>,
    is_lost: bool,
    drops: usize,
}

impl Ear {
    fn listen(&mut self, frames: usize) {
        let frames = frames.min(self.pending.len());
        self.heard.extend(self.pending.drain(..frames));
    }
}

impl Sink for Ear {
    fn format(&self) -> SinkFormat {
        SinkFormat { rate_hz: RATE_HZ, period_frames: PERIOD }
    }
    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        if std::mem::take(&mut self.is_lost) {
            self.pending.clear();
            return Err(DeviceLost { errno: 19 });
        }
        self.pending.extend(period);
        Ok(Written::InTime)
    }
    fn delay_frames(&mut self) -> usize {
        self.pending.len()
    }
    fn drop_pending(&mut self) -> usize {
        self.drops += 1;
        let pending = self.pending.len();
        self.pending.clear();
        pending
    }
    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// Samples that tell their stream and their place in it; never 0, which is silence.
fn mark(generation: Generation, index: usize) -> i16 {
    (1 + (generation.0 as usize % 8) * 4_000 + index % 4_000) as i16
}

fn stream_of(sample: i16) -> usize {
    (sample as usize - 1) / 4_000
}

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

struct World {
    feed: Feed,
    control: Control,
    renderer: Renderer,
    ear: Ear,
    offered: BTreeMap<Generation, usize>,
    /// What the ear had heard when the last step was over, and whether the speaker was paused then.
    heard_at_step: usize,
    was_paused_at_step: bool,
}

impl World {
    fn new() -> World {
        let (feed, control, renderer) = Renderer::new(RATE_HZ, PERIOD);
        let (offered, ear) = (BTreeMap::new(), Ear::default());
        World { feed, control, renderer, ear, offered, heard_at_step: 0, was_paused_at_step: false }
    }

    fn offer(&mut self, generation: Generation, wanted: usize) {
        let from = self.offered.get(&generation).copied().unwrap_or(0);
        let samples: Vec<i16> = (from..from + wanted).map(|index| mark(generation, index)).collect();
        match self.feed.offer(generation, &samples) {
            Ok(taken) => *self.offered.entry(generation).or_default() += taken,
            Err(StaleStream) => assert_ne!(generation, self.control.generation()),
        }
    }

    fn step(&mut self) {
        let _ = self.renderer.step(&mut self.ear);
        self.settle();
    }

    fn settle(&mut self) {
        self.heard_at_step = self.ear.heard.len();
        self.was_paused_at_step = self.control.is_paused();
        assert!(self.control.is_settled());
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Offer(samples) => self.offer(self.control.generation(), *samples),
            Op::OfferLate(samples) => {
                if let Some(earlier) = self.control.generation().0.checked_sub(1) {
                    self.offer(Generation(earlier), *samples);
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

    fn heard_of(&self, generation: Generation) -> Vec<i16> {
        let stream = generation.0 as usize % 8;
        self.ear.heard.iter().copied().filter(|sample| *sample != 0 && stream_of(*sample) == stream).collect()
    }

    fn verify(&self, op: &Op) {
        // Eight streams can be told apart.
        for (generation, offered) in self.offered.iter().rev().take(8) {
            let heard = self.heard_of(*generation);
            let due: Vec<i16> = (0..heard.len()).map(|index| mark(*generation, index)).collect();
            assert_eq!(heard, due, "what was heard of {generation:?} has a gap or a repeat after {op:?}");
            assert!(heard.len() <= *offered);
        }
        let current = self.control.generation();
        if matches!(op, Op::Step | Op::Lose | Op::Idle | Op::Obey) {
            assert_eq!(self.control.heard(), self.heard_of(current).len() as u64, "after {op:?}");
            if let Some(last) = current.0.checked_sub(1)
                && let Some(heard) = self.control.heard_of(Generation(last))
            {
                assert_eq!(heard, self.heard_of(Generation(last)).len() as u64, "final count after {op:?}");
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
            let discards = world.control.generation().0;
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

#[test]
fn everything_that_was_offered_is_heard_in_the_end() {
    let mut world = World::new();
    let generation = world.control.generation();
    for _ in 0..20 {
        world.offer(generation, 37);
        world.step();
        world.ear.listen(7);
    }
    world.control.pause();
    world.step();
    world.control.resume();
    for _ in 0..200 {
        world.step();
        world.ear.listen(1_000);
    }
    assert_eq!(world.heard_of(generation).len(), world.offered[&generation]);
    world.step();
    assert!(world.control.is_drained());
}

#[test]
fn a_pause_takes_back_what_the_ear_has_not_heard_and_resume_says_it() {
    let mut world = World::new();
    let generation = world.control.generation();
    world.offer(generation, 100);
    (0..3).for_each(|_| world.step());
    world.ear.listen(12);
    world.control.pause();
    assert!(!world.control.is_settled());
    world.step();
    assert_eq!((world.control.heard(), world.ear.drops), (12, 1));
    (0..5).for_each(|_| world.step());
    world.ear.listen(1_000);
    assert_eq!(
        (world.control.heard(), world.ear.drops),
        (12, 1),
        "silence is not heard speech, and is dropped only once"
    );
    world.control.resume();
    (0..20).for_each(|_| world.step());
    world.ear.listen(1_000);
    world.step();
    assert_eq!((world.control.heard(), world.control.is_drained()), (100, true));
    assert_eq!(world.control.counters().gaps.get(), 0, "a pause is not a gap");
}

#[test]
fn nothing_of_a_discarded_stream_is_heard_and_a_late_producer_is_refused() {
    let mut world = World::new();
    let old = world.control.generation();
    world.offer(old, 100);
    (0..2).for_each(|_| world.step());
    world.ear.listen(5);
    let new = world.control.discard();
    assert_eq!(world.feed.offer(old, &[1_i16]), Err(StaleStream));
    world.offer(new, 30);
    (0..5).for_each(|_| world.step());
    world.ear.listen(1_000);
    assert_eq!((world.heard_of(old).len(), world.heard_of(new).len()), (5, 30));
    world.step();
    assert_eq!((world.control.heard_of(old), world.control.heard_of(new)), (Some(5), Some(30)));
    let newest = world.control.discard();
    assert_eq!((world.control.heard(), world.control.heard_of(newest)), (0, Some(0)));
    world.step();
    assert_eq!((world.control.heard_of(old), world.control.heard_of(new)), (None, Some(30)));
}

#[test]
fn a_stream_offered_right_after_a_discard_is_not_mistaken_for_the_old_one() {
    // The renderer has not taken up the discard when the first samples of the new stream arrive.
    let mut world = World::new();
    world.offer(world.control.generation(), 15);
    world.step();
    let new = world.control.discard();
    world.offer(new, 10);
    world.step();
    world.ear.listen(1_000);
    assert_eq!(world.heard_of(new).len(), 10);
}

#[test]
fn a_discard_in_the_middle_of_a_step_waits_for_the_next_one() {
    for queued in [0, 3] {
        let mut world = World::new();
        let old = world.control.generation();
        world.offer(old, queued);
        world.renderer.take_up(0, || 0);
        let new = world.control.discard();
        world.offer(new, 30);
        let mut period = [9; PERIOD];
        world.renderer.fill(&mut period);
        let expected: Vec<i16> = (0..queued).map(|index| mark(old, index)).chain([0; PERIOD]).take(PERIOD).collect();
        assert_eq!(period[..], expected, "the period that is being written is the old stream's, and no more");
        world.renderer.render(&mut period);
        let expected: Vec<i16> = (0..PERIOD).map(|index| mark(new, index)).collect();
        assert_eq!(period[..], expected, "the new stream begins with its first sample");
        assert_eq!((world.control.heard_of(old), world.control.heard_of(new)), (Some(queued as u64), Some(0)));
    }
}

#[test]
fn the_ring_takes_400_ms_and_the_feed_never_waits() {
    let (mut feed, control, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
    let generation = control.generation();
    assert_eq!(feed.offer(generation, &[0.1_f32; 1_000]), Ok(400));
    assert_eq!((feed.room(), feed.offer(generation, &[1_i16; 5])), (0, Ok(0)));
    renderer.render(&mut [0; PERIOD]);
    assert_eq!((feed.room(), feed.offer(generation, &[1_i16; 50])), (10, Ok(10)));
    // A discard frees the whole ring with the next period, even while paused.
    control.discard();
    control.pause();
    renderer.render(&mut [0; PERIOD]);
    assert_eq!(feed.room(), 400);
}

#[test]
fn a_stream_that_runs_dry_and_goes_on_counts_one_gap() {
    let (mut feed, control, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
    let generation = control.generation();
    let mut period = [0; PERIOD];
    for offered in [0, 15, 0, 0, 20, 0] {
        feed.offer(generation, &vec![5_i16; offered]).unwrap();
        renderer.render(&mut period);
        renderer.render(&mut period);
    }
    assert_eq!(control.counters().gaps.get(), 1);
}

#[test]
fn volume_fades_and_a_simulation_hears_at_once() {
    let (mut feed, control, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
    control.set_volume(0.5);
    feed.offer(control.generation(), &[1_000_i16; 60]).unwrap();
    let mut heard = [0; 60];
    heard.chunks_mut(PERIOD).for_each(|period| renderer.render(period));
    assert!(heard.windows(2).all(|pair| pair[1] <= pair[0] && pair[0] - pair[1] <= 50), "{heard:?}");
    assert_eq!((heard[0], heard[59]), (950, 500));
    assert_eq!(control.heard(), 50, "the period in hand is heard by the next call");
    renderer.render(&mut [0; PERIOD]);
    assert!(control.is_drained());
}

#[test]
fn the_playback_step_never_allocates() {
    let mut world = World::new();
    let samples = [7_i16; 100];
    world.ear.pending.reserve(10_000);
    world.ear.heard.reserve(1_000_000);
    let count = allocations(|| {
        for round in 0..20_000 {
            let generation = world.control.generation();
            let _ = world.feed.offer(generation, &samples);
            let _ = world.renderer.step(&mut world.ear);
            world.renderer.obey(&mut world.ear);
            world.ear.listen(PERIOD);
            match round % 50 {
                10 => world.control.pause(),
                20 => world.control.resume(),
                30 => world.ear.is_lost = true,
                35 => world.renderer.idle(),
                40 => drop(world.control.discard()),
                _ => world.control.set_volume((round % 7) as f32 / 7.0),
            }
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn threads_that_race_never_mix_streams() {
    let mut world = World::new();
    let control = world.control.clone();
    let mut feed = world.feed;
    let producer = std::thread::spawn(move || {
        let mut offered = 0;
        for stream in 0..7 {
            let generation = Generation(stream);
            let mut index = 0;
            while index < 3_000 {
                let samples: Vec<i16> = (index..index + 64).map(|index| mark(generation, index)).collect();
                match feed.offer(generation, &samples) {
                    Ok(0) => std::thread::yield_now(),
                    Ok(taken) => (index, offered) = (index + taken, offered + taken),
                    Err(StaleStream) => break,
                }
            }
            control.discard();
        }
        offered
    });
    while !producer.is_finished() {
        world.renderer.step(&mut world.ear).unwrap();
        world.ear.listen(PERIOD);
    }
    assert!(producer.join().unwrap() > 0);
    let mut last = (0, 0);
    for sample in world.ear.heard.iter().copied().filter(|sample| *sample != 0) {
        let (stream, index) = (stream_of(sample), (sample as usize - 1) % 4_000);
        assert!(
            if stream == last.0 { index == last.1 } else { stream > last.0 && index == 0 },
            "{stream} {index} after {last:?}"
        );
        last = (stream, index + 1);
    }
}

#[test]
fn a_speaker_records_in_a_file_what_was_heard() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heard.wav");
    let (sink, recording) = WavSink::create(&path, 8_000).unwrap();
    let (mut feed, control, speaker) = Speaker::start(sink).unwrap();
    let speech: Vec<i16> = (1..2_000).collect();
    let (first, second) = (control.generation(), speech.len() / 2);
    let offered_at = std::time::Instant::now();
    let mut next = 0;
    while next < speech.len() {
        next += feed.offer(first, &speech[next..speech.len().min(next + 500)]).unwrap();
        if next == second {
            control.pause();
            while !control.is_settled() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            control.resume();
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    while !control.is_drained() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(control.heard(), speech.len() as u64);
    drop(speaker);
    assert!(recording.first_sound(offered_at, 0).is_some_and(|at| at >= offered_at));
    assert!(recording.take_error().is_none());
    // A busy machine may have put silence between periods, but no sample was lost, repeated or moved.
    let heard: Vec<i16> = recording.samples().into_iter().filter(|sample| *sample != 0).collect();
    assert_eq!(heard, speech);
    let file: Vec<i16> = crate::wav::load(&path, 8_000).unwrap().into_iter().filter(|sample| *sample != 0).collect();
    assert_eq!(file, speech);
}

#[test]
fn a_speaker_that_is_lost_says_the_rest_when_it_is_back() {
    /// Is away after some periods, and comes back at the second attempt.
    struct Unplugged {
        sink: WavSink,
        periods: usize,
        attempts: usize,
    }
    impl Sink for Unplugged {
        fn format(&self) -> SinkFormat {
            self.sink.format()
        }
        fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
            self.periods += 1;
            if self.periods == 5 {
                self.sink.drop_pending();
                return Err(DeviceLost { errno: 19 });
            }
            self.sink.write(period)
        }
        fn delay_frames(&mut self) -> usize {
            self.sink.delay_frames()
        }
        fn drop_pending(&mut self) -> usize {
            self.sink.drop_pending()
        }
        fn reopen(&mut self) -> Result<(), DeviceError> {
            self.attempts += 1;
            if self.attempts < 2 { Err(DeviceError::Busy { device: "x".to_owned() }) } else { Ok(()) }
        }
    }
    let (sink, recording) = WavSink::in_memory(8_000);
    let (mut feed, control, speaker) = Speaker::start(Unplugged { sink, periods: 0, attempts: 0 }).unwrap();
    let speech: Vec<i16> = (1..1_000).collect();
    assert_eq!(feed.offer(control.generation(), &speech), Ok(speech.len()));
    while !control.is_drained() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!((control.counters().losses.get(), control.counters().is_lost.get()), (1, false));
    drop(speaker);
    let heard: Vec<i16> = recording.samples().into_iter().filter(|sample| *sample != 0).collect();
    // The device was lost at a moment that only the clock knows; from there on nothing is missing.
    assert!(heard.ends_with(&speech[speech.len() - 900..]), "{heard:?}");
    assert!(heard.len() >= speech.len());
}

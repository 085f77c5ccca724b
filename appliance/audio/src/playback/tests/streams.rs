//! Pauses, discards and gaps, one at a time.

use std::time::Instant;

use super::PERIOD;
use super::world::{World, mark, one_feed};
use crate::playback::StaleStream;

#[test]
fn a_pause_takes_back_what_the_ear_has_not_heard_and_resume_says_it() {
    let mut world = World::new();
    let stream = world.control.stream();
    world.offer(stream, 100);
    (0..3).for_each(|_| world.step());
    world.ear.listen(12);
    world.control.pause();
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
fn a_discard_ends_a_pause() {
    let mut world = World::new();
    world.control.pause();
    world.step();
    let stream = world.control.discard();
    assert!(!world.control.is_paused());
    world.offer(stream, 10);
    (0..3).for_each(|_| world.step());
    world.ear.listen(1_000);
    assert_eq!(world.heard_of(stream).len(), 10);
}

#[test]
fn nothing_of_a_discarded_stream_is_heard_and_a_late_producer_is_refused() {
    let mut world = World::new();
    let old = world.control.stream();
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
fn a_discard_in_the_middle_of_a_step_waits_for_the_next_one() {
    for queued in [0, 3] {
        let mut world = World::new();
        let old = world.control.stream();
        world.offer(old, queued);
        world.renderer.take_up(0, || 0);
        let new = world.control.discard();
        world.offer(new, 30);
        let mut period = [9; PERIOD];
        world.renderer.fill(&mut period, Instant::now());
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
    let (mut feed, control, _, mut renderer) = one_feed();
    let stream = control.stream();
    assert_eq!(feed.offer(stream, &[0.1_f32; 1_000]), Ok(400));
    assert_eq!(feed.offer(stream, &[1_i16; 5]), Ok(0));
    renderer.render(&mut [0; PERIOD]);
    assert_eq!(feed.offer(stream, &[1_i16; 50]), Ok(10));
    // A discard frees the whole ring with the next period, even while paused.
    control.discard();
    control.pause();
    renderer.render(&mut [0; PERIOD]);
    assert_eq!(feed.offer(control.stream(), &[1_i16; 1_000]), Ok(400));
}

#[test]
fn a_stream_that_runs_dry_and_goes_on_counts_one_gap() {
    let (mut feed, control, _, mut renderer) = one_feed();
    let stream = control.stream();
    let mut period = [0; PERIOD];
    for offered in [0, 15, 0, 0, 20, 0] {
        feed.offer(stream, &vec![5_i16; offered]).unwrap();
        renderer.render(&mut period);
        renderer.render(&mut period);
    }
    assert_eq!(control.counters().gaps.get(), 1);
}

#[test]
fn volume_fades_and_a_simulation_hears_at_once() {
    let (mut feed, control, mixer, mut renderer) = one_feed();
    feed.offer(control.stream(), &[1_000_i16; 70]).unwrap();
    renderer.render(&mut [0; PERIOD]);
    mixer.set_volume(0.5);
    let mut heard = [0; 60];
    heard.chunks_mut(PERIOD).for_each(|period| renderer.render(period));
    assert!(heard.windows(2).all(|pair| pair[1] <= pair[0] && pair[0] - pair[1] <= 50), "{heard:?}");
    assert_eq!((heard[0], heard[59]), (950, 500));
    assert_eq!(control.heard(), 60, "the period in hand is heard by the next call");
    renderer.render(&mut [0; PERIOD]);
    assert!(control.is_drained());
}

#[test]
fn a_stream_longer_than_its_history_is_played_whole() {
    let (mut feed, control, _, mut renderer) = one_feed();
    let stream = control.stream();
    let mut heard = Vec::new();
    let mut offered = 0;
    // Seven at first, so that no period begins where the history does.
    for wanted in std::iter::once(7).chain(std::iter::repeat_n(PERIOD, 500)) {
        let samples: Vec<i16> = (offered..offered + wanted).map(|index| mark(stream, index)).collect();
        offered += feed.offer(stream, &samples).unwrap();
        let mut period = [0; PERIOD];
        renderer.render(&mut period);
        heard.extend(period.into_iter().filter(|sample| *sample != 0));
    }
    let due: Vec<i16> = (0..5_007).map(|index| mark(stream, index)).collect();
    assert!(heard == due);
}

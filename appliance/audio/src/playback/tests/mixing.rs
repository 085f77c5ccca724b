//! Opening and closing feeds, and how they sound together.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::world::World;
use super::{PERIOD, RATE_HZ};
use crate::playback::{Control, FEEDS, Feed, Mixer, NoFreeFeed, Part, Renderer};

fn rendered(renderer: &mut Renderer, length: usize) -> Vec<i16> {
    let mut sound = vec![0; length];
    sound.chunks_mut(PERIOD).for_each(|period| renderer.render(period));
    sound
}

fn open(mixer: &Mixer, part: Part, samples: &[i16]) -> (Feed, Control) {
    let (mut feed, control) = mixer.open(part).unwrap();
    assert_eq!(feed.offer(control.stream(), samples), Ok(samples.len()));
    (feed, control)
}

proptest! {
    #[test]
    fn the_mix_is_the_sum_of_what_the_feeds_play_each_with_its_gain(
        feeds in prop::collection::vec((prop::collection::vec(any::<i16>(), 0..60), 0_u8..=4), 1..=FEEDS),
        volume in 0_u8..=4,
        other in 0_u8..=4,
    ) {
        let quarters = |gain: u8| f32::from(gain) / 4.0;
        let (mixer, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
        mixer.set_volume(quarters(volume));
        mixer.set_other_gain(quarters(other));
        let mut open_feeds = Vec::new();
        let mut sums = [0_i32; 60];
        for (number, (samples, gain)) in feeds.iter().enumerate() {
            // Alarms, so that nobody makes way for anybody.
            let part = if number % 2 == 0 { Part::Speech } else { Part::Alarm };
            let group = if number % 2 == 0 { 1.0 } else { quarters(other) };
            let (feed, control) = open(&mixer, part, samples);
            control.set_gain(quarters(*gain));
            open_feeds.push((feed, control));
            let gain = quarters(volume) * group * quarters(*gain);
            for (sum, sample) in sums.iter_mut().zip(samples) {
                *sum += (f32::from(*sample) * gain).round() as i32;
            }
        }
        let expected = sums.map(|sum| sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16);
        prop_assert_eq!(rendered(&mut renderer, 60), expected);
        for (samples, (_, control)) in feeds.iter().zip(&open_feeds) {
            renderer.render(&mut [0; PERIOD]);
            prop_assert_eq!(control.heard(), samples.0.len() as u64);
        }
    }
}

#[test]
fn one_feed_that_pauses_leaves_the_others_nothing_to_lose() {
    let mut world = World::new();
    let (mut music, music_control) = world.mixer.open(Part::Speech).unwrap();
    let stream = world.control.stream();
    world.offer(stream, 100);
    let melody: Vec<i16> = (1..=100).map(|note| -note).collect();
    // Only this feed is negative, and alone: the other one is paused before it sounds.
    world.control.pause();
    music.offer(music_control.stream(), &melody).unwrap();
    (0..3).for_each(|_| world.step());
    world.ear.listen(12);
    assert_eq!(world.ear.drops, 0);
    world.control.resume();
    (0..2).for_each(|_| world.step());
    world.ear.listen(25);
    world.control.pause();
    world.step();
    assert_eq!((world.control.heard(), music_control.heard(), world.ear.drops), (7, 37, 1));
    assert_eq!(world.ear.pending, &melody[37..37 + PERIOD], "the next period is mixed anew, without the one");
    (0..10).for_each(|_| world.step());
    world.ear.listen(1_000);
    world.step();
    assert_eq!((world.control.heard(), music_control.heard()), (7, 100));
    world.control.resume();
    (0..12).for_each(|_| world.step());
    world.ear.listen(1_000);
    world.step();
    assert!(world.control.is_drained());
}

#[test]
fn there_are_so_many_feeds_and_a_closed_one_makes_room_and_falls_silent() {
    let (mixer, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
    let mut feeds: Vec<_> = (0..FEEDS).map(|_| open(&mixer, Part::Sound, &[100; 30])).collect();
    assert_eq!(mixer.open(Part::Alarm).err(), Some(NoFreeFeed));
    assert_eq!(rendered(&mut renderer, PERIOD), [100 * FEEDS as i16; PERIOD]);
    let (feed, control) = feeds.remove(3);
    drop(feed);
    assert_eq!(mixer.open(Part::Alarm).err(), Some(NoFreeFeed), "its control may still be used");
    let clone = control.clone();
    drop(control);
    assert_eq!(rendered(&mut renderer, PERIOD), [100 * FEEDS as i16; PERIOD], "what was offered goes on");
    drop(clone);
    let (mut feed, control) = mixer.open(Part::Sound).unwrap();
    assert_eq!((control.heard(), control.is_drained(), control.is_paused()), (0, true, false));
    assert_eq!(feed.offer(control.stream(), &[5; 20]), Ok(20));
    assert_eq!(rendered(&mut renderer, PERIOD), [100 * (FEEDS as i16 - 1) + 5; PERIOD]);
    renderer.render(&mut [0; PERIOD]);
    assert_eq!(control.heard(), PERIOD as u64, "the next one has a count of its own");
}

#[test]
fn a_feed_begins_as_loud_as_it_is_to_be() {
    let (mixer, mut renderer) = Renderer::new(RATE_HZ, PERIOD);
    mixer.set_volume(0.5);
    mixer.set_volume(f32::NAN);
    let (_feed, control) = open(&mixer, Part::Sound, &[1_000; 20]);
    control.set_gain(0.5);
    assert_eq!(rendered(&mut renderer, 20), [250; 20]);
}

#[test]
fn a_mixer_outlives_its_loudspeaker() {
    let (mixer, renderer) = Renderer::new(RATE_HZ, PERIOD);
    drop(renderer);
    let (mut feed, control) = mixer.open(Part::Sound).unwrap();
    assert_eq!(feed.offer(control.stream(), &[1_i16; 1_000]), Ok(400));
    assert_eq!(feed.offer(control.stream(), &[1_i16; 1_000]), Ok(0));
    control.discard();
}

#[test]
fn a_tap_is_one_readers_and_a_slow_one_loses_the_newest_whole_blocks() {
    let (mut feed, control, mixer, mut renderer) = super::world::one_feed();
    let numbers: Vec<i16> = (1..=20_000).collect();
    let mut offered = 0;
    let mut play = |renderer: &mut Renderer, periods: usize| {
        for _ in 0..periods {
            offered += feed.offer(control.stream(), &numbers[offered..offered + PERIOD]).unwrap();
            renderer.render(&mut [0; PERIOD]);
        }
    };
    play(&mut renderer, 10);
    let mut tap = mixer.tap().unwrap();
    assert!(mixer.tap().is_none());
    // A second fits; the last period is still on its way.
    play(&mut renderer, 151);
    let mut samples = Vec::new();
    let first = tap.next(&mut samples).unwrap();
    assert_eq!((first.position, first.frames), (90, PERIOD));
    assert_eq!(samples, numbers[90..100]);
    let rest = std::iter::from_fn(|| tap.next(&mut samples).map(|block| (block.position, samples.clone())));
    let rest: Vec<_> = rest.collect();
    assert_eq!((rest.len(), mixer.counters().tap_losses.get()), (99, 51));
    assert!(rest.iter().zip(10..).all(|((position, samples), period)| {
        *position == period * 10 && samples == &numbers[*position as usize..*position as usize + PERIOD]
    }));
    play(&mut renderer, 1);
    assert_eq!(tap.next(&mut samples).map(|block| block.position), Some(1_600), "positions go on");
    play(&mut renderer, 5);
    drop(tap);
    play(&mut renderer, 5);
    let mut tap = mixer.tap().unwrap();
    assert_eq!(tap.next(&mut samples), None, "what nobody read is nobody's");
    play(&mut renderer, 2);
    assert_eq!(tap.next(&mut samples).map(|block| block.position), Some(1_710));
}

#[test]
fn a_tap_full_of_blocks_that_were_cut_short_stays_in_step() {
    let mut world = World::new();
    let mut tap = world.mixer.tap().unwrap();
    let mut last = 0;
    for _ in 0..300 {
        let stream = world.control.discard();
        last += 1;
        world.feed.offer(stream, &[last; 2]).unwrap();
        world.step();
        world.ear.listen(1);
    }
    world.control.discard();
    world.step();
    let mut samples = Vec::new();
    let told: Vec<_> =
        std::iter::from_fn(|| tap.next(&mut samples).map(|block| (block.position, samples.clone()))).collect();
    assert_eq!((told.len(), world.mixer.counters().tap_losses.get()), (200, 100));
    world.feed.offer(world.control.stream(), &[-5; 20]).unwrap();
    for _ in 0..5 {
        world.step();
        world.ear.listen(PERIOD);
    }
    assert_eq!(told[199], (199, vec![200]));
    // After the period of silence in which the last one ended.
    assert_eq!(tap.next(&mut samples).map(|block| block.position), Some(300));
    assert_eq!(tap.next(&mut samples).map(|block| block.position), Some(310));
    assert_eq!(samples, [-5; PERIOD]);
}

#[test]
fn the_tap_tells_the_time_of_a_sample_by_the_delay_of_the_card() {
    let mut world = World::new();
    let mut tap = world.mixer.tap().unwrap();
    let (start, ms) = (Instant::now(), Duration::from_millis);
    let mut samples = Vec::new();
    // One period sounds for 10 ms.
    for (at, listen) in [(0, 0), (3, 3), (8, 5)] {
        world.ear.listen(listen);
        world.renderer.step(&mut world.ear, start + ms(at)).unwrap();
    }
    world.ear.listen(22);
    world.renderer.step(&mut world.ear, start + ms(30)).unwrap();
    let blocks: Vec<_> = std::iter::from_fn(|| tap.next(&mut samples)).collect();
    let told: Vec<_> = blocks.iter().map(|block| (block.position, block.heard_at - start, block.frames)).collect();
    assert_eq!(told, [(0, ms(0), 10), (10, ms(10), 10), (20, ms(20), 10)]);
}

#[test]
fn a_tap_says_that_a_sound_is_on_its_way_from_when_it_is_written_until_its_block_is_there() {
    let mut world = World::new();
    let mut tap = world.mixer.tap().unwrap();
    let mut samples = Vec::new();
    world.step();
    assert!(!tap.is_sounding(), "silence");
    world.feed.offer(world.control.stream(), &[7; PERIOD]).unwrap();
    world.step();
    assert!(tap.is_sounding());
    for _ in 0..10 {
        world.ear.listen(PERIOD / 2);
        world.step();
        let told = std::iter::from_fn(|| tap.next(&mut samples).map(|_| samples.contains(&7))).any(|sounds| sounds);
        assert_ne!(told, tap.is_sounding());
        if told {
            return;
        }
    }
    panic!("it was never told");
}

#[test]
fn what_is_taken_back_sounds_no_more() {
    let mut world = World::new();
    let tap = world.mixer.tap().unwrap();
    world.feed.offer(world.control.stream(), &[7; PERIOD]).unwrap();
    world.step();
    assert!(tap.is_sounding());
    world.control.discard();
    world.step();
    assert!(!tap.is_sounding());
}

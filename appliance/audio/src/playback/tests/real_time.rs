//! What the playback thread must not do.

use std::time::Instant;

use super::PERIOD;
use super::world::World;
use crate::counting_allocator::allocations;
use crate::playback::{FEEDS, Part};

#[test]
fn the_playback_step_never_allocates() {
    let mut world = World::new();
    let samples = [7_i16; 100];
    world.ear.pending.reserve(10_000);
    world.ear.heard.reserve(1_000_000);
    let mut others: Vec<_> = (2..FEEDS).map(|_| world.mixer.open(Part::Sound).unwrap()).collect();
    let mut tap = world.mixer.tap();
    let mut played = Vec::with_capacity(PERIOD);
    let now = Instant::now();
    let (mut count, mut blocks) = (0, 0);
    for round in 0..20_000 {
        let stream = world.control.stream();
        // Opening and closing are not the audio thread's, nor is reading the tap.
        if round % 500 == 250 {
            tap = None;
        } else if round % 500 == 490 {
            tap = world.mixer.tap();
        }
        let passing = (round % 40 > 20).then(|| world.mixer.open(Part::Alarm).unwrap());
        count += allocations(|| {
            let _ = world.feed.offer(stream, &samples);
            for (number, (feed, control)) in others.iter_mut().enumerate() {
                let _ = feed.offer(control.stream(), &samples[number..]);
                match (round + 7 * number) % 60 {
                    10 => control.pause(),
                    20 => control.resume(),
                    40 => drop(control.discard()),
                    50 => control.set_gain((round % 5) as f32 / 5.0),
                    _ => {}
                }
            }
            let _ = world.renderer.step(&mut world.ear, now);
            world.renderer.obey(&mut world.ear);
            world.ear.listen(PERIOD);
            match round % 50 {
                10 => world.control.pause(),
                20 => world.control.resume(),
                30 => world.ear.is_lost = true,
                35 => world.renderer.idle(),
                40 => drop(world.control.discard()),
                _ => world.mixer.set_volume((round % 7) as f32 / 7.0),
            }
            if let Some(tap) = &mut tap
                && round % 400 > 150
                && tap.next(&mut played).is_some()
            {
                blocks += 1;
            }
        });
        drop(passing);
    }
    assert_eq!(count, 0);
    assert!(blocks > 1_000 && world.mixer.counters().tap_losses.get() > 0, "{blocks}");
}

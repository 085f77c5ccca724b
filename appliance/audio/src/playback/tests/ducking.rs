//! Sounds that make way for speech.

use std::time::Instant;

use proptest::prelude::*;

use super::world::World;
use super::{PERIOD, RATE_HZ};
use crate::playback::{Control, Feed, Mixer, Part};

const LOUD: i16 = 16_000;

/// Speech is silent here, so that the ear hears nothing but the music.
struct Stage {
    world: World,
    music: Feed,
    music_control: Control,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let (music, music_control) = world.mixer.open(Part::Sound).unwrap();
        Self { world, music, music_control }
    }

    fn speak(&mut self, samples: usize) {
        let _ = self.world.feed.offer(self.world.control.stream(), &vec![0_i16; samples]);
    }

    fn step(&mut self) {
        let _ = self.music.offer(self.music_control.stream(), &[LOUD; 100]);
        let _ = self.world.renderer.step(&mut self.world.ear, Instant::now());
    }

    fn play(&mut self, periods: usize) {
        for _ in 0..periods {
            self.step();
            self.world.ear.listen(PERIOD);
        }
    }

    fn heard_last(&self) -> i16 {
        *self.world.ear.heard.last().unwrap()
    }

    fn mixer(&self) -> &Mixer {
        &self.world.mixer
    }
}

#[test]
fn music_makes_way_for_speech_waits_for_a_pause_between_sentences_and_comes_back() {
    let mut stage = Stage::new();
    stage.play(10);
    assert_eq!(stage.heard_last(), LOUD);
    stage.speak(100);
    stage.play(4);
    assert_eq!(stage.heard_last(), LOUD / 8, "-18 dB within 30 ms");
    stage.play(20);
    assert_eq!(stage.heard_last(), LOUD / 8, "a sentence may follow");
    stage.speak(50);
    stage.play(30);
    assert_eq!(stage.heard_last(), LOUD / 8);
    stage.play(60);
    assert_eq!(stage.heard_last(), LOUD);
}

#[test]
fn how_much_is_a_setting_and_an_alarm_makes_way_for_nobody() {
    let mut stage = Stage::new();
    stage.mixer().set_ducked_gain(0.5);
    let (mut alarm, alarm_control) = stage.mixer().open(Part::Alarm).unwrap();
    stage.play(1);
    stage.speak(100);
    alarm.offer(alarm_control.stream(), &[1_000; 100]).unwrap();
    stage.play(8);
    assert_eq!(stage.heard_last(), LOUD / 2 + 1_000);
    stage.world.control.pause();
    alarm_control.pause();
    stage.play(200);
    assert_eq!(stage.heard_last(), LOUD, "what is paused does not sound");
}

#[derive(Debug, Clone)]
enum Op {
    Speak(usize),
    Pause,
    Resume,
    Discard,
    Play(usize),
    Step,
    Listen(usize),
    Volume(u8),
    Duck(u8),
    Gain(u8),
    Lose,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => (1_usize..200).prop_map(Op::Speak),
        3 => Just(Op::Pause),
        4 => Just(Op::Resume),
        1 => Just(Op::Discard),
        6 => (1_usize..60).prop_map(Op::Play),
        4 => Just(Op::Step),
        4 => (0_usize..15).prop_map(Op::Listen),
        1 => (4_u8..=8).prop_map(Op::Volume),
        1 => (1_u8..=8).prop_map(Op::Duck),
        1 => (4_u8..=8).prop_map(Op::Gain),
        1 => Just(Op::Lose),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn it_never_clicks(ops in prop::collection::vec(op(), 1..120)) {
        let mut stage = Stage::new();
        stage.play(2);
        let eighths = |eighths: u8| f32::from(eighths) / 8.0;
        for op in ops {
            let control = stage.world.control.clone();
            match op {
                Op::Speak(samples) => stage.speak(samples),
                Op::Pause => control.pause(),
                Op::Resume => control.resume(),
                Op::Discard => drop(control.discard()),
                Op::Play(periods) => stage.play(periods),
                Op::Step => stage.step(),
                Op::Listen(frames) => stage.world.ear.listen(frames),
                Op::Volume(gain) => stage.mixer().set_volume(eighths(gain)),
                Op::Duck(gain) => stage.mixer().set_ducked_gain(eighths(gain)),
                Op::Gain(gain) => stage.music_control.set_gain(eighths(gain)),
                Op::Lose => {
                    stage.world.ear.is_lost = true;
                    stage.step();
                }
            }
        }
        // From silence to full scale in 20 ms, or in 30 ms, and both at once at the most; and rounding.
        let most = i32::from(LOUD) / (RATE_HZ as i32 / 50) + i32::from(LOUD) * 100 / (3 * RATE_HZ as i32) + 2;
        let heard = &stage.world.ear.heard;
        for (at, pair) in heard.windows(2).enumerate() {
            let step = (i32::from(pair[1]) - i32::from(pair[0])).abs();
            prop_assert!(step <= most, "a click of {step} at {at}: {:?}", &heard[at.saturating_sub(3)..at + 2]);
        }
    }
}

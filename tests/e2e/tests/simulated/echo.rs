//! What a device hears of itself, in a simulated room, with the real canceller and detector: the conversation's onsets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use parley_audio::playback::TapBlock;
use parley_audio::sample::Sample;
use parley_conversation::{Outcome, Phase, Position};
use parley_daemon::listening::Detector;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_e2e::world::{Ears, Scene, World};
use parley_echo::{EchoCanceller, Played};
use parley_speech::babble::babble;
use parley_speech::room::SimulatedRoom;

use super::{ms, outcomes};

const RATE: usize = 16_000;
const ROOM: SimulatedRoom =
    SimulatedRoom { name: "living room", reverberates_s: 0.3, distance_m: 0.3, device_ms: 20.0, drive: 1.0, gain: 0.5 };

/// What is done with the tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tap {
    Heard,
    /// It tells nothing.
    Cut,
    /// There is no canceller.
    None,
}

/// When the conversation would take somebody to have begun to speak, and after how much of waiting for the tap.
fn onsets(played: &[f32], near: &[f32], faster_ppm: f64, tap: Tap) -> Vec<(Duration, Duration)> {
    let acoustics = Acoustics { room: ROOM, faster_ppm, jitter_s: 0.000_1, played, near, seed: 1 };
    let devices = acoustics.devices().expect("usual rates");
    let its_tap = devices.tap.clone();
    if tap == Tap::Cut {
        its_tap.cut();
    }
    let mut detector = Detector::default();
    if tap != Tap::None {
        let canceller = EchoCanceller::new(its_tap.clone(), LOUDSPEAKER_HZ).expect("a usual rate");
        detector = detector.with_canceller(Box::new(canceller));
    }
    let (mut found, mut latest, mut number) = (Vec::new(), 0_u32, 0_u32);
    devices.listen(|frame, Moment { end, arrived }| {
        let came = its_tap.now();
        let samples = frame.map(|sample| (sample * 32_767.0) as i16);
        let heard = detector.hear(&samples, false, Position(end), arrived.into());
        number += 1;
        latest = (latest << 1 | u32::from(heard.speech)) & 0b1111;
        if heard.speech && latest.count_ones() >= 3 {
            found.push((Duration::from_millis(20) * number, its_tap.now().saturating_duration_since(came)));
            latest = 0;
        }
    });
    if let Some(figures) = detector.echo() {
        assert_eq!(figures.canceller.processed, u64::from(number) * 2, "every block of the microphone is processed");
        assert_eq!(figures.canceller.rendered, figures.canceller.processed, "each with its reference");
    }
    found
}

#[test]
fn its_own_voice_is_nobodys_and_would_be_without_a_reference() {
    let played = babble(40 * RATE, 180.0, 3);
    for ppm in [0.0, 100.0] {
        assert_eq!(onsets(&played, &[], ppm, Tap::Heard), [], "it interrupts itself at {ppm} ppm");
    }
    for tap in [Tap::Cut, Tap::None] {
        assert!(onsets(&played, &[], 0.0, tap).len() > 20, "what nobody takes out is heard: {tap:?}");
    }
}

#[test]
fn whoever_speaks_over_it_is_heard_at_once() {
    let played = babble(40 * RATE, 180.0, 3);
    let mut near = vec![0.0; 40 * RATE];
    let begins: Vec<usize> = (0..8).map(|number| (20 + 2 * number) * RATE + number * 1_234).collect();
    for begin in &begins {
        // A second of a deeper voice, 6 dB quieter than Parley's own is there.
        let spoken = babble(RATE, 110.0, *begin as u64);
        near[*begin..begin + RATE].iter_mut().zip(spoken).for_each(|(place, sample)| *place = 0.25 * sample);
    }
    let found = onsets(&played, &near, 0.0, Tap::Heard);
    for begin in begins {
        let begin = Duration::from_secs_f64(begin as f64 / RATE as f64);
        let after =
            found.iter().map(|(at, waited)| (*at + *waited).saturating_sub(begin)).find(|after| !after.is_zero());
        let after = after.unwrap_or(Duration::MAX);
        assert!(after < Duration::from_millis(400), "who began at {begin:?} was heard after {after:?}");
    }
}

/// What a loudspeaker of 16 kHz plays.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Blocks>>);

#[derive(Default)]
struct Blocks {
    waiting: VecDeque<(TapBlock, Vec<i16>)>,
    /// For how many blocks more it counts as sounding: one of the last was more than silence.
    sounding: u32,
}

impl Told {
    fn tell(&self, block: TapBlock, samples: Vec<i16>) {
        let mut told = self.blocks();
        told.sounding = if samples.iter().any(|sample| *sample != 0) { 10 } else { told.sounding.saturating_sub(1) };
        told.waiting.push_back((block, samples));
    }

    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.0.lock().expect("nobody panics while telling")
    }
}

impl Played for Told {
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        let (block, its) = self.blocks().waiting.pop_front()?;
        *samples = its;
        Some(block)
    }

    fn is_sounding(&self) -> bool {
        self.blocks().sounding > 0
    }

    fn wait(&mut self, _: Duration) {}
}

/// Ears in a simulated room, with the real canceller and detector: whenever the world's loudspeaker sounds, its own voice is
/// in the room, and whenever its person speaks, theirs. They judge two frames late, for the tap is ahead.
fn ears_in_a_room(cancels: bool) -> Ears {
    const PERIOD: usize = 160;
    const LATE: usize = 2;
    let (own, near) = (babble(600 * RATE, 180.0, 5), babble(60 * RATE, 110.0, 6));
    let (mut own, mut near) = (own.into_iter().cycle(), near.into_iter().cycle());
    let way = ROOM.way(9);
    // What of the echo is still to be heard.
    let mut echo = vec![0.0; 2 * PERIOD + way.len()];
    let told = Told::default();
    let mut detector = Detector::default();
    if cancels {
        let canceller = EchoCanceller::new(told.clone(), 16_000).expect("a usual rate");
        detector = detector.with_canceller(Box::new(canceller));
    }
    let (origin, mut periods, mut frames, mut waiting) = (Instant::now(), 0_u32, 0_u32, VecDeque::new());
    let mut random = parley_speech::noise::Randomness::new(4);
    Box::new(move |sounds, speaks| {
        let mut captured = Vec::with_capacity(2 * PERIOD);
        for (number, sounds) in sounds.iter().chain(std::iter::repeat(&false)).take(2).enumerate() {
            let period: Vec<f32> =
                (0..PERIOD).map(|_| if *sounds { own.next().expect("it goes round") } else { 0.0 }).collect();
            for (index, sample) in period.iter().enumerate().filter(|(_, sample)| **sample != 0.0) {
                let later = echo[number * PERIOD + index..].iter_mut().zip(&way);
                later.for_each(|(place, tap)| *place += sample * ROOM.gain * tap);
            }
            let heard_at = origin + ms(10) * periods;
            let block = TapBlock { position: u64::from(periods) * PERIOD as u64, heard_at, frames: PERIOD };
            told.tell(block, period.into_iter().map(Sample::into_i16).collect());
            periods += 1;
        }
        for heard in &echo[..2 * PERIOD] {
            let voice = if speaks { 0.4 * near.next().expect("it goes round") } else { 0.0 };
            captured.push(heard + voice + 0.001 * random.next_sample());
        }
        echo.copy_within(2 * PERIOD.., 0);
        let fresh = echo.len() - 2 * PERIOD;
        echo[fresh..].fill(0.0);
        waiting.push_back(captured);
        if waiting.len() <= LATE {
            return (false, -100.0);
        }
        let frame = waiting.pop_front().unwrap_or_default();
        frames += 1;
        let samples = std::array::from_fn(|index| frame[index].into_i16());
        let arrived = origin + ms(20) * frames;
        let heard = detector.hear(&samples, false, Position(u64::from(frames) * 320), arrived.into());
        (heard.speech, heard.dbfs)
    })
}

/// Answers that take four minutes to be said.
fn tells_a_story() -> World {
    let story = |_: &str| {
        (1..=60).map(|number| format!("This is sentence number {number} of what there is to tell. ")).collect()
    };
    let mut scene = Scene { answers: Box::new(story), ..Scene::default() };
    scene.generating.max_tokens = 10_000;
    World::new(scene)
}

/// A conversation over four minutes of its own voice in a room: nothing of it is taken for somebody, and a word over it
/// silences it.
#[tokio::test(start_paused = true)]
async fn a_story_is_told_to_its_end_in_an_echoing_room_and_a_word_stops_the_next() {
    let mut world = tells_a_story().with_ears(ears_in_a_room(true));
    world.say("tell me a long story");
    world.until_heard().await;
    let begun = world.now;
    while world.turns()[0].ended.is_none() {
        world.run(ms(1_000)).await;
        assert_ne!(world.phase, Phase::Interrupted, "it interrupts itself after {:?}", world.now - begun);
        assert!(world.now - begun < Duration::from_secs(400), "it comes to an end");
    }
    assert!(world.now - begun > Duration::from_secs(180), "{:?}", world.now - begun);
    assert_eq!(outcomes(&world), [Outcome::Completed]);
    world.quiet().await;
    world.say("tell me another story");
    world.until_heard().await;
    world.run(ms(20_000)).await;
    let onset = world.now;
    world.say("stop that now please");
    world.until("it is silent", |world| world.phase == Phase::Interrupted).await;
    let silent = world.heard_last.expect("it was heard") - onset;
    assert!(silent < ms(250), "{silent:?}, of which 40 ms are the ears'");
    world.quiet().await;
    assert_eq!(outcomes(&world)[..2], [Outcome::Completed, Outcome::Interrupted]);
}

#[tokio::test(start_paused = true)]
async fn without_cancelling_the_same_story_is_interrupted_by_itself() {
    let mut world = tells_a_story().with_ears(ears_in_a_room(false));
    world.say("tell me a long story");
    world.until("it takes itself for somebody", |world| world.phase == Phase::Interrupted).await;
}

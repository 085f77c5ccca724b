//! Random conversations: the world's auditor listens to every sample, and after each part the world must come to rest.
//!
//! A failure prints its seed; `PARLEY_SEED=<seed>` runs that conversation alone.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use parley_conversation::{BargeIn, Event, Outcome, Settings, Stage};
use parley_e2e::world::{Scene, World};
use parley_engines::scripted::{Fault, Pace};

use super::ms;

/// Conversations, of some minutes each.
const CONVERSATIONS: u64 = 96;
const THINGS: usize = 60;

/// Words that end a sentence, words that do not, and words that only say "go on".
const WORDS: &str = "what is the weather and tomorrow? light kitchen. okay mhm stop because music one right never";
/// What is said of a question beside a numbered sentence.
const SENTENCES: [&str; 7] = [
    "Done.",
    "Well, that depends, as they say.",
    "It was 3.14 or so.",
    "**Bold** words and 😀!",
    "Nobody knows, but a long sentence without an end may go on and on and on and on until somebody stops it",
    "...",
    "Yes.",
];

pub(super) struct Seed(pub(super) u64);

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "this is how a failing test tells what happened")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was PARLEY_SEED={}", self.0);
        }
    }
}

#[test]
fn invariants() {
    let seed = std::env::var("PARLEY_SEED").ok();
    let seeds = match seed.map(|seed| seed.parse().expect("PARLEY_SEED is a number")) {
        Some(seed) => seed..seed + 1,
        None => 0..CONVERSATIONS,
    };
    for seed in seeds {
        let _seed = Seed(seed);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime can be made").block_on(converse(Rng::with_seed(seed)));
    }
}

async fn converse(mut random: Rng) {
    let mut world = World::new(scene(&mut random));
    for _ in 0..THINGS {
        something_happens(&mut random, &mut world).await;
        if random.u8(..5) == 0 {
            world.quiet().await;
        }
    }
    all_is_well_again(&mut world).await;
    world.ask("what is your name").await;
    let last = world.turns().last().and_then(|turn| turn.ended.map(|(_, outcome)| outcome));
    assert_eq!(last, Some(Outcome::Completed), "a conversation goes on after whatever happened");
    assert!(world.close().await, "the conductor ends");
}

fn scene(random: &mut Rng) -> Scene {
    let settings = Settings {
        speculation: random.u8(..4) > 0,
        barge_in: if random.u8(..4) > 0 { BargeIn::Voice } else { BargeIn::Key },
        ..Settings::default()
    };
    let judgements = [Some([0.9, 0.1]), Some([0.9, 0.9]), Some([0.3, 0.1]), None];
    let voices = Mutex::new((random.fork(), 0));
    let answers = move |_: &str| {
        let mut state = voices.lock().expect("nobody panics with it");
        let (random, count) = &mut *state;
        *count += 1;
        let mut sentences = vec![format!("This is answer number {count}.")];
        sentences.extend((0..random.u8(..4)).map(|_| pick(random, &SENTENCES).to_owned()));
        random.shuffle(&mut sentences);
        sentences.truncate(random.usize(0..5));
        sentences.join(" ")
    };
    Scene { settings, judgements: pick(random, &judgements), answers: Box::new(answers), ..Scene::default() }
}

async fn something_happens(random: &mut Rng, world: &mut World) {
    match random.u8(..32) {
        0..10 => person_speaks(random, world),
        10..13 => world.noise(length(random, 3_000)),
        13 => world.noise(length(random, 12_000)),
        14..16 => world.lose_frames(length(random, 1_000)),
        16..18 => world.tell(Event::Interrupt).await,
        18 => world.tell(Event::Typed { text: words(random) }).await,
        19..22 => goes_wrong(random, world).await,
        22 => change_pace(random, world),
        23 => {
            let stages = [Stage::SpeechToText, Stage::EndOfTurn, Stage::LanguageModel, Stage::TextToSpeech];
            world.degrade(pick(random, &stages), random.bool()).await;
        }
        _ => {
            world.said().await;
        }
    }
    if random.bool() {
        world.run(length(random, 4_000)).await;
    }
}

fn person_speaks(random: &mut Rng, world: &mut World) {
    while random.u8(..3) == 0 {
        world.say_and_go_on(&words(random));
        world.pause(length(random, 1_500));
    }
    world.say(&words(random));
    world.pause(length(random, 300));
}

/// An engine goes wrong for a while.
async fn goes_wrong(random: &mut Rng, world: &mut World) {
    let after_outputs = random.usize(..12);
    let restart = length(random, 2_000);
    let fault = match random.u8(..5) {
        0 => Fault::Refuse("no".into()),
        1 => Fault::Unavailable("broken".into()),
        2 => Fault::Crash { after_outputs, restart },
        3 => Fault::CrashTwice { after_outputs, restart },
        _ => Fault::Hang { after_outputs, stall: length(random, 6_000) },
    };
    let which = random.u8(..4);
    world.timeline.note(world.now, format!("engine {which} goes wrong: {fault:?}"));
    let fail = |world: &World, fault| match which {
        0 => world.speech_to_text.fail_always(fault),
        1 => world.language_model.fail_always(fault),
        2 => world.text_to_speech.fail_always(fault),
        _ => world.end_of_turn.fail_always(fault),
    };
    fail(world, Some(fault));
    person_speaks(random, world);
    world.run(length(random, 6_000)).await;
    fail(world, None);
    world.timeline.note(world.now, format!("engine {which} is well again"));
}

fn change_pace(random: &mut Rng, world: &World) {
    let mut pace = |first, each| Pace { first: length(random, first), each: length(random, each) };
    world.speech_to_text.set_pace(pace(1_500, 0));
    world.language_model.set_pace(pace(1_500, 100));
    // Now and then slower than it is played.
    world.text_to_speech.set_pace(pace(600, 140));
    world.end_of_turn.set_pace(pace(200, 0));
}

async fn all_is_well_again(world: &mut World) {
    world.said().await;
    for stage in [Stage::SpeechToText, Stage::EndOfTurn, Stage::LanguageModel, Stage::TextToSpeech] {
        world.degrade(stage, false).await;
    }
    world.quiet().await;
}

fn words(random: &mut Rng) -> String {
    let count = random.usize(1..8);
    let all: Vec<&str> = WORDS.split(' ').collect();
    let words: Vec<&str> = (0..count).map(|_| pick(random, &all)).collect();
    words.join(" ")
}

pub(super) fn length(random: &mut Rng, most_ms: u64) -> Duration {
    ms(random.u64(0..=most_ms))
}

pub(super) fn pick<T: Copy>(random: &mut Rng, from: &[T]) -> T {
    from[random.usize(..from.len())]
}

//! Whole conversations in simulated time, through the real core, conductor and playback.

mod a_fast_turn;
mod a_lesson;
mod a_loudspeaker_that;
mod a_pause_in_mid_sentence;
mod a_sound_beside_an_answer;
mod an_announcement;
mod an_engine_that;
mod backpressure;
mod barge_in;
mod chaos;
mod echo;
mod household;
mod invariants;
mod memory;
mod reply_cache;
mod seats;
mod the_conductor;
mod what_is_no_interruption;

use std::time::Duration;

use parley_conversation::Outcome;
use parley_e2e::world::{Scene, World};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn outcomes(world: &World) -> Vec<Outcome> {
    world.turns().iter().filter_map(|turn| turn.ended.map(|(_, outcome)| outcome)).collect()
}

fn questions(world: &World) -> Vec<&str> {
    world.turns().iter().map(|turn| turn.question.as_str()).collect()
}

fn answers(world: &World) -> Vec<String> {
    world.turns().iter().map(|turn| turn.answer()).collect()
}

fn answering(answer: &'static str) -> Scene {
    Scene { answers: Box::new(move |_| answer.to_owned()), ..Scene::default() }
}

/// Twenty different sentences: more than half a minute of speech.
fn long_answer(question: &str) -> String {
    let sentence = |number| format!("Sentence number {number} about {question} goes here.");
    (1..=20).map(sentence).collect::<Vec<_>>().join(" ")
}

fn talkative() -> Scene {
    Scene { answers: Box::new(long_answer), ..Scene::default() }
}

/// A world in which a long answer has been heard for two seconds.
async fn listening_to_a_long_answer(scene: Scene) -> World {
    let mut world = World::new(scene);
    world.say("tell me everything");
    world.until_heard().await;
    world.run(ms(2_000)).await;
    world
}

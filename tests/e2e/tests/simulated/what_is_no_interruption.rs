//! Sounds over an answer that interrupt nothing.

use parley_conversation::Outcome;

use super::{listening_to_a_long_answer, ms, outcomes, questions, talkative};

/// The auditor compares every sample: nothing is lost and nothing is said twice.
#[tokio::test(start_paused = true)]
async fn a_back_channel_only_pauses() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.say("mhm");
    let said = world.said().await;
    let paused_at = world.heard_last;
    assert!(world.is_paused() && paused_at < Some(said));
    world.until_heard().await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
    assert_eq!(questions(&world), ["tell me everything"]);
}

#[tokio::test(start_paused = true)]
async fn noise_only_pauses_however_long_it_goes_on() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let began = world.now;
    world.noise(ms(8_000));
    world.run(ms(300)).await;
    assert!(world.is_paused());
    let resumed = world.until_heard().await;
    assert!(resumed - began < ms(3_500), "{:?}", resumed - began);
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn a_click_is_not_even_a_pause() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.noise(ms(40));
    world.run(ms(200)).await;
    assert_eq!(world.heard_last, Some(world.now));
    world.quiet().await;
}

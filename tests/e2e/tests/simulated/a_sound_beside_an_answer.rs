//! Something else sounds while Parley answers.

use parley_conversation::Outcome;

use super::{listening_to_a_long_answer, ms, outcomes, talkative};

#[tokio::test(start_paused = true)]
async fn it_goes_on_while_the_answer_pauses_resumes_and_is_cancelled() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.play_beside();
    let began = world.now;
    world.run(ms(500)).await;
    world.say("mhm");
    world.until("the answer is paused", |world| world.is_paused()).await;
    let (heard, paused) = (world.heard_beside(), world.now);
    world.until("it goes on", |world| !world.is_paused()).await;
    let (heard, paused) = (world.heard_beside() - heard, world.now - paused);
    assert!(paused > ms(100) && heard + ms(20) >= paused, "{heard:?} were heard of it in {paused:?}");
    world.say("stop that now please");
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted, Outcome::Completed]);
    // What is in the card when the answer falls silent is heard 20 ms later: three times at most.
    let (heard, passed) = (world.heard_beside(), world.now - began);
    assert!(heard + ms(20) + 3 * ms(20) >= passed && heard <= passed, "{heard:?} were heard of it in {passed:?}");
}

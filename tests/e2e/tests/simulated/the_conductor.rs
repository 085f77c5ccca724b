//! Beginning, end, and a microphone that is not always there.

use parley_conversation::{Event, Outcome, Phase};
use parley_e2e::world::{Scene, World};

use super::{listening_to_a_long_answer, ms, outcomes, questions, talkative};

#[tokio::test(start_paused = true)]
async fn ends_with_its_handles_and_the_microphone() {
    let mut world = World::new(Scene::default());
    world.ask("what time is it").await;
    assert!(world.close().await);
}

#[tokio::test(start_paused = true)]
async fn ends_in_the_middle_of_an_answer_and_takes_its_tasks_with_it() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    assert!(world.close().await);
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(tasks, 0);
}

#[tokio::test(start_paused = true)]
async fn hears_the_right_words_though_frames_were_lost() {
    let mut world = World::new(Scene::default());
    world.say("this comes first");
    world.said().await;
    world.until("it is released", |world| world.phase == Phase::Thinking).await;
    world.tell(Event::Interrupt).await;
    world.run(ms(300)).await;
    world.say_and_go_on("what");
    world.lose_frames(ms(1_000));
    world.ask("time is it").await;
    assert_eq!(questions(&world), ["this comes first", "what time is it"]);
}

#[tokio::test(start_paused = true)]
async fn answers_though_the_microphone_goes_in_mid_sentence() {
    let mut world = World::new(Scene::default());
    world.say("what time is it");
    world.said().await;
    world.run(ms(140)).await;
    world.unplug();
    world.until_heard().await;
    world.until("it is over", |world| world.phase == Phase::Quiet).await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn resumes_though_the_microphone_goes_while_it_is_paused() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.noise(ms(500));
    world.run(ms(300)).await;
    assert!(world.is_paused());
    world.unplug();
    world.until_heard().await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

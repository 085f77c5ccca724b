//! Replies that are said often.

use parley_conversation::{Outcome, Request, Route, Router};
use parley_e2e::world::{Scene, World};
use parley_engines::scripted::Fault;

use super::{answers, ms, outcomes};

struct Acknowledges;

impl Router for Acknowledges {
    fn route(&self, _: &Request<'_>) -> Route {
        Route::Say("Done.".into())
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_done_costs_no_synthesis_and_comes_sooner() {
    let mut world = World::new(Scene { router: Box::new(Acknowledges), ..Scene::default() });
    let mut delays = Vec::new();
    for _ in 0..2 {
        world.say("lights off");
        let asked = world.said().await;
        delays.push(world.until_heard().await - asked);
        world.quiet().await;
    }
    assert_eq!(answers(&world), ["Done.", "Done."]);
    assert_eq!(outcomes(&world), [Outcome::Completed, Outcome::Completed]);
    assert_eq!(world.text_to_speech.counts().asked, 1);
    assert!(delays[1] < delays[0], "{delays:?}");
}

#[tokio::test(start_paused = true)]
async fn half_a_reply_is_not_kept() {
    let mut world = World::new(Scene { router: Box::new(Acknowledges), ..Scene::default() });
    world.text_to_speech.fail_next(Fault::CrashTwice { after_outputs: 1, restart: ms(200) });
    for _ in 0..2 {
        world.ask("lights off").await;
    }
    assert_eq!(outcomes(&world), [Outcome::Interrupted, Outcome::Completed]);
    assert_eq!(world.text_to_speech.counts().asked, 2);
}

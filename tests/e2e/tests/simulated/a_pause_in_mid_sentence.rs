//! People pause while they think, and the end of a turn is only guessed.

use parley_conversation::{Outcome, Phase};
use parley_e2e::world::{Scene, World};
use parley_engines::scripted::{Fault, Pace};

use super::{ms, outcomes, questions, talkative};

#[tokio::test(start_paused = true)]
async fn nothing_is_played_into_it_and_the_whole_is_answered_once() {
    let mut world = World::new(Scene::default());
    world.say_and_go_on("please turn on the");
    world.pause(ms(600));
    world.say("light in the kitchen");
    let asked = world.said().await;
    assert_eq!(world.heard_last, None, "nothing is played into a pause");
    let heard = world.until_heard().await;
    world.quiet().await;
    assert!(heard > asked);
    assert_eq!(questions(&world), ["please turn on the light in the kitchen"]);
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn drafts_leave_nothing_behind() {
    let mut world = World::new(Scene::default());
    for word in ["well", "so I", "was about", "to ask you", "whether"] {
        world.say_and_go_on(word);
        world.pause(ms(600));
    }
    world.ask("it rains").await;
    assert_eq!(questions(&world), ["well so I was about to ask you whether it rains"]);
    let drafted = world.language_model.counts();
    assert!(drafted.cancelled >= 4, "every pause was worth a draft: {drafted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_transcription_that_nobody_needs_any_more_is_cancelled() {
    let mut world = World::new(Scene::default());
    world.speech_to_text.set_pace(Pace { first: ms(1_500), each: ms(0) });
    world.say_and_go_on("please turn on");
    world.pause(ms(400));
    world.say("the light in the kitchen at home");
    world.said().await;
    let counts = world.speech_to_text.counts();
    assert_eq!((counts.begun, counts.cancelled), (2, 1), "the engine is free for a look at what follows");
    world.quiet().await;
    let counts = world.speech_to_text.counts();
    assert_eq!((counts.begun, counts.cancelled), (3, 2), "which gives way to the whole");
    assert_eq!(questions(&world), ["please turn on the light in the kitchen at home"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_released_too_early_is_withdrawn_unheard() {
    // The end-of-turn model is wrong: it always says "finished".
    let mut world = World::new(Scene { judgements: Some([0.9, 0.9]), ..Scene::default() });
    world.text_to_speech.set_pace(Pace { first: ms(600), each: ms(30) });
    world.say_and_go_on("turn the light");
    world.pause(ms(500));
    world.say("off again");
    world.said().await;
    assert_eq!(questions(&world), ["turn the light"], "the first part was answered too early");
    world.quiet().await;
    assert_eq!(questions(&world), ["turn the light", "turn the light off again"]);
    assert_eq!(outcomes(&world), [Outcome::Withdrawn, Outcome::Completed]);
    assert_eq!(world.turns()[0].first_heard, None);
    assert_eq!(world.last_prompt(), [("user", "turn the light off again".to_owned())], "it left no history");
}

/// The loudspeaker must not begin while the person speaks, though there was nothing to pause when they began.
#[tokio::test(start_paused = true)]
async fn what_was_paused_before_its_first_sound_stays_silent() {
    let mut world = World::new(talkative());
    world.language_model.set_pace(Pace { first: ms(600), each: ms(30) });
    world.say("tell me everything");
    world.until("it is released", |world| world.phase == Phase::Thinking).await;
    world.noise(ms(1_500));
    // Nobody finds out whether there were words.
    world.speech_to_text.fail_next(Fault::Hang { after_outputs: 0, stall: ms(1_000) });
    world.said().await;
    assert!(
        world.language_model.counts().begun == 1 && world.text_to_speech.counts().begun > 0,
        "the answer was ready"
    );
    assert_eq!(world.heard_last, None, "somebody may be speaking");
    world.until_heard().await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

//! Whoever is faster waits: the language model for the voice, the voice for the loudspeaker.

use std::time::Duration;

use parley_conversation::{Event, Phase};
use parley_e2e::world::{Scene, World, voice};
use parley_engines::scripted::Pace;

use super::ms;

fn endless() -> Scene {
    let sentences = |_: &str| (0..500).map(|number| format!("This is sentence {number}. ")).collect::<String>();
    let mut scene = Scene { answers: Box::new(sentences), ..Scene::default() };
    scene.generating.max_tokens = 100_000;
    scene
}

#[tokio::test(start_paused = true)]
async fn generation_waits_for_the_voice_and_the_voice_for_the_loudspeaker() {
    let mut world = World::new(endless());
    world.language_model.set_pace(Pace { first: ms(10), each: ms(0) });
    world.text_to_speech.set_pace(Pace { first: ms(10), each: ms(0) });
    world.say("tell me everything");
    world.until_heard().await;
    for _ in 0..20 {
        world.run(ms(777)).await;
        let voice = world.text_to_speech.counts();
        let turn = world.turns()[0];
        let heard = turn.heard;
        let mut over = Duration::ZERO;
        let begun = turn.clauses.iter().take_while(|clause| {
            over += voice::length(clause);
            over <= heard + ms(400)
        });
        let begun = begun.count() as u32 + 1;
        assert!(voice.asked <= begun + 1, "one clause is synthesised ahead: {voice:?} of {begun} begun");
        let waiting = turn.clauses.len() as u32 - voice.asked;
        assert!(waiting <= 6, "{waiting} clauses wait for the voice; the generation waits at two");
    }
    let text = world.language_model.counts();
    assert_eq!((text.asked, text.finished), (1, 0), "it has hundreds of sentences yet to say");
    world.tell(Event::Interrupt).await;
    world.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_bounded_too() {
    let mut scene = endless();
    scene.judgements = None;
    scene.settings.endpointing.without_model = ms(5_000);
    let mut world = World::new(scene);
    world.say("tell me everything");
    world.said().await;
    world.run(ms(4_500)).await;
    assert_eq!(world.phase, Phase::Deciding);
    assert!(world.text_to_speech.counts().asked <= 2, "{:?}", world.text_to_speech.counts());
    assert_eq!(world.heard_last, None);
    world.until_heard().await;
    world.tell(Event::Interrupt).await;
    world.quiet().await;
}

//! Somebody speaks over an answer, or presses a key.

use parley_conversation::{BargeIn, Event, Outcome, Phase, Settings};
use parley_daemon::conductor::{Conducting, Generating};
use parley_daemon::session::half_duplex;
use parley_e2e::world::{STEP, Scene, World, voice};
use parley_engines::scripted::{Counts, Fault, Pace};

use super::{listening_to_a_long_answer, ms, outcomes, questions, talkative};

#[tokio::test(start_paused = true)]
async fn words_silence_the_answer_at_once_and_cancel_it() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let onset = world.now;
    world.say("stop that now please");
    let asked = world.said().await;
    let last = world.heard_last.expect("it was heard before");
    assert!(last - onset <= ms(150), "{:?}", last - onset);
    let cancelled = world.until("it is cancelled", |world| world.turns()[0].ended.is_some()).await;
    assert!(cancelled - asked < ms(600), "{:?}", cancelled - asked);
    world.quiet().await;
    assert_eq!(world.turns()[0].last_heard, Some(last), "a cancelled turn never says anything");
    assert_eq!(questions(&world), ["tell me everything", "stop that now please"]);
    assert_eq!(outcomes(&world), [Outcome::Interrupted, Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn history_holds_what_was_heard() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.run(ms(4_000)).await;
    world.say("tell me of the moon");
    world.said().await;
    world.until_heard().await;
    let prompt = world.last_prompt();
    let turn = world.turns()[0].clone();
    let remembered = prompt.iter().find(|(role, _)| *role == "assistant").map(|(_, text)| text.clone());
    let remembered = remembered.expect("six seconds were heard");
    assert!(turn.answer().starts_with(&remembered));
    assert!(remembered.starts_with(&turn.clauses[0]) && remembered.len() > turn.clauses[0].len(), "{remembered:?}");
    assert!(voice::length(&remembered) <= turn.heard + voice::length(" "), "{remembered:?}");
    world.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_engines_are_free_again_within_300_ms() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let busy = |world: &World| {
        let idle = |counts: Counts| counts.asked == counts.finished + counts.cancelled + counts.failed;
        [idle(world.language_model.counts()), idle(world.text_to_speech.counts())]
    };
    assert_eq!(busy(&world), [false, false], "both are at work for the long answer");
    world.tell(Event::Interrupt).await;
    world.run(ms(300)).await;
    assert_eq!(busy(&world), [true, true]);
    assert_eq!(world.language_model.counts().cancelled, 1);
    world.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_key_silences_at_once() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let pressed = world.now;
    world.tell(Event::Interrupt).await;
    world.quiet().await;
    assert!(world.heard_last <= Some(pressed + STEP * 3));
    assert_eq!(outcomes(&world), [Outcome::Interrupted]);
    world.ask("what about the moon").await;
    assert!(world.last_prompt().iter().any(|(role, text)| *role == "assistant" && text.starts_with("Sentence")));
}

/// A slow voice never fills the loudspeaker's queue; the core must know all the same that something was heard.
#[tokio::test(start_paused = true)]
async fn an_answer_of_a_slow_voice_is_interrupted_not_withdrawn() {
    let mut world = World::new(talkative());
    world.text_to_speech.set_pace(Pace { first: ms(300), each: ms(110) });
    world.say("tell me everything");
    world.until_heard().await;
    world.run(ms(1_000)).await;
    assert_eq!(world.phase, Phase::Speaking);
    world.ask("tell me of the moon").await;
    assert_eq!(questions(&world), ["tell me everything", "tell me of the moon"]);
    assert_eq!(outcomes(&world), [Outcome::Interrupted, Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn without_an_echo_reference_only_a_key_interrupts() {
    let settings = Settings { barge_in: BargeIn::Key, ..Settings::default() };
    let mut world = listening_to_a_long_answer(Scene { settings, ..talkative() }).await;
    world.say("stop please");
    let said = world.said().await;
    world.run(ms(1_000)).await;
    assert!(world.heard_last > Some(said + ms(900)), "its own voice does not interrupt it");
    world.tell(Event::Interrupt).await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted]);
}

#[tokio::test(start_paused = true)]
async fn half_duplex_hears_stop_between_two_sentences() {
    let settings = Settings { barge_in: BargeIn::Key, ..Settings::default() };
    let Conducting { settings, .. } = half_duplex(Conducting { settings, generating: Generating::default() });
    let mut world = listening_to_a_long_answer(Scene { settings, ..talkative() }).await;
    let heard = |world: &World| world.heard_last.expect("it was heard before");
    for rest in 0..2 {
        world.until("it rests", |world| world.now > heard(world) + ms(350)).await;
        world.run(ms(1_000)).await;
        assert!(world.now < heard(&world) + ms(350), "it goes on by itself, {rest}");
    }
    world.until("it rests", |world| world.now > heard(world) + ms(350)).await;
    let silent = heard(&world);
    world.say("stop");
    world.quiet().await;
    assert_eq!(heard(&world), silent, "nothing more is said");
    assert_eq!(outcomes(&world).first(), Some(&Outcome::Interrupted));
}

/// A voice that hangs in the middle of an answer leaves nobody deaf meanwhile.
#[tokio::test(start_paused = true)]
async fn while_there_is_nothing_to_play_stop_is_heard() {
    let settings = Settings { barge_in: BargeIn::Key, ..Settings::default() };
    let mut world = listening_to_a_long_answer(Scene { settings, ..talkative() }).await;
    world.text_to_speech.fail_next(Fault::Hang { after_outputs: 3, stall: ms(20_000) });
    let heard = |world: &World| world.heard_last.expect("it was heard before");
    world.until("there is nothing to play", |world| world.now > heard(world) + ms(1_500)).await;
    let silent = heard(&world);
    world.say("stop");
    world.quiet().await;
    assert!(world.now < silent + ms(6_000), "{:?} after it fell silent", world.now.saturating_sub(silent));
    assert_eq!(outcomes(&world).first(), Some(&Outcome::Interrupted));
}

//! Engines that refuse, crash, hang or are out of order, at every stage.

use std::time::Duration;

use parley_conversation::{Notice, Outcome, Stage};
use parley_e2e::world::{Scene, World};
use parley_engines::scripted::{Fault, Scripted};
use parley_engines::{Kind, Spoken};

use super::{answering, answers, ms, outcomes, questions};

const STALL: Duration = Duration::from_secs(5);

fn faults() -> Vec<Fault> {
    let restart = ms(800);
    let mut faults = vec![Fault::Refuse("no".into()), Fault::Unavailable("broken".into())];
    for after_outputs in [0, 1, 3] {
        faults.push(Fault::Crash { after_outputs, restart });
        faults.push(Fault::CrashTwice { after_outputs, restart });
        faults.push(Fault::Hang { after_outputs, stall: STALL });
    }
    faults
}

const WHOLE: &str = "You said what time is it. That is all I know about it.";

/// Something goes wrong in the first question's job; the second question is answered as ever.
async fn check<K: Kind>(engine: impl Fn(&World) -> &Scripted<K>, told: impl Fn(&Fault, &World)) {
    for fault in faults() {
        let mut world = World::new(Scene::default());
        world.timeline.note(world.now, format!("fault: {fault:?}"));
        engine(&world).fail_next(fault.clone());
        world.ask("what time is it").await;
        told(&fault, &world);
        let before = world.turns().len();
        world.ask("and now").await;
        assert_eq!(world.turns().len(), before + 1, "{fault:?}");
        assert_eq!(outcomes(&world).last(), Some(&Outcome::Completed), "{fault:?}");
        assert_eq!(questions(&world).last(), Some(&"and now"), "{fault:?}");
    }
}

/// Whether the job came to a good end all the same.
fn is_mended(fault: &Fault) -> bool {
    matches!(fault, Fault::Crash { .. })
}

#[tokio::test(start_paused = true)]
async fn cannot_listen_is_excused() {
    check(
        |world| &world.speech_to_text,
        |fault, world| {
            let delivered = match fault {
                Fault::CrashTwice { after_outputs, .. } | Fault::Hang { after_outputs, .. } => *after_outputs > 0,
                Fault::Refuse(_) | Fault::Unavailable(_) | Fault::Crash { .. } => is_mended(fault),
            };
            let expected = if delivered { WHOLE } else { "Sorry, I could not hear that. Please say it again." };
            assert_eq!(answers(world), [expected], "{fault:?}");
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn cannot_judge_is_not_missed() {
    check(|world| &world.end_of_turn, |fault, world| assert_eq!(answers(world), [WHOLE], "{fault:?}")).await;
}

#[tokio::test(start_paused = true)]
async fn cannot_think_is_excused() {
    check(
        |world| &world.language_model,
        |fault, world| {
            let expected = if is_mended(fault) { WHOLE } else { "Sorry, I have no answer to that." };
            assert_eq!(answers(world), [expected], "{fault:?}");
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn cannot_speak_ends_the_turn() {
    check(
        |world| &world.text_to_speech,
        |fault, world| {
            let expected = if is_mended(fault) { Outcome::Completed } else { Outcome::Interrupted };
            assert_eq!(outcomes(world), [expected], "{fault:?}");
            assert!(!world.turns()[0].question.is_empty());
        },
    )
    .await;
}

/// A clause that broke off passes for a short one otherwise, and all its words for heard.
#[tokio::test(start_paused = true)]
async fn breaks_off_in_a_clause_leaves_no_unheard_words_in_the_history() {
    let mut world = World::new(answering("One long clause that the voice will not finish at all, I am afraid"));
    world.text_to_speech.fail_next(Fault::CrashTwice { after_outputs: 5, restart: ms(2_000) });
    world.ask("what time is it").await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted]);
    assert_eq!(world.turns()[0].heard, ms(500));
    world.ask("and now").await;
    let remembered: Vec<_> = world.last_prompt().into_iter().filter(|(role, _)| *role == "assistant").collect();
    assert!(remembered.len() <= 1 && remembered.iter().all(|(_, text)| "One long".starts_with(text.as_str())));
}

#[tokio::test(start_paused = true)]
async fn cannot_speak_while_the_end_is_awaited_is_reported_all_the_same() {
    let mut scene = Scene { judgements: None, ..Scene::default() };
    scene.settings.endpointing.without_model = ms(2_000);
    let mut world = World::new(scene);
    world.text_to_speech.fail_next(Fault::Refuse("no".into()));
    world.ask("what time is it").await;
    let report = world.turns()[0].report.clone().expect("the end of every turn is reported");
    assert_eq!((report.question.as_str(), report.outcome), ("what time is it", Outcome::Interrupted));
}

#[tokio::test(start_paused = true)]
async fn speaks_at_an_impossible_rate_ends_the_turn() {
    let voice = Scripted::from_outputs(|_| vec![Spoken { rate_hz: 3, audio: vec![1; 10] }]);
    let mut world = World::new(Scene { voice, ..Scene::default() });
    world.ask("what time is it").await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted]);
}

#[tokio::test(start_paused = true)]
async fn comes_to_no_end_in_a_clause_ends_the_turn() {
    let silence = || Spoken { rate_hz: 1_000, audio: vec![0; 1_000] };
    let voice = Scripted::from_outputs(move |_| std::iter::repeat_with(silence).take(100_000).collect());
    let mut world = World::new(Scene { voice, ..Scene::default() });
    world.say("what time is it");
    world.run(ms(195_000)).await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted]);
    assert_eq!(world.text_to_speech.counts().finished, 0);
}

#[tokio::test(start_paused = true)]
async fn stays_out_of_order_is_told_of_once() {
    let mut world = World::new(Scene::default());
    for _ in 0..3 {
        world.degrade(Stage::LanguageModel, true).await;
        world.quiet().await;
    }
    let told = "I cannot think of answers at the moment. I am trying to get it working again.";
    assert_eq!(answers(&world), [told]);
    world.degrade(Stage::LanguageModel, false).await;
    world.quiet().await;
    let notices = world.auditor.notices.iter().filter(|notice| matches!(notice, Notice::Degraded { .. }));
    assert_eq!(notices.count(), 2);
    world.language_model.fail_always(None);
    world.ask("and now").await;
    assert_eq!(answers(&world).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn is_always_unavailable_never_stops_the_conversation() {
    for stage in [Stage::SpeechToText, Stage::EndOfTurn, Stage::LanguageModel, Stage::TextToSpeech] {
        let mut world = World::new(Scene::default());
        let fault = Some(Fault::Unavailable("it keeps failing".into()));
        match stage {
            Stage::SpeechToText => world.speech_to_text.fail_always(fault),
            Stage::EndOfTurn => world.end_of_turn.fail_always(fault),
            Stage::LanguageModel => world.language_model.fail_always(fault),
            Stage::TextToSpeech => world.text_to_speech.fail_always(fault),
        }
        world.degrade(stage, true).await;
        for _ in 0..3 {
            world.ask("are you there").await;
        }
        assert!(world.turns().len() >= 3, "{stage:?}");
    }
}

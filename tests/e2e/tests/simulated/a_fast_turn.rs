//! The time from the last word of a question to the first sound of its answer.

use std::time::Duration;

use parley_conversation::{Endpointing, Event, Outcome, Settings};
use parley_e2e::world::{SOUND_CARD_DELAY, STEP, Scene, World};
use parley_engines::scripted::token_like_pieces;
use parley_speech_text::ClauseCutter;

use super::{answering, answers, ms, outcomes, questions};

const LISTENING: Duration = Duration::from_millis(233);
const FIRST_PIECE: Duration = Duration::from_millis(151);
const EACH_PIECE: Duration = Duration::from_millis(31);
const FIRST_BLOCK: Duration = Duration::from_millis(67);

/// From the question's end to the first sound of its answer.
async fn first_sound(scene: Scene) -> (Duration, String) {
    let mut world = World::new(scene);
    world.say("what time is it");
    let asked = world.said().await;
    let heard = world.until_heard().await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
    (heard - asked, answers(&world).concat())
}

/// From the beginning of a transcription to the first block of audio.
fn engines_take(answer: &str) -> Duration {
    let mut cutter = ClauseCutter::default();
    let pieces = token_like_pieces(answer);
    let until_clause = pieces.iter().position(|piece| !cutter.push(piece).is_empty()).expect("it has two clauses");
    LISTENING + FIRST_PIECE + EACH_PIECE * until_clause as u32 + FIRST_BLOCK
}

/// The loudspeaker takes a sample at its next period, and its sound card holds it for a while.
fn heard_after(played: Duration) -> Duration {
    let periods = (played.as_millis() / STEP.as_millis()) as u32;
    STEP * (periods + 1) + SOUND_CARD_DELAY
}

fn scene(speculation: bool, judgements: Option<[f32; 2]>) -> Scene {
    let settings = Settings { speculation, ..Settings::default() };
    Scene { settings, judgements, ..answering("Half past, roughly speaking. Why?") }
}

#[tokio::test(start_paused = true)]
async fn the_first_sound_comes_when_the_budget_says() {
    let (sound, answer) = first_sound(scene(true, Some([0.9, 0.1]))).await;
    let rules = Settings::default().endpointing;
    assert_eq!(sound, heard_after(rules.speculate_after + engines_take(&answer)));
}

#[tokio::test(start_paused = true)]
async fn without_speculation_it_comes_later_by_the_silence_that_was_waited_for() {
    let (sound, answer) = first_sound(scene(false, Some([0.9, 0.1]))).await;
    let rules = Settings::default().endpointing;
    assert_eq!(sound, heard_after(rules.sure + engines_take(&answer)));
}

#[tokio::test(start_paused = true)]
async fn speculation_hides_the_engines_behind_the_silence() {
    let quick = |speculation| {
        let mut scene = scene(speculation, None);
        scene.settings.endpointing.without_model = ms(1_000);
        scene
    };
    let (hidden, answer) = first_sound(quick(true)).await;
    assert!(engines_take(&answer) < ms(900), "all of it fits into the silence");
    assert_eq!(hidden, heard_after(ms(1_000)));
    let (open, _) = first_sound(quick(false)).await;
    assert_eq!(open, heard_after(ms(1_000) + engines_take(&answer)));
}

#[tokio::test(start_paused = true)]
async fn the_report_tells_the_same_times() {
    let mut world = World::new(scene(true, Some([0.9, 0.1])));
    world.ask("what time is it").await;
    let report = world.turns()[0].report.clone().expect("it is reported");
    let at = |since: Duration| Some(since.as_secs_f64() * 1_000.0);
    let stages = report.timeline.stages();
    let begun = Endpointing::default().speculate_after;
    assert_eq!(stages.transcription_started, at(begun));
    assert_eq!(stages.judged, at(Endpointing::default().judge_after + ms(23)));
    assert_eq!(stages.transcribed, at(begun + LISTENING));
    assert_eq!(stages.first_text, at(begun + LISTENING + FIRST_PIECE));
    assert_eq!(stages.first_block, at(begun + engines_take(&report.answer)));
    assert_eq!(stages.played, stages.first_block, "it was released before");
    assert_eq!(stages.endpoint, stages.first_text, "until then it might have told whether the sentence is whole");
}

#[tokio::test(start_paused = true)]
async fn a_typed_question_is_answered_without_a_microphone() {
    let mut world = World::new(Scene::default());
    world.unplug();
    world.tell(Event::Typed { text: "what time is it".into() }).await;
    world.until_heard().await;
    world.quiet().await;
    assert_eq!((questions(&world), outcomes(&world)), (vec!["what time is it"], vec![Outcome::Completed]));
}

#[tokio::test(start_paused = true)]
async fn answers_are_only_shown_where_there_is_no_loudspeaker() {
    let settings = Settings { spoken: false, ..Settings::default() };
    let mut world = World::new(Scene { settings, ..Scene::default() });
    world.ask("what time is it").await;
    assert_eq!(answers(&world), ["You said what time is it. That is all I know about it."]);
    assert_eq!(world.text_to_speech.counts().asked, 0);
}

//! What flows into a job while it runs, and signs of life.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use std::time::Duration;

use parley_engines::protocol::FED_IN_FLIGHT;
use parley_engines::{
    Engine, EngineError, Fed, FeedError, Generated, Job, JobInput, Kind, LanguageModel, Limits, MAX_FED_BYTES, Order,
    Supervised, TextToSpeech,
};
use support::script::{JobFault, JobScript};
use support::*;
use tokio::time::timeout;

fn echo() -> JobScript {
    JobScript { echo: true, ..JobScript::default() }
}

fn start(llm: &Supervised<LanguageModel>, script: &JobScript) -> (Job<Generated>, JobInput) {
    llm.start_fed(think(script), Order::default())
}

#[tokio::test]
async fn text_flows_into_a_running_job_and_comes_out_while_it_runs() {
    let llm = thinker(limits());
    let (mut job, input) = start(&llm, &echo());
    for word in ["one ", "zwei ", "三 "] {
        input.feed(Fed::Text(word.to_owned())).await.unwrap();
        assert_eq!(soon(job.next()).await, Some(Ok(Generated::Text(word.to_owned()))));
    }
    drop(input);
    assert_eq!(text_of(job).await, Heard { outputs: String::new(), finished: 1, error: None });
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn sound_flows_through_a_job_unchanged() {
    let tts: Supervised<TextToSpeech> = talker(limits());
    let (job, input) = tts.start_fed(talk(&echo()), Order::default());
    let sound = expected_sound(200_000);
    let fed = sound.clone();
    let feeding = tokio::spawn(async move {
        for piece in fed.chunks(7_777) {
            input.feed(Fed::Sound { audio: piece.to_vec() }).await.unwrap();
        }
    });
    assert_eq!(sound_of(job).await, Heard { outputs: sound, finished: 0, error: None });
    soon(feeding).await.unwrap();
}

#[tokio::test]
async fn whoever_feeds_faster_than_the_worker_takes_waits() {
    let llm = thinker(limits());
    let (job, input) = start(&llm, &JobScript::of(50).fault(0, JobFault::Hang));
    soon(llm.ready()).await.unwrap();
    let largest = Fed::Text("x".repeat(MAX_FED_BYTES));
    let mut taken = 0;
    while let Ok(fed) = timeout(Duration::from_millis(500), input.feed(largest.clone())).await {
        fed.unwrap();
        taken += 1;
    }
    assert!(taken <= 2 * FED_IN_FLIGHT, "{taken} pieces");
    // Everything is full, and the worker takes nothing.
    drop(job);
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
    assert_eq!(llm.restarts(), 0, "a cancel overtakes what was fed");
    assert_eq!(input.feed(Fed::Text("late".to_owned())).await, Err(FeedError::Over));
}

#[tokio::test]
async fn a_job_that_waits_for_input_is_not_stuck_and_can_be_cancelled() {
    let llm = thinker(Limits { stall: Duration::from_secs(2), ..limits() });
    let (mut job, input) = start(&llm, &echo());
    tokio::time::sleep(Duration::from_secs(4)).await;
    input.feed(Fed::Text("yes".to_owned())).await.unwrap();
    assert_eq!(soon(job.next()).await, Some(Ok(Generated::Text("yes".to_owned()))));
    drop(job);
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
    assert_eq!(llm.restarts(), 0);
    drop(input);
}

#[tokio::test]
async fn what_is_too_large_is_not_taken_and_the_job_goes_on() {
    let llm = thinker(limits());
    let (job, input) = start(&llm, &echo());
    assert_eq!(input.feed(Fed::Text("x".repeat(MAX_FED_BYTES + 1))).await, Err(FeedError::TooLarge));
    assert_eq!(input.feed(Fed::Sound { audio: vec![0; 16_001] }).await, Err(FeedError::TooLarge));
    input.feed(Fed::Text("ok".to_owned())).await.unwrap();
    drop(input);
    assert_eq!(text_of(job).await, Heard { outputs: "ok".to_owned(), finished: 1, error: None });
}

/// Its next worker would not have what flowed into the first.
#[tokio::test]
async fn a_crash_ends_a_job_into_which_something_has_flowed_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let crash = |name| JobScript { once: file(&folder, name), ..echo().fault(0, JobFault::Crash) };
    let (job, input) = start(&llm, &crash("fed"));
    input.feed(Fed::Text("half of it".to_owned())).await.unwrap();
    drop(input);
    assert_eq!(text_of(job).await.error, Some(EngineError::Crashed { engine: LanguageModel::NAME }));
    let (job, input) = start(&llm, &crash("empty"));
    drop(input);
    assert_eq!(text_of(job).await, Heard { outputs: String::new(), finished: 1, error: None });
    assert_eq!(llm.restarts(), 2);
}

#[tokio::test]
async fn a_worker_that_computes_for_long_and_says_that_it_is_alive_is_not_stuck() {
    let llm = thinker(Limits { stall: Duration::from_secs(2), ..limits() });
    let script = JobScript { computes_ms: 4_000, ..JobScript::of(50) };
    check_whole_text(llm.start(think(&script)), 50).await;
    assert_eq!(llm.restarts(), 0);
}

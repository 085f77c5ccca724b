//! An engine whose job is cancelled is free again soon.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parley_daemon::workers::Needed;
use parley_engines::{ChatMessage, Engine, Generate, Job, Kind, Role, Speak, Supervised, Transcribe};

use crate::room::{percentile, workers};

const TIMES: u32 = 40;

/// Cancels each engine in the middle of a long job, and asks it something short.
pub async fn run() -> Result<()> {
    let workers = workers(Needed::All).await?;
    let mut random = fastrand::Rng::with_seed(1);
    let noise: Arc<[i16]> = (0..16_000 * 20).map(|_| random.i16(-2_000..2_000)).collect();
    let short: Arc<[i16]> = vec![0; 16_000].into();
    let transcribe = |audio: &Arc<[i16]>| Transcribe { language: Some("en".into()), audio: Arc::clone(audio) };
    measure(
        workers.speech_to_text().context("speech-to-text was not started")?,
        transcribe(&noise),
        transcribe(&short),
    )
    .await?;
    let generate = |max_tokens| Generate {
        messages: vec![ChatMessage { role: Role::User, text: "Count from one to one thousand.".into() }],
        max_tokens,
        grammar: None,
        temperature: 0.0,
        seed: 0,
    };
    measure(workers.language_model().context("language-model was not started")?, generate(500), generate(1)).await?;
    let speak = |text: &str| Speak { text: text.into(), language: None };
    let long =
        "This is a long sentence that goes on and on, with one word after another, until nobody knows how it began";
    measure(workers.text_to_speech().context("text-to-speech was not started")?, speak(long), speak("Yes.")).await?;
    workers.shut_down().await;
    Ok(())
}

async fn measure<K: Kind>(engine: &Supervised<K>, long: K::Task, short: K::Task) -> Result<()> {
    let mut alone = Vec::new();
    for _ in 0..5 {
        alone.push(until_done(engine.start(short.clone()), Instant::now()).await?);
    }
    let alone = percentile(&mut alone, 0.5);
    let mut after = Vec::new();
    for number in 0..TIMES {
        let job = engine.start(long.clone());
        tokio::time::sleep(Duration::from_millis(20 + 7 * u64::from(number))).await;
        drop(job);
        after.push(until_done(engine.start(short.clone()), Instant::now()).await? - alone);
    }
    println!(
        "{:<14} free after a cancel: median {:.0} ms, p95 {:.0} ms, most {:.0} ms of {TIMES} (a short job takes {alone:.0} ms)",
        K::NAME,
        percentile(&mut after, 0.5).max(0.0),
        percentile(&mut after, 0.95).max(0.0),
        percentile(&mut after, 1.0).max(0.0)
    );
    Ok(())
}

async fn until_done<T>(mut job: Job<T>, begun: Instant) -> Result<f64> {
    while let Some(output) = job.next().await {
        output?;
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

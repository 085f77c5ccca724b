//! What the end-of-turn model says of a pause in mid-sentence and of an end, by how much silence it is given to hear.

use anyhow::{Context, Result};
use parley_conversation::Endpointing;
use parley_daemon::workers::Needed;
use parley_engines::{EndOfTurn, Engine, JudgeEndOfTurn};
use parley_speech::{Clip, Split};

use crate::pauses::PAUSE_MS;
use crate::room::{percentile, samples, speech, workers};

/// How much silence the model is given, in milliseconds.
const SILENCES_MS: [usize; 6] = [40, 60, 120, 200, 320, 480];
const SAMPLES_PER_MS: usize = 16;

/// Asks about the tuning clips only: thresholds are chosen by this.
pub async fn run() -> Result<()> {
    let sets = speech()?;
    let workers = workers(Needed::All).await?;
    let engine = workers.engines().and_then(|engines| engines.end_of_turn).context("there is no end-of-turn model")?;
    let tuning = |clip: &&Clip| clip.split == Some(Split::Tuning);
    // Each sentence once: its clips differ in the length of the pause, and not in what comes before it.
    let once = sets.pauses.iter().filter(|paused| paused.inserted_ms == PAUSE_MS);
    let paused: Vec<_> = once.filter(|paused| tuning(&&paused.clip)).collect();
    let unfinished = paused.iter().map(|paused| Ok((samples(&sets, &paused.clip)?, paused.pause_first)));
    let unfinished = unfinished.collect::<Result<Vec<_>>>()?;
    let whole = sets.questions.iter().filter(tuning).chain(paused.iter().map(|paused| &paused.clip));
    let finished = whole.map(|clip| Ok((samples(&sets, clip)?, clip.sound.end))).collect::<Result<Vec<_>>>()?;
    let enough = Endpointing::default().finished_question;
    println!("probability of an end, median; and how many are at least {enough}");
    println!("silence   {:<24} {:<24}", format!("{} pauses", unfinished.len()), format!("{} ends", finished.len()));
    for silence_ms in SILENCES_MS {
        let mut columns = Vec::new();
        for places in [&unfinished, &finished] {
            let mut probabilities = Vec::new();
            for (samples, until) in places {
                probabilities.push(f64::from(judged(engine.as_ref(), samples, *until, silence_ms).await?));
            }
            let over = probabilities.iter().filter(|probability| **probability >= f64::from(enough)).count();
            columns.push(format!("{:.2}, {over}", percentile(&mut probabilities, 0.5)));
        }
        println!("{silence_ms:>4} ms   {:<24} {:<24}", columns[0], columns[1]);
    }
    workers.shut_down().await;
    Ok(())
}

/// The probability at the end of a stretch that begins with the clip.
async fn judged(engine: &dyn Engine<EndOfTurn>, samples: &[i16], until: usize, silence_ms: usize) -> Result<f32> {
    let end = until + silence_ms * SAMPLES_PER_MS;
    let audio: Vec<i16> = samples.iter().copied().chain(std::iter::repeat(0)).take(end).collect();
    let mut job = engine.start(JudgeEndOfTurn { audio: audio.into() });
    Ok(job.next().await.context("no judgement came")??)
}

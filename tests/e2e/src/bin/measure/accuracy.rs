//! Languages and words.

use anyhow::{Context, Result};
use parley_daemon::workers::Needed;
use parley_engines::{Engine, SpeechToText, Transcribe, Transcript};
use parley_speech::word_errors::{WordErrors, word_errors};
use parley_speech::{Clip, SpeechSets};

use crate::room::{samples, speech, workers};

/// The first clips of the set of words are those whose reference somebody else wrote.
const INDEPENDENT: usize = 12;

pub async fn run() -> Result<()> {
    let sets = speech()?;
    let workers = workers(Needed::SpeechToText).await?;
    let engine = workers.speech_to_text().context("speech-to-text was not started")?;
    for (language, clips) in &sets.languages {
        let mut right = 0;
        for clip in clips {
            let heard = transcribe(engine.as_ref(), &sets, clip).await?;
            right += usize::from(heard.language == *language);
        }
        println!("{language}: {right} of {} clips, {:.1} %", clips.len(), 100.0 * right as f64 / clips.len() as f64);
    }
    let (mut total, mut read) = (WordErrors::default(), WordErrors::default());
    for (number, clip) in sets.words.iter().take(INDEPENDENT).enumerate() {
        let heard = transcribe(engine.as_ref(), &sets, clip).await?;
        let errors = word_errors(&clip.text, &heard.text, &sets.replacements);
        if errors.total() > 0 {
            println!("  {} was heard as {:?}", clip.text, heard.text);
        }
        total += errors;
        if number < 5 {
            read += errors;
        }
    }
    println!("word errors, read sentences: {:.1} % of {}", 100.0 * read.rate(), read.reference_words);
    println!("word errors, all: {:.1} % of {}", 100.0 * total.rate(), total.reference_words);
    workers.shut_down().await;
    Ok(())
}

async fn transcribe(engine: &dyn Engine<SpeechToText>, sets: &SpeechSets, clip: &Clip) -> Result<Transcript> {
    let audio = samples(sets, clip)?.into();
    let mut job = engine.start(Transcribe { language: None, audio });
    Ok(job.next().await.context("no transcript came")??)
}

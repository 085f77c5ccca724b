//! What a vocabulary of the owner's gains, and what it harms: everything is transcribed with and without it.
//!
//! - **Gain**: its words that are heard where they are said.
//! - **Harm**: other words that are misheard, and words of the vocabulary that are heard where nobody said them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use parley_daemon::workers::{Needed, Workers};
use parley_speech::SpeechSets;
use parley_speech::word_errors::{WordErrors, normalised, word_errors};

use super::kinds::{Case, vocabulary};
use super::transcribe;
use crate::room::{config, models};

/// One kind of speech, transcribed once.
#[derive(Debug, Default)]
struct Score {
    errors: WordErrors,
    said: usize,
    heard: usize,
    made_up: usize,
}

pub async fn run(sets: &SpeechSets, mut ordinary: Vec<Case>, kind: Option<&String>, errors: bool) -> Result<()> {
    let (words, named) = vocabulary(sets).await?;
    ordinary.extend(named);
    ordinary.retain(|case| kind.is_none_or(|part| case.kind.contains(part)));
    println!("vocabulary: {}", words.join(", "));
    for (who, vocabulary) in [("without", Vec::new()), ("with", words.clone())] {
        let mut config = config()?;
        config.conversation.vocabulary = vocabulary;
        let workers = Workers::spawn(&config, &models()?, Needed::SpeechToText)?;
        workers.ready().await?;
        let engine = workers.speech_to_text().context("speech-to-text was not started")?;
        let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
        for case in &ordinary {
            let heard = transcribe(engine.as_ref(), case.samples.clone()).await?.text;
            let of_case = word_errors(&case.text, &heard, &sets.replacements);
            if errors && of_case.total() > 0 {
                println!("  {who}, {}: {:?} was heard as {heard:?}", case.kind, case.text);
            }
            let score = scores.entry(case.kind).or_default();
            score.errors += of_case;
            for word in &words {
                let [said, heard] = [&case.text, &heard].map(|text| times(word, text, sets));
                score.said += said;
                score.heard += heard.min(said);
                score.made_up += heard.saturating_sub(said);
            }
        }
        workers.shut_down().await;
        for (kind, Score { errors, said, heard, made_up }) in scores {
            println!(
                "{kind}, {who}: {} errors in {} words; of {said} words of the vocabulary {heard} heard, {made_up} made up",
                errors.total(),
                errors.reference_words
            );
        }
    }
    Ok(())
}

/// How often a text has a word, or several in a row.
fn times(word: &str, text: &str, sets: &SpeechSets) -> usize {
    let [word, text] = [word, text].map(|text| normalised(text, &sets.replacements));
    text.windows(word.len().max(1)).filter(|words| *words == word.as_slice()).count()
}

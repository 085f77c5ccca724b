//! What was taught, and what is known of it before anybody measures: from which odds a head is in doubt and sure, and
//! how often it hears the voices that were kept for choosing.

use anyhow::{Context, Result};
use parley_speech::teaching::Teacher;
use parley_wake::{EMBEDDING_STEPS, Head, STEP_SAMPLES, TaughtUnit};
use serde::Serialize;

use crate::choosing::{events, odds_at};
use crate::examples::Examples;
use crate::hearing::scale;
use crate::network::{Network, UNITS};
use crate::training::{Lessons, heard};
use crate::voices::Spoken;
use crate::words::TaughtWord;

/// All of it.
#[derive(Serialize)]
pub struct TaughtReport {
    seed: u64,
    voices: usize,
    mixtures: usize,
    /// Recordings of the words.
    recordings: usize,
    /// Minutes of people and music before they are mixed.
    people_minutes: f64,
    music_minutes: f64,
    /// Hours without any word that are taught with, and that are kept for choosing.
    taught_hours: f64,
    kept_hours: f64,
    pub heads: Vec<TaughtHead>,
    pub seconds: u64,
}

/// One head.
#[derive(Serialize)]
pub struct TaughtHead {
    word: &'static str,
    /// Windows with its word, and without it.
    said_windows: usize,
    other_windows: usize,
    /// The odds (logarithm) from which on it is in doubt and sure.
    doubtful_odds: f32,
    sure_odds: f32,
    /// Of renditions by voices that it was not taught by: how many there are, heard or in doubt, and heard for sure.
    kept_renditions: usize,
    kept_doubtful: usize,
    kept_sure: usize,
    bytes: usize,
}

fn hours(windows: usize) -> f64 {
    (windows as u64 * EMBEDDING_STEPS) as f64 * STEP_SAMPLES as f64 / f64::from(parley_wake::RATE_HZ) / 3_600.0
}

/// A head of what was learnt, with the odds that are chosen for it.
///
/// # Errors
/// When what was learnt is no number.
pub fn chosen(
    word: &'static TaughtWord,
    number: usize,
    examples: &Examples,
    lessons: &Lessons,
    network: &Network,
) -> Result<(Head, TaughtHead)> {
    let kept: Vec<_> = examples.without.iter().filter(|stretch| stretch.kept).collect();
    let odds: Vec<Vec<f32>> = kept
        .iter()
        .map(|stretch| (0..stretch.windows).map(|at| network.odds(examples.bank.window(stretch.place + at))).collect())
        .collect();
    let events = events(odds.iter().map(Vec::as_slice));
    let listened = hours(kept.iter().map(|stretch| stretch.windows).sum());
    let doubtful = odds_at(&events, listened, word.doubts_an_hour);
    let sure = odds_at(&events, listened, word.sure_an_hour).max(doubtful + 0.5);
    // The head's likelihood is that of the odds less `doubtful`, by `wide`.
    let of_likelihood = |likelihood: f32| (likelihood / (1.0 - likelihood)).ln();
    let wide = (sure - doubtful) / (of_likelihood(Head::SURE) - of_likelihood(Head::DOUBTFUL));
    let unit = |unit: usize| TaughtUnit {
        weights: network.weights.iter().map(|weights| weights[unit] * scale()).collect(),
        bias: network.biases[unit],
        counts: network.counts[unit] / wide,
    };
    let units: Vec<TaughtUnit> = (0..UNITS).map(unit).collect();
    let head = Head::of(&units, (network.bias - doubtful) / wide).context("what was learnt is no number")?;
    let kept = |from| {
        let renditions = examples.words[number].iter().filter(|rendition| rendition.kept);
        heard(renditions, &examples.bank, network, from)
    };
    let [said_windows, other_windows] = lessons.windows();
    let ([kept_doubtful, kept_renditions], [kept_sure, _]) = (kept(doubtful), kept(sure));
    let bytes = head.bytes().len();
    let taught = TaughtHead {
        word: word.name,
        said_windows,
        other_windows,
        doubtful_odds: doubtful,
        sure_odds: sure,
        kept_renditions,
        kept_doubtful,
        kept_sure,
        bytes,
    };
    Ok((head, taught))
}

impl TaughtHead {
    pub fn line(&self) -> String {
        let Self { kept_renditions, kept_doubtful, kept_sure, doubtful_odds, sure_odds, bytes, .. } = self;
        format!(
            "of {kept_renditions} renditions by voices that taught nothing {kept_sure} are heard for sure and {} more in doubt; in doubt \
             from odds of {doubtful_odds:.2}, sure from {sure_odds:.2}; {bytes} bytes",
            kept_doubtful.saturating_sub(*kept_sure)
        )
    }
}

impl TaughtReport {
    pub fn of(seed: u64, spoken: &Spoken, people: &[Teacher], music: &[Teacher], examples: &Examples) -> Self {
        let minutes = |recordings: &[Teacher]| {
            let samples: usize = recordings.iter().map(|recording| recording.samples.len()).sum();
            samples as f64 / f64::from(parley_wake::RATE_HZ) / 60.0
        };
        let without = |kept: bool| {
            hours(examples.without.iter().filter(|stretch| stretch.kept == kept).map(|stretch| stretch.windows).sum())
        };
        Self {
            seed,
            voices: spoken.voices,
            mixtures: spoken.mixtures,
            recordings: spoken.words.iter().map(Vec::len).sum(),
            people_minutes: minutes(people),
            music_minutes: minutes(music),
            taught_hours: without(false),
            kept_hours: without(true),
            heads: Vec::new(),
            seconds: 0,
        }
    }

    pub fn text(&self) -> String {
        let Self {
            seed, voices, mixtures, recordings, people_minutes, music_minutes, taught_hours, kept_hours, ..
        } = self;
        let mut text = format!(
            "seed {seed}: {recordings} recordings by {voices} voices and {mixtures} mixtures of them, {people_minutes:.0} minutes of people \
             and {music_minutes:.0} of music, heard as {taught_hours:.1} h without a word; {kept_hours:.1} h kept for choosing; {} s",
            self.seconds
        );
        for head in &self.heads {
            text.push_str(&format!("\n{}: {}", head.word, head.line()));
        }
        text
    }
}

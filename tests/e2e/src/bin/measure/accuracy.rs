//! Languages and words.

mod kinds;
mod peer;
mod vocabulary;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::Args;
use parley_daemon::workers::Needed;
use parley_engines::{Engine, EngineError, Remedy, SpeechToText, Transcribe, Transcript};
use parley_speech::SpeechSets;
use parley_speech::word_errors::{WordErrors, word_errors};

use crate::room::{samples, speech, workers};
use kinds::{Case, cases, repetitive};
use peer::Peer;

/// More letters than this for each that was said are a loop,
const LOOP: f64 = 1.5;
/// and fewer a torso.
const TORSO: f64 = 0.65;
/// A figure is said as a word.
const LETTERS_OF_FIGURE: f64 = 3.5;
/// How often a clip is transcribed whose worker has to be started again.
const TRIES: u32 = 5;
/// Of one or two words neither can be told.
const LEAST_WORDS: usize = 4;

#[derive(Debug, Args)]
pub struct Options {
    /// Compare with faster-whisper (int8, beam 1, the same weights), which is fetched with pip into the cache folder
    #[arg(long)]
    peer: bool,
    /// Count words only, and leave out which language is detected
    #[arg(long)]
    words: bool,
    /// Print what was misheard
    #[arg(long)]
    errors: bool,
    /// Count only in kinds of speech in whose name this is, such as "people", "repetitive" or "Piper"; implies --words
    #[arg(long, value_name = "TEXT")]
    kind: Option<String>,
    /// Count instead what a vocabulary gains on rare names, and harms on all other speech
    #[arg(long, conflicts_with = "peer")]
    vocabulary: bool,
}

/// What was heard in one kind of speech.
#[derive(Debug, Default)]
struct Score {
    errors: WordErrors,
    loops: usize,
    torsos: usize,
}

/// How often the engine read again, and to what end.
#[derive(Debug, Default)]
struct Remedies {
    clips: usize,
    window: usize,
    barred: usize,
    temperature: usize,
    incomplete: usize,
}

impl Score {
    fn count(&mut self, case: &Case, heard: &str, sets: &SpeechSets) {
        let errors = word_errors(&case.text, heard, &sets.replacements);
        self.errors += errors;
        let heard = letters(heard) / letters(&case.text).max(1.0);
        if errors.reference_words >= LEAST_WORDS {
            self.loops += usize::from(heard > LOOP);
            self.torsos += usize::from(heard < TORSO);
        }
    }

    fn print(&self, kind: &str, who: &str) {
        let right = 100.0 * (1.0 - self.errors.rate());
        let Self { errors, loops, torsos } = self;
        let words = errors.reference_words;
        println!("{kind}, {who}: {right:.1} % of {words} words right, {loops} loops, {torsos} torsos");
    }
}

/// How much there is to say, in letters.
fn letters(text: &str) -> f64 {
    let of = |c: char| if c.is_numeric() { LETTERS_OF_FIGURE } else { f64::from(u8::from(c.is_alphabetic())) };
    text.chars().map(of).sum()
}

impl Remedies {
    fn count(&mut self, transcript: &Transcript) {
        self.clips += 1;
        match transcript.remedy {
            None => {}
            Some(Remedy::Window) => self.window += 1,
            Some(Remedy::Barred) => self.barred += 1,
            Some(Remedy::Temperature) => self.temperature += 1,
        }
        self.incomplete += usize::from(transcript.incomplete);
    }
}

pub async fn run(options: &Options) -> Result<()> {
    let sets = speech()?;
    if options.vocabulary {
        return vocabulary::run(&sets, cases(&sets)?, options.kind.as_ref(), options.errors).await;
    }
    let workers = workers(Needed::SpeechToText).await?;
    let engine = workers.speech_to_text().context("speech-to-text was not started")?;
    let mut remedies: BTreeMap<&str, Remedies> = BTreeMap::new();
    for (language, clips) in sets.languages.iter().filter(|_| !options.words && options.kind.is_none()) {
        let mut right = 0;
        for clip in clips {
            let heard = transcribe(engine.as_ref(), samples(&sets, clip)?).await?;
            remedies.entry("people in five languages").or_default().count(&heard);
            right += usize::from(heard.language == *language);
        }
        println!("{language}: {right} of {} clips, {:.1} %", clips.len(), 100.0 * right as f64 / clips.len() as f64);
    }
    let mut cases = cases(&sets)?;
    cases.extend(repetitive(&sets).await?);
    cases.retain(|case| options.kind.as_ref().is_none_or(|part| case.kind.contains(part)));
    let mut ours: BTreeMap<&str, Score> = BTreeMap::new();
    for case in &cases {
        let heard = transcribe(engine.as_ref(), case.samples.clone()).await?;
        remedies.entry(case.kind).or_default().count(&heard);
        if options.errors && word_errors(&case.text, &heard.text, &sets.replacements).total() > 0 {
            println!("  {}: {:?} was heard as {:?}", case.kind, case.text, heard.text);
        }
        ours.entry(case.kind).or_default().count(case, &heard.text, &sets);
    }
    workers.shut_down().await;
    let mut theirs: BTreeMap<&str, Score> = BTreeMap::new();
    if options.peer {
        for (case, heard) in cases.iter().zip(Peer::install()?.transcribe(&cases)?) {
            theirs.entry(case.kind).or_default().count(case, &heard, &sets);
        }
    }
    for (kind, score) in &ours {
        score.print(kind, "Parley");
        if let Some(score) = theirs.get(kind) {
            score.print(kind, "faster-whisper");
        }
    }
    for (kind, Remedies { clips, window, barred, temperature, incomplete }) in &remedies {
        println!(
            "remedies, {kind}: of {clips} clips the whole window helped {window}, a way out of a loop {barred}, \
             less likely words {temperature}; {incomplete} were said to be incomplete"
        );
    }
    Ok(())
}

/// On a machine that others use a worker may stand still until it is taken to be stuck, and is started again.
pub async fn transcribe(engine: &dyn Engine<SpeechToText>, samples: Vec<i16>) -> Result<Transcript> {
    let mut left = TRIES;
    loop {
        left -= 1;
        let mut job = engine.start(Transcribe { language: None, audio: samples.clone().into() });
        match job.next().await.context("no transcript came")? {
            Err(EngineError::Crashed { .. } | EngineError::Stuck { .. }) if left > 0 => {}
            transcript => return Ok(transcript?),
        }
    }
}

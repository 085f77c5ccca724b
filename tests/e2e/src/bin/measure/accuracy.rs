//! Languages and words.

mod kinds;
mod peer;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use clap::Args;
use parley_daemon::workers::Needed;
use parley_engines::{Engine, Remedy, SpeechToText, Transcribe, Transcript};
use parley_speech::SpeechSets;
use parley_speech::word_errors::{WordErrors, normalised, word_errors};

use crate::room::{samples, speech, workers};
use kinds::{Case, cases};
use peer::Peer;

/// More words than this for each that was said are a loop,
const LOOP: f64 = 1.7;
/// and fewer a torso.
const TORSO: f64 = 0.5;
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
        let words = normalised(heard, &sets.replacements).len() as f64 / errors.reference_words.max(1) as f64;
        if errors.reference_words >= LEAST_WORDS {
            self.loops += usize::from(words > LOOP);
            self.torsos += usize::from(words < TORSO);
        }
    }

    fn print(&self, kind: &str, who: &str) {
        let right = 100.0 * (1.0 - self.errors.rate());
        let Self { errors, loops, torsos } = self;
        let words = errors.reference_words;
        println!("{kind}, {who}: {right:.1} % of {words} words right, {loops} loops, {torsos} torsos");
    }
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
    let workers = workers(Needed::SpeechToText).await?;
    let engine = workers.speech_to_text().context("speech-to-text was not started")?;
    let mut remedies: BTreeMap<&str, Remedies> = BTreeMap::new();
    for (language, clips) in sets.languages.iter().filter(|_| !options.words) {
        let mut right = 0;
        for clip in clips {
            let heard = transcribe(engine.as_ref(), samples(&sets, clip)?).await?;
            remedies.entry("people in five languages").or_default().count(&heard);
            right += usize::from(heard.language == *language);
        }
        println!("{language}: {right} of {} clips, {:.1} %", clips.len(), 100.0 * right as f64 / clips.len() as f64);
    }
    let cases = cases(&sets)?;
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

async fn transcribe(engine: &dyn Engine<SpeechToText>, samples: Vec<i16>) -> Result<Transcript> {
    let mut job = engine.start(Transcribe { language: None, audio: samples.into() });
    Ok(job.next().await.context("no transcript came")??)
}

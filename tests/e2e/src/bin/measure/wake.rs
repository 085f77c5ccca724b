//! How often a wake word is heard where it was not said, and how seldom where it was.
//!
//! What listens is all that a microphone's sound goes through in the product, one long sound for each condition. The rooms, the
//! noise, the music and the babble are computed; the voices that say the word are synthetic, unless a folder has others; of what
//! is listened to for hours a part is people's, in other languages than English (`parley_speech::corpus`). The conditions repeat
//! exactly.

mod called;
mod counts;
pub(crate) mod ear;
mod over_own_voice;
pub(crate) mod speakers;
mod stop;
pub mod surroundings;
mod without;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use parley_daemon::wake_words::are_said;
use parley_daemon::workers::{Needed, Workers};
use serde::Serialize;

use self::called::{WHERE_CALLED, WHERE_NEARLY};
use self::counts::{Called, Total, Without};
use self::ear::Taken;
use self::stop::Stopped;
use self::without::Corpus;
use crate::accuracy::transcribe;
use crate::room::{speech, workers};

/// What the near misses were written for.
const USUAL: &str = "hey jarvis";

#[derive(Args)]
pub struct Options {
    /// The word: one that comes with the models, or the absolute path of a microWakeWord description
    #[arg(long, default_value = USUAL)]
    word: String,
    /// For how many hours sound without the word is listened to
    #[arg(long, default_value_t = 10.0)]
    hours: f64,
    /// A folder of WAV files in each of which somebody says the word once, instead of the synthetic voices
    #[arg(long, value_name = "FOLDER")]
    positives: Option<PathBuf>,
    /// Only these parts
    #[arg(long = "part", value_name = "PART", value_enum)]
    parts: Vec<Part>,
    /// What is in doubt is read by the recogniser, as Parley does where it sleeps
    #[arg(long)]
    looks: bool,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The word at several distances and speeds, beside noise and music
    Called,
    /// The word while Parley itself speaks, and its own voice alone
    OwnVoice,
    /// The word by voices that sound like machines
    Robots,
    /// What only sounds like "hey jarvis"
    NearMisses,
    /// Hours of speech without the word
    Hours,
    /// "Stop" at every place between two embeddings, and hours of speech without it
    Stop,
}

/// What was measured.
#[derive(Serialize)]
struct WakeReport {
    word: String,
    cutoff: f32,
    rooms: &'static str,
    called: Vec<Called>,
    /// Sounds like the word, and is not: the fewer are heard the better.
    near_misses: Vec<Called>,
    /// Beside its own voice alone,
    own_voice: Vec<Without>,
    /// and in hours of speech.
    without: Vec<Without>,
    total: Option<Total>,
    /// "Stop", and hours without it.
    stop: Vec<Stopped>,
    stop_without: Option<Total>,
}

/// Reads what is in doubt.
struct Looks<'a> {
    recogniser: Option<&'a Workers>,
    names: Vec<String>,
}

impl Looks<'_> {
    /// In how many of them the word is read; `None` where nobody looks.
    async fn confirmed(&self, doubts: Vec<Taken>) -> Result<Option<usize>> {
        let Some(recogniser) = self.recogniser else { return Ok(None) };
        let engine = recogniser.speech_to_text().context("speech-to-text was not started")?;
        let mut confirmed = 0;
        for doubt in doubts {
            confirmed += usize::from(are_said(&transcribe(engine.as_ref(), doubt.sound).await?.text, &self.names));
        }
        Ok(Some(confirmed))
    }
}

pub async fn run(options: &Options) -> Result<()> {
    let named = options.word.as_str();
    let words = ear::words(named)?.words;
    let word = words.first().context("there is no word")?;
    let say = |line: String| {
        if !options.json {
            println!("{line}");
        }
    };
    let wanted = |part: Part| options.parts.is_empty() || options.parts.contains(&part);
    let recogniser = if options.looks { Some(workers(Needed::SpeechToText).await?) } else { None };
    let looks = Looks { recogniser: recogniser.as_ref(), names: vec![word.name.clone()] };
    say(format!(
        "{}, sure above {:.2}; rooms, noise, music and babble are simulated; in brackets 95 % intervals",
        word.name, word.cutoff
    ));
    let mut report = WakeReport {
        word: word.name.clone(),
        cutoff: word.cutoff,
        rooms: "simulated",
        called: Vec::new(),
        near_misses: Vec::new(),
        own_voice: Vec::new(),
        without: Vec::new(),
        total: None,
        stop: Vec::new(),
        stop_without: None,
    };
    if wanted(Part::Called) || wanted(Part::OwnVoice) {
        let voices = match &options.positives {
            Some(folder) => speakers::folder(folder)?,
            None => speakers::called(&word.name).await?,
        };
        if wanted(Part::Called) {
            for surroundings in &WHERE_CALLED {
                report.add(called::measure(named, "voices", &voices, surroundings)?, &looks, &say).await?;
            }
        }
        if wanted(Part::OwnVoice) {
            for (called, without) in over_own_voice::measure(named, &voices, &speech()?)? {
                report.add(called, &looks, &say).await?;
                let (mut without, doubts) = without;
                without.confirmed = looks.confirmed(doubts).await?;
                say(without.line());
                report.own_voice.push(without);
            }
        }
    }
    if wanted(Part::Robots) {
        let robots = speakers::robots(&word.name)?;
        for surroundings in &WHERE_CALLED {
            report.add(called::measure(named, "robots", &robots, surroundings)?, &looks, &say).await?;
        }
    }
    if wanted(Part::NearMisses) && word.name.eq_ignore_ascii_case(USUAL) {
        let said = speakers::near_misses().await?;
        for surroundings in &WHERE_NEARLY {
            let (mut called, doubts) = called::nearly(named, &said, surroundings)?;
            called.confirmed = looks.confirmed(doubts).await?;
            say(called.line());
            report.near_misses.push(called);
        }
    }
    if wanted(Part::Hours) {
        let corpus = Corpus::prepare()?;
        let begun = Instant::now();
        for (mut without, doubts) in corpus.listen(named, options.hours)? {
            without.confirmed = looks.confirmed(doubts).await?;
            say(without.line());
            report.without.push(without);
        }
        let [distinct, people] = corpus.hours();
        let total = Total::new(&report.without, distinct, people);
        say(total.line());
        say(format!("listening and mixing took {:.0} s", begun.elapsed().as_secs_f64()));
        report.total = Some(total);
    }
    if wanted(Part::Stop) {
        for stopped in stop::measure().await? {
            say(stopped.line());
            report.stop.push(stopped);
        }
        let corpus = Corpus::prepare()?;
        let without: Vec<Without> =
            corpus.listen(ear::STOP, options.hours)?.into_iter().map(|(without, _)| without).collect();
        without.iter().for_each(|without| say(without.line()));
        let [distinct, people] = corpus.hours();
        let total = Total::new(&without, distinct, people);
        say(total.line());
        report.stop_without = Some(total);
    }
    if let Some(recogniser) = &recogniser {
        recogniser.shut_down().await;
    }
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    Ok(())
}

impl WakeReport {
    /// Adds what was counted, once somebody has looked at what was in doubt.
    async fn add(
        &mut self,
        (mut called, doubts): (Called, Vec<Taken>),
        looks: &Looks<'_>,
        say: &impl Fn(String),
    ) -> Result<()> {
        called.confirmed = looks.confirmed(doubts).await?;
        say(called.line());
        self.called.push(called);
        Ok(())
    }
}

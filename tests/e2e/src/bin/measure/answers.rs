//! Everyday questions, asked in writing as `parley ask` does: how many are answered rightly, declined, or wrongly and surely.
//!
//! Terms: a question is **knowable**, a **sum**, about a **unit**, or **unknowable**. An answer is **right** where one of the
//! patterns that its question calls right is in it and none that it calls wrong; **declined** where it says that it does not
//! know; **sure** where it does not. All processes run for all questions of a profile, and nothing is remembered between them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use parley_conversation::{Event, Notice};
use parley_daemon::conductor::{Generating, Observation};
use parley_daemon::session::{Session, settings};
use parley_daemon::workers::{Needed, Workers};
use parley_models::{Catalogue, Manifest, Store, default_dir};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::room;

#[derive(Debug, Args)]
pub struct Options {
    /// The profile of models; several are measured one after the other
    #[arg(long, default_value = "tiny")]
    profile: Vec<String>,
    /// The questions
    #[arg(long, default_value = "tests/speech/answers.toml")]
    questions: PathBuf,
    /// Ask only every so many of them
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// Print one line of JSON for each profile instead of a table
    #[arg(long)]
    json: bool,
    /// Show every question with its answer and how it was judged: not for questions that are kept for judging
    #[arg(long)]
    show: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Debug, Deserialize)]
struct Question {
    id: String,
    kind: Kind,
    language: String,
    text: String,
    #[serde(default)]
    right: Vec<String>,
    #[serde(default)]
    wrong: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Knowable,
    Sum,
    Unit,
    Unknowable,
}

/// How it is said in the languages that Parley answers in that something is not known.
const DECLINES: &str = r"(?i)\b(do not|don'?t|does not|doesn'?t|cannot|can'?t|could not|couldn'?t|unable to|no way to|not able to|not possible to|impossible to) (really |actually |yet |be )?(know|tell|say|predict|answer|see|access|check|have|provide|determine|remember|look|foresee|knowable|hear)|\bnot sure\b|\bno idea\b|\bnobody (can|knows)|\bno one (can|knows)|\bguess(ing)?\b|\b(weiß|kann) .{0,20}nicht\b|\bno (lo )?(sé|puedo|tengo)|\bje ne (sais|peux)|\bnon (lo )?(so|posso)\b";

/// The longest time for one answer, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(300);

#[derive(Debug, Default, Clone, Serialize)]
struct Count {
    asked: u32,
    right: u32,
    declined: u32,
    wrong_and_sure: u32,
}

#[derive(Debug, Serialize)]
struct Report {
    profile: String,
    model: String,
    by_kind: BTreeMap<Kind, Count>,
    by_language: BTreeMap<String, Count>,
    all: Count,
    /// Milliseconds to the first words of an answer of the language model.
    first_text_ms_median: Option<f64>,
    first_text_ms_p95: Option<f64>,
    /// Of what is answered without the language model.
    ready_made: u32,
    words_median: f64,
    words_p95: f64,
}

struct Judge {
    right: Vec<Regex>,
    wrong: Vec<Regex>,
}

impl Judge {
    fn of(question: &Question) -> Result<Self> {
        let compile = |patterns: &[String]| {
            let of = |pattern: &String| RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build();
            patterns.iter().map(of).collect::<Result<Vec<_>, _>>().with_context(|| format!("question {}", question.id))
        };
        Ok(Self { right: compile(&question.right)?, wrong: compile(&question.wrong)? })
    }

    /// Right, declined.
    fn judge(&self, kind: Kind, answer: &str, declines: &Regex) -> (bool, bool) {
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(answer));
        let (right, wrong) = (any(&self.right) && !any(&self.wrong), any(&self.wrong));
        let declined = declines.is_match(answer);
        match kind {
            // To decline is what is right there; a claim beside it is none.
            Kind::Unknowable => ((right || declined) && !wrong, (right || declined) && !wrong),
            Kind::Knowable | Kind::Sum | Kind::Unit => (right, declined && !right),
        }
    }
}

impl Count {
    fn add(&mut self, (right, declined): (bool, bool)) {
        self.asked += 1;
        self.right += u32::from(right);
        self.declined += u32::from(declined);
        self.wrong_and_sure += u32::from(!right && !declined);
    }

    fn shown(&self) -> String {
        let Self { asked, right, declined, wrong_and_sure } = self;
        format!("{right:>4} right, {declined:>4} declined, {wrong_and_sure:>4} wrong and sure of {asked}")
    }
}

pub async fn run(options: &Options) -> Result<()> {
    let text = std::fs::read_to_string(&options.questions).with_context(|| options.questions.display().to_string())?;
    let mut questions = toml::from_str::<Questions>(&text)?.question;
    let mut number = 0;
    questions.retain(|_| {
        number += 1;
        (number - 1) % options.every == 0
    });
    for profile in &options.profile {
        let report = measure(profile, &questions, options.show).await?;
        if options.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report);
        }
    }
    Ok(())
}

async fn measure(profile: &str, questions: &[Question], show: bool) -> Result<Report> {
    let config = room::config()?;
    let folder =
        default_dir(|name| std::env::var_os(name)).context("there is no folder for models: set PARLEY_MODELS")?;
    let models = Catalogue::new(Manifest::embedded()?, Store::new(folder)?).select(profile)?;
    let model = models.language_model.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let workers = Workers::spawn(&config, &models, Needed::LanguageModel)?;
    workers.ready().await?;
    let generating = Generating { max_tokens: config.conversation.answer_tokens, ..Generating::default() };
    let session = Session::in_writing(settings(&config, &models), generating, workers)?;
    let declines = Regex::new(DECLINES)?;
    let mut report = Report {
        profile: profile.to_owned(),
        model,
        by_kind: BTreeMap::new(),
        by_language: BTreeMap::new(),
        all: Count::default(),
        first_text_ms_median: None,
        first_text_ms_p95: None,
        ready_made: 0,
        words_median: 0.0,
        words_p95: 0.0,
    };
    let (mut first, mut words) = (Vec::new(), Vec::new());
    for question in questions {
        let judge = Judge::of(question)?;
        let (answer, first_text_ms) = tokio::time::timeout(PATIENCE, ask(&session, &question.text))
            .await
            .with_context(|| format!("question {} was not answered in {PATIENCE:?}", question.id))??;
        let judged = judge.judge(question.kind, &answer, &declines);
        if show {
            println!("{:?} {judged:?} {}\n    {answer}", question.kind, question.text);
        }
        report.by_kind.entry(question.kind).or_default().add(judged);
        report.by_language.entry(question.language.clone()).or_default().add(judged);
        report.all.add(judged);
        match first_text_ms {
            Some(ms) => first.push(ms),
            None => report.ready_made += 1,
        }
        words.push(answer.split_whitespace().count() as f64);
    }
    session.close().await;
    let of = |values: &mut [f64], share| Some(room::percentile(values, share)).filter(|value| value.is_finite());
    (report.first_text_ms_median, report.first_text_ms_p95) = (of(&mut first, 0.5), of(&mut first, 0.95));
    (report.words_median, report.words_p95) = (room::percentile(&mut words, 0.5), room::percentile(&mut words, 0.95));
    Ok(report)
}

/// The answer, and how long the language model took to its first words, where it was asked.
async fn ask(session: &Session, question: &str) -> Result<(String, Option<f64>)> {
    let control = &session.handle.control;
    control.send(Event::Forget { last: None }).await?;
    let mut observations = session.handle.observations.subscribe();
    control.send(Event::Typed { text: question.to_owned() }).await?;
    loop {
        match observations.recv().await {
            Ok(Observation::Turn(turn)) => return Ok((turn.answer.clone(), turn.timeline.stages().first_text)),
            Ok(Observation::Notice(Notice::Degraded { stage, degraded: true })) => anyhow::bail!("{stage:?} fails"),
            Ok(Observation::Notice(_)) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => anyhow::bail!("the conversation ended"),
        }
    }
}

fn print(report: &Report) {
    println!("\nprofile {}, {}", report.profile, report.model);
    for (kind, count) in &report.by_kind {
        println!("  {:<12} {}", format!("{kind:?}").to_lowercase(), count.shown());
    }
    for (language, count) in &report.by_language {
        println!("  {language:<12} {}", count.shown());
    }
    println!("  {:<12} {}", "all", report.all.shown());
    let ms = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| format!("{value:.0} ms"));
    println!(
        "  first words of the model: median {}, 95th percentile {}; {} answered without it",
        ms(report.first_text_ms_median),
        ms(report.first_text_ms_p95),
        report.ready_made
    );
    println!("  words of an answer: median {:.0}, 95th percentile {:.0}", report.words_median, report.words_p95);
}

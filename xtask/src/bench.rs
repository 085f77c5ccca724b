//! `cargo xtask bench`: how fast a conversation is.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;
use parley_speech as speech;

use crate::{build, process, system, updating};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// A folder of spoken questions (WAV) instead of the built-in ones
    #[arg(long)]
    questions: Option<PathBuf>,
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Measure twice, alone and while an update installs, and compare
    #[arg(long)]
    while_updating: bool,
    /// Further options for `parley bench`
    #[arg(last = true)]
    further: Vec<String>,
}

/// Prepares models and questions, and runs `parley bench`.
pub fn run(options: &Options, install: bool) -> Result<()> {
    if options.questions.is_none() {
        system::ensure(speech::SYSTEM_PACKAGES, install)?;
    }
    let built = build::ready(install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    let questions = match &options.questions {
        Some(folder) => folder.clone(),
        None => questions()?,
    };
    if options.while_updating {
        return updating::run(&questions, &options.further, install);
    }
    let mut bench = Command::new(&built.parley);
    bench.arg("bench").arg("--questions").arg(questions);
    if options.json {
        bench.arg("--json");
    }
    process::run(bench.args(&options.further))
}

/// The folder of the built-in questions.
pub fn questions() -> Result<PathBuf> {
    let folder = speech::default_folder();
    speech::prepare(&folder)?;
    Ok(folder.join("questions"))
}

//! `cargo xtask bench`: how fast a conversation is.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::Args;
use parley_speech as speech;
use xtask::process;

use crate::Built;

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// A folder of spoken questions (WAV) instead of the built-in ones
    #[arg(long)]
    questions: Option<PathBuf>,
    /// Let speech interrupt an answer, as with a headset, instead of what the image ships
    #[arg(long)]
    headset: bool,
    /// One JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Further options for `parley bench`
    #[arg(last = true)]
    further: Vec<String>,
}

/// Prepares models and questions, and runs `parley bench`.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let built = Built::product(if options.questions.is_none() { speech::SYSTEM_PACKAGES } else { &[] }, install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    let questions = match &options.questions {
        Some(folder) => folder.clone(),
        None => speech::prepare(&speech::default_folder())?.folder.join("questions"),
    };
    let mut bench = Command::new(&built.parley);
    bench.arg("bench").arg("--questions").arg(questions);
    if options.json {
        bench.arg("--json");
    }
    if options.headset {
        bench.arg("--headset");
    }
    process::run(bench.args(&options.further))
}

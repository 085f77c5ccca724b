//! `cargo xtask measure` and `soak`: behaviour, accuracy and endurance on the real engines.

use std::process::Command;

use anyhow::Result;
use xtask::tally::Tally;
use xtask::{build, places, process};

use crate::Built;

/// A measurement that is a tier of tests: it ends with their closing line, unless only its help is asked for.
pub fn tier(name: &str, arguments: &[String], install: bool) -> Result<()> {
    if asks_for_help(arguments) {
        return run(arguments, install);
    }
    let mut tally = Tally::default();
    tally.step(name, || run(arguments, install));
    tally.close()
}

fn asks_for_help(arguments: &[String]) -> bool {
    arguments.iter().any(|word| word.ends_with("help") || word == "-h")
}

/// Builds the measuring program, and runs it with these arguments. Its help needs neither workers nor models.
pub fn run(arguments: &[String], install: bool) -> Result<()> {
    let needs_nothing = arguments.iter().all(|word| word.starts_with('-')) || asks_for_help(arguments);
    if !needs_nothing {
        let built = Built::product(parley_speech::SYSTEM_PACKAGES, install)?;
        process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    }
    process::run(build::cargo().args(["build", "--release", "--locked", "-p", "parley-e2e", "--bin", "measure"]))?;
    process::run(Command::new(places::programs().join("measure")).args(arguments))
}

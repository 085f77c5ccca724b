//! `cargo xtask measure` and `soak`: behaviour, accuracy and endurance on the real engines.

use std::process::Command;

use anyhow::Result;
use xtask::{build, places, process};

use crate::Built;

/// Builds the measuring program, and runs it with these arguments. Its help needs neither workers nor models.
pub fn run(arguments: &[String], install: bool) -> Result<()> {
    let needs_nothing = arguments.iter().all(|word| word.starts_with('-'))
        || arguments.iter().any(|word| word.ends_with("help") || word == "-h");
    if !needs_nothing {
        let built = Built::product(parley_speech::SYSTEM_PACKAGES, install)?;
        process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    }
    process::run(build::cargo().args(["build", "--release", "--locked", "-p", "parley-e2e", "--bin", "measure"]))?;
    process::run(Command::new(places::programs().join("measure")).args(arguments))
}

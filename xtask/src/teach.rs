//! `cargo xtask teach`: the heads that hear a word by embeddings.

use std::process::Command;

use anyhow::Result;
use parley_speech::teaching::TEACHING_PACKAGES;
use xtask::{build, places, process};

use crate::Built;

/// Builds the teaching program, and runs it with these arguments. Its help needs neither workers nor models.
pub fn run(arguments: &[String], install: bool) -> Result<()> {
    if !arguments.iter().any(|word| word == "--help" || word == "-h") {
        let built = Built::product(TEACHING_PACKAGES, install)?;
        process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    }
    process::run(build::cargo().args(["build", "--release", "--locked", "-p", "parley-e2e", "--bin", "teach"]))?;
    process::run(Command::new(places::programs().join("teach")).args(arguments))
}

//! `cargo xtask measure`: manners and accuracy on the real engines.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{build, places, process};

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// pauses, endpoints, barge-in, cancel, accuracy or soak, with their own options
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    what: Vec<String>,
}

/// Options that the measuring program defines.
#[derive(Args)]
pub struct Forwarded {
    /// See `--help`, which the measuring program answers
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

impl Forwarded {
    /// The measuring program's arguments.
    pub fn to(&self, command: &str) -> Vec<String> {
        [&[command.to_owned()], self.options.as_slice()].concat()
    }
}

/// Builds the measuring program, and runs it.
pub fn run(options: &Options, install: bool) -> Result<()> {
    run_with(&options.what, install)
}

/// Builds the measuring program, and runs its soak test.
pub fn soak(options: &Forwarded, install: bool) -> Result<()> {
    run_with(&options.to("soak"), install)
}

/// Builds the measuring program, and runs it with these arguments. Its help needs neither workers nor models.
pub fn run_with(arguments: &[String], install: bool) -> Result<()> {
    if arguments.iter().any(|argument| ["-h", "--help"].contains(&argument.as_str())) {
        process::run(build::cargo().args(["build", "--release", "--locked", "-p", "parley-e2e", "--bin", "measure"]))?;
    } else {
        let built = build::ready(parley_speech::SYSTEM_PACKAGES, install)?;
        process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    }
    process::run(Command::new(places::programs().join("measure")).args(arguments))
}

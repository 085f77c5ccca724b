//! `cargo xtask measure`: manners and accuracy on the real engines.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{build, places, process, system};

/// What is measured.
#[derive(Args)]
pub struct Options {
    /// pauses, endpoints, barge-in, cancel, accuracy or soak, with their own options
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    what: Vec<String>,
}

/// Builds the measuring program, and runs it.
pub fn run(options: &Options, install: bool) -> Result<()> {
    run_with(&options.what, install)
}

/// Builds the measuring program, and runs it with these arguments.
pub fn run_with(arguments: &[String], install: bool) -> Result<()> {
    system::ensure(parley_speech::SYSTEM_PACKAGES, install)?;
    let built = build::ready(install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    process::run(built.cargo().args(["build", "--release", "--locked", "-p", "parley-tests", "--bin", "measure"]))?;
    process::run(Command::new(places::programs().join("measure")).args(arguments))
}

//! `cargo xtask soak`: hundreds of turns while workers are killed.

use anyhow::Result;
use clap::Args;
use parley_speech as speech;

use crate::{build, process, system};

/// Options of the soak test.
#[derive(Args)]
pub struct Options {
    /// How many turns
    #[arg(long, default_value_t = 500)]
    turns: u32,
    /// Kill a random worker every so many turns
    #[arg(long, default_value_t = 20)]
    kill_every: u32,
    /// Makes the choice of questions and victims repeatable
    #[arg(long)]
    seed: Option<u64>,
}

/// Builds, and runs the soak test.
pub fn run(options: &Options, install: bool) -> Result<()> {
    system::ensure(speech::SYSTEM_PACKAGES, install)?;
    let built = build::ready(install)?;
    process::run(std::process::Command::new(&built.parley).args(["models", "fetch"]))?;
    let mut soak = built.cargo();
    soak.args(["run", "--release", "--locked", "-p", "parley-tests", "--bin", "soak", "--"]);
    soak.args(["--turns", &options.turns.to_string(), "--kill-every", &options.kill_every.to_string()]);
    if let Some(seed) = options.seed {
        soak.args(["--seed", &seed.to_string()]);
    }
    process::run(soak.arg(crate::bench::questions()?))
}

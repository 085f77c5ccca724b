//! `cargo xtask soak`: hundreds of turns while workers are killed.

use anyhow::Result;
use clap::Args;

use crate::measure;

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
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Builds, and runs the soak test.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let (turns, kill_every, seed) =
        (options.turns.to_string(), options.kill_every.to_string(), options.seed.to_string());
    let arguments = ["soak", "--turns", &turns, "--kill-every", &kill_every, "--seed", &seed];
    measure::run_with(&arguments.map(str::to_owned), install)
}

//! The worker program; see the library of this package.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use parley_engines::{WorkerDetails, worker};
use parley_worker_smart_turn::smart_turn::SmartTurn;

/// Tells from the sound whether a speaker has finished, for Parley.
///
/// Parley starts this program, and speaks the protocol of parley-engines with it; it is not meant to be started by
/// hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The model: smart-turn 3 as ONNX
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// How many processor cores to compute on
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
}

fn main() -> ExitCode {
    // It is asked while the words are being made out, which take longer and are waited for.
    worker::let_others_first();
    let arguments = Arguments::parse();
    worker::main(|| {
        let smart_turn = SmartTurn::load(&arguments.model, arguments.threads.get())?;
        Ok((smart_turn, WorkerDetails::of(&arguments.model)))
    })
}

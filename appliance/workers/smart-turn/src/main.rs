//! The worker binary; see the library of this package.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::anyhow;
use clap::Parser;
use parley_engines::{Judge, Kind, WorkerDetails, worker};
use parley_worker_smart_turn::end_of_turn::EndOfTurnHead;
use parley_worker_smart_turn::engine::Ears;

/// `EX_CONFIG`: starting again does not help until a file or an option has changed.
const UNUSABLE: u8 = 78;

/// Listens for Parley: takes sound on standard input, judges it on standard output.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// The model that tells whether a speaker has finished: smart-turn 3 as ONNX
    #[arg(long, value_name = "PATH")]
    end_of_turn: PathBuf,
    /// Threads to compute with
    #[arg(long, value_name = "N", default_value = "1")]
    threads: NonZeroUsize,
}

fn main() -> ExitCode {
    let begun = Instant::now();
    match run(&Options::parse(), begun) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard error may be closed; then the exit code is all that can be told.
            let _ = writeln!(std::io::stderr(), "parley-worker-smart-turn: {}", one_line(&error.to_string()));
            ExitCode::from(UNUSABLE)
        }
    }
}

fn run(options: &Options, begun: Instant) -> anyhow::Result<()> {
    let ears = Ears { end_of_turn: EndOfTurnHead::load(&options.end_of_turn, options.threads.get())? };
    let details = WorkerDetails {
        engine: Judge::NAME.to_owned(),
        model: options.end_of_turn.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        load_ms: begun.elapsed().as_millis() as u64,
        ..WorkerDetails::default()
    };
    worker::serve::<Judge>(ears, details).map_err(|error| anyhow!("the pipe to Parley broke: {error}"))
}

/// What native libraries say ends in a new line, or has several.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

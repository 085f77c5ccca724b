//! The language model worker: answers chats with llama.cpp, over the protocol of [`parley_engines::protocol`].
//!
//! It ends with 66 where the model file cannot be read, 65 where it is no usable model, 70 where the pipe broke, and
//! one line on standard error says why.

mod answer;
mod cache;
mod engine;
mod interrupt;
mod prompt;
mod repetition;
mod sampler;
mod sentence;
mod state_file;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use parley_engines::{Kind, Think, WorkerDetails, openmp, worker};
use parley_model_file::ModelFileError;

use engine::{Llama, LoadError};

/// Answers chats with a language model, for Parley.
///
/// Tasks come in on standard input, answers go out on standard output, in the protocol of parley-engines.
/// Parley starts this program; there is little use in starting it by hand.
#[derive(Debug, Parser)]
#[command(name = "parley-worker-llama", version)]
struct Arguments {
    /// The model, a GGUF file
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// How many processor cores to compute on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
    /// How many tokens of prompt and answer fit; never more than the model was trained for
    #[arg(long, value_name = "TOKENS", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(128..=131_072))]
    context: u32,
    /// Where to keep the evaluated system prompt from one start to the next
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    openmp::sleep_while_waiting();
    let arguments = Arguments::parse();
    let start = Instant::now();
    let llama =
        match Llama::load(&arguments.model, arguments.threads, arguments.context, arguments.state_dir.as_deref()) {
            Ok(llama) => llama,
            Err(error) => return fail(exit_code(&error), &error),
        };
    let details = WorkerDetails {
        engine: Think::NAME.to_owned(),
        model: arguments.model.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        load_ms: start.elapsed().as_millis() as u64,
        context_tokens: Some(llama.context_tokens()),
        ..WorkerDetails::default()
    };
    match worker::serve(llama, details) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(70, &error),
    }
}

/// The codes of sysexits.h.
fn exit_code(error: &LoadError) -> u8 {
    match error {
        LoadError::File { error: ModelFileError::Io(_), .. } => 66,
        LoadError::File { .. } | LoadError::Refused { .. } => 65,
        LoadError::StateFolder { .. } => 73,
    }
}

fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    // Nobody is left to be told where even standard error is closed.
    let _ = writeln!(std::io::stderr(), "parley-worker-llama: {error}");
    ExitCode::from(code)
}

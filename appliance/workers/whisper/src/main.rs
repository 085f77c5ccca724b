//! The speech-to-text worker: transcribes with whisper.cpp, over the protocol of [`parley_engines::protocol`].
//!
//! It ends with 66 where the model file cannot be read, 65 where it is no usable model or lacks a language, 70 where
//! the pipe broke, and one line on standard error says why.

mod audio;
mod decoder;
mod engine;
mod interrupt;
mod language;
mod text;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use parley_engines::{Kind, Listen, WorkerDetails, openmp, worker};
use parley_model_file::ModelFileError;

use engine::{LoadError, Whisper};

/// Turns speech into text with a Whisper model, for Parley.
///
/// Tasks come in on standard input, transcripts go out on standard output, in the protocol of parley-engines.
/// Parley starts this program; there is little use in starting it by hand.
#[derive(Debug, Parser)]
#[command(name = "parley-worker-whisper", version)]
struct Arguments {
    /// The model, a file in whisper.cpp's ggml format
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// How many processor cores to compute on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
    /// The language to expect, until another one is surely heard
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: String,
    /// Detect only these languages, such as en,es,fr; all that the model knows by default
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    languages: Vec<String>,
}

fn main() -> ExitCode {
    openmp::sleep_while_waiting();
    let arguments = Arguments::parse();
    let start = Instant::now();
    let loaded = Whisper::load(&arguments.model, arguments.threads as usize, &arguments.language, &arguments.languages);
    let whisper = match loaded {
        Ok(whisper) => whisper,
        Err(error) => return fail(exit_code(&error), &error),
    };
    let details = WorkerDetails {
        engine: Listen::NAME.to_owned(),
        model: arguments.model.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        load_ms: start.elapsed().as_millis() as u64,
        languages: whisper.languages(),
        ..WorkerDetails::default()
    };
    match worker::serve(whisper, details) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(70, &error),
    }
}

/// The codes of sysexits.h.
fn exit_code(error: &LoadError) -> u8 {
    match error {
        LoadError::File { error: ModelFileError::Io(_), .. } => 66,
        LoadError::File { .. } | LoadError::Refused { .. } | LoadError::Language { .. } => 65,
    }
}

fn fail(code: u8, error: &dyn std::error::Error) -> ExitCode {
    // Nobody is left to be told where even standard error is closed.
    let _ = writeln!(std::io::stderr(), "parley-worker-whisper: {error}");
    ExitCode::from(code)
}

//! The speech-to-text worker: transcribes with whisper.cpp, over the protocol of [`parley_engines::protocol`].

mod audio;
mod belief;
mod decoder;
mod earlier;
mod engine;
mod interrupt;
mod inventions;
mod language;
mod remedies;
mod repetition;
mod scores;
mod speech;
mod text;
mod vocabulary;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use parley_engines::{WorkerDetails, openmp, worker};

use engine::Whisper;

/// Turns speech into text with a Whisper model, for Parley.
///
/// Parley starts this program, and speaks the protocol of parley-engines with it; it is not meant to be started by
/// hand.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The model, a file in whisper.cpp's ggml format
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// How many processor cores to compute on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
    /// The language to expect, until another one is clearly heard
    #[arg(long, value_name = "CODE", default_value = "en")]
    language: String,
    /// Detect only these languages, such as en,es,fr [default: all that the model knows]
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    languages: Vec<String>,
    /// A name or a word of the owner's, which is heard sooner; may come several times
    #[arg(long = "word", value_name = "WORD")]
    vocabulary: Vec<String>,
}

fn main() -> ExitCode {
    openmp::sleep_while_waiting();
    let Arguments { model, threads, language, languages, vocabulary } = Arguments::parse();
    worker::main(|| {
        let whisper = Whisper::load(&model, threads as usize, &language, &languages, &vocabulary)?;
        let languages = whisper.languages();
        Ok((whisper, WorkerDetails { languages, ..WorkerDetails::of(&model) }))
    })
}

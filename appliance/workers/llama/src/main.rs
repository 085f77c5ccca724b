//! The language model worker: answers chats with llama.cpp, over the protocol of [`parley_engines::protocol`].

mod answer;
mod cache;
mod engine;
mod interrupt;
mod prompt;
mod repetition;
mod sampler;
mod sentence;
mod sequences;
mod state_file;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use parley_engines::{WorkerDetails, openmp, worker};

use engine::Llama;

/// Answers chats with a language model, for Parley.
///
/// Parley starts this program, and speaks the protocol of parley-engines with it; it is not meant to be started by
/// hand.
#[derive(Debug, Parser)]
#[command(version)]
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
    worker::let_others_first();
    let Arguments { model, threads, context, state_dir } = Arguments::parse();
    worker::main(|| {
        let llama = Llama::load(&model, threads, context, state_dir.as_deref())?;
        let context_tokens = Some(llama.context_tokens());
        Ok((llama, WorkerDetails { context_tokens, ..WorkerDetails::of(&model) }))
    })
}

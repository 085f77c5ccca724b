//! Measures a conversation's behaviour and accuracy on the real engines and real recordings. `cargo xtask measure
//! --help`.
//!
//! Nothing here passes or fails by the clock of a busy machine: it prints figures, and fails only where a turn hangs,
//! an answer is lost, or sound is heard that belongs to nobody.

#![allow(clippy::print_stdout, reason = "a developer's command line talks to its terminal")]

mod accuracy;
mod answers;
mod barge_in;
mod cancel;
mod conditioning;
mod echo;
mod endpoints;
mod held;
mod hesitations;
mod pauses;
mod room;
mod soak;
mod stop;
mod voice_activity;
mod voices;
mod wake;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "measure", about = "Behaviour and accuracy, measured on real engines", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Are pauses in mid-sentence left alone, and finished questions not waited on?
    Pauses(pauses::Options),
    /// What does the end-of-turn model say of pauses and of ends, by the silence it hears?
    Endpoints,
    /// How soon is Parley silent when somebody speaks over it, and what makes it go on?
    BargeIn,
    /// How soon is Parley silent after "stop", over its own voice in simulated rooms, and after a key?
    Stop,
    /// How soon is an engine free after its job was cancelled?
    Cancel,
    /// How much of its own voice is taken out, in simulated rooms; does it interrupt itself, and who interrupts it?
    Echo(echo::Options),
    /// Is the spoken language recognised, and how many words are wrong?
    Accuracy(accuracy::Options),
    /// What is known of everyday questions, what is declined, and what is claimed wrongly
    Answers(answers::Options),
    /// What does the microphone's path add to a voice?
    Conditioning,
    /// What does the detector call speech, in silence, noise, hum, knocks and music?
    VoiceActivity,
    /// How soon and how fast each language's voice speaks, and is it understood?
    Voices(voices::Options),
    /// How soon is a turn ended while a television goes on, and whose words are understood?
    Held(held::Options),
    /// How seldom is a wake word missed, and how often is it heard where nobody said it?
    Wake(wake::Options),
    /// Hundreds of turns while workers are killed
    Soak(soak::Options),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Pauses(options) => pauses::run(&options).await,
            Command::Endpoints => endpoints::run().await,
            Command::BargeIn => barge_in::run().await,
            Command::Stop => stop::run().await,
            Command::Cancel => cancel::run().await,
            Command::Echo(options) => echo::run(&options).await,
            Command::Accuracy(options) => accuracy::run(&options).await,
            Command::Answers(options) => answers::run(&options).await,
            Command::Conditioning => conditioning::run(),
            Command::VoiceActivity => voice_activity::run(),
            Command::Voices(options) => voices::run(&options).await,
            Command::Wake(options) => wake::run(&options).await,
            Command::Held(options) => held::run(&options).await,
            Command::Soak(options) => soak::run(&options).await,
        }
    })
}

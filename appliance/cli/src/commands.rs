//! The command line. One command, one file.

mod ask;
mod bench;
mod check;
mod common;
mod ctl;
mod faults;
mod gateway;
mod models;
mod room;
mod run;
mod say;
mod shell;
mod talk;
mod transcribe;
mod update;
mod wake;
mod wake_test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};

use parley_settings::{Config, Loaded, Places};
use parley_update::{command_line::UpdateCommand, output};

/// A voice assistant that lives on this machine and needs no network.
#[derive(Debug, Parser)]
#[command(name = "parley", version, arg_required_else_help = true, disable_help_subcommand = true)]
#[command(after_help = "Start with `parley check`: it says what works on this machine, and how to fix what does not.")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// A file of settings that wins over all others; `parley check --config FILE` says what it would change
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Listen and answer until stopped: what the appliance does
    Run,
    /// Talk with the microphone, or hold a conversation from recordings
    Talk(talk::Options),
    /// Ask a question in writing; without one, hold a typed conversation
    Ask(ask::Options),
    /// Speak a text, or write it to a WAV file
    Say(say::Options),
    /// Transcribe WAV files
    Transcribe(transcribe::Options),
    /// Teach a wake word of your own, and see which there are
    #[command(subcommand)]
    Wake(wake::WakeCommand),
    /// Count how often wake words are heard in recordings, and where none is said
    WakeTest(wake_test::Options),
    /// List, download and verify models
    Models(models::Options),
    /// Measure how fast a conversation is on this machine
    Bench(bench::Options),
    /// Say what works on this machine, and how to fix what does not
    Check(check::Options),
    /// See and steer the Parley that is running
    Ctl(ctl::Options),
    /// Show what was recorded when something failed: times and names, no words
    Faults(faults::Options),
    /// Stand between the network and Parley; without functions yet
    Gateway,
    /// Install updates, go back, and see what happened
    #[command(subcommand)]
    Update(UpdateCommand),
    /// Print a completion script for a shell
    Completions(shell::CompletionOptions),
    /// Print the manual page
    Man,
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::try_from_env("PARLEY_LOG").unwrap_or_else(|_| "warn".into()))
        .with_writer(std::io::stderr)
        .init();
    output::end("parley", dispatch(cli))
}

fn dispatch(cli: Cli) -> Result<ExitCode> {
    let config = || config(cli.config.as_deref());
    match cli.command {
        Command::Run => {
            // A file that somebody names is taken whole or refused, with its models.
            let image = if cli.config.is_none() { Places::of_this_machine().image() } else { None };
            run::run(&load(cli.config.as_deref())?, image.as_ref(), cli.config.as_deref())
        }
        Command::Talk(options) => talk::run(&options, &config()?, cli.config.as_deref()),
        Command::Ask(options) => ask::run(&options, &config()?),
        Command::Say(options) => say::run(&options, &config()?),
        Command::Transcribe(options) => transcribe::run(&options, &config()?),
        Command::Wake(command) => wake::run(&command, &config()?),
        Command::WakeTest(options) => wake_test::run(&options, &config()?),
        Command::Models(options) => models::run(&options, &config()?),
        Command::Bench(options) => bench::run(&options, &config()?),
        Command::Check(options) => check::run(&options, cli.config.as_deref()),
        Command::Ctl(options) => ctl::run(options),
        Command::Faults(options) => faults::run(&options),
        Command::Gateway => gateway::run(),
        Command::Update(_) => update::run(),
        Command::Completions(options) => shell::completions(&options, &mut Cli::command()),
        Command::Man => shell::man(Cli::command()),
    }
}

/// The settings; what has no effect is remarked.
fn config(named: Option<&Path>) -> Result<Config> {
    Ok(load(named)?.config)
}

fn load(named: Option<&Path>) -> Result<Loaded> {
    let loaded = Places::of_this_machine().load_with(named)?;
    for mistake in &loaded.mistakes {
        tracing::warn!("{mistake}; it has no effect");
    }
    Ok(loaded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

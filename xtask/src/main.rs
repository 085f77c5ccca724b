//! Every developer command: `cargo xtask --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

mod bench;
mod check;
mod cost;
mod coverage;
mod demo;
mod fuzz;
mod image;
mod measure;
mod mutants;
mod peers;
mod teach;
mod test;

use clap::{Args, Parser, Subcommand};
use xtask::build::Built;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every developer command of Parley", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Only name the missing system packages, never install them
    #[arg(long, global = true)]
    no_install: bool,
}

#[derive(Subcommand)]
enum Command {
    /// From a fresh machine to a conversation from recordings: packages, models, build, talk
    Demo(demo::Options),
    /// Formatting, lints and the tests of the pure crates: a minute, and no engine is built
    Check(check::Options),
    /// Everything that a change must pass: formatting, lints, licences, tests, real conversations, the virtual device
    Test(test::Options),
    /// Build the program and its workers
    Build,
    /// Measure latencies over at least 20 spoken questions, CPU and memory
    Bench(bench::Options),
    /// Measure behaviour and accuracy: pauses, endpoints, barge-in, cancelling, languages, words, answers
    #[command(disable_help_flag = true)]
    Measure(Forwarded),
    /// Teach the heads that hear a wake word and "stop": an hour and more of voices that say them, kept for the next time
    #[command(disable_help_flag = true)]
    Teach(Forwarded),
    /// Hold hundreds of conversations while workers are killed at random
    #[command(disable_help_flag = true)]
    Soak(Forwarded),
    /// Feed random bytes to whatever reads bytes from outside, guided by coverage
    Fuzz(fuzz::Options),
    /// Plant bugs one at a time, and see whether the tests notice
    Mutants(mutants::Options),
    /// Measure line coverage
    Coverage(coverage::Options),
    /// Make and sign an update
    #[command(disable_help_flag = true)]
    Bundle(Forwarded),
    /// Build, start and test the virtual device: the product's disk in an emulated board
    #[command(disable_help_flag = true)]
    Device(Forwarded),
    /// Check the Yocto layer, and write what is generated in it
    #[command(disable_help_flag = true)]
    Layer(Forwarded),
    /// Put a release together: card, block map, bundle, checksums, Raspberry Pi Imager's entry
    #[command(disable_help_flag = true)]
    Release(Forwarded),
}

/// Options that another program defines.
#[derive(Args)]
struct Forwarded {
    /// Options of that program; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

impl Forwarded {
    /// The other program's arguments.
    fn to(&self, command: &str) -> Vec<String> {
        [&[command.to_owned()], self.options.as_slice()].concat()
    }
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let install = !cli.no_install;
    match cli.command {
        Command::Demo(options) => demo::run(&options, install),
        Command::Check(options) => check::run(&options, install),
        Command::Test(options) => test::run(&options, install),
        Command::Build => Built::product(&[], install).map(drop),
        Command::Bench(options) => bench::run(&options, install),
        Command::Measure(forwarded) => measure::run(&forwarded.options, install),
        Command::Teach(forwarded) => teach::run(&forwarded.options, install),
        Command::Soak(forwarded) => measure::tier("soak", &forwarded.to("soak"), install),
        Command::Fuzz(options) => fuzz::run(&options, install),
        Command::Mutants(options) => mutants::run(&options, install),
        Command::Coverage(options) => coverage::run(&options, install),
        Command::Bundle(forwarded) => image::run(&forwarded.to("bundle"), install),
        Command::Device(forwarded) => image::run(&forwarded.to("device"), install),
        Command::Layer(forwarded) => image::run(&forwarded.to("layer"), install),
        Command::Release(forwarded) => image::run(&forwarded.to("release"), install),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert_eq!(xtask::documented::mistakes(&Cli::command(), true), [""; 0]);
    }

    #[test]
    fn what_follows_soak_goes_to_the_measuring_program() {
        for options in [&["--help"][..], &["-h"], &["--turns", "5", "--seed", "2"], &[]] {
            let cli = Cli::try_parse_from(["xtask", "--no-install", "soak"].iter().chain(options));
            let Ok(Cli { command: Command::Soak(forwarded), no_install: true }) = cli else { panic!("{options:?}") };
            assert_eq!(forwarded.to("soak"), [&["soak"], options].concat());
        }
    }
}

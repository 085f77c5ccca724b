//! Every developer command: `cargo xtask --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

mod bench;
mod build;
mod bundle;
mod coverage;
mod demo;
mod device;
mod download;
mod layer;
mod measure;
mod onnxruntime;
mod places;
mod process;
mod reproducible;
mod system;
mod test;
mod tools;
mod updating;

use clap::{Parser, Subcommand};

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
    /// Hold a conversation from recorded utterances: packages, models, build and all
    Demo(demo::Options),
    /// Everything that a change must pass: formatting, lints, licences, tests, real conversations
    Test(test::Options),
    /// Build the program and its workers
    Build,
    /// Measure latencies over at least 20 spoken questions, CPU and memory
    Bench(bench::Options),
    /// Measure manners and accuracy: pauses, barge-in, cancelling, languages, words
    Measure(measure::Options),
    /// Hold hundreds of conversations while workers are killed at random
    #[command(disable_help_flag = true)]
    Soak(measure::Forwarded),
    /// Make and sign an update
    Bundle(bundle::Options),
    /// Measure how much of an update a device downloads that has an older version
    Download(download::Options),
    /// What `bench --while-updating` runs beside the bench
    #[command(hide = true)]
    UpdatingLoad(updating::LoadOptions),
    /// Measure line coverage
    Coverage(coverage::Options),
    /// Build, start and test the virtual device: the product's disk in an emulated board
    Device(device::Options),
    /// Check the Yocto layer, and write what is generated in it
    Layer(layer::Options),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let install = !cli.no_install;
    match cli.command {
        Command::Demo(options) => demo::run(&options, install),
        Command::Test(options) => test::run(&options, install),
        Command::Build => build::ready(&[], install).map(|_| ()),
        Command::Bench(options) => bench::run(&options, install),
        Command::Measure(options) => measure::run(&options, install),
        Command::Soak(options) => measure::soak(&options, install),
        Command::Bundle(options) => bundle::run(&options, install),
        Command::Download(options) => download::run(&options),
        Command::UpdatingLoad(options) => updating::load(&options),
        Command::Coverage(options) => coverage::run(&options, install),
        Command::Device(options) => device::run(&options, install),
        Command::Layer(options) => layer::run(&options, install),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
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

//! Every developer command: `cargo xtask --help`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

mod bench;
mod build;
mod coverage;
mod demo;
mod device;
mod layer;
mod measure;
mod onnxruntime;
mod places;
mod process;
mod soak;
mod system;
mod test;
mod tools;

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
    Soak(soak::Options),
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
        Command::Build => build::ready(install).map(|_| ()),
        Command::Bench(options) => bench::run(&options, install),
        Command::Measure(options) => measure::run(&options, install),
        Command::Soak(options) => soak::run(&options, install),
        Command::Coverage(options) => coverage::run(&options, install),
        Command::Device(options) => device::run(&options, install),
        Command::Layer(options) => layer::run(&options),
    }
}

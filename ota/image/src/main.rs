//! Everything about images: `cargo xtask bundle|device|layer|release`, which start this program.
//!
//! A crate of its own, so that nobody compiles it who only wants to talk to Parley.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

mod bundle;
mod contents;
mod device;
mod files;
mod layer;
mod packages;
mod recipe;
mod release;
mod reproducible;
mod versions;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Updates, the virtual device and the Yocto layer",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Only name the missing system packages, never install them
    #[arg(long, global = true)]
    no_install: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Make and sign an update
    Bundle(bundle::Options),
    /// Build, start and test the virtual device: the product's disk in an emulated board
    #[command(subcommand)]
    Device(device::Command),
    /// Check the Yocto layer, and write what is generated in it
    #[command(subcommand)]
    Layer(layer::Command),
    /// Put a release together: card, block map, update, lists of materials, page to print, checksums, Raspberry Pi Imager's entry
    Release(release::Options),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let install = !cli.no_install;
    match cli.command {
        Command::Bundle(options) => bundle::run(&options, install),
        Command::Device(command) => device::run(&command, install),
        Command::Layer(command) => layer::run(&command, install),
        Command::Release(options) => release::run(&options, install),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
        assert_eq!(xtask::documented::mistakes(&Cli::command(), false), [""; 0]);
    }
}

//! `cargo xtask device build|run|test`: the virtual device. docs/DEVICE.md says what it proves and what it does not.

mod bundles;
mod card;
mod cross;
mod disk;
mod initramfs;
mod make;
mod product;
mod root;
mod start;
mod test;
mod userland;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use parley_device::layout::Layout;

use xtask::{places, system};

#[derive(Subcommand)]
pub enum Command {
    /// Build its disk from Debian packages and this clone
    Build(BuildOptions),
    /// Start it and run commands in it
    Run(start::Options),
    /// Start a card that the Yocto layer lays out, and take an update on it
    Card(card::Options),
    /// Run the named cases: starts, failing trials, installations, power cuts
    Test(test::Options),
    /// Show the figures that the last runs measured, rollbacks first
    Figures(test::FiguresOptions),
    /// Serve one connection of the guest's over standard input and output
    #[command(hide = true)]
    Serve(test::ServeOptions),
}

#[derive(Args)]
pub struct BuildOptions {
    /// Make its images a second time, and compare them byte by byte
    #[arg(long)]
    twice: bool,
}

pub fn run(command: &Command, install: bool) -> Result<()> {
    // The emulator starts this one, many times, and takes its output for the server's.
    if !matches!(command, Command::Serve(_) | Command::Figures(_)) {
        system::ensure(system::DEVICE, install)?;
    }
    match command {
        Command::Build(options) => {
            let built = disk::ready()?;
            println!("The disk: {}", built.disk.display());
            if options.twice {
                disk::compare_with_a_second(&built)?;
            }
        }
        Command::Run(options) => start::run(options)?,
        Command::Card(options) => card::run(options)?,
        Command::Test(options) => test::run(options)?,
        Command::Figures(options) => test::figures(options)?,
        Command::Serve(options) => test::serve(options)?,
    }
    Ok(())
}

/// The folder for everything that is made here and outlives the clone.
fn folder() -> Result<PathBuf> {
    let folder = places::cache()?.join("device");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

fn layout() -> Result<Layout> {
    let file = places::workspace().join("ota/layout.toml");
    Layout::parse(&std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?)
}

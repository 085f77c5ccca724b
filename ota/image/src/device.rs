//! `cargo xtask device build|run|test`: the virtual device. docs/DEVICE.md says what it proves and what it does not.

mod bundles;
mod card;
mod cross;
mod disk;
mod initramfs;
mod make;
mod modules;
mod product;
mod root;
mod start;
mod test;
mod userland;
mod versions;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use parley_device::layout::Layout;

use xtask::{places, system};

#[derive(Subcommand)]
pub enum Command {
    /// Build its disk from Debian packages and this clone
    Build {
        /// Make its images a second time, and compare them byte by byte
        #[arg(long)]
        twice: bool,
    },
    /// Start it and run commands in it
    Run(start::Options),
    /// Start a card that the Yocto layer lays out, and take an update on it
    Card(card::Options),
    /// Run the named cases: starts, failing trials, installations, power cuts
    Test(test::Options),
    /// Show the figures that the last runs measured, rollbacks first
    Figures {
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
    /// Serve one connection of the guest's over standard input and output
    #[command(hide = true)]
    Serve { folder: PathBuf, log: PathBuf },
}

pub fn run(command: &Command, install: bool) -> Result<()> {
    // The emulator starts this one, many times, and takes its output for the server's.
    if !matches!(command, Command::Serve { .. } | Command::Figures { .. }) {
        system::ensure(system::DEVICE, install)?;
    }
    match command {
        Command::Build { twice } => {
            let built = disk::ready()?;
            println!("The disk: {}", built.disk.display());
            if *twice {
                disk::compare_with_a_second(&built)?;
            }
        }
        Command::Run(options) => start::run(options)?,
        Command::Card(options) => card::run(options)?,
        Command::Test(options) => test::run(options)?,
        Command::Figures { json } => test::figures(*json)?,
        Command::Serve { folder, log } => test::serve(folder, log)?,
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

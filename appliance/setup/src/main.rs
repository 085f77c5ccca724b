//! `parley-setup`: applies the owner's file at every start. For the unit parley-setup.service.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the system log reads both")]

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use parley_setup::card::{self, OwnersFile};
use parley_setup::system::DeviceRoot;

/// Applies the owner's parley-setup.toml
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The card's first partition, or an image of it
    #[arg(long, default_value = "/dev/disk/by-parley/autoboot")]
    partition: PathBuf,
    /// The root of the system
    #[arg(long, default_value = "/")]
    root: PathBuf,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let system = DeviceRoot::below(cli.root);
    let found = card::look(&cli.partition)
        .unwrap_or_else(|problem| OwnersFile::Unusable(format!("the drive AUTOBOOT cannot be read: {problem}")));
    let applied = system.apply(&found);
    if let Ok(report) = &applied {
        print!("{report}");
    }
    // Whatever became of the file.
    system.take_effect()?;
    applied.map(drop)
}

//! `parley-setup`: applies the owner's file at every start, and says whether the wireless network is there and takes the
//! key. For the units parley-setup.service and parley-wifi.service.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the system log reads both")]

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use parley_setup::card::{self, OwnersFile};
use parley_setup::system::DeviceRoot;
use parley_setup::wireless;

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
    #[command(subcommand)]
    instead: Option<Instead>,
}

#[derive(Subcommand)]
enum Instead {
    /// Instead of applying the file: listen to wpa_supplicant, and leave word when the network is not there or refuses the key
    WatchWifi,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    if let Some(Instead::WatchWifi) = cli.instead {
        return wireless::watch().context("wpa_supplicant cannot be listened to");
    }
    let system = DeviceRoot::below(cli.root);
    let found = card::look(&cli.partition)
        .unwrap_or_else(|problem| OwnersFile::Unusable(format!("the drive AUTOBOOT cannot be read: {problem}")));
    let applied = system.apply(&found);
    if let Ok(report) = &applied {
        print!("{report}");
    }
    if let Err(problem) = system.announce(&found, applied.is_ok()) {
        eprintln!("the assistant will not say what became of the file: {problem}");
    }
    // Whatever became of the file.
    system.take_effect()?;
    applied.map(drop)
}

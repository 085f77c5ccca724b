//! The command line of `parley-tryboot`.
//!
//! The first five commands are RAUC's custom bootloader interface; the others are called by units, hooks and whoever builds a card.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "RAUC reads standard output, the system log standard error"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand, ValueEnum};

use crate::backend::{self, Backend, JournalFile};
use crate::card::DeviceCard;
use crate::policy::ledger::Happened;
use crate::slot::Slot;
use crate::state::Start;
use crate::updater::Files;
use crate::{complete, files, preinstall, system};

#[derive(Debug, Parser)]
#[command(name = "parley-tryboot", version, about = "Chooses what a Raspberry Pi boots, for RAUC and the updater")]
struct Cli {
    /// Work on images in this folder (autoboot, boot_a, boot_b, start.json) rather than on the device
    #[arg(long, global = true, value_name = "FOLDER")]
    images: Option<PathBuf>,
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// RAUC: print the slot that the next restart through the updater boots
    GetPrimary,
    /// RAUC: let the next restart through the updater boot this slot
    SetPrimary {
        /// A or B
        slot: Slot,
    },
    /// RAUC: print whether a slot may be booted
    GetState {
        /// A or B
        slot: Slot,
    },
    /// RAUC: a slot has proved itself, or must not be booted
    SetState {
        /// A or B
        slot: Slot,
        /// good or bad
        state: State,
    },
    /// RAUC: print the running slot
    GetCurrent,
    /// At every start: find out what it means, repair what a cut has left, print both as JSON
    Started,
    /// Restart into the prepared trial
    Restart,
    /// Restart out of a trial that is not committed; in any other start, do nothing
    LeaveTrial,
    /// Write a slot's root and name into the command line on its boot partition
    Complete {
        /// A or B
        #[arg(long)]
        slot: Slot,
        /// The boot partition, or an image of it
        #[arg(long)]
        device: PathBuf,
    },
    /// RAUC's pre-install handler: refuse what must not be installed, read a local bundle to its end
    PreInstall,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Good,
    Bad,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parley-tryboot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    match cli.command {
        What::Complete { slot, device } => return Ok(complete::complete(&device, slot)?),
        What::PreInstall => return preinstall::handler(),
        What::GetPrimary
        | What::SetPrimary { .. }
        | What::GetState { .. }
        | What::SetState { .. }
        | What::GetCurrent
        | What::Started
        | What::Restart
        | What::LeaveTrial => {}
    }
    let place = cli.images.map_or_else(Place::device, |folder| Place::images(&folder))?;
    let _alone = backend::lock(&place.journal).context("cannot lock the update journal")?;
    let folder = place.journal.parent().map(Path::to_owned).unwrap_or_default();
    let mut backend = Backend::new(place.card, JournalFile(place.journal), place.start);
    match cli.command {
        What::GetPrimary => println!("{}", backend.primary()),
        What::SetPrimary { slot } => {
            backend.set_primary(slot)?;
            if slot != backend.record().committed {
                note_installed(&folder, slot)?;
            }
        }
        What::GetState { slot } => println!("{}", if backend.is_good(slot) { "good" } else { "bad" }),
        What::SetState { slot, state: State::Good } => backend.mark_good(slot)?,
        What::SetState { slot, state: State::Bad } => backend.mark_bad(slot)?,
        What::GetCurrent => println!("{}", backend.start().slot),
        What::Started => {
            let meaning = backend.started()?;
            let (start, record) = (backend.start(), backend.record());
            println!("{}", serde_json::json!({ "start": start, "meaning": meaning, "record": record }));
        }
        What::Restart => {
            backend.restarting()?;
            systemctl(&["reboot", &format!("--reboot-argument={}", system::TRYBOOT_ARGUMENT)])?;
        }
        What::LeaveTrial => {
            if backend.start().trial && backend.record().committed != backend.start().slot {
                systemctl(&["reboot"])?;
            }
        }
        What::Complete { .. } | What::PreInstall => {}
    }
    Ok(())
}

/// Whoever installed it, the ledger knows which version will be tried.
fn note_installed(folder: &Path, slot: Slot) -> Result<()> {
    let candidate = folder.join(system::CANDIDATE);
    if let Some(version) = files::read_json(&candidate) {
        Files::new(folder).note(&version, Happened::Installed { slot })?;
        std::fs::remove_file(&candidate)?;
    }
    Ok(())
}

fn systemctl(arguments: &[&str]) -> Result<()> {
    let status = Command::new("systemctl").args(arguments).status().context("cannot run systemctl")?;
    if !status.success() {
        bail!("systemctl did not restart the device ({status})");
    }
    Ok(())
}

/// Where the boot chain lies.
struct Place {
    card: DeviceCard,
    journal: PathBuf,
    start: Start,
}

impl Place {
    fn device() -> Result<Place> {
        Ok(Place { card: DeviceCard::of_this_device(), journal: system::journal(), start: system::start()? })
    }

    fn images(folder: &Path) -> Result<Place> {
        let start = files::read_json(&folder.join("start.json")).context("the folder has no start.json")?;
        let image = |name: &str| folder.join(name);
        let disk = Some(image("disk")).filter(|disk| disk.exists());
        let card = DeviceCard { autoboot: image("autoboot"), boot: [image("boot_a"), image("boot_b")], disk };
        Ok(Place { card, journal: image(system::JOURNAL), start })
    }
}

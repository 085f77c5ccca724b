//! `parley-tryboot`: RAUC's bootloader backend on a Raspberry Pi, and the few other things that touch the boot chain.
//!
//! A program of its own, small, without D-Bus: RAUC calls it for every question, the building machine while a card is
//! made, and a trial is left by it whatever has become of the other programs. The first five commands are RAUC's
//! interface.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "RAUC reads standard output, the system log standard error"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand, ValueEnum};
use parley_update::board_nodes;
use parley_update::bootchain::cmdline;
use parley_update::bootchain::slot::Slot;
use parley_update::owners_card::{self, Taken};
use parley_update::rauc::preinstall;
use parley_update::records::events::UpdateEvent;
use parley_update::system::{self, System};

#[derive(Debug, Parser)]
#[command(name = "parley-tryboot", version, about = "Chooses what a Raspberry Pi boots, for RAUC and the updater")]
struct Cli {
    /// Work on a device whose root folder is this one
    #[arg(long, global = true, value_name = "FOLDER", default_value = "/")]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
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
    /// Restart out of a trial that is not committed; in any other start, do nothing
    LeaveTrial,
    /// Tell the firmware which sound card the owner has named; restart once where it was told something else
    TakeSoundCard,
    /// Open the device nodes of the owner's board to the daemon, before it starts
    OpenBoard,
    /// Write a slot's root and name into the command line on its boot partition, and the owner's sound card beside it
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

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&System::below(cli.root), cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parley-tryboot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(system: &System, command: Command) -> Result<()> {
    match command {
        Command::GetPrimary => println!("{}", system.boot_chain(|chain| Ok(chain.record().primary()))?),
        Command::SetPrimary { slot } => system.boot_chain(|chain| {
            // Whoever installed it, journal and ledger know which version will be tried.
            let brought = system.state().candidate().filter(|_| slot != chain.record().committed);
            chain.set_primary(slot, brought.clone())?;
            if brought.is_some()
                && let Some(version) = system.state().note_installed(slot)?
            {
                system.tell(&UpdateEvent::Installed { version });
            }
            Ok(())
        })?,
        Command::GetState { slot } => {
            let good = system.boot_chain(|chain| Ok(chain.record().is_good(slot)))?;
            println!("{}", if good { "good" } else { "bad" });
        }
        Command::SetState { slot, state: State::Good } => system.boot_chain(|chain| chain.mark_good(slot))?,
        Command::SetState { slot, state: State::Bad } => system.boot_chain(|chain| chain.mark_bad(slot))?,
        Command::GetCurrent => println!("{}", system.start()?.slot),
        Command::LeaveTrial => {
            let start = system.start()?;
            if start.trial && system.boot_chain(|chain| Ok(chain.record().committed))? != start.slot {
                system::restart(None)?;
            }
        }
        Command::TakeSoundCard => match owners_card::take(system)? {
            Taken::Already => {}
            Taken::RestartOnce => {
                eprintln!("the firmware has been told of another sound card: the device restarts for it");
                system::restart(None)?;
            }
            Taken::Kept => eprintln!("the firmware had forgotten the sound card, and a restart did not help before"),
            Taken::Unknown => {
                eprintln!("this version does not know the sound card that was named: nothing was changed")
            }
        },
        Command::OpenBoard => {
            let opened = board_nodes::open(system)?;
            if let Some(chip) = opened.missing {
                eprintln!("there is no chip called {chip}: the buttons and lights on its lines do not work");
            }
            if opened.changed {
                system::reload_units()?;
            }
        }
        Command::Complete { slot, device } => {
            owners_card::carry(system, &device)?;
            // Last: a slot is armed only when its command line is complete.
            cmdline::complete(&device, slot)?;
        }
        Command::PreInstall => preinstall::handler(system)?,
    }
    Ok(())
}

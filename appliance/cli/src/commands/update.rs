//! `parley update`: what an owner does with updates, and what the device's units do at a start.

mod asked;
mod boot;
mod gate;
mod install;
mod probation;
mod reset;
mod restart;
mod show;
mod stick;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use parley_update::backend::{self, Backend, BackendError, JournalFile};
use parley_update::card::DeviceCard;
use parley_update::rauc::InstallerProxy;
use parley_update::state::{Record, Start};
use parley_update::system;
use parley_update::updater::Files;

use parley_daemon::config::Config;

/// Options of `parley update`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Which version runs, what is under way, and whether there is a way back
    Status(Show),
    /// Install an update from a file or an address; the device tries it with its next restart
    Install(install::Options),
    /// Say yes to the update that a stick offers: install it and restart into it
    Accept,
    /// Go back to the version that was in use before
    Rollback(restart::Options),
    /// What happened to which version
    History(Show),
    /// Say whether an update could be installed, and install nothing
    Check(install::CheckOptions),
    /// Make the device forget everything that people told it, and restart; the installed version stays
    Reset(reset::Options),
    /// At every start: find out what it means for updates, and repair what a cut has left
    #[command(hide = true)]
    Started,
    /// In a trial: judge the running version, and go back if it fails
    #[command(hide = true)]
    Gate,
    /// Write down that the running version was committed
    #[command(hide = true)]
    Committed,
    /// Compare the running version with the one before
    #[command(hide = true)]
    Probation,
    /// Look for an update on a mounted stick
    #[command(hide = true)]
    Stick {
        /// Where it is mounted
        folder: PathBuf,
        /// The unit that mounted it, to be restarted with an owner's yes
        #[arg(long)]
        unit: String,
    },
    /// The stick that was mounted there is gone
    #[command(hide = true)]
    StickGone {
        /// Where it was mounted
        folder: PathBuf,
    },
    /// Do what voice, dashboard or a button asks
    #[command(hide = true)]
    Asked,
    /// Write a report onto a mounted stick
    #[command(hide = true)]
    Report {
        /// Where it is mounted
        folder: PathBuf,
    },
}

/// Options of what only shows something.
#[derive(Debug, Args)]
struct Show {
    /// JSON: one object for the status, a line for each entry of the history
    #[arg(long)]
    json: bool,
}

/// Runs the subcommand.
pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    match &options.command {
        Command::Status(show) => show::status(show.json),
        Command::History(show) => show::history(show.json),
        Command::Install(options) => install::run(options),
        Command::Check(options) => install::check(options),
        Command::Accept => stick::say_yes(),
        Command::Rollback(options) => restart::rollback(options),
        Command::Reset(options) => reset::ask(options),
        Command::Started => boot::started(),
        Command::Gate => gate::run(),
        Command::Committed => boot::committed(),
        Command::Probation => probation::run(config.updates.restart),
        Command::Stick { folder, unit } => stick::look(folder, unit, config.updates.stick),
        Command::StickGone { folder } => stick::gone(folder),
        Command::Report { folder } => stick::report(folder),
        Command::Asked => asked::run(),
    }
}

fn files() -> Files {
    Files::new(system::STATE_FOLDER)
}

/// Asks or changes the boot chain, while nobody else does: RAUC calls it too.
fn boot_chain<T>(ask: impl FnOnce(&mut Backend<DeviceCard, JournalFile>) -> Result<T, BackendError>) -> Result<T> {
    let start = system::start().context("updates need a device with two slots, such as a flashed card")?;
    let _alone = backend::lock(&system::journal()).context("the update journal cannot be locked")?;
    let mut chain = Backend::new(DeviceCard::of_this_device(), JournalFile(system::journal()), start);
    Ok(ask(&mut chain)?)
}

/// How the running system was started, and what is under way.
fn now() -> Result<(Start, Record)> {
    boot_chain(|chain| Ok((chain.start(), chain.record())))
}

async fn rauc() -> Result<InstallerProxy<'static>> {
    let bus = parley_update::system_bus().await.context("the system bus cannot be reached")?;
    Ok(InstallerProxy::new(&bus).await?)
}

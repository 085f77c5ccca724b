//! The program `parley-update`: the steps of an update that an owner or a unit of the device begins.
//!
//! What is decided lies in [`crate::policy`] and [`crate::bootchain`]; here is who asks, in which order, and what is
//! told and written down.

mod gate;
mod install;
mod listing;
mod probation;
mod quiet;
mod reset;
mod restart;
mod show;
mod started;
mod stick;
mod wish;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use parley_settings::{Places, Updates};

use crate::bootchain::journal::{Record, Start};
use crate::command_line::UpdateCommand;
use crate::output;
use crate::rauc::InstallerProxy;
use crate::system::System;

#[derive(Debug, Parser)]
#[command(name = "parley-update", version, about = "Installs updates, goes back, and shows what happened")]
struct Cli {
    #[command(subcommand)]
    command: UpdateCommand,
    /// A file of settings that wins over those of the device
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Work on a device whose root folder is this one
    #[arg(long, global = true, value_name = "FOLDER", default_value = "/", hide = true)]
    root: PathBuf,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    output::end("parley-update", run(&System::below(cli.root), &cli.command, cli.config.as_deref()))
}

fn run(system: &System, command: &UpdateCommand, named: Option<&Path>) -> Result<ExitCode> {
    let settings = || settings(system, named);
    match command {
        UpdateCommand::Status(show) => show::status(system, show.json),
        UpdateCommand::History(show) => show::history(system, show.json),
        UpdateCommand::Install(options) => install::run(system, options),
        UpdateCommand::Check { source, json } => install::check(system, source, *json),
        UpdateCommand::Accept => stick::say_yes(system),
        UpdateCommand::Rollback { no_restart } => restart::rollback(system, *no_restart),
        UpdateCommand::Reset { yes } => reset::ask(system, *yes),
        UpdateCommand::Wish => wish::fulfil(system),
        UpdateCommand::Started => started::started(system),
        UpdateCommand::Stopping => started::stopping(system),
        UpdateCommand::Gate => gate::run(system),
        UpdateCommand::Committed => started::committed(system),
        UpdateCommand::Probation => probation::run(system, &settings()?),
        UpdateCommand::StickWanted => stick::wanted(settings()?.stick),
        UpdateCommand::Stick { folder, unit } => stick::look(system, folder, unit, settings()?.stick),
        UpdateCommand::StickUnreadable { device } => stick::unreadable(system, device),
        UpdateCommand::StickGone { folder } => stick::gone(system, folder),
        UpdateCommand::Report { folder } => stick::report(system, folder),
    }
}

/// The device's settings: the units have no home, and need none.
fn settings(system: &System, named: Option<&Path>) -> Result<Updates> {
    let loaded = Places::below(system.path("/")).load_with(named)?;
    for mistake in &loaded.mistakes {
        output::remark(format_args!("{mistake}; it has no effect"));
    }
    Ok(loaded.config.updates)
}

/// How the running system was started, and what is under way.
fn standing(system: &System) -> Result<(Start, Record)> {
    system.boot_chain(|chain| Ok((chain.start(), chain.record())))
}

async fn rauc() -> Result<InstallerProxy<'static>> {
    let bus = zbus::Connection::system().await.context("the system bus cannot be reached")?;
    Ok(InstallerProxy::new(&bus).await?)
}

/// Runs on one thread: the work is done in other processes.
fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}

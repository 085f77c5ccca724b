//! Restarting into the other slot, and `parley update rollback`.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_update::data::Data;
use parley_update::events::{self, Event};
use parley_update::policy::ledger::Happened;
use parley_update::state::Refused;
use parley_update::system;

use super::super::output;
use parley_daemon::schemas;

/// Options of `parley update rollback`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Prepare it, and wait for `parley update install --restart`
    #[arg(long)]
    no_restart: bool,
}

pub(super) fn rollback(options: &Options) -> Result<ExitCode> {
    go_back(Happened::SentBack)?;
    if options.no_restart {
        output::remark("`parley update install --restart` goes back");
        return Ok(ExitCode::SUCCESS);
    }
    into_trial()
}

/// Prepares the way into the other slot, and writes down why.
pub(super) fn go_back(why: Happened) -> Result<()> {
    let (start, record) = super::now()?;
    let other = start.slot.other();
    if !record.is_good(other) {
        return Err(Refused::OnlyOne(start.slot).into());
    }
    carry_back()?;
    super::boot_chain(|chain| chain.set_primary(other))?;
    // Last: until it is written, whoever wanted the way back asks for it again after a cut.
    if let Some(version) = system::version() {
        super::files().note(&version, why)?;
    }
    Ok(())
}

/// Brings what was saved since the last update to where the version before reads it.
pub(super) fn carry_back() -> Result<()> {
    let before = super::files().data_before();
    if before.is_empty() {
        return Ok(());
    }
    let data = Data::new(system::DATA_FOLDER, schemas::ALL);
    data.carry_back(&before).context("what was saved since cannot be carried back")
}

/// Restarts into what is prepared.
pub(super) fn into_trial() -> Result<ExitCode> {
    let into = super::boot_chain(|chain| {
        chain.restarting()?;
        Ok(chain.record().other())
    })?;
    events::tell(&Event::Restarting { into });
    systemctl(&["reboot", &format!("--reboot-argument={}", system::TRYBOOT_ARGUMENT)])?;
    Ok(ExitCode::SUCCESS)
}

/// An ordinary restart: out of a trial, that is the way back.
pub(super) fn out_of_trial() -> Result<()> {
    systemctl(&["reboot"])
}

fn systemctl(arguments: &[&str]) -> Result<()> {
    let status = Command::new("systemctl").args(arguments).status().context("cannot run systemctl")?;
    if !status.success() {
        bail!("systemctl did not restart the device ({status})");
    }
    Ok(())
}

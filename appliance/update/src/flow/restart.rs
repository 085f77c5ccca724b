//! Restarting into the other slot, and `parley update rollback`.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::bootchain::journal::Refused;
use crate::output;
use crate::policy::ledger::Happened;
use crate::records::events::UpdateEvent;
use crate::system::{self, System};

pub(super) fn rollback(system: &System, no_restart: bool) -> Result<ExitCode> {
    go_back(system, Happened::SentBack)?;
    if no_restart {
        output::remark("`parley update install --restart` goes back");
        return Ok(ExitCode::SUCCESS);
    }
    into_trial(system)
}

/// Prepares the way into the other slot, and writes down why.
pub(super) fn go_back(system: &System, why: Happened) -> Result<()> {
    let (start, record) = super::standing(system)?;
    let other = start.slot.other();
    if !record.is_good(other) {
        return Err(Refused::OnlyOne(start.slot).into());
    }
    carry_back(system)?;
    system.boot_chain(|chain| chain.set_primary(other, None))?;
    // Last: until it is written, whoever wanted the way back asks for it again after a cut.
    if let Some(version) = system.version() {
        system.state().note(&version, why)?;
    }
    Ok(())
}

/// Brings what was saved since the last update to where the version before reads it.
pub(super) fn carry_back(system: &System) -> Result<()> {
    let before = system.state().data_before();
    if before.is_empty() {
        return Ok(());
    }
    system.data().carry_back(&before).context("what was saved since cannot be carried back")
}

/// Restarts into what is prepared.
pub(super) fn into_trial(system: &System) -> Result<ExitCode> {
    if let Err(error) = system.state().keep_sound(system.sound()) {
        output::remark(format_args!("the next trial does not know which sound devices there were: {error}"));
    }
    let into = system.boot_chain(|chain| {
        chain.restarting()?;
        Ok(chain.record().other())
    })?;
    system.tell(&UpdateEvent::Restarting { into });
    system::restart(Some(system::TRYBOOT))?;
    Ok(ExitCode::SUCCESS)
}

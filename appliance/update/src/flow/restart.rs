//! Restarting into the other slot, and `parley update rollback`.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::bootchain::backend::Backend;
use crate::bootchain::journal::Refused;
use crate::output;
use crate::policy::ledger::Happened;
use crate::records::events::UpdateEvent;
use crate::system::{self, System};

pub(super) fn rollback(system: &System, no_restart: bool) -> Result<ExitCode> {
    go_back(system, Happened::SentBack, carry_back)?;
    if no_restart {
        output::remark("`parley update install --restart` goes back");
        return Ok(ExitCode::SUCCESS);
    }
    into_trial(system)
}

/// Goes back from a version that gives trouble.
pub(super) fn flee(system: &System, why: Happened) -> Result<ExitCode> {
    go_back(system, why, carry_what_can_be)?;
    into_trial(system)
}

/// Prepares the way into the other slot, and writes down why.
fn go_back(system: &System, why: Happened, carry: fn(&System) -> Result<()>) -> Result<()> {
    let (start, record) = super::standing(system)?;
    // Before anything is carried.
    if !record.is_good(start.slot.other()) {
        return Err(Refused::OnlyOne(start.slot).into());
    }
    carry(system)?;
    system.boot_chain(Backend::way_back)?;
    // Last: until it is written, whoever wanted the way back asks for it again after a cut.
    if let Some(version) = system.version() {
        system.state().note(&version, why)?;
    }
    Ok(())
}

/// Brings what was saved since the last update to where the version before reads it.
fn carry_back(system: &System) -> Result<()> {
    let before = system.state().data_before();
    if before.is_empty() {
        return Ok(());
    }
    system.data().carry_back(&before).context("what was saved since cannot be carried back")
}

/// The same for a version that gives trouble, and may have filled the partition: where it cannot be done, the version
/// before reads what it wrote itself. A device that stays with the trouble helps nobody.
pub(super) fn carry_what_can_be(system: &System) -> Result<()> {
    carry_back(system).unwrap_or_else(|error| output::remark(format_args!("{error:#}")));
    Ok(())
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

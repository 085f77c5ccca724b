//! `parley-update probation`: every minute, is the running version as good as the one before?

use std::process::ExitCode;

use anyhow::Result;
use jiff::Zoned;
use parley_settings::Updates;
use semver::Version;

use super::quiet::{self, Look};
use super::{gate, restart};
use crate::bootchain::journal::JournalPhase;
use crate::observed;
use crate::output;
use crate::policy::ledger::Happened;
use crate::policy::probation::ProbationVerdict;
use crate::policy::table::{Exceeded, Table};
use crate::records::events::UpdateEvent;
use crate::system::System;

pub(super) fn run(system: &System, updates: &Updates) -> Result<ExitCode> {
    // Asked by the end of the assistant's service; an orderly one is no reason to do anything, least of all while the
    // device shuts down.
    let orderly = std::env::var("SERVICE_RESULT").is_ok_and(|result| result == "success");
    let Some(version) = system.version().filter(|_| !orderly) else { return Ok(ExitCode::SUCCESS) };
    let (start, record) = super::standing(system)?;
    gate::look_again(start, &record);
    // What is not kept is the gate's.
    if record.committed != start.slot {
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = observed::of_system(system, start);
    observed::add_tables(system, &mut table);
    // A restart that is due comes first.
    if let JournalPhase::Armed { interrupted } = record.phase {
        if system.state().ledger().went_back_last(&version) {
            // The way back was cut off between its preparation and the restart, or in the restart; people may have said
            // more since.
            restart::carry_what_can_be(system)?;
            return restart::into_trial(system);
        }
        let look = Look {
            interrupted: interrupted > 0,
            nobody_spoke_s: table.get("nobody-spoke-s").map(|quiet| quiet.value),
            since_start: system.since_start(),
            clock: Zoned::now().time(),
        };
        if quiet::may_restart(updates, look) {
            return restart::into_trial(system);
        }
    }
    compare(system, &version, &table)
}

fn compare(system: &System, version: &Version, table: &Table) -> Result<ExitCode> {
    let state = system.state();
    if !state.ledger().is_on_probation(version) {
        // So that a panic of this version is not taken for one of the next.
        state.panicked(system)?;
        state.keep_baseline(table)?;
        return Ok(ExitCode::SUCCESS);
    }
    let watched = state.watch(version, &system.boot_id(), system.since_start())?;
    let mut own = Table::default();
    own.note("resets-per-hour", f64::from(state.resets_per_hour(version, watched)));
    own.note_whether("panics", state.panicked(system)?);
    // As everywhere, what was put down comes last.
    own.0.extend(table.0.clone());
    let table = own;
    match state.probation(version, &table, watched) {
        None => {}
        Some(ProbationVerdict::Watching(warnings)) => {
            for warning in warnings {
                output::remark(format_args!("{}: {} ({:?})", warning.name, warning.means, warning.value));
            }
        }
        Some(ProbationVerdict::Passed) => {
            state.note(version, Happened::Proved)?;
            system.tell(&UpdateEvent::Proved { version: version.clone() });
            state.keep_baseline(&table)?;
            system.data().forget_old(&state.data_before())?;
        }
        Some(ProbationVerdict::GoBack(exceeded)) => {
            return back(system, exceeded);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// At a start: a version that resets the device before anybody looks goes back before it can do so again.
pub(super) fn of_start(system: &System, version: &Version) -> Result<()> {
    let state = system.state();
    let watched = state.watched_for(version);
    let mut table = Table::default();
    table.note("resets-per-hour", f64::from(state.resets_per_hour(version, watched)));
    if let Some(ProbationVerdict::GoBack(exceeded)) = state.probation(version, &table, watched) {
        back(system, exceeded)?;
    }
    Ok(())
}

fn back(system: &System, exceeded: Vec<Exceeded>) -> Result<ExitCode> {
    system.tell(&UpdateEvent::GoingBack { exceeded: exceeded.clone() });
    restart::flee(system, Happened::WentBack { exceeded })
}

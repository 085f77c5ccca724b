//! `parley-update probation`: every minute, is the running version as good as the one before?

use std::process::ExitCode;

use anyhow::Result;
use jiff::Zoned;
use parley_settings::Updates;
use semver::Version;

use super::quiet::{self, Look};
use super::{gate, restart};
use crate::bootchain::journal::JournalPhase;
use crate::files;
use crate::observed;
use crate::output;
use crate::policy::echo::ECHO_LOST_DB;
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
    unblame(system, &table)?;
    compare(system, &version, &table)
}

/// Where a version failed the gate by its echo alone, the daemon is asked whether that is back in this slot; where it is not, something
/// else has changed, and the version may be tried again.
fn unblame(system: &System, table: &Table) -> Result<()> {
    let (state, wanted) = (system.state(), system.path(observed::ECHO_WANTED));
    let ledger = state.ledger();
    let Some(version) = ledger.wrongly_blamed(Some(f64::INFINITY)) else { return Ok(()) };
    let Some(lost_db) = table.get(ECHO_LOST_DB).map(|lost| lost.value) else {
        if !wanted.exists() {
            // In memory; where it cannot be written, the version stays blamed.
            files::replace_json(&wanted, &true).ok();
        }
        return Ok(());
    };
    // A look that was told stays there until the next start.
    let not_to_blame = ledger.wrongly_blamed(Some(lost_db)).is_some();
    output::remark(format_args!(
        "version {version} failed by its echo; here {lost_db:.1} dB less is taken out than before"
    ));
    state.note(version, if not_to_blame { Happened::NotToBlame } else { Happened::ToBlame })?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootchain::slot::Slot;

    /// What becomes of a version that failed by its echo alone, where the daemon tells this in the old slot.
    fn told(lost_db: f64) -> (Option<&'static str>, bool) {
        let folder = tempfile::tempdir().expect("a folder");
        let (system, version) = (System::below(folder.path()), Version::new(1, 1, 0));
        let (state, wanted) = (system.state(), system.path(observed::ECHO_WANTED));
        state.note(&version, Happened::Installed { slot: Slot::B }).expect("it is noted");
        unblame(&system, &Table::default()).expect("it is looked at");
        assert!(!wanted.exists(), "nothing has failed");
        let exceeded = vec![Exceeded { name: ECHO_LOST_DB.into(), value: Some(14.0), means: "its own voice".into() }];
        state.note(&version, Happened::FailedTheGate { exceeded }).expect("it is noted");
        unblame(&system, &Table::default()).expect("it is looked at");
        assert!(wanted.exists() && state.blocks().block(&version).is_some(), "the daemon is asked");
        let mut table = Table::default();
        table.note(ECHO_LOST_DB, lost_db);
        unblame(&system, &table).expect("it is looked at");
        std::fs::remove_file(&wanted).expect("a restart");
        unblame(&system, &Table::default()).expect("it is looked at");
        (state.blocks().block(&version), wanted.exists())
    }

    #[test]
    fn a_version_is_blamed_for_what_is_back_in_the_old_slot_and_for_nothing_else() {
        assert_eq!(told(15.0), (None, false));
        let (blocked, asked_again) = told(1.0);
        assert!(blocked.is_some() && !asked_again, "{blocked:?}");
    }
}

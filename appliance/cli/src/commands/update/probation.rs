//! `parley update probation`: every minute, is the running version as good as the one before?

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use parley_update::data::Data;
use parley_update::events::{self, Event};
use parley_update::policy::ledger::Happened;
use parley_update::policy::probation::Verdict;
use parley_update::policy::table::Table;
use parley_update::state::{Phase, Record};
use parley_update::{measure, system};
use semver::Version;

use super::super::output;
use super::restart;
use parley_daemon::config::OnInstalled;
use parley_daemon::schemas;

/// Nobody has talked for this long: a restart disturbs nobody.
const QUIET_S: f64 = 600.0;

pub(super) fn run(on_installed: OnInstalled) -> Result<ExitCode> {
    // Asked by the end of the assistant's service; an orderly one is no reason to do anything, least of all while the device shuts down.
    let orderly = std::env::var("SERVICE_RESULT").is_ok_and(|result| result == "success");
    let Some(version) = system::version().filter(|_| !orderly) else { return Ok(ExitCode::SUCCESS) };
    let (start, record) = super::now()?;
    if start.trial && record.committed != start.slot {
        return Ok(ExitCode::SUCCESS);
    }
    let since_start = measure::since_start();
    let mut table = measure::of_system(start, since_start);
    table.0.extend(measure::of_parts(Path::new(measure::FOLDER)).0);
    if let Some(step) = restart_that_waits(record, &version, &table, on_installed) {
        return step();
    }
    judge(&version, &table)
}

/// A restart that is due, and what comes before it.
fn restart_that_waits(
    record: Record,
    version: &Version,
    table: &Table,
    on_installed: OnInstalled,
) -> Option<fn() -> Result<ExitCode>> {
    let Phase::Armed { interrupted } = record.phase else { return None };
    if super::files().ledger().went_back_last(version) {
        // The way back was cut off between its preparation and the restart, or in the restart; people may have said more since.
        return Some(|| {
            restart::carry_back()?;
            restart::into_trial()
        });
    }
    // A daemon that says nothing talks to nobody.
    let quiet = table.get("nobody-spoke-s").is_none_or(|quiet| quiet.value >= QUIET_S);
    let wanted = on_installed == OnInstalled::Quiet || interrupted > 0;
    (quiet && wanted && measure::since_start().as_secs_f64() >= QUIET_S).then_some(restart::into_trial as fn() -> _)
}

fn judge(version: &Version, table: &Table) -> Result<ExitCode> {
    let files = super::files();
    if files.ledger().on_probation_since(version).is_none() {
        files.keep_baseline(table)?;
        return Ok(ExitCode::SUCCESS);
    }
    let watched = files.watch(version, &measure::boot_id(), measure::since_start())?;
    match files.probation(version, table, watched) {
        None => {}
        Some(Verdict::Watching { warnings }) => {
            for warning in warnings {
                output::remark(format_args!("{}: {} ({:?})", warning.name, warning.means, warning.value));
            }
        }
        Some(Verdict::Passed { .. }) => {
            files.note(version, Happened::Proved)?;
            events::tell(&Event::Proved { version: version.clone() });
            files.keep_baseline(table)?;
            Data::new(system::DATA_FOLDER, schemas::ALL).forget_old(&files.data_before())?;
        }
        Some(Verdict::GoBack(exceeded)) => {
            events::tell(&Event::GoingBack { exceeded: exceeded.clone() });
            restart::go_back(Happened::WentBack { exceeded })?;
            return restart::into_trial();
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use parley_update::policy::probation;

    #[test]
    fn what_the_daemon_measures_is_what_probation_knows() {
        let known = |name: &str| probation::LIMITS.iter().any(|limit| limit.name == name) || name == "nobody-spoke-s";
        let table = parley_daemon::health::figures::Conversations::default().table(std::time::Duration::from_secs(1));
        let unknown: Vec<&String> = table.0.keys().filter(|name| !known(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

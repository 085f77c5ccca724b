//! What the units ask at a start.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Result;
use parley_update::data::Data;
use parley_update::measure;
use parley_update::policy::gate::{self, Verdict};
use parley_update::policy::ledger::Happened;
use parley_update::policy::probation;
use parley_update::policy::table::Table;
use parley_update::state::{Meaning, Phase};
use parley_update::system;
use parley_update::updater::{Files, now_unix_s};
use serde::Deserialize;

use super::super::{common, output};
use super::restart;
use crate::schemas;

/// How often the gate looks.
const LOOK: Duration = Duration::from_millis(500);

/// How often a baseline is written: flash wears.
const BASELINE_EVERY_S: u64 = 3600;

pub(super) fn started() -> Result<ExitCode> {
    let mut backend = super::backend()?;
    let meaning = backend.started()?;
    super::files().note_start(meaning, system::version().as_ref())?;
    output::json(&serde_json::json!({ "start": backend.start(), "meaning": meaning, "record": backend.record() }))?;
    let data = Data::new(system::DATA_FOLDER, schemas::ALL);
    let migrated = data.prepare();
    let mut table = Table::default();
    table.note_whether("migration", migrated.is_ok());
    parley_update::files::replace_json(&Path::new(measure::FOLDER).join("data.json"), &table)?;
    if meaning == Meaning::CommitCompleted {
        commit_data(&data)?;
    }
    if let Err(error) = migrated {
        // In a trial the gate sees the measurement and goes back; in an ordinary start an update must still be possible.
        output::remark(error);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn gate() -> Result<ExitCode> {
    let start = super::backend()?.start();
    if !start.trial {
        return ordinary_start();
    }
    let mut slow = Table::default();
    let mut asked = false;
    loop {
        let since_start = measure::since_start();
        let mut table = measure::of_system(start, since_start);
        table.0.extend(slow.0.clone());
        // The daemon's own word comes last: it holds the sound devices, which the product's check then finds in use.
        table.0.extend(measure::of_parts(Path::new(measure::FOLDER)).0);
        match gate::judge(gate::LIMITS, &table, since_start) {
            Verdict::Passed => {
                output::line("the running version passed its tests")?;
                return Ok(ExitCode::SUCCESS);
            }
            Verdict::Failed(exceeded) => return failed(exceeded),
            // Once, and late: it takes time, and a fault that shows at once should not wait for it.
            Verdict::Waiting { .. } if !asked => {
                slow = ask_the_product();
                asked = true;
            }
            Verdict::Waiting { .. } => std::thread::sleep(LOOK),
        }
    }
}

fn failed(exceeded: Vec<parley_update::policy::table::Exceeded>) -> Result<ExitCode> {
    for limit in &exceeded {
        output::remark(format_args!("{}: {} (measured: {:?})", limit.name, limit.means, limit.value));
    }
    let mut backend = super::backend()?;
    let slot = backend.start().slot;
    if let Some(version) = system::version() {
        super::files().note(&version, Happened::FailedTheGate { exceeded })?;
    }
    backend.mark_bad(slot)?;
    restart::out_of_trial()?;
    Ok(ExitCode::FAILURE)
}

/// The committed slot has proved itself often enough: it only has to be up.
fn ordinary_start() -> Result<ExitCode> {
    let active = Command::new("systemctl").args(["is-active", "--quiet", "parley.service"]).status()?;
    Ok(if active.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What `parley check --json` says, as far as the gate needs it.
#[derive(Deserialize)]
struct Report {
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    ok: bool,
}

/// Asks the updater whether it answers, and the product whether it works, as its owner would.
fn ask_the_product() -> Table {
    let mut table = Table::default();
    let answers = common::block_on(async { Ok(super::rauc().await?.operation().await?) });
    table.note_whether("updater", answers.is_ok());
    let began = Instant::now();
    let program = std::env::current_exe().unwrap_or_else(|_| "/usr/bin/parley".into());
    let output = Command::new(program).args(["check", "--json"]).output();
    let report = output.ok().and_then(|output| serde_json::from_slice::<Report>(&output.stdout).ok());
    let Some(report) = report else { return table };
    let sound = |check: &&Check| matches!(check.name.as_str(), "microphone" | "loudspeaker");
    let (sound, rest): (Vec<&Check>, Vec<&Check>) = report.checks.iter().partition(sound);
    table.note_whether("sound-card", sound.len() == 2 && sound.iter().all(|check| check.ok));
    if !rest.is_empty() && rest.iter().all(|check| check.ok) {
        table.note("self-test-s", began.elapsed().as_secs_f64());
    }
    table
}

pub(super) fn committed() -> Result<ExitCode> {
    let backend = super::backend()?;
    // The backend has committed it, or it was committed before.
    if backend.record().committed == backend.start().slot {
        if let Some(version) = system::version() {
            super::files().note_commit(&version, Some(backend.start().slot))?;
        }
        commit_data(&Data::new(system::DATA_FOLDER, schemas::ALL))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn commit_data(data: &Data) -> Result<()> {
    let (before, own) = (data.current(), data.known());
    if before != own {
        super::files().keep_data_before(&before)?;
        data.commit()?;
    }
    Ok(())
}

fn went_back(files: &Files, version: &semver::Version) -> bool {
    let ledger = files.ledger();
    let last = ledger.entries().iter().rev().find(|entry| entry.version == *version);
    last.is_some_and(|entry| matches!(entry.happened, Happened::WentBack { .. }))
}

pub(super) fn probation() -> Result<ExitCode> {
    let Some(version) = system::version() else { return Ok(ExitCode::SUCCESS) };
    let (files, start) = (super::files(), super::backend()?.start());
    if start.trial && super::backend()?.record().committed != start.slot {
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = measure::of_system(start, measure::since_start());
    table.0.extend(measure::of_parts(Path::new(measure::FOLDER)).0);
    if went_back(&files, &version) && matches!(super::backend()?.record().phase, Phase::Armed { .. }) {
        // The way back was cut off between its preparation and the restart, or in the restart.
        return restart::into_trial();
    }
    let now = now_unix_s();
    match files.probation(&version, &table, now) {
        None if now % BASELINE_EVERY_S < 60 => files.keep_baseline(&table)?,
        None => {}
        Some(probation::Verdict::Watching { warnings }) => {
            for warning in warnings {
                output::remark(format_args!("{}: {}", warning.name, warning.means));
            }
        }
        Some(probation::Verdict::Passed { .. }) => {
            files.note(&version, Happened::Proved)?;
            files.keep_baseline(&table)?;
            Data::new(system::DATA_FOLDER, schemas::ALL).forget_old()?;
        }
        Some(probation::Verdict::GoBack(exceeded)) => {
            restart::go_back(Happened::WentBack { exceeded })?;
            return restart::into_trial();
        }
    }
    Ok(ExitCode::SUCCESS)
}

//! `parley update gate`: may the running system stay?

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;
use parley_update::events::{self, Event};
use parley_update::measure;
use parley_update::policy::gate::{self, Verdict};
use parley_update::policy::ledger::Happened;
use parley_update::policy::table::Exceeded;
use parley_update::system;

use super::super::{common, output};
use super::restart;

/// How often the gate looks.
const LOOK: Duration = Duration::from_millis(500);

/// How long the updater may take to answer.
const UPDATER_ANSWERS: Duration = Duration::from_secs(10);

pub(super) fn run() -> Result<ExitCode> {
    let (start, _) = super::now()?;
    if !start.trial {
        return ordinary_start();
    }
    let mut updater = None;
    loop {
        let since_start = measure::since_start();
        let mut table = measure::of_system(start, since_start);
        if let Some(answers) = updater {
            table.note_whether("updater", answers);
        }
        // The daemon's own words: it holds the sound devices and the models, and asks itself a question.
        table.0.extend(measure::of_parts(Path::new(measure::FOLDER)).0);
        match gate::judge(gate::LIMITS, &table, since_start) {
            Verdict::Passed => {
                output::line("the running version passed its tests")?;
                return Ok(ExitCode::SUCCESS);
            }
            Verdict::Failed(exceeded) => return failed(exceeded),
            // Once, and after the first look: a fault that shows at once should not wait for it.
            Verdict::Waiting { .. } if updater.is_none() => updater = Some(updater_answers()),
            Verdict::Waiting { .. } => std::thread::sleep(LOOK),
        }
    }
}

fn updater_answers() -> bool {
    let asked = common::block_on(async {
        let asked = tokio::time::timeout(UPDATER_ANSWERS, async { Ok(super::rauc().await?.operation().await?) });
        asked.await?
    });
    asked.map_err(|error: anyhow::Error| output::remark(format_args!("updater: {error:#}"))).is_ok()
}

fn failed(exceeded: Vec<Exceeded>) -> Result<ExitCode> {
    for limit in &exceeded {
        output::remark(format_args!("{}: {} (measured: {:?})", limit.name, limit.means, limit.value));
    }
    events::tell(&Event::FailedTheGate { exceeded: exceeded.clone() });
    let written_down = write_down(exceeded);
    // Whatever could not be written (data may be what failed): a restart is the way back, and the third one is the last.
    restart::out_of_trial()?;
    written_down?;
    Ok(ExitCode::FAILURE)
}

fn write_down(exceeded: Vec<Exceeded>) -> Result<()> {
    if let Some(version) = system::version() {
        super::files().note(&version, Happened::FailedTheGate { exceeded })?;
    }
    super::boot_chain(|chain| chain.mark_bad(chain.start().slot))
}

/// The committed slot has proved itself often enough: it only has to be up.
fn ordinary_start() -> Result<ExitCode> {
    let active = Command::new("systemctl").args(["is-active", "--quiet", "parley.service"]).status()?;
    Ok(if active.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

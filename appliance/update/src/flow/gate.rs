//! `parley-update gate`: may the running system stay?

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use crate::observed;
use crate::output;
use crate::policy::gate::{self, GateVerdict};
use crate::policy::ledger::Happened;
use crate::policy::table::Exceeded;
use crate::records::events::UpdateEvent;
use crate::system::{self, System};

/// How often the gate looks.
const LOOK: Duration = Duration::from_millis(500);

/// How long RAUC may take to answer.
const RAUC_ANSWERS: Duration = Duration::from_secs(10);

pub(super) fn run(system: &System) -> Result<ExitCode> {
    let (start, _) = super::standing(system)?;
    if !start.trial {
        return ordinary_start();
    }
    let mut updater = None;
    loop {
        let mut table = observed::of_system(system, start);
        if let Some(answers) = updater {
            table.note_whether("updater", answers);
        }
        // The daemon's own words: it holds the sound devices and the models, and asks itself a question.
        table.0.extend(observed::of_parts(&system.path(observed::FOLDER)).0);
        match gate::judge(gate::LIMITS, &table, system.since_start()) {
            GateVerdict::Passed => {
                output::line("the running version passed its tests")?;
                return Ok(ExitCode::SUCCESS);
            }
            GateVerdict::Failed(exceeded) => return failed(system, exceeded),
            // Once, and after the first look: a fault that shows at once should not wait for it.
            GateVerdict::Waiting { .. } if updater.is_none() => updater = Some(rauc_answers()),
            GateVerdict::Waiting { .. } => std::thread::sleep(LOOK),
        }
    }
}

fn rauc_answers() -> bool {
    let asked = super::block_on(async {
        let asked = tokio::time::timeout(RAUC_ANSWERS, async { Ok(super::rauc().await?.operation().await?) });
        asked.await?
    });
    asked.map_err(|error: anyhow::Error| output::remark(format_args!("updater: {error:#}"))).is_ok()
}

fn failed(system: &System, exceeded: Vec<Exceeded>) -> Result<ExitCode> {
    for limit in &exceeded {
        output::remark(format_args!("{}: {} (measured: {:?})", limit.name, limit.means, limit.value));
    }
    system.tell(&UpdateEvent::FailedTheGate { exceeded: exceeded.clone() });
    let written_down = write_down(system, exceeded);
    // Whatever could not be written (data may be what failed): a restart is the way back, and the third one is the
    // last.
    system::restart(None)?;
    written_down?;
    Ok(ExitCode::FAILURE)
}

fn write_down(system: &System, exceeded: Vec<Exceeded>) -> Result<()> {
    if let Some(version) = system.version() {
        system.state().note(&version, Happened::FailedTheGate { exceeded })?;
    }
    system.boot_chain(|chain| chain.mark_bad(chain.start().slot))
}

/// The committed slot has proved itself often enough: it only has to be up.
fn ordinary_start() -> Result<ExitCode> {
    let active = Command::new("systemctl").args(["is-active", "--quiet", "parley.service"]).status()?;
    Ok(if active.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

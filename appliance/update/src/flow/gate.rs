//! `parley-update gate`: may the running system stay?

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;

use crate::bootchain::journal::{Record, Start};
use crate::observed;
use crate::output;
use crate::policy::gate::{self, Devices, GateVerdict};
use crate::policy::ledger::Happened;
use crate::policy::table::Exceeded;
use crate::records::events::UpdateEvent;
use crate::system::{self, System};

/// What confirms a start. It wants the gate.
const COMMIT: &str = "parley-commit.service";

/// How often the gate looks.
const LOOK: Duration = Duration::from_millis(500);

/// How long RAUC may take to answer.
const RAUC_ANSWERS: Duration = Duration::from_secs(10);

pub(super) fn run(system: &System) -> Result<ExitCode> {
    let (start, record) = super::standing(system)?;
    if !is_judged(start, &record) {
        return ordinary_start(system);
    }
    let before = system.state().sound_before();
    let (mut updater, mut was_missing) = (None, false);
    loop {
        let since = system.since_userspace();
        if since >= gate::TIME_LIMIT && updater.is_none() {
            updater = Some(rauc_answers());
        }
        let mut table = observed::of_system(system, start);
        if let Some(answers) = updater {
            table.note_whether("updater", answers);
        }
        // The daemon holds the sound devices and the models, and asks itself a question.
        observed::add_tables(system, &mut table);
        let missing = system.sound().lacks_no_more_than(before);
        was_missing |= missing;
        let devices = match (missing, was_missing) {
            // Where nobody looked before, it may be the version that does not find them.
            (true, _) if before.is_some() => Devices::MissingAsBefore,
            (_, true) => Devices::Unclear,
            (_, false) => Devices::Expected,
        };
        match gate::judge(gate::LIMITS, &table, since, devices) {
            GateVerdict::Passed => {
                if devices == Devices::MissingAsBefore {
                    output::remark("it was judged without sound, as the device has no microphone or no loudspeaker");
                }
                output::line("the running version passed its tests")?;
                return Ok(ExitCode::SUCCESS);
            }
            GateVerdict::Failed(exceeded) => return failed(system, start, exceeded),
            GateVerdict::NotJudged(exceeded) => return not_judged(system, start, exceeded),
            // Once, and after the first look: a fault that shows at once should not wait for it.
            GateVerdict::Waiting { .. } if updater.is_none() => updater = Some(rauc_answers()),
            GateVerdict::Waiting { .. } => std::thread::sleep(LOOK),
        }
    }
}

fn is_judged(start: Start, record: &Record) -> bool {
    start.trial || record.is_judged(start)
}

/// In an ordinary start the gate looks once, and what was down then may be up by now: it is asked again until the start
/// is confirmed. It waits meanwhile for an assistant that is about to be started again.
pub(super) fn look_again(start: Start, record: &Record) {
    if is_judged(start, record) || systemctl(&["is-active", "--quiet", COMMIT]) {
        return;
    }
    if !systemctl(&["start", "--no-block", COMMIT]) {
        output::remark("this start is not confirmed, and systemd does not look again");
    }
}

/// Whether systemd says yes.
fn systemctl(arguments: &[&str]) -> bool {
    Command::new("systemctl").args(arguments).status().is_ok_and(|status| status.success())
}

fn rauc_answers() -> bool {
    let asked = super::block_on(async {
        let asked = tokio::time::timeout(RAUC_ANSWERS, async { Ok(super::rauc().await?.operation().await?) });
        asked.await?
    });
    asked.map_err(|error: anyhow::Error| output::remark(format_args!("updater: {error:#}"))).is_ok()
}

fn failed(system: &System, start: Start, exceeded: Vec<Exceeded>) -> Result<ExitCode> {
    say(&exceeded);
    system.tell(&UpdateEvent::FailedTheGate { exceeded: exceeded.clone() });
    let written_down = write_down(system, exceeded);
    // Whatever could not be written (data may be what failed): a restart is the way back, and the third one is the
    // last.
    leave(start)?;
    written_down?;
    Ok(ExitCode::FAILURE)
}

/// The next start of the old slot finds an interrupted trial, and nothing that blocks the version.
fn not_judged(system: &System, start: Start, exceeded: Vec<Exceeded>) -> Result<ExitCode> {
    say(&exceeded);
    system.tell(&UpdateEvent::NotJudged { exceeded: exceeded.clone() });
    let noted = system.version().map(|version| system.state().note(&version, Happened::NotJudged { exceeded }));
    leave(start)?;
    noted.transpose()?;
    Ok(ExitCode::FAILURE)
}

fn say(exceeded: &[Exceeded]) {
    for limit in exceeded {
        output::remark(format_args!("{}: {} (measured: {:?})", limit.name, limit.means, limit.value));
    }
}

/// Back into the committed slot, unless the firmware came here because it cannot start that one.
fn leave(start: Start) -> Result<()> {
    if start.trial {
        return system::restart(None);
    }
    output::remark("the firmware cannot start the other slot, so this one goes on without being kept");
    Ok(())
}

fn write_down(system: &System, exceeded: Vec<Exceeded>) -> Result<()> {
    if let Some(version) = system.version() {
        system.state().note(&version, Happened::FailedTheGate { exceeded })?;
    }
    system.boot_chain(|chain| chain.mark_bad(chain.start().slot))
}

/// The committed slot has proved itself often enough: it only has to be up. Without a microphone or a loudspeaker the
/// assistant cannot be, and the system is all the same.
fn ordinary_start(system: &System) -> Result<ExitCode> {
    if systemctl(&["is-active", "--quiet", "parley.service"]) {
        return Ok(ExitCode::SUCCESS);
    }
    if system.sound().is_complete() {
        return Ok(ExitCode::FAILURE);
    }
    output::remark("the assistant does not run, because the device has no microphone or no loudspeaker");
    Ok(ExitCode::SUCCESS)
}

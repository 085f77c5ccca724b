//! `parley check --room`: how well the loudspeaker's echo can be taken out of the microphone's sound here.
//!
//! A chirp is played twice, and some noise. Where a Parley runs it has the sound devices, and does that itself.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use parley_audio::capture::Source;
use parley_daemon::echo_check::EchoVerdict;
use parley_daemon::volume::Volume;
use parley_door::{CheckedRoom, Door, DoorReply, DoorRequest, DoorState};
use parley_door_client::{DoorClient, DoorClientError};
use parley_echo::check::record;
use parley_settings::Config;
use serde::Serialize;

use super::{common, output};

/// Who asks, for the daemon's log.
const NAME: &str = "parley check";
const PLAYS: &str = "Two chirps and a noise are played; be quiet for a quarter of a minute.";
/// How long a running Parley may take for it.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a running Parley has noticed of its sound.
#[derive(Debug, Serialize)]
struct Noticed {
    part: String,
    says: String,
}

#[derive(Debug, Serialize)]
struct RoomReport {
    ok: bool,
    /// Whether a Parley runs, which did it itself.
    running: bool,
    /// What the running one has noticed.
    troubles: Vec<Noticed>,
    #[serde(flatten)]
    room: CheckedRoom,
}

/// Measures, or has the Parley that runs measure.
///
/// # Errors
/// A device cannot be opened, a running Parley cannot do it now or may not be asked, or the output is closed.
pub(super) fn run(config: &Config, json: bool) -> Result<ExitCode> {
    let report = match DoorClient::connect(Door::Read, NAME, false) {
        Ok(client) => of_running(client.state())?,
        Err(DoorClientError::NotRunning { .. } | DoorClientError::NoFolder) => measured(config)?,
        Err(error) => return Err(error.into()),
    };
    if json {
        output::json(&report)?;
    } else {
        in_lines(&report)?;
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_running(state: &DoorState) -> Result<RoomReport> {
    let noticed =
        state.troubles.iter().map(|trouble| Noticed { part: trouble.part.clone(), says: trouble.says.clone() });
    let mut control = DoorClient::connect(Door::Control, NAME, false)?;
    output::remark(PLAYS);
    let DoorReply::Room(room) = control.call(DoorRequest::CheckRoom, PATIENCE)? else {
        bail!("the Parley that runs is another version, and does not know this check")
    };
    let ok = state.troubles.is_empty() && room.faults.is_empty();
    Ok(RoomReport { ok, running: true, troubles: noticed.collect(), room: *room })
}

fn measured(config: &Config) -> Result<RoomReport> {
    // Together, as the daemon has them: on one card they have one rate.
    let devices = common::sound_devices(config);
    let sink = common::loudspeaker(&devices)?;
    let source = common::microphone(&devices)?;
    let channel = source.channel();
    output::remark(PLAYS);
    let recording = record(source, sink, |mixer| drop(Volume::start(mixer.clone(), config.audio.volume)))?;
    let verdict = EchoVerdict::of(&recording, channel);
    Ok(RoomReport { ok: verdict.faults.is_empty(), running: false, troubles: Vec::new(), room: verdict.told() })
}

fn in_lines(report: &RoomReport) -> Result<()> {
    for Noticed { part, says } in &report.troubles {
        output::line(format_args!("✗ the {part} {says}"))?;
    }
    let CheckedRoom { faults, words, .. } = &report.room;
    for fault in faults {
        output::line(format_args!("✗ {}", fault.says))?;
    }
    if faults.is_empty() {
        output::line("✓ the loudspeaker is heard, and its echo can be taken out")?;
    }
    match words.as_str() {
        "" => Ok(()),
        words => output::line(format_args!("echo: {words}")),
    }
}

//! `parley check --room`: how well the loudspeaker's echo can be taken out of the microphone's sound here.
//!
//! Where a Parley runs it has the sound devices: nothing is played, and it is asked. Else a chirp is played twice, and some noise.

use std::process::ExitCode;

use anyhow::Result;
use parley_audio::capture::Source;
use parley_daemon::echo_check::{EchoVerdict, in_words};
use parley_daemon::volume::Volume;
use parley_door::{Door, DoorState};
use parley_door_client::{DoorClient, DoorClientError};
use parley_echo::check::record;
use parley_settings::Config;
use serde::Serialize;

use super::{common, output};

/// Who asks, for the daemon's log.
const NAME: &str = "parley check";

/// What a running Parley has noticed of its sound.
#[derive(Debug, Serialize)]
struct Noticed {
    part: String,
    says: String,
}

#[derive(Debug, Serialize)]
struct RoomReport {
    ok: bool,
    /// Whether a Parley runs, which was asked instead.
    running: bool,
    /// What the running one has noticed.
    troubles: Vec<Noticed>,
    #[serde(flatten)]
    verdict: Option<EchoVerdict>,
}

/// Measures, or asks the Parley that runs.
///
/// # Errors
/// A device cannot be opened, a running Parley does not answer, or the output is closed.
pub(super) fn run(config: &Config, json: bool) -> Result<ExitCode> {
    let report = match DoorClient::connect(Door::Read, NAME, false) {
        Ok(client) => of_running(client.state()),
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

fn of_running(state: &DoorState) -> RoomReport {
    let noticed =
        state.troubles.iter().map(|trouble| Noticed { part: trouble.part.clone(), says: trouble.says.clone() });
    RoomReport { ok: state.troubles.is_empty(), running: true, troubles: noticed.collect(), verdict: None }
}

fn measured(config: &Config) -> Result<RoomReport> {
    // Together, as the daemon has them: on one card they have one rate.
    let devices = common::sound_devices(config);
    let sink = common::loudspeaker(&devices)?;
    let source = common::microphone(&devices)?;
    let channel = source.channel();
    output::remark("Two chirps and a noise are played; be quiet for a quarter of a minute.");
    let recording = record(source, sink, |mixer| drop(Volume::start(mixer.clone(), config.audio.volume)))?;
    let verdict = EchoVerdict::of(&recording, channel);
    Ok(RoomReport { ok: verdict.faults.is_empty(), running: false, troubles: Vec::new(), verdict: Some(verdict) })
}

fn in_lines(report: &RoomReport) -> Result<()> {
    for Noticed { part, says } in &report.troubles {
        output::line(format_args!("✗ the {part} {says}"))?;
    }
    if report.running {
        return output::line(
            "Parley is running and has the sound devices: nothing was played. Stop it (on a device `sudo systemctl stop parley`) for a \
             chirp",
        );
    }
    let Some(EchoVerdict { figures, faults }) = &report.verdict else { return Ok(()) };
    for fault in faults {
        output::line(format_args!("✗ {}", fault.says))?;
    }
    if report.ok {
        output::line("✓ the loudspeaker is heard, and its echo can be taken out")?;
    }
    match in_words(figures).as_str() {
        "" => Ok(()),
        words => output::line(format_args!("echo: {words}")),
    }
}

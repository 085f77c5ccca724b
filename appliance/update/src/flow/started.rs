//! What the units ask at a start and after a commit.

use std::process::ExitCode;

use anyhow::Result;

use super::{probation, reset};
use crate::announcements::{self, AnnouncementFile};
use crate::bootchain::journal::{Meaning, Start};
use crate::policy::admission::{EEPROM_TOO_OLD, TRUSTS_STRANGERS};
use crate::policy::table::Table;
use crate::records::data::{Takeover, TakeoverFailed};
use crate::records::events::UpdateEvent;
use crate::records::moved;
use crate::system::System;
use crate::{device, files, observed, output};

pub(super) fn started(system: &System) -> Result<ExitCode> {
    let (state, version) = (system.state(), system.version());
    moved::take_over(&system.path(moved::BEFORE), &state)?;
    if let Err(error) = state.keep_spare() {
        output::remark(format_args!("the data partition has no room to keep files aside: {error}"));
    }
    let (meaning, start, record) = system.boot_chain(|chain| {
        let start = chain.start();
        let meaning = chain.started(|meaning, before| {
            Ok(state.note_start(meaning, start.slot, version.as_ref(), before.tried.as_ref())?)
        })?;
        if meaning == Meaning::Rescue && only_helps_out(system, start) {
            chain.help_out()?;
            system.tell(&UpdateEvent::HelpsOut { version: version.clone() });
        }
        Ok((meaning, start, chain.record()))
    })?;
    output::json(&serde_json::json!({ "start": start, "meaning": meaning, "record": record }))?;
    system.tell(&UpdateEvent::Started { meaning, version: version.clone() });
    if reset::fulfil(system)? {
        return Ok(ExitCode::SUCCESS);
    }
    if let Err(error) = state.begin_start(system) {
        output::remark(format_args!("it is not written down how the last start ended: {error}"));
    }
    if device::trusts_strangers(system) {
        output::remark(TRUSTS_STRANGERS);
        aloud(system, "keyring", SAY_TRUSTS_STRANGERS);
    }
    if !device::eeprom(system).is_trusted() {
        output::remark(EEPROM_TOO_OLD);
        aloud(system, "firmware", SAY_EEPROM_TOO_OLD);
        system.tell(&UpdateEvent::FirmwareTooOld);
    }
    if meaning == Meaning::CommitCompleted {
        // Before the data is looked at: what the trial wrote is what was committed.
        commit_data(system)?;
    }
    // A trial begins with what the committed version knows now, and not with what an interrupted one has left.
    let takeover = if meaning == Meaning::Trial { Takeover::Anew } else { Takeover::Keep };
    let migrated = system.data().prepare(takeover);
    let mut table = Table::default();
    // Where there was no room, nobody knows whether the version can do it.
    let lacked_room = |error: &anyhow::Error| error.downcast_ref().is_some_and(TakeoverFailed::lacked_room);
    if !migrated.as_ref().is_err_and(lacked_room) {
        table.note_whether("migration", migrated.is_ok());
    }
    files::replace_json(&system.path(observed::OF_START), &table)?;
    if let Err(error) = migrated {
        // In a trial the gate sees the measurement and goes back; in an ordinary start an update must still be
        // possible.
        output::remark(error);
    }
    system.note_userspace()?;
    if meaning == Meaning::Ordinary
        && let Some(version) = version
    {
        probation::of_start(system, &version)?;
    }
    Ok(ExitCode::SUCCESS)
}

const SAY_TRUSTS_STRANGERS: &str = "I was built for development, and take no updates. Anybody could sign one for me.";
const SAY_EEPROM_TOO_OLD: &str = "The firmware of my board is too old to come back from a bad update, so I take none. Raspberry Pi \
     Imager updates it: choose Misc utility images, then Bootloader.";

/// Has the assistant say at this start what lasts until somebody does something about it.
fn aloud(system: &System, name: &str, text: &str) {
    let left = announcements::leave(&system.path(announcements::FOLDER), name, &AnnouncementFile::at_every_start(text));
    if let Err(error) = left {
        output::remark(format_args!("the assistant will not say it: {error}"));
    }
}

/// Whether a version that comes to the rescue is older than the one that has proved itself: three starts that were cut at
/// the wall, or a microphone that was unplugged, are no reason to give that up. A committed slot that the firmware cannot
/// read is one.
fn only_helps_out(system: &System, start: Start) -> bool {
    let (ledger, running) = (system.state().ledger(), system.version());
    start.trial && running.is_some_and(|running| ledger.proved_last().is_some_and(|proved| running < *proved))
}

/// The device shuts down as it should.
pub(super) fn stopping(system: &System) -> Result<ExitCode> {
    system.state().end_start()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn committed(system: &System) -> Result<ExitCode> {
    let (start, record) = super::standing(system)?;
    // RAUC has committed it, or it was committed before.
    if record.committed == start.slot {
        let version = system.version();
        if let Some(version) = &version {
            system.state().note_commit(version, start.slot)?;
        }
        commit_data(system)?;
        if start.trial {
            system.tell(&UpdateEvent::Committed { version });
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn commit_data(system: &System) -> Result<()> {
    let data = system.data();
    let (before, own) = (data.current(), data.known());
    if before != own {
        system.state().keep_data_before(&before)?;
    }
    Ok(data.commit()?)
}

//! What the units ask at a start and after a commit.

use std::process::ExitCode;

use anyhow::Result;

use super::reset;
use crate::bootchain::journal::Meaning;
use crate::output;
use crate::policy::table::Table;
use crate::records::data::Takeover;
use crate::records::events::UpdateEvent;
use crate::system::System;
use crate::{files, observed};

pub(super) fn started(system: &System) -> Result<ExitCode> {
    let (meaning, start, record) = system.boot_chain(|chain| Ok((chain.started()?, chain.start(), chain.record())))?;
    let version = system.version();
    system.state().note_start(meaning, start.slot, version.as_ref())?;
    output::json(&serde_json::json!({ "start": start, "meaning": meaning, "record": record }))?;
    system.tell(&UpdateEvent::Started { meaning, version });
    reset::fulfil(system)?;
    if meaning == Meaning::CommitCompleted {
        // Before the data is looked at: what the trial wrote is what was committed.
        commit_data(system)?;
    }
    // A trial begins with what the committed version knows now, and not with what an interrupted one has left.
    let takeover = if meaning == Meaning::Trial { Takeover::Anew } else { Takeover::Keep };
    let migrated = system.data().prepare(takeover);
    let mut table = Table::default();
    table.note_whether("migration", migrated.is_ok());
    files::replace_json(&system.path(observed::FOLDER).join("data.json"), &table)?;
    if let Err(error) = migrated {
        // In a trial the gate sees the measurement and goes back; in an ordinary start an update must still be
        // possible.
        output::remark(error);
    }
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
        data.commit()?;
    }
    Ok(())
}

//! What the units ask at a start and after a commit.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use parley_update::data::{Data, Takeover};
use parley_update::events::{self, Event};
use parley_update::policy::table::Table;
use parley_update::state::Meaning;
use parley_update::{measure, system};

use super::super::output;
use super::reset;
use parley_daemon::schemas;

pub(super) fn started() -> Result<ExitCode> {
    let (meaning, start, record) = super::boot_chain(|chain| Ok((chain.started()?, chain.start(), chain.record())))?;
    let version = system::version();
    super::files().note_start(meaning, version.as_ref())?;
    output::json(&serde_json::json!({ "start": start, "meaning": meaning, "record": record }))?;
    events::tell(&Event::Started { meaning, version });
    reset::complete()?;
    let data = Data::new(system::DATA_FOLDER, schemas::ALL);
    if meaning == Meaning::CommitCompleted {
        // Before the data is looked at: what the trial wrote is what was committed.
        commit_data(&data)?;
    }
    // A trial begins with what the committed version knows now, and not with what an interrupted one has left.
    let takeover = if meaning == Meaning::Trial { Takeover::Anew } else { Takeover::Keep };
    let migrated = data.prepare(takeover);
    let mut table = Table::default();
    table.note_whether("migration", migrated.is_ok());
    parley_update::files::replace_json(&Path::new(measure::FOLDER).join("data.json"), &table)?;
    if let Err(error) = migrated {
        // In a trial the gate sees the measurement and goes back; in an ordinary start an update must still be possible.
        output::remark(error);
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn committed() -> Result<ExitCode> {
    let (start, record) = super::now()?;
    // RAUC has committed it, or it was committed before.
    if record.committed == start.slot {
        let version = system::version();
        if let Some(version) = &version {
            super::files().note_commit(version, Some(start.slot))?;
        }
        commit_data(&Data::new(system::DATA_FOLDER, schemas::ALL))?;
        if start.trial {
            events::tell(&Event::Committed { version });
        }
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

//! `parley update status` and `history`.

use std::process::ExitCode;

use anyhow::Result;
use semver::Version;
use serde::{Deserialize, Serialize};

use super::stick;
use crate::bootchain::journal::JournalPhase;
use crate::bootchain::slot::Slot;
use crate::output;
use crate::policy::admission::{EEPROM_TOO_OLD, TRUSTS_STRANGERS};
use crate::policy::ledger::{Entry, Happened, Ledger};
use crate::policy::table::Exceeded;
use crate::records::faults;
use crate::system::System;
use crate::{device, files};

pub(super) fn status(system: &System, json: bool) -> Result<ExitCode> {
    let (start, record) = super::standing(system)?;
    let (state, version) = (system.state(), system.version());
    let status = Status {
        slot: start.slot,
        trial: start.trial,
        committed: record.committed,
        phase: record.phase,
        can_go_back: record.is_good(start.slot.other()),
        probation_left_s: version.as_ref().and_then(|version| state.probation_left(version)).map(|left| left.as_secs()),
        waiting: match record.phase {
            JournalPhase::Armed { .. } => record.tried.clone().or_else(|| state.waiting()),
            JournalPhase::Idle
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. }
            | JournalPhase::Rescue { .. } => None,
        },
        helps_out: record.phase == (JournalPhase::Rescue { commits: false }),
        offered: stick::offered(system),
        version,
    };
    if json {
        output::json(&status)?;
    } else {
        for line in in_words(&status).into_iter().chain(notes(system)) {
            output::line(line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where updates stand.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Status {
    /// The running version, where the image names one.
    version: Option<Version>,
    slot: Slot,
    trial: bool,
    /// The slot of an ordinary start.
    committed: Slot,
    phase: JournalPhase,
    can_go_back: bool,
    /// Whether this slot runs only because the committed one did not start.
    helps_out: bool,
    probation_left_s: Option<u64>,
    /// A version that is installed and waits for a restart.
    waiting: Option<Version>,
    /// What a stick offers, and waits for a yes.
    offered: Option<Version>,
}

fn in_words(status: &Status) -> Vec<String> {
    let version =
        status.version.as_ref().map_or_else(|| "an unnamed version".into(), |version| format!("version {version}"));
    let mut lines = vec![format!("{version} is in use (slot {})", status.slot)];
    if status.helps_out {
        lines.push(
            "It only helps out, because the version in use did not start; the next start tries that one again".into(),
        );
    } else if status.trial {
        lines.push(
            "It is being tried: if it fails its tests, or anything restarts the device, the version before comes back"
                .into(),
        );
    }
    if let Some(waiting) = &status.waiting {
        lines
            .push(format!("Version {waiting} is installed and waits for a restart: `parley update install --restart`"));
    }
    if let Some(left) = status.probation_left_s {
        lines.push(format!(
            "It is watched for another {} h, and goes back by itself if it gives trouble",
            left.div_ceil(3600)
        ));
    }
    lines.push(match status.can_go_back {
        true => "There is a way back: `parley update rollback`".into(),
        false => "There is no version to go back to".into(),
    });
    if let Some(version) = &status.offered {
        lines.push(format!("A stick offers version {version}: `parley update accept` installs it"));
    }
    lines
}

/// What an owner has to know beside it.
pub(super) fn notes(system: &System) -> Vec<String> {
    let firmware = (!device::eeprom(system).is_trusted()).then(|| format!("Note: {EEPROM_TOO_OLD}"));
    let damaged = system.state().damaged();
    let damaged = (!damaged.is_empty()).then(|| {
        format!(
            "Note: the device could not read what it had remembered about updates, and set it aside: {}",
            damaged.join(", ")
        )
    });
    let keyring = device::trusts_strangers(system).then(|| format!("Note: {TRUSTS_STRANGERS}"));
    let data = of_data(system).map(|said| format!("Note: {said}"));
    let faults = faults::note(&system.path(faults::STATE_OF_A_DEVICE)).map(|said| format!("Note: {said}"));
    firmware.into_iter().chain(keyring).chain(damaged).chain(data).chain(stick::note(system)).chain(faults).collect()
}

/// What `open-data` has noted of this start.
const DATA: &str = "/run/parley-data/state.json";

#[derive(Deserialize)]
struct DataState {
    data: String,
    #[serde(default)]
    because: String,
}

/// What became of the data partition at this start, where it was not whole.
fn of_data(system: &System) -> Option<String> {
    let DataState { data, because } = files::read_json(&system.path(DATA))?;
    match data.as_str() {
        "repaired" => Some(
            "the memory on the card was damaged, and was put right when the device started; if this comes again, the card \
             is wearing out"
                .into(),
        ),
        "memory" => Some(format!(
            "the memory on the card is not in use, because {because}; what the device is told it forgets when it is \
             switched off"
        )),
        "fresh" => Some(
            "the memory on the card could not be opened, and was made anew when the device started; what could still be \
             read was put back"
                .into(),
        ),
        _ => None,
    }
}

pub(super) fn history(system: &System, json: bool) -> Result<ExitCode> {
    let ledger = system.state().ledger();
    if json {
        for (written, _) in ledger.lines() {
            output::line(one_line(written))?;
        }
    } else {
        for line in history_lines(&ledger) {
            output::line(line)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// JSON without the line feeds between its parts; a line feed in a text is written as two other letters.
fn one_line(json: &str) -> String {
    json.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The lines of the history, as they are also written onto a stick.
pub(super) fn history_lines(ledger: &Ledger) -> impl Iterator<Item = String> {
    ledger.lines().map(|(written, entry)| {
        let unknown = || format!("something that this version does not know: {}", one_line(written));
        entry.map_or_else(unknown, line)
    })
}

fn line(entry: &Entry) -> String {
    let Entry { at_unix_s, version, happened } = entry;
    format!("{}  {version:<12} {}", date(*at_unix_s), what(happened))
}

fn what(happened: &Happened) -> String {
    let reasons =
        |exceeded: &[Exceeded]| exceeded.iter().map(|limit| limit.means.as_str()).collect::<Vec<_>>().join("; ");
    match happened {
        Happened::Refused { because } => format!("was refused: {because}"),
        Happened::NotInstalled { because } => format!("was not installed: {because}"),
        Happened::Installed { slot } => format!("was installed into slot {slot}"),
        Happened::Interrupted => "was interrupted while it was tried, and will be tried again".into(),
        Happened::NotJudged { exceeded } => {
            format!("could not be judged, and will be tried again: {}", reasons(exceeded))
        }
        Happened::GivenUp => "could not be judged three times; it may be installed once more".into(),
        Happened::NeverCameUp => "never came up, and will not be tried again".into(),
        Happened::FailedTheGate { exceeded } => format!("failed its tests: {}", reasons(exceeded)),
        Happened::Committed { slot } => format!("passed its tests and is in use (slot {slot})"),
        Happened::WentBack { exceeded } => format!("gave trouble, so the device went back: {}", reasons(exceeded)),
        Happened::SentBack => "was sent back by its owner".into(),
        Happened::Proved => "has proved itself for a day".into(),
        Happened::Allowed => "may be tried again, says its owner".into(),
        Happened::ToBlame => "is to blame: the old version does not hear its own voice so".into(),
        Happened::NotToBlame => {
            "is not to blame and may be tried again: the old version hears as much of its own voice".into()
        }
    }
}

/// A date in UTC: days since 1970 by the calendar that repeats every 400 years.
fn date(unix_s: u64) -> String {
    let (days, seconds) = (unix_s / 86_400, unix_s % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", seconds / 3600, seconds % 3600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar_until_2200() {
        let mut day = 0;
        for year in 1970..2200 {
            let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, days) in (1..).zip([31, if leaps { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                for of_month in 1..=days {
                    let (hour, minute) = (day % 24, day % 60);
                    let unix_s = day * 86_400 + hour * 3_600 + minute * 60 + 59;
                    assert_eq!(date(unix_s), format!("{year}-{month:02}-{of_month:02} {hour:02}:{minute:02}"));
                    day += 1;
                }
            }
        }
    }
}

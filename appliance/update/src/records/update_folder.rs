//! The folder in which updates remember: the boot journal, the ledger, how long the running version was watched, what
//! the old slot measured, the versions of the data before the last commit, and the version that is being installed.
//! Whatever is written here fails where `data` cannot be written.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::bootchain::journal::Meaning;
use crate::bootchain::slot::Slot;
use crate::files;
use crate::policy::ledger::{Entry, Happened, Ledger};
use crate::policy::probation::{self, ProbationVerdict};
use crate::policy::table::Table;

/// The state that lies in a folder.
#[derive(Debug, Clone)]
pub struct UpdateFolder {
    folder: PathBuf,
}

/// How long a version was watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    version: Version,
    /// In starts that are over.
    earlier_s: u64,
    /// The start that was watched last; the kernel makes up an id for each.
    boot_id: String,
    /// When watching began in it, counted from the start.
    from_s: u64,
    /// Until when it was watched.
    up_to_s: u64,
}

impl Watched {
    fn new(version: &Version, boot_id: &str, since_start: Duration) -> Self {
        let now_s = since_start.as_secs();
        Self { version: version.clone(), earlier_s: 0, boot_id: boot_id.to_owned(), from_s: now_s, up_to_s: now_s }
    }

    fn total(&self) -> Duration {
        Duration::from_secs(self.earlier_s + self.up_to_s.saturating_sub(self.from_s))
    }
}

/// Put down by the pre-install handler, taken up when the trial is armed.
const CANDIDATE: &str = "candidate.json";

/// How much of the time on probation a power cut may cost.
const WATCH_KEPT_EVERY: Duration = Duration::from_secs(600);

/// How often a baseline is written.
const BASELINE_EVERY: Duration = Duration::from_secs(3600);

impl UpdateFolder {
    /// The state in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The boot chain's journal.
    pub fn journal(&self) -> PathBuf {
        self.path("boot.json")
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What happened until now.
    pub fn ledger(&self) -> Ledger {
        files::read_json(&self.path("ledger.json")).unwrap_or_default()
    }

    /// Writes down what happened to a version.
    pub fn note(&self, version: &Version, happened: Happened) -> io::Result<()> {
        let mut ledger = self.ledger();
        if matches!(happened, Happened::Committed { .. }) && self.watched(version).is_some() {
            // A version that its owner wanted once more is watched for a whole day once more.
            std::fs::remove_file(self.path("watched.json"))?;
        }
        ledger.add(now_unix_s(), version.clone(), happened);
        files::replace_json(&self.path("ledger.json"), &ledger)
    }

    /// Remembers the version that RAUC is about to write, for [`UpdateFolder::note_installed`].
    pub fn keep_candidate(&self, version: &Version) -> io::Result<()> {
        files::replace_json(&self.path(CANDIDATE), version)
    }

    /// Writes down that the candidate is in a slot, whoever installed it; nothing where there is none.
    pub fn note_installed(&self, slot: Slot) -> io::Result<Option<Version>> {
        let candidate: Option<Version> = files::read_json(&self.path(CANDIDATE));
        if let Some(version) = &candidate {
            self.note(version, Happened::Installed { slot })?;
            std::fs::remove_file(self.path(CANDIDATE))?;
        }
        Ok(candidate)
    }

    /// Writes down what a start meant for the version that was to be tried.
    pub fn note_start(&self, meaning: Meaning, slot: Slot, running: Option<&Version>) -> io::Result<()> {
        let tried = self.waiting();
        match (meaning, tried, running) {
            (Meaning::Interrupted, Some(version), _) => self.note(&version, Happened::Interrupted),
            (Meaning::GaveUp, Some(version), _) => self.note(&version, Happened::NeverCameUp),
            (Meaning::CommitCompleted, _, Some(version)) => self.note_commit(version, slot),
            _ => Ok(()),
        }
    }

    /// Writes down that the running version is the committed one. Saying it twice is the same.
    pub fn note_commit(&self, running: &Version, slot: Slot) -> io::Result<()> {
        match self.ledger().of(running).next() {
            // A card that was flashed: nothing was replaced, so there is nothing to go back to.
            None | Some(Happened::Committed { .. } | Happened::Proved) => Ok(()),
            Some(_) => self.note(running, Happened::Committed { slot }),
        }
    }

    /// The version that was installed last and neither came into use nor was given up.
    pub fn waiting(&self) -> Option<Version> {
        let ledger = self.ledger();
        let deciding = |entry: &&Entry| !matches!(entry.happened, Happened::Refused { .. } | Happened::Interrupted);
        let last = ledger.entries().iter().rev().find(deciding)?;
        matches!(last.happened, Happened::Installed { .. }).then(|| last.version.clone())
    }

    /// How long the running version has been watched, all its starts together. The clock is not asked: a board without
    /// one may jump by years when somebody tells it the time. Called every minute; up to [`WATCH_KEPT_EVERY`] are lost
    /// with a start, to spare the card.
    pub fn watch(&self, version: &Version, boot_id: &str, since_start: Duration) -> io::Result<Duration> {
        let kept = self.watched(version);
        let mut now = kept.clone().unwrap_or_else(|| Watched::new(version, boot_id, since_start));
        if now.boot_id != boot_id {
            now.earlier_s += now.up_to_s.saturating_sub(now.from_s);
            (now.boot_id, now.from_s) = (boot_id.to_owned(), 0);
        }
        now.up_to_s = since_start.as_secs();
        let new = kept.as_ref().is_none_or(|kept| kept.boot_id != now.boot_id);
        if new || kept.is_some_and(|kept| now.up_to_s >= kept.up_to_s + WATCH_KEPT_EVERY.as_secs()) {
            files::replace_json(&self.path("watched.json"), &now)?;
        }
        Ok(now.total())
    }

    /// What was kept of it, where it is of this version's last commit.
    fn watched(&self, version: &Version) -> Option<Watched> {
        files::read_json(&self.path("watched.json")).filter(|watched: &Watched| watched.version == *version)
    }

    /// What the old slot measured in its own time.
    pub fn baseline(&self) -> Table {
        files::read_json(&self.path("baseline.json")).unwrap_or_default()
    }

    /// Keeps what the running version measured, as the baseline for the next one: of each value the last one with
    /// enough samples behind it. To spare the card it is written once an hour.
    pub fn keep_baseline(&self, table: &Table) -> io::Result<()> {
        let path = self.path("baseline.json");
        let age = std::fs::metadata(&path).and_then(|file| file.modified()).map(|written| written.elapsed());
        // A clock that went back makes the file young; it is written again then.
        let young = age.is_ok_and(|age| age.is_ok_and(|age| age < BASELINE_EVERY));
        let known = self.baseline();
        let merged = probation::baseline(probation::LIMITS, &known, table);
        let gains = merged.0.len() > known.0.len();
        if merged == known || (young && !gains) { Ok(()) } else { files::replace_json(&path, &merged) }
    }

    /// The versions of the data before the last commit, for carrying back.
    pub fn data_before(&self) -> BTreeMap<String, u32> {
        files::read_json(&self.path("data-before.json")).unwrap_or_default()
    }

    /// Remembers the versions of the data before a commit.
    pub fn keep_data_before(&self, current: &BTreeMap<String, u32>) -> io::Result<()> {
        files::replace_json(&self.path("data-before.json"), current)
    }

    /// How long a version is still watched, where it is on probation.
    pub fn probation_left(&self, running: &Version) -> Option<Duration> {
        self.ledger().is_on_probation(running).then_some(())?;
        let watched = self.watched(running).map_or(Duration::ZERO, |watched| watched.total());
        Some(probation::LENGTH.saturating_sub(watched)).filter(|left| !left.is_zero())
    }

    /// What probation says of the running version, which was watched for so long; `None` where it is not on probation.
    pub fn probation(&self, running: &Version, table: &Table, watched: Duration) -> Option<ProbationVerdict> {
        let ledger = self.ledger();
        ledger.is_on_probation(running).then_some(())?;
        let verdict = probation::compare(probation::LIMITS, table, &self.baseline(), watched);
        Some(match verdict {
            // Once for each version: a device must not swing between two.
            ProbationVerdict::GoBack(faults) if !ledger.may_go_back(running) => ProbationVerdict::Watching(faults),
            ProbationVerdict::GoBack(_) | ProbationVerdict::Watching(_) | ProbationVerdict::Passed => verdict,
        })
    }
}

/// The device's clock, which may be no better than the last time that somebody told it.
fn now_unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;

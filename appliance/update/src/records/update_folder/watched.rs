//! How long versions were watched, and what they measured meanwhile.

use std::io;
use std::time::Duration;

use semver::Version;
use serde::{Deserialize, Serialize};

use super::{UpdateFolder, WATCHED, load_or_set_aside};
use crate::files;
use crate::policy::probation::{self, ProbationVerdict};
use crate::policy::table::Table;

/// How much of the time on probation a power cut may cost.
const WATCH_KEPT_EVERY: Duration = Duration::from_secs(600);

/// How often a baseline is written.
const BASELINE_EVERY: Duration = Duration::from_secs(3600);

/// How long a version was watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Watched {
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

impl UpdateFolder {
    /// How long the running version has been watched, all its starts together. The clock is not asked: a board without
    /// one may jump by years when somebody tells it the time. Called every minute; up to `WATCH_KEPT_EVERY` are lost
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
            files::replace_json(&self.path(WATCHED), &now)?;
        }
        Ok(now.total())
    }

    /// How long a version has been watched, as far as that was kept.
    pub fn watched_for(&self, version: &Version) -> Duration {
        self.watched(version).map_or(Duration::ZERO, |watched| watched.total())
    }

    /// What was kept of it, where it is of this version's last commit.
    pub(super) fn watched(&self, version: &Version) -> Option<Watched> {
        load_or_set_aside(&self.path(WATCHED)).filter(|watched: &Watched| watched.version == *version)
    }

    /// What the old slot measured in its own time.
    pub fn baseline(&self) -> Table {
        self.load("baseline.json")
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

    /// How long a version is still watched, where it is on probation.
    pub fn probation_left(&self, running: &Version) -> Option<Duration> {
        self.ledger().is_on_probation(running).then_some(())?;
        Some(probation::LENGTH.saturating_sub(self.watched_for(running))).filter(|left| !left.is_zero())
    }

    /// What probation says of the running version, which was watched for so long; `None` where it is not on probation.
    pub fn probation(&self, running: &Version, table: &Table, watched: Duration) -> Option<ProbationVerdict> {
        let ledger = self.ledger();
        ledger.is_on_probation(running).then_some(())?;
        let verdict = probation::compare(probation::LIMITS, table, &self.baseline(), watched);
        Some(match verdict {
            // Once for each version: a device must not swing between two.
            ProbationVerdict::GoBack(faults) if !self.blocks().may_go_back(running) => {
                ProbationVerdict::Watching(faults)
            }
            ProbationVerdict::GoBack(_) | ProbationVerdict::Watching(_) | ProbationVerdict::Passed => verdict,
        })
    }
}

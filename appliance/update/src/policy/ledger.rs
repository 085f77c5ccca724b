//! The ledger: what happened to which version, for the history that an owner reads and for the rules that look back. What
//! blocks a version lies in a list of its own ([`super::blocks`]).
//!
//! Rules: an entry that this program does not know, because a later version wrote it, is kept as it was written, byte by
//! byte; what says where a version stands is never forgotten, however long the ledger gets.

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::echo;
use super::table::Exceeded;
use crate::bootchain::slot::Slot;

/// So many entries are kept; those that say where a version stands are kept beyond it.
pub const KEPT: usize = 200;

/// What can happen to a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are named for what they hold")]
pub enum Happened {
    /// It was refused before anything was written.
    Refused { because: String },
    /// Its installation ended early.
    NotInstalled { because: String },
    /// It is in a slot, and will be tried.
    Installed { slot: Slot },
    /// A trial ended without a verdict: a power cut or a reset.
    Interrupted,
    /// A trial ended without a verdict, because something could not be measured. That is no fault of the version.
    NotJudged { exceeded: Vec<Exceeded> },
    /// Three trials ended so; it may be installed once more.
    GivenUp,
    /// Three trials ended without a verdict, and nobody knows why.
    NeverCameUp,
    /// It did not pass the gate.
    FailedTheGate { exceeded: Vec<Exceeded> },
    /// It passed the gate and is in use.
    Committed { slot: Slot },
    /// Probation sent it away.
    WentBack { exceeded: Vec<Exceeded> },
    /// The owner sent it away.
    SentBack,
    /// Its probation is over.
    Proved,
    /// The owner allows a version again that was blocked.
    Allowed,
    /// It failed the gate by something that the old slot has, too.
    NotToBlame,
    /// It failed the gate by something that the old slot does not have.
    ToBlame,
}

impl Happened {
    /// Whether it may be forgotten when the ledger is full: it says nothing about where a version stands.
    fn is_fleeting(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::NotInstalled { .. } | Self::Interrupted | Self::NotJudged { .. } => true,
            Self::Installed { .. }
            | Self::GivenUp
            | Self::NeverCameUp
            | Self::FailedTheGate { .. }
            | Self::Committed { .. }
            | Self::WentBack { .. }
            | Self::SentBack
            | Self::Proved
            | Self::Allowed
            | Self::NotToBlame
            | Self::ToBlame => false,
        }
    }
}

/// What happened to a version, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since 1970 by the device's clock, which may not know better than the last time it was told.
    pub at_unix_s: u64,
    /// Of which version.
    pub version: Version,
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
}

/// An entry as it was written, and what this program makes of it.
#[derive(Debug, Clone)]
struct Line {
    written: Box<RawValue>,
    entry: Option<Entry>,
}

/// What happened, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Vec<Line>);

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|line| &line.written))
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lines = Vec::<Box<RawValue>>::deserialize(deserializer)?;
        let known = |written: Box<RawValue>| Line { entry: serde_json::from_str(written.get()).ok(), written };
        Ok(Self(lines.into_iter().map(known).collect()))
    }
}

impl Ledger {
    /// Adds what happened.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn add(&mut self, at_unix_s: u64, version: Version, happened: Happened) -> serde_json::Result<()> {
        let entry = Entry { at_unix_s, version, happened };
        let written = serde_json::value::to_raw_value(&entry)?;
        self.0.push(Line { written, entry: Some(entry) });
        let surplus = self.0.len().saturating_sub(KEPT);
        let mut place = 0;
        self.0.retain(|line| {
            place += 1;
            place > surplus || !line.entry.as_ref().is_some_and(|entry| entry.happened.is_fleeting())
        });
        Ok(())
    }

    /// What this program knows of it, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.0.iter().filter_map(|line| line.entry.as_ref())
    }

    /// Every entry as it was written, and what this program makes of it; the oldest first.
    pub fn lines(&self) -> impl Iterator<Item = (&str, Option<&Entry>)> {
        self.0.iter().map(|line| (line.written.get(), line.entry.as_ref()))
    }

    /// A version that failed the gate last of all, though something else than it has changed: see [`echo::is_to_blame`]. Nothing has
    /// been found out about it since.
    pub fn wrongly_blamed(&self, in_old_slot: Option<f64>) -> Option<&Version> {
        let last = self.entries().rev().find(|entry| !entry.happened.is_fleeting())?;
        let Happened::FailedTheGate { exceeded } = &last.happened else { return None };
        (!echo::is_to_blame(exceeded, in_old_slot)).then_some(&last.version)
    }

    /// Whether going back is the last thing that happened to a version.
    pub fn went_back_last(&self, version: &Version) -> bool {
        matches!(self.of(version).next(), Some(Happened::WentBack { .. } | Happened::SentBack))
    }

    /// Whether a version was committed and neither proved itself nor went back since.
    pub fn is_on_probation(&self, version: &Version) -> bool {
        let mut ends = self.of(version).filter(|happened| {
            matches!(
                happened,
                Happened::Committed { .. } | Happened::Proved | Happened::WentBack { .. } | Happened::SentBack
            )
        });
        matches!(ends.next(), Some(Happened::Committed { .. }))
    }

    /// The version that proved itself last.
    pub fn proved_last(&self) -> Option<&Version> {
        self.entries().rfind(|entry| entry.happened == Happened::Proved).map(|entry| &entry.version)
    }

    /// What happened to a version, the newest first.
    pub fn of(&self, version: &Version) -> impl Iterator<Item = &Happened> {
        self.entries().rev().filter(move |entry| entry.version == *version).map(|entry| &entry.happened)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BAD: Version = Version::new(1, 1, 0);
    const OTHER: Version = Version::new(1, 2, 0);

    /// What happened to version [`BAD`].
    fn ledger(events: impl IntoIterator<Item = Happened>) -> Ledger {
        let mut ledger = Ledger::default();
        events.into_iter().for_each(|happened| ledger.add(0, BAD, happened).unwrap());
        ledger
    }

    fn went_back() -> Happened {
        Happened::WentBack { exceeded: vec![] }
    }

    #[test]
    fn probation_runs_from_the_commit_to_its_end() {
        let commit = Happened::Committed { slot: Slot::B };
        assert!(ledger([commit.clone()]).is_on_probation(&BAD));
        for end in [Happened::Proved, went_back(), Happened::SentBack] {
            assert!(!ledger([commit.clone(), end]).is_on_probation(&BAD));
        }
    }

    #[test]
    fn the_version_that_proved_itself_last_is_not_the_newest() {
        let mut ledger = ledger([Happened::Proved]);
        ledger.add(1, OTHER, Happened::Committed { slot: Slot::B }).unwrap();
        assert_eq!(ledger.proved_last(), Some(&BAD));
        assert_eq!(Ledger::default().proved_last(), None);
    }

    #[test]
    fn a_version_is_blamed_no_more_where_its_echo_is_not_back_either() {
        let failed = |name: &str| {
            let exceeded = vec![Exceeded { name: name.into(), value: Some(14.0), means: String::new() }];
            Happened::FailedTheGate { exceeded }
        };
        let by_echo =
            ledger([Happened::Installed { slot: Slot::B }, failed(echo::ECHO_LOST_DB), Happened::Interrupted]);
        assert_eq!(by_echo.wrongly_blamed(Some(15.0)), Some(&BAD));
        assert_eq!((by_echo.wrongly_blamed(Some(3.0)), by_echo.wrongly_blamed(None)), (None, None));
        assert_eq!(ledger([failed("verity")]).wrongly_blamed(Some(15.0)), None);
        for found in [Happened::NotToBlame, Happened::ToBlame] {
            let settled = ledger([failed(echo::ECHO_LOST_DB), found]);
            assert_eq!(settled.wrongly_blamed(Some(15.0)), None, "once");
        }
    }

    #[test]
    fn a_later_versions_entries_are_kept_as_they_were_written() {
        let later = r#"{"at_unix_s": 7e0,  "version": "1.2.0", "what": "sang", "song": [1.50, "x"]}"#;
        let more = r#"{"at_unix_s":8,"version":"1.1.0","what":"sent-back","by":"voice"}"#;
        let mut read: Ledger = serde_json::from_str(&format!("[{later},{more},17]")).unwrap();
        assert!(read.went_back_last(&BAD), "what is added to an entry does not hide it");
        read.add(9, OTHER, Happened::Allowed).unwrap();
        let written = serde_json::to_string_pretty(&read).unwrap();
        assert!([later, more, "17"].iter().all(|part| written.contains(part)), "{written}");
        assert_eq!(read.lines().count(), 4);
        assert_eq!(read.entries().count(), 2);
    }

    proptest! {
        #[test]
        fn where_a_version_stands_is_never_forgotten(others in 0..3 * KEPT) {
            let mut ledger = ledger([Happened::Committed { slot: Slot::B }]);
            for at in 0..others {
                ledger.add(at as u64, OTHER, Happened::Refused { because: String::new() }).unwrap();
            }
            prop_assert!(ledger.is_on_probation(&BAD));
            prop_assert!(ledger.lines().count() <= KEPT + 1);
        }
    }
}

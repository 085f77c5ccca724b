//! The ledger: what happened to which version. From it follow the history that an owner reads and the versions that are
//! not tried again.
//!
//! Rules: a version goes back at most once; a version that went back, did not pass the gate or never came up is blocked
//! until its owner allows it again; what blocks is never forgotten, however long the ledger gets.

use semver::Version;
use serde::{Deserialize, Serialize};

use super::table::Exceeded;
use crate::bootchain::slot::Slot;

/// So many entries are kept; those that block are kept beyond it.
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
    /// Three trials ended so.
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
}

impl Happened {
    /// Why a version to which this happened is not tried again; `None` where it may be.
    fn blocks(&self) -> Option<&'static str> {
        match self {
            Self::NeverCameUp => Some("never came up"),
            Self::FailedTheGate { .. } => Some("failed its own tests"),
            Self::WentBack { .. } => Some("gave trouble, so the device went back"),
            Self::SentBack => Some("was sent back by its owner"),
            Self::Refused { .. }
            | Self::NotInstalled { .. }
            | Self::Installed { .. }
            | Self::Interrupted
            | Self::Committed { .. }
            | Self::Proved
            | Self::Allowed => None,
        }
    }

    /// Whether it says if a version may be tried again.
    fn decides(&self) -> bool {
        self.blocks().is_some() || *self == Self::Allowed
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

/// What happened, the oldest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ledger(Vec<Entry>);

impl Ledger {
    /// Adds what happened.
    pub fn add(&mut self, at_unix_s: u64, version: Version, happened: Happened) {
        self.0.push(Entry { at_unix_s, version, happened });
        let surplus = self.0.len().saturating_sub(KEPT);
        let mut place = 0;
        self.0.retain(|entry| {
            place += 1;
            place > surplus || entry.happened.decides()
        });
    }

    /// The oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Why a version is not tried again, if it is not.
    pub fn block(&self, version: &Version) -> Option<&'static str> {
        self.of(version).find(|happened| happened.decides())?.blocks()
    }

    /// Whether probation may still send this version back.
    pub fn may_go_back(&self, version: &Version) -> bool {
        !self.of(version).any(|happened| matches!(happened, Happened::WentBack { .. }))
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

    /// What happened to a version, the newest first.
    pub fn of(&self, version: &Version) -> impl Iterator<Item = &Happened> {
        self.0.iter().rev().filter(move |entry| entry.version == *version).map(|entry| &entry.happened)
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
        events.into_iter().for_each(|happened| ledger.add(0, BAD, happened));
        ledger
    }

    fn went_back() -> Happened {
        Happened::WentBack { exceeded: vec![] }
    }

    #[test]
    fn each_bad_end_blocks_its_version_and_no_other() {
        for end in
            [Happened::NeverCameUp, Happened::FailedTheGate { exceeded: vec![] }, went_back(), Happened::SentBack]
        {
            let ledger = ledger([end]);
            assert!(ledger.block(&BAD).is_some());
            assert!(ledger.block(&OTHER).is_none());
        }
    }

    #[test]
    fn a_power_cut_is_no_reason_to_block() {
        assert_eq!(ledger([Happened::Installed { slot: Slot::B }, Happened::Interrupted]).block(&BAD), None);
    }

    #[test]
    fn an_owner_can_allow_a_version_again_and_it_can_be_blocked_again() {
        let mut ledger = ledger([went_back(), Happened::Allowed]);
        assert_eq!(ledger.block(&BAD), None);
        ledger.add(9, BAD, Happened::NeverCameUp);
        assert!(ledger.block(&BAD).is_some());
    }

    #[test]
    fn a_version_goes_back_once() {
        let ledger = ledger([went_back(), Happened::Allowed]);
        assert!(!ledger.may_go_back(&BAD), "not even when it was allowed again: devices must not swing");
        assert!(ledger.may_go_back(&OTHER));
    }

    #[test]
    fn probation_runs_from_the_commit_to_its_end() {
        let commit = Happened::Committed { slot: Slot::B };
        assert!(ledger([commit.clone()]).is_on_probation(&BAD));
        for end in [Happened::Proved, went_back(), Happened::SentBack] {
            assert!(!ledger([commit.clone(), end]).is_on_probation(&BAD));
        }
    }

    proptest! {
        #[test]
        fn what_blocks_is_never_forgotten(others in 0..3 * KEPT) {
            let mut ledger = ledger([went_back()]);
            for at in 0..others {
                ledger.add(at as u64, OTHER, Happened::Refused { because: String::new() });
            }
            prop_assert!(ledger.block(&BAD).is_some());
            prop_assert!(ledger.entries().len() <= KEPT + 1);
        }
    }
}

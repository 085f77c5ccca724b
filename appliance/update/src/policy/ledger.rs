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
    fn blocks(&self) -> bool {
        match self {
            Self::NeverCameUp | Self::FailedTheGate { .. } | Self::WentBack { .. } | Self::SentBack => true,
            Self::Refused { .. }
            | Self::NotInstalled { .. }
            | Self::Installed { .. }
            | Self::Interrupted
            | Self::Committed { .. }
            | Self::Proved
            | Self::Allowed => false,
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
            place > surplus || entry.happened.blocks() || entry.happened == Happened::Allowed
        });
    }

    /// The oldest first.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// Why a version is not tried again, if it is not.
    pub fn block(&self, version: &Version) -> Option<&Happened> {
        let deciding = |entry: &&Entry| entry.happened.blocks() || entry.happened == Happened::Allowed;
        let last = self.0.iter().rev().filter(|entry| entry.version == *version).find(deciding)?;
        last.happened.blocks().then_some(&last.happened)
    }

    /// Whether probation may still send this version back.
    pub fn may_go_back(&self, version: &Version) -> bool {
        !self.0.iter().any(|entry| entry.version == *version && matches!(entry.happened, Happened::WentBack { .. }))
    }

    /// Whether going back is the last thing that happened to a version.
    pub fn went_back_last(&self, version: &Version) -> bool {
        let last = self.0.iter().rev().find(|entry| entry.version == *version);
        last.is_some_and(|entry| matches!(entry.happened, Happened::WentBack { .. } | Happened::SentBack))
    }

    /// When a version was last committed, unless it has proved itself since: its probation runs.
    pub fn on_probation_since(&self, version: &Version) -> Option<u64> {
        let of_it = self.0.iter().rev().filter(|entry| entry.version == *version);
        let last = of_it.into_iter().find(|entry| {
            matches!(
                entry.happened,
                Happened::Committed { .. } | Happened::Proved | Happened::WentBack { .. } | Happened::SentBack
            )
        })?;
        matches!(last.happened, Happened::Committed { .. }).then_some(last.at_unix_s)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn ledger(events: &[(&str, Happened)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (at, (of, happened)) in events.iter().enumerate() {
            ledger.add(at as u64, version(of), happened.clone());
        }
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
            let ledger = ledger(&[("1.1.0", end)]);
            assert!(ledger.block(&version("1.1.0")).is_some());
            assert!(ledger.block(&version("1.2.0")).is_none());
        }
    }

    #[test]
    fn a_power_cut_is_no_reason_to_block() {
        let slot = Slot::B;
        let ledger = ledger(&[("1.1.0", Happened::Installed { slot }), ("1.1.0", Happened::Interrupted)]);
        assert_eq!(ledger.block(&version("1.1.0")), None);
    }

    #[test]
    fn an_owner_can_allow_a_version_again_and_it_can_be_blocked_again() {
        let mut ledger = ledger(&[("1.1.0", went_back()), ("1.1.0", Happened::Allowed)]);
        assert_eq!(ledger.block(&version("1.1.0")), None);
        ledger.add(9, version("1.1.0"), Happened::NeverCameUp);
        assert!(ledger.block(&version("1.1.0")).is_some());
    }

    #[test]
    fn a_version_goes_back_once() {
        let ledger = ledger(&[("1.1.0", went_back()), ("1.1.0", Happened::Allowed)]);
        assert!(!ledger.may_go_back(&version("1.1.0")), "not even when it was allowed again: devices must not swing");
        assert!(ledger.may_go_back(&version("1.2.0")));
    }

    #[test]
    fn probation_runs_from_the_commit_to_its_end() {
        let commit = Happened::Committed { slot: Slot::B };
        assert_eq!(ledger(&[("1.1.0", commit.clone())]).on_probation_since(&version("1.1.0")), Some(0));
        assert_eq!(
            ledger(&[("1.1.0", commit.clone()), ("1.1.0", Happened::Proved)]).on_probation_since(&version("1.1.0")),
            None
        );
        assert_eq!(ledger(&[("1.1.0", commit), ("1.1.0", went_back())]).on_probation_since(&version("1.1.0")), None);
    }

    proptest! {
        #[test]
        fn what_blocks_is_never_forgotten(others in 0..3 * KEPT) {
            let mut ledger = ledger(&[("1.1.0", went_back())]);
            for at in 0..others {
                ledger.add(at as u64, version("2.0.0"), Happened::Refused { because: String::new() });
            }
            prop_assert!(ledger.block(&version("1.1.0")).is_some());
            prop_assert!(ledger.entries().len() <= KEPT + 1);
        }

        #[test]
        fn the_ledger_reads_what_it_wrote(at: u64, major: u64) {
            let mut ledger = Ledger::default();
            ledger.add(at, Version::new(major, 0, 0), Happened::Committed { slot: Slot::A });
            let text = serde_json::to_string(&ledger).unwrap();
            prop_assert_eq!(serde_json::from_str::<Ledger>(&text).unwrap(), ledger);
        }
    }
}

//! Which slot is committed, and what is under way: the journal's content, and every way in which it changes. Pure.
//!
//! ```text
//!            arm                restarting                 commit                  committed
//!   Idle ─────────▶ Armed ────────────────▶ Trying ───────────────▶ Committing ───────────────▶ Idle
//!    ▲               ▲ │                     │ │                        │
//!    │   set bad,    │ │    started in the   │ │   started in the       │
//!    └───────────────┼─┘    committed slot:  │ │   committed slot       │
//!    │               └───────────────────────┘ │◀───────────────────────┘ (as if the trial was interrupted)
//!    └─────────────────────────────────────────┘ the gate says no, or the third interrupted trial
//! ```
//!
//! A *rescue* is a start of the other slot because the committed one does not come up. It is no trial of an update: the
//! next start of the committed slot ends it, and nothing is tried again because of it.
//!
//! Rules: the committed slot never changes but in [`Record::committed`]; a slot that is bad is never armed; what a later
//! version adds to the journal is passed over, and a phase that only it knows is none.

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize};

use crate::bootchain::slot::Slot;

/// So many trials may end without a verdict (power cuts, resets) before a slot counts as one that does not start.
pub const TRIALS: u8 = 3;

/// So often in a row the firmware has to fall back before a committed slot that it cannot read counts as one that does not
/// start: the first time, `autoboot.txt` itself may have been what was lost.
pub const FALLS: u8 = 2;

/// What the journal remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Record {
    /// The slot that an ordinary start is to boot.
    pub committed: Slot,
    /// What is under way.
    #[serde(deserialize_with = "known_phase")]
    pub phase: JournalPhase,
    /// Whether the slot that is not committed may be booted.
    pub other_is_good: bool,
    /// The version that was installed and is to be tried; none where nobody named it, as on the way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Version>,
    /// How often in a row the firmware started the other slot though nobody asked for it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub fell_back: u8,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u8) -> bool {
    *number == 0
}

/// A phase that only a later version knows was under way in that version: this one begins with none.
fn known_phase<'de, D: Deserializer<'de>>(deserializer: D) -> Result<JournalPhase, D::Error> {
    let phase = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(phase).unwrap_or(JournalPhase::Idle))
}

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum JournalPhase {
    /// Nothing.
    Idle,
    /// The next restart through the updater tries the other slot.
    Armed {
        /// Trials that ended without a verdict.
        interrupted: u8,
    },
    /// A restart into the other slot was asked for.
    Trying {
        /// Trials that ended without a verdict, this one left out.
        interrupted: u8,
    },
    /// The other slot has proved itself, and `autoboot.txt` is being written.
    Committing {
        /// As while trying.
        interrupted: u8,
    },
    /// The other slot runs because the committed one does not come up.
    Rescue {
        /// Whether it is committed once it has passed the gate. Otherwise it only helps out until the next start: a
        /// committed version that has proved itself is not given up for an older one without its owner.
        commits: bool,
    },
}

/// How this system was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Which slot runs.
    pub slot: Slot,
    /// Whether the firmware made a one-shot start.
    pub trial: bool,
}

/// What a start turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// The committed slot, as it should be.
    Ordinary,
    /// The other slot, for the gate to judge.
    Trial,
    /// The other slot because the committed one did not start: the gate judges it too.
    Rescue,
    /// The committed slot after a trial that ended without a verdict; it may be tried again.
    Interrupted,
    /// The committed slot after the last trial that may end so.
    GaveUp,
    /// The first start after a commit that was cut right behind the write.
    CommitCompleted,
    /// The other slot, though nobody asked for it: the firmware did not find its file, or could not read the committed
    /// slot.
    FellBack,
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is nothing to try.
    #[error("no trial is prepared; install an update first")]
    NotArmed,
    /// The running slot cannot be given up while it is the only one.
    #[error("slot {0} is the only one that can be started, so it stays in use")]
    OnlyOne(Slot),
    /// A rescue that is not to be committed.
    #[error("this slot only helps out until the next start")]
    HelpsOut,
}

impl Record {
    /// What is assumed where the journal is missing: the committed slot is the one that `autoboot.txt` names, or else
    /// the running one.
    pub fn assumed(file: Option<Slot>, start: Start) -> Self {
        let running = if start.trial { start.slot.other() } else { start.slot };
        // Nothing is known of the other slot: it may be half-written.
        let (tried, fell_back) = (None, 0);
        Self { committed: file.unwrap_or(running), phase: JournalPhase::Idle, other_is_good: false, tried, fell_back }
    }

    /// The slot that is not committed.
    pub fn other(&self) -> Slot {
        self.committed.other()
    }

    /// Whether a slot may be booted.
    pub fn is_good(&self, slot: Slot) -> bool {
        slot == self.committed || self.other_is_good
    }

    /// The slot that the next restart through the updater boots.
    pub fn primary(&self) -> Slot {
        match self.phase {
            JournalPhase::Armed { .. } => self.other(),
            JournalPhase::Idle
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. }
            | JournalPhase::Rescue { .. } => self.committed,
        }
    }

    /// Whether the gate has to judge the running slot: it is not the committed one, and may become it.
    pub fn is_judged(&self, start: Start) -> bool {
        let under_way = match self.phase {
            JournalPhase::Rescue { .. } => true,
            JournalPhase::Trying { .. } | JournalPhase::Committing { .. } => start.trial,
            JournalPhase::Idle | JournalPhase::Armed { .. } => false,
        };
        start.slot != self.committed && under_way
    }

    /// The slot that a repaired `autoboot.txt` has to name.
    pub fn to_be_named(&self, start: Start) -> Slot {
        match self.phase {
            // The write got through before the cut, or the firmware would not have come here.
            JournalPhase::Committing { .. } if start == (Start { slot: self.other(), trial: false }) => self.other(),
            JournalPhase::Idle
            | JournalPhase::Armed { .. }
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. }
            | JournalPhase::Rescue { .. } => self.committed,
        }
    }

    /// The other slot is about to be written, or is not to be started.
    pub fn other_is_bad(self) -> Self {
        Self { phase: JournalPhase::Idle, other_is_good: false, tried: None, ..self }
    }

    /// The other slot holds a whole system.
    pub fn other_is_whole(self) -> Self {
        Self { other_is_good: true, ..self }
    }

    /// The next restart through the updater is to try the other slot, with this version where an update brought it.
    pub fn arm(self, tried: Option<Version>) -> Self {
        Self { phase: JournalPhase::Armed { interrupted: 0 }, other_is_good: true, tried, ..self }
    }

    /// The next restart is an ordinary one.
    pub fn disarm(self) -> Self {
        Self { phase: JournalPhase::Idle, tried: None, ..self }
    }

    /// The restart into the trial begins.
    ///
    /// # Errors
    /// No trial is prepared.
    pub fn restarting(self) -> Result<Self, Refused> {
        match self.phase {
            JournalPhase::Armed { interrupted } => Ok(Self { phase: JournalPhase::Trying { interrupted }, ..self }),
            JournalPhase::Idle
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. }
            | JournalPhase::Rescue { .. } => Err(Refused::NotArmed),
        }
    }

    /// A system has started: what does that mean for what was under way? `committed_fails` says that the firmware cannot
    /// start the committed slot, though it is told to.
    pub fn started(self, start: Start, committed_fails: bool) -> (Self, Meaning) {
        let other = start.slot == self.other();
        let phase = |phase| Self { phase, fell_back: 0, ..self.clone() };
        match (self.phase, other, start.trial) {
            (JournalPhase::Committing { .. }, true, false) => (self.committed(), Meaning::CommitCompleted),
            (JournalPhase::Idle, true, true) => (phase(JournalPhase::Rescue { commits: true }), Meaning::Rescue),
            (JournalPhase::Armed { interrupted }, true, true) => {
                (phase(JournalPhase::Trying { interrupted }), Meaning::Rescue)
            }
            (JournalPhase::Rescue { .. }, true, true) => (self, Meaning::Rescue),
            (JournalPhase::Trying { .. } | JournalPhase::Committing { .. }, true, true) => (self, Meaning::Trial),
            (_, true, false) => {
                let falls = self.fell_back.saturating_add(1);
                if committed_fails && falls >= FALLS {
                    let rescued = phase(JournalPhase::Rescue { commits: true });
                    (Self { fell_back: falls, ..rescued }, Meaning::Rescue)
                } else {
                    (Self { fell_back: falls, ..self }, Meaning::FellBack)
                }
            }
            (JournalPhase::Idle | JournalPhase::Armed { .. }, false, _) => (phase(self.phase), Meaning::Ordinary),
            (JournalPhase::Rescue { .. }, false, _) => (phase(JournalPhase::Idle), Meaning::Ordinary),
            (JournalPhase::Trying { interrupted } | JournalPhase::Committing { interrupted }, false, _) => {
                if interrupted + 1 >= TRIALS {
                    (Self { fell_back: 0, ..self.other_is_bad() }, Meaning::GaveUp)
                } else if !self.other_is_good {
                    // Nobody vouched for it, and it had its chance.
                    (Self { fell_back: 0, ..self.disarm() }, Meaning::Interrupted)
                } else {
                    (phase(JournalPhase::Armed { interrupted: interrupted + 1 }), Meaning::Interrupted)
                }
            }
        }
    }

    /// A rescue only helps out, and is not committed.
    pub fn helps_out(self) -> Self {
        match self.phase {
            JournalPhase::Rescue { .. } => Self { phase: JournalPhase::Rescue { commits: false }, ..self },
            JournalPhase::Idle
            | JournalPhase::Armed { .. }
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. } => self,
        }
    }

    /// The other slot has proved itself, and is about to be named in `autoboot.txt`.
    ///
    /// # Errors
    /// It is not being tried.
    pub fn committing(self) -> Result<Self, Refused> {
        match self.phase {
            JournalPhase::Trying { interrupted } | JournalPhase::Committing { interrupted } => {
                Ok(Self { phase: JournalPhase::Committing { interrupted }, ..self })
            }
            JournalPhase::Rescue { commits: true } => {
                Ok(Self { phase: JournalPhase::Committing { interrupted: 0 }, ..self })
            }
            JournalPhase::Rescue { commits: false } => Err(Refused::HelpsOut),
            JournalPhase::Idle | JournalPhase::Armed { .. } => Err(Refused::NotArmed),
        }
    }

    /// `autoboot.txt` names the other slot now: it is the committed one. The slot that was stays a good one, unless the
    /// firmware could not start it.
    pub fn committed(self) -> Self {
        let (tried, fell_back) = (None, 0);
        let other_is_good = self.fell_back < FALLS;
        Self { committed: self.other(), phase: JournalPhase::Idle, other_is_good, tried, fell_back }
    }
}

#[cfg(test)]
mod tests;

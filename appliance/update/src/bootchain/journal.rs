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
//! Rules: the committed slot never changes but in [`Record::committed`]; a slot that is bad is never armed.

use serde::{Deserialize, Serialize};

use crate::bootchain::slot::Slot;

/// So many trials may end without a verdict (power cuts, resets) before a slot counts as one that does not start.
pub const TRIALS: u8 = 3;

/// What the journal remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    /// The slot that an ordinary start is to boot.
    pub committed: Slot,
    /// What is under way.
    pub phase: JournalPhase,
    /// Whether the slot that is not committed may be booted.
    pub other_is_good: bool,
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
    /// The firmware did not find its file: the other slot, though nobody asked for it.
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
}

impl Record {
    /// What is assumed where the journal is missing: the committed slot is the one that `autoboot.txt` names, or else
    /// the running one.
    pub fn assumed(file: Option<Slot>, start: Start) -> Self {
        let running = if start.trial { start.slot.other() } else { start.slot };
        // Nothing is known of the other slot: it may be half-written.
        Self { committed: file.unwrap_or(running), phase: JournalPhase::Idle, other_is_good: false }
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
            JournalPhase::Idle | JournalPhase::Trying { .. } | JournalPhase::Committing { .. } => self.committed,
        }
    }

    /// The slot that a repaired `autoboot.txt` has to name.
    pub fn to_be_named(&self, start: Start) -> Slot {
        match self.phase {
            // The write got through before the cut, or the firmware would not have come here.
            JournalPhase::Committing { .. } if start == (Start { slot: self.other(), trial: false }) => self.other(),
            JournalPhase::Idle
            | JournalPhase::Armed { .. }
            | JournalPhase::Trying { .. }
            | JournalPhase::Committing { .. } => self.committed,
        }
    }

    /// The other slot is about to be written, or is not to be started.
    pub fn other_is_bad(self) -> Self {
        Self { phase: JournalPhase::Idle, other_is_good: false, ..self }
    }

    /// The other slot holds a whole system.
    pub fn other_is_whole(self) -> Self {
        Self { other_is_good: true, ..self }
    }

    /// The next restart through the updater is to try the other slot.
    pub fn arm(self) -> Self {
        Self { phase: JournalPhase::Armed { interrupted: 0 }, other_is_good: true, ..self }
    }

    /// The next restart is an ordinary one.
    pub fn disarm(self) -> Self {
        Self { phase: JournalPhase::Idle, ..self }
    }

    /// The restart into the trial begins.
    ///
    /// # Errors
    /// No trial is prepared.
    pub fn restarting(self) -> Result<Self, Refused> {
        match self.phase {
            JournalPhase::Armed { interrupted } => Ok(Self { phase: JournalPhase::Trying { interrupted }, ..self }),
            JournalPhase::Idle | JournalPhase::Trying { .. } | JournalPhase::Committing { .. } => {
                Err(Refused::NotArmed)
            }
        }
    }

    /// A system has started: what does that mean for what was under way?
    pub fn started(self, start: Start) -> (Self, Meaning) {
        let other = start.slot == self.other();
        let phase = |phase| Self { phase, ..self };
        match (self.phase, other, start.trial) {
            (JournalPhase::Committing { .. }, true, false) => (self.committed(), Meaning::CommitCompleted),
            (JournalPhase::Idle, true, true) => (phase(JournalPhase::Trying { interrupted: 0 }), Meaning::Rescue),
            (JournalPhase::Armed { interrupted }, true, true) => {
                (phase(JournalPhase::Trying { interrupted }), Meaning::Rescue)
            }
            (JournalPhase::Trying { .. } | JournalPhase::Committing { .. }, true, true) => (self, Meaning::Trial),
            (JournalPhase::Idle | JournalPhase::Armed { .. } | JournalPhase::Trying { .. }, true, false) => {
                (self, Meaning::FellBack)
            }
            (JournalPhase::Idle | JournalPhase::Armed { .. }, false, _) => (self, Meaning::Ordinary),
            (JournalPhase::Trying { interrupted } | JournalPhase::Committing { interrupted }, false, _) => {
                if interrupted + 1 >= TRIALS {
                    (self.other_is_bad(), Meaning::GaveUp)
                } else if !self.other_is_good {
                    // A rescue into a slot that nobody vouched for: it had its chance.
                    (self.disarm(), Meaning::Interrupted)
                } else {
                    (phase(JournalPhase::Armed { interrupted: interrupted + 1 }), Meaning::Interrupted)
                }
            }
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
            JournalPhase::Idle | JournalPhase::Armed { .. } => Err(Refused::NotArmed),
        }
    }

    /// `autoboot.txt` names the other slot now: it is the committed one, and the slot that was stays a good one.
    pub fn committed(self) -> Self {
        Self { committed: self.other(), phase: JournalPhase::Idle, other_is_good: true }
    }
}

#[cfg(test)]
mod tests;

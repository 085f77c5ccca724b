//! The tryboot backend: what RAUC, the units and the updater ask of the boot chain.
//!
//! Rules:
//! - The journal is written before the card, so that every cut can be explained by the next start.
//! - What a start means is written into the history before the journal forgets it.
//! - `autoboot.txt` is whole before anything is written to a slot, for a file that is not boots [`crate::bootchain::autoboot::FALLBACK`].
//! - The committed slot is never marked bad and never written, not even while a trial runs and RAUC takes it for the idle one.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use nix::fcntl::{Flock, FlockArg, OFlag};
use semver::Version;

use crate::bootchain::autoboot;
use crate::bootchain::card::Card;
use crate::bootchain::journal::{JournalPhase, Meaning, Record, Refused, Start};
use crate::bootchain::slot::Slot;
use crate::files;
use crate::records::update_folder::load_or_set_aside;

/// Where the backend remembers.
pub trait Journal {
    /// What was stored last; `None` where nothing was, or nothing that makes sense.
    fn load(&self) -> Option<Record>;

    /// Remembers; it is on the medium when this returns.
    fn store(&mut self, record: &Record) -> io::Result<()>;
}

/// A journal file on `data`.
#[derive(Debug, Clone)]
pub struct JournalFile(pub PathBuf);

impl Journal for JournalFile {
    fn load(&self) -> Option<Record> {
        load_or_set_aside(&self.0)
    }

    fn store(&mut self, record: &Record) -> io::Result<()> {
        // Flash wears: what is there already is not written again.
        if self.load().as_ref() == Some(record) { Ok(()) } else { files::replace_json(&self.0, record) }
    }
}

/// Waits until nobody else works on the boot chain, and keeps it so until the guard is dropped: RAUC, the units and the
/// updater may call at once.
pub fn lock(journal: &Path) -> io::Result<Flock<File>> {
    if let Some(folder) = journal.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut open = OpenOptions::new();
    open.write(true).create(true).truncate(false).custom_flags(OFlag::O_NOFOLLOW.bits());
    let file = open.open(journal.with_extension("lock"))?;
    Ok(Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, error)| error)?)
}

const CARD: &str = "cannot write autoboot.txt";

/// The backend of a system that was started somehow.
#[derive(Debug)]
pub struct Backend<C, J> {
    card: C,
    journal: J,
    start: Start,
}

impl<C: Card, J: Journal> Backend<C, J> {
    /// A backend for the running system.
    pub fn new(card: C, journal: J, start: Start) -> Self {
        Self { card, journal, start }
    }

    /// What is committed and under way.
    pub fn record(&self) -> Record {
        let named = self.named();
        match self.journal.load() {
            Some(record) if !self.contradicts(&record, named) => record,
            Some(_) | None => Record::assumed(named, self.start),
        }
    }

    /// Whether the journal is of another card: a whole file and the firmware agree on a slot that it does not know as
    /// committed.
    fn contradicts(&self, record: &Record, named: Option<Slot>) -> bool {
        let committing = matches!(record.phase, JournalPhase::Committing { .. });
        !committing && !self.start.trial && named == Some(self.start.slot) && record.committed != self.start.slot
    }

    fn named(&self) -> Option<Slot> {
        self.card.autoboot().as_deref().and_then(autoboot::whole)
    }

    /// How the running system was started.
    pub fn start(&self) -> Start {
        self.start
    }

    /// Finds out what this start means, and repairs what a cut has left. To be called once in every start, before
    /// anything is installed. `note` writes down what it means, and is told what was under way.
    ///
    /// # Errors
    /// The card, the journal or the history cannot be written; the next start then does it all again.
    pub fn started(&mut self, note: impl FnOnce(Meaning, &Record) -> Result<()>) -> Result<Meaning> {
        let before = self.record();
        let committed_fails = self.committed_fails(&before);
        self.repair(&before)?;
        let (after, meaning) = before.clone().started(self.start, committed_fails);
        note(meaning, &before)?;
        self.remember(&after)?;
        Ok(meaning)
    }

    /// Whether the firmware does not start the committed slot though its file says so, and no wonder.
    fn committed_fails(&self, record: &Record) -> bool {
        let fell_back = self.start.slot != record.committed && !self.start.trial;
        fell_back && self.named() == Some(record.committed) && !self.card.is_whole(record.committed, self.start.slot)
    }

    /// The rescue that runs is not to be committed.
    ///
    /// # Errors
    /// The journal cannot be written.
    pub fn help_out(&mut self) -> Result<()> {
        let record = self.record();
        self.remember(&record.helps_out())
    }

    /// The next restart through the updater boots this slot, with this version where an update has brought it.
    ///
    /// # Errors
    /// The slot would not start, or the card or the journal cannot be written.
    pub fn set_primary(&mut self, slot: Slot, brought: Option<Version>) -> Result<()> {
        let record = self.record();
        if slot == record.committed {
            return self.remember(&record.disarm());
        }
        self.card.is_complete(slot)?;
        self.repair(&record)?;
        self.remember(&record.arm(brought))
    }

    /// The next restart through the updater boots the other slot, with what it has held all along. Whether that is whole is
    /// asked under the lock: an installation may have begun to write there meanwhile.
    ///
    /// # Errors
    /// The other slot is not whole, or as [`Self::set_primary`].
    pub fn way_back(&mut self) -> Result<()> {
        let record = self.record();
        let other = self.start.slot.other();
        if !record.is_good(other) {
            return Err(Refused::OnlyOne(self.start.slot).into());
        }
        self.set_primary(other, None)
    }

    /// The restart into the trial begins; the caller restarts with the argument `0 tryboot`.
    ///
    /// # Errors
    /// No trial is prepared, or it would not start.
    pub fn restarting(&mut self) -> Result<()> {
        let record = self.record();
        let trying = record.clone().restarting()?;
        self.card.is_complete(record.other())?;
        self.repair(&record)?;
        self.remember(&trying)
    }

    /// A slot has proved itself: a running trial is committed, and the initramfs counts from none again.
    ///
    /// # Errors
    /// The card or the journal cannot be written. After a failed commit both slots can still be started.
    pub fn mark_good(&mut self, slot: Slot) -> Result<()> {
        let record = self.record();
        if slot != self.start.slot {
            return if slot == record.committed { Ok(()) } else { self.remember(&record.other_is_whole()) };
        }
        self.repair(&record)?;
        if record.phase == (JournalPhase::Rescue { commits: false }) {
            // The initramfs goes on counting: the committed slot gets a try now and then.
            return Ok(());
        }
        if self.start.trial && slot != record.committed || record.is_judged(self.start) {
            // RAUC may be asked before the units have said what this start means.
            let (tried, _) = record.started(self.start, false);
            self.remember(&tried.clone().committing()?)?;
            self.card.commit(slot).context(CARD)?;
            self.remember(&tried.committed())?;
        }
        // Where the firmware fell back because it did not find its file, that does not make this slot the committed one.
        self.card.confirm_start(slot).context(CARD)
    }

    /// A slot is about to be written, or must not be started.
    ///
    /// # Errors
    /// It is the only one left, or the card or the journal cannot be written.
    pub fn mark_bad(&mut self, slot: Slot) -> Result<()> {
        let record = self.record();
        if slot != record.committed {
            self.repair(&record)?;
            return self.remember(&record.other_is_bad());
        }
        if slot == self.start.slot && record.other_is_good {
            return self.set_primary(record.other(), None);
        }
        Err(Refused::OnlyOne(slot).into())
    }

    fn repair(&mut self, record: &Record) -> Result<()> {
        let wanted = record.to_be_named(self.start);
        let named = self.named();
        if named == Some(wanted) || (named.is_some() && matches!(record.phase, JournalPhase::Committing { .. })) {
            return Ok(());
        }
        self.card.restore(wanted).context(CARD)
    }

    fn remember(&mut self, record: &Record) -> Result<()> {
        let hint = "look whether the data partition is full or damaged";
        self.journal.store(record).map_err(|error| anyhow!("cannot write the update journal: {error}; {hint}"))
    }
}

#[cfg(test)]
mod tests;

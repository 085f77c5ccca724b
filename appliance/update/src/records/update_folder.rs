//! The folder in which updates remember: the boot journal, the ledger, the block list, how long the running version was
//! watched, what the old slot measured, the versions of the data before the last commit, and the version that is being
//! installed. Whatever is written here fails where `data` cannot be written.
//!
//! Rules: the folder is root's, and so is everything in it; what a later version writes, this one reads, and keeps what
//! it does not know; a file that cannot be read is never taken for an empty one, but set aside, and that is said.

mod watched;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use semver::Version;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::bootchain::journal::Meaning;
use crate::bootchain::slot::Slot;
use crate::policy::blocks::Blocks;
use crate::policy::ledger::{Entry, Happened, Ledger};
use crate::{files, output};

/// The state that lies in a folder.
#[derive(Debug, Clone)]
pub struct UpdateFolder {
    folder: PathBuf,
}

/// Put down by the pre-install handler, taken up when the trial is armed.
const CANDIDATE: &str = "candidate.json";

/// What happened until now.
const LEDGER: &str = "ledger.json";

/// How long the running version was watched.
const WATCHED: &str = "watched.json";

/// Versions that are not tried again: lines that are only ever added to.
const BLOCKS: &str = "blocks";

/// Which versions of the data are in use; [`crate::records::data`] reads and writes it.
pub const DATA_IN_USE: &str = "data-in-use.json";

/// The version that RAUC is about to write.
#[derive(Debug, Serialize, Deserialize)]
struct Candidate {
    version: Version,
}

/// Which sound devices the kernel has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sound {
    /// One to hear with.
    pub microphone: bool,
    /// One to speak with.
    pub loudspeaker: bool,
}

impl Sound {
    /// Whether the assistant can hear and speak.
    pub fn is_complete(self) -> bool {
        self.microphone && self.loudspeaker
    }

    /// Whether something is missing that was missing `before` as well: no version can help that. Where nobody looked
    /// before, it may have been.
    pub fn lacks_no_more_than(self, before: Option<Self>) -> bool {
        let before = before.unwrap_or(Self { microphone: false, loudspeaker: false });
        let lost = before.microphone && !self.microphone || before.loudspeaker && !self.loudspeaker;
        !self.is_complete() && !lost
    }
}

impl UpdateFolder {
    /// Where it lies on the device. Nobody but root may write here or above: whoever owned the folder above could put
    /// one of their own in its place.
    pub const FOLDER: &str = "/var/lib/parley-update";

    /// The state in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The boot chain's journal.
    pub fn journal(&self) -> PathBuf {
        self.path("boot.json")
    }

    /// Keeps room for its files aside, whatever the daemon makes beside it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep_spare(&self) -> io::Result<()> {
        files::spare::keep(&self.folder)
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Reads a file; the default where there is none. One that makes no sense is put beside its place, once, and that is
    /// said.
    pub fn load<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        load_or_set_aside(&self.path(name)).unwrap_or_default()
    }

    /// The names of files that could not be read and were set aside.
    pub fn damaged(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries
            .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".damaged")?.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// What happened until now.
    pub fn ledger(&self) -> Ledger {
        self.load(LEDGER)
    }

    /// The versions that are not tried again.
    pub fn blocks(&self) -> Blocks {
        let path = self.path(BLOCKS);
        match files::read(&path) {
            Ok(file) => Blocks::read(&file),
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    aside(&path, &error);
                }
                Blocks::read(self.blocks_of_ledger().as_bytes())
            }
        }
    }

    fn blocks_of_ledger(&self) -> String {
        Blocks::of_history(self.ledger().entries().map(|entry| (&entry.version, &entry.happened)))
    }

    /// Adds to the block list what happened to a version, where that matters for it.
    fn block(&self, version: &Version, happened: &Happened) -> io::Result<()> {
        let (path, blocks) = (self.path(BLOCKS), self.blocks());
        let Some(addition) = blocks.addition(version, happened) else { return Ok(()) };
        if !path.exists() {
            return files::replace(&path, format!("{}{addition}", self.blocks_of_ledger()).as_bytes());
        }
        let mut file = files::append(&path)?;
        // A cut may have left a line without its end.
        let torn = !files::read(&path)?.ends_with(b"\n");
        let text = format!("{}{addition}", if torn { "\n" } else { "" });
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// Writes down what happened to a version.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn note(&self, version: &Version, happened: Happened) -> io::Result<()> {
        // First: a cut in between costs the history a line, and never a block.
        self.block(version, &happened)?;
        if matches!(happened, Happened::Committed { .. }) && self.watched(version).is_some() {
            // A version that its owner wanted once more is watched for a whole day once more.
            std::fs::remove_file(self.path(WATCHED))?;
        }
        let mut ledger = self.ledger();
        ledger.add(now_unix_s(), version.clone(), happened)?;
        files::replace_json(&self.path(LEDGER), &ledger)
    }

    /// Remembers the version that RAUC is about to write, for [`UpdateFolder::candidate`].
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep_candidate(&self, version: &Version) -> io::Result<()> {
        files::replace_json(&self.path(CANDIDATE), &Candidate { version: version.clone() })
    }

    /// The version that RAUC has written, whoever asked for it; `None` where it has written none.
    pub fn candidate(&self) -> Option<Version> {
        load_or_set_aside::<Candidate>(&self.path(CANDIDATE)).map(|candidate| candidate.version)
    }

    /// Writes down that the candidate is in a slot; nothing where there is none.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn note_installed(&self, slot: Slot) -> io::Result<Option<Version>> {
        let candidate = self.candidate();
        if let Some(version) = &candidate {
            self.note(version, Happened::Installed { slot })?;
            std::fs::remove_file(self.path(CANDIDATE))?;
        }
        Ok(candidate)
    }

    /// Writes down what a start meant for the version that was to be tried.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn note_start(
        &self,
        meaning: Meaning,
        slot: Slot,
        running: Option<&Version>,
        tried: Option<&Version>,
    ) -> io::Result<()> {
        let (waiting, ledger) = (self.waiting(), self.ledger());
        let tried = tried.or(waiting.as_ref());
        // The gate has said so in the trial that this start ends.
        let not_judged = |version| matches!(ledger.of(version).next(), Some(Happened::NotJudged { .. }));
        match (meaning, tried, running) {
            (Meaning::Interrupted, Some(version), _) if not_judged(version) => Ok(()),
            (Meaning::Interrupted, Some(version), _) => self.note(version, Happened::Interrupted),
            (Meaning::GaveUp, Some(version), _) if not_judged(version) => self.note(version, Happened::GivenUp),
            (Meaning::GaveUp, Some(version), _) => self.note(version, Happened::NeverCameUp),
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
        let deciding = |entry: &&Entry| {
            let passing = matches!(
                entry.happened,
                Happened::Refused { .. }
                    | Happened::NotInstalled { .. }
                    | Happened::Interrupted
                    | Happened::NotJudged { .. }
                    | Happened::Allowed
                    | Happened::NotToBlame
                    | Happened::ToBlame
            );
            !passing
        };
        let last = ledger.entries().rev().find(deciding)?;
        matches!(last.happened, Happened::Installed { .. }).then(|| last.version.clone())
    }

    /// The versions of the data before the last commit, for carrying back.
    pub fn data_before(&self) -> BTreeMap<String, u32> {
        self.load("data-before.json")
    }

    /// Remembers the versions of the data before a commit.
    pub fn keep_data_before(&self, current: &BTreeMap<String, u32>) -> io::Result<()> {
        files::replace_json(&self.path("data-before.json"), current)
    }

    /// Which sound devices were there when this slot restarted into the other one.
    pub fn sound_before(&self) -> Option<Sound> {
        load_or_set_aside(&self.path("hardware.json"))
    }

    /// Remembers which sound devices are there, for the gate of the slot that is tried next.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep_sound(&self, sound: Sound) -> io::Result<()> {
        if self.sound_before() == Some(sound) {
            Ok(())
        } else {
            files::replace_json(&self.path("hardware.json"), &sound)
        }
    }
}

/// Reads a file; `None` where there is none. One that makes no sense is put beside its place, once, and that is said.
pub fn load_or_set_aside<T: DeserializeOwned>(path: &Path) -> Option<T> {
    files::load_json(path).unwrap_or_else(|error| {
        aside(path, &error);
        None
    })
}

fn aside(path: &Path, error: &io::Error) {
    // Whoever may only look changes nothing.
    let moved = error.kind() != io::ErrorKind::PermissionDenied && files::set_aside(path).is_ok();
    let what = if moved { "it was set aside as a file .damaged" } else { "it stays where it is" };
    output::remark(format_args!("{} cannot be read ({error}); {what}", path.display()));
}

/// The device's clock, which may be no better than the last time that somebody told it.
fn now_unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;

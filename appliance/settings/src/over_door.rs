//! What was set over the daemon's door: a layer of its own, above the owner's file, which the daemon alone writes.
//!
//! ```toml
//! version = 1
//!
//! ["conversation.language"]
//! value = "de"
//! instead-of = '"en"'
//! ```
//!
//! Terms: a key's **stand** is what the administrator's or the owner's file says for it, and which file on the card has said
//! so last; a value is **overruled** when the stand is another than the one that it was set instead of.
//!
//! Rules:
//! - Who spoke last is obeyed, key by key, without a clock: a value holds until somebody changes the key in a file, or
//!   changes the card's file where that names the key. What the image or the code says is nobody's word, and overrules none.
//! - Only keys of which [`Key::over_door`] says so are taken; root's helpers read none of it ([`Places::below`]).
//! - What this version does not know in the file has no effect, is told, and stays in it: a newer version may add keys and
//!   fields, and never changes what an older one knows.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use toml::{Table, Value};

use crate::config::Config;
use crate::keys::{self, Key, OverDoor};
use crate::layer::{self, Layer, Mistake};
use crate::places::{LONGEST, Places, bounded, named_layer};

/// The version of the file, for people: every version reads it as far as it knows it.
const VERSION: i64 = 1;
const VALUE: &str = "value";
const INSTEAD_OF: &str = "instead-of";

/// The stands of all keys that have one.
pub(crate) type Stands = BTreeMap<String, String>;

/// Why a setting is not set over the door, in words for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{says}")]
pub struct NotSet {
    /// For programs.
    pub why: WhyNotSet,
    /// What is wrong, and what to do instead; of a value the same as a file is told.
    pub says: String,
}

/// Why a setting is not set over the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNotSet {
    /// There is no such key, or the value is not good.
    Wrong,
    /// The door may not set it.
    Refused,
    /// A file that was named at the start says it.
    Named,
}

/// What was set over the door, on top of what the files say.
#[derive(Debug, Clone)]
pub struct DoorLayer {
    file: PathBuf,
    table: Table,
    problem: Option<Mistake>,
    stands: Stands,
    below: Config,
    named: Option<Layer>,
}

impl DoorLayer {
    /// Over these files' settings.
    pub(crate) fn read(file: PathBuf, below: Config, stands: Stands, named: Option<&Path>) -> Self {
        let (table, problem) = match table_in(&file) {
            Ok(table) => (table, None),
            Err(says) => (Table::new(), Some(Mistake { file: file.clone(), line: None, says })),
        };
        Self { file, table, problem, stands, below, named: named.map(named_layer) }
    }

    /// The file that holds it.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Why nothing of the file could be read.
    pub fn problem(&self) -> Option<&Mistake> {
        self.problem.as_ref()
    }

    /// What the file is to hold.
    pub fn content(&self) -> String {
        format!(
            "# What was set over Parley's door (`parley ctl settings set`); Parley writes this file.\n{}",
            self.table
        )
    }

    /// The settings with it, and with the file that was named at the start over it; what of it has no effect is told.
    pub fn config(&self) -> (Config, Vec<Mistake>) {
        let (config, mut mistakes) = self.layer().over(&self.below);
        mistakes.extend(self.problem.clone());
        let refused = self.entries().filter_map(|(name, _)| match Key::named(name)?.over_door {
            OverDoor::Refused(because) => {
                Some(Mistake { file: self.file.clone(), line: None, says: not_over_door(name, because) })
            }
            OverDoor::WhileRunning | OverDoor::AtNextStart => None,
        });
        mistakes.extend(refused);
        let named = self.named.as_ref().map(|named| named.over(&config).0);
        (named.unwrap_or(config), mistakes)
    }

    /// Whether this key is set here, and not overruled.
    pub fn sets(&self, name: &str) -> bool {
        self.layer().said().any(|(said, ..)| said == name)
    }

    /// Sets a key, to a value in TOML or a text that needs no quotation marks.
    ///
    /// # Errors
    /// It may not be set here, the value is not good, or a file that was named at the start says it.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), NotSet> {
        let key = self.settable(name)?;
        let value = good_value(key, text).map_err(|says| NotSet { why: WhyNotSet::Wrong, says })?;
        let instead_of = self.stands.get(name).map(|stand| (INSTEAD_OF.to_owned(), stand.clone().into()));
        let entry: Table = [(VALUE.to_owned(), value)].into_iter().chain(instead_of).collect();
        self.change(name, Some(entry.into()))
    }

    /// What the files say holds again.
    ///
    /// # Errors
    /// As [`DoorLayer::set`]; a key that is not set here is no error.
    pub fn unset(&mut self, name: &str) -> Result<(), NotSet> {
        self.settable(name)?;
        self.change(name, None)
    }

    /// Forgets what was overruled, so that it does not come back with the file that it was set over; whether there was any.
    pub fn forget_overruled(&mut self) -> bool {
        let stands = &self.stands;
        let before = self.table.len();
        self.table.retain(|name, entry| entry_of(entry).is_none_or(|entry| holds(name, entry, stands)));
        self.table.len() != before
    }

    fn settable(&self, name: &str) -> Result<&'static Key, NotSet> {
        let refuse = |why, says| Err(NotSet { why, says });
        let Some(key) = Key::named(name) else { return refuse(WhyNotSet::Wrong, layer::no_such_key(name)) };
        if let OverDoor::Refused(because) = key.over_door {
            return refuse(WhyNotSet::Refused, not_over_door(name, because));
        }
        if let Some(named) = self.named.as_ref().filter(|named| named.said().any(|(said, ..)| said == name)) {
            let says =
                format!("{} says {name}, and this Parley was started with it: change it there", named.file().display());
            return refuse(WhyNotSet::Named, says);
        }
        Ok(key)
    }

    fn change(&mut self, name: &str, entry: Option<Value>) -> Result<(), NotSet> {
        let before = self.table.clone();
        match entry {
            Some(entry) => drop(self.table.insert(name.to_owned(), entry)),
            None => drop(self.table.remove(name)),
        }
        let newer = self.table.get("version").and_then(Value::as_integer).unwrap_or(VERSION).max(VERSION);
        self.table.insert("version".to_owned(), newer.into());
        let misfit = if keys::RELATED.contains(&name) { self.layer().misfit_over(&self.below) } else { None };
        let too_long = || format!("{} would be larger than any file of settings", self.file.display());
        let wrong = misfit.or_else(|| (self.content().len() as u64 > LONGEST).then(too_long));
        match wrong {
            Some(says) => {
                self.table = before;
                Err(NotSet { why: WhyNotSet::Wrong, says })
            }
            None => Ok(()),
        }
    }

    /// Of all that is set, what holds; a key that the door may not set holds never.
    fn layer(&self) -> Layer {
        let allowed = |name: &str| !matches!(Key::named(name).map(|key| key.over_door), Some(OverDoor::Refused(_)));
        let held = self.entries().filter(|(name, entry)| allowed(name) && holds(name, entry, &self.stands));
        let said = held.filter_map(|(name, entry)| Some((name.to_owned(), entry.get(VALUE)?.clone())));
        Layer::of_values(&self.file, said)
    }

    fn entries(&self) -> impl Iterator<Item = (&str, &Table)> {
        self.table.iter().filter_map(|(name, entry)| Some((name.as_str(), entry_of(entry)?)))
    }
}

/// What is said of a key; anything else in the file is a newer version's.
fn entry_of(entry: &Value) -> Option<&Table> {
    entry.as_table().filter(|entry| entry.contains_key(VALUE))
}

fn holds(name: &str, entry: &Table, stands: &Stands) -> bool {
    entry.get(INSTEAD_OF).and_then(Value::as_str) == stands.get(name).map(String::as_str)
}

/// A value that is good for a key: the text as TOML, else as it is.
fn good_value(key: &Key, text: &str) -> Result<Value, String> {
    let as_toml = text.trim().parse::<Value>().ok();
    let as_text = Value::from(text);
    let mut ways = as_toml.iter().chain([&as_text]);
    match ways.find(|value| layer::is_good(key, value)) {
        Some(value) => Ok(value.clone()),
        None => Err(key.refusal(as_toml.as_ref().unwrap_or(&as_text))),
    }
}

fn not_over_door(name: &str, because: &str) -> String {
    format!("{name} cannot be set here, because {because}; set it in a file, as docs/CONFIGURATION.md says")
}

/// All of a file; nothing where there is none.
fn table_in(file: &Path) -> Result<Table, String> {
    match open(file).and_then(bounded) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Table::new())
        }
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(None) => Err("is larger than any file of settings (256 KiB)".to_owned()),
        Ok(Some(bytes)) => {
            let text = std::str::from_utf8(&bytes).map_err(|_| "is not plain text in UTF-8".to_owned())?;
            text.parse().map_err(|error: toml::de::Error| format!("is no TOML: {}", error.message()))
        }
    }
}

/// Opens a plain file. Its folder is the daemon's, and root may read it too: no link is followed, no pipe waited for.
fn open(file: &Path) -> io::Result<File> {
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(file)?;
    if opened.metadata()?.is_file() { Ok(opened) } else { Err(io::Error::other("it is no plain file")) }
}

impl Places {
    /// What was set over the door of this machine, with the file that was named at the start over it. `None`: there is no
    /// folder for it, or these are the places of root's helpers.
    pub fn door_layer(&self, named: Option<&Path>) -> Option<DoorLayer> {
        let (below, stands) = self.below_door();
        Some(DoorLayer::read(self.door_file()?, below.config, stands, named))
    }
}

#[cfg(test)]
mod tests;

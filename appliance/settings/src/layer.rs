//! One file of settings, and what it changes.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::de::DeTable;
use toml::{Table, Value};

use crate::config::Config;
use crate::keys::{self, Key, OverDoor};
use crate::text::text_of;

/// A file of settings as it was read; what is wrong with it is found when it is laid [over](Layer::over) settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    file: PathBuf,
    said: Said,
    /// Why nothing of it can be read.
    unreadable: Option<Mistake>,
}

/// Something in a file that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong, and what to write instead.
    pub says: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        write!(formatter, "{}{line}: {}", self.file.display(), self.says)
    }
}

/// A setting that differs between two sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its name.
    pub key: String,
    /// Its values as TOML, where there are any.
    pub old: Option<String>,
    /// See `old`.
    pub new: Option<String>,
}

impl Layer {
    /// Reads a file's bytes.
    pub fn parse(file: &Path, bytes: &[u8]) -> Self {
        let text = text_of(bytes).map_err(|problem| (None, problem.to_owned()));
        match text.and_then(|text| said(&text)) {
            Ok(said) => Self { file: file.to_owned(), said, unreadable: None },
            Err((line, says)) => Self::unreadable(file, line, says),
        }
    }

    /// A file that says nothing, because of this.
    pub(crate) fn unreadable(file: &Path, line: Option<usize>, says: String) -> Self {
        let mistake = Mistake { file: file.to_owned(), line, says };
        Self { file: file.to_owned(), said: BTreeMap::new(), unreadable: Some(mistake) }
    }

    /// What a file of another shape says.
    pub(crate) fn of_values(file: &Path, said: impl IntoIterator<Item = (String, Value)>) -> Self {
        let said = said.into_iter().map(|(name, value)| (name, (value, None))).collect();
        Self { file: file.to_owned(), said, unreadable: None }
    }

    /// Where it was read.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What does not fit, where all of it is laid over good settings.
    pub(crate) fn misfit_over(&self, base: &Config) -> Option<String> {
        let good =
            self.said.iter().filter(|(name, (value, _))| Key::named(name).is_some_and(|key| is_good(key, value)));
        with(base, good.map(|(name, (value, _))| (name, value))).as_ref().and_then(keys::misfit)
    }

    /// Everything that the file says: its name, its value, and its line from 1.
    pub fn said(&self) -> impl Iterator<Item = (&str, &Value, Option<usize>)> {
        self.said.iter().map(|(name, (value, line))| (name.as_str(), value, *line))
    }

    /// Why nothing of the file can be read.
    pub fn problem(&self) -> Option<&Mistake> {
        self.unreadable.as_ref()
    }

    /// Of what the file says only what is in these tables.
    #[must_use]
    pub fn only(mut self, sections: &[&str]) -> Self {
        self.said.retain(|name, _| sections.contains(&name.split('.').next().unwrap_or_default()));
        self
    }

    /// Good settings with what this file says laid over them; what has no effect is told.
    pub fn over(&self, base: &Config) -> (Config, Vec<Mistake>) {
        let mut mistakes: Vec<Mistake> = self.unreadable.iter().cloned().collect();
        let mut good = BTreeMap::new();
        for (name, (value, line)) in &self.said {
            let problem = match Key::named(name) {
                None => Some(no_such_key(name)),
                Some(key) => (!is_good(key, value)).then(|| key.refusal(value)),
            };
            match problem {
                Some(says) => mistakes.push(Mistake { file: self.file.clone(), line: *line, says }),
                None => drop(good.insert(name, value)),
            }
        }
        if let Some(says) = with(base, good.clone()).as_ref().and_then(keys::misfit) {
            let line = keys::RELATED.iter().find_map(|name| self.said.get(*name)).and_then(|(_, line)| *line);
            mistakes.push(Mistake { file: self.file.clone(), line, says });
            good.retain(|name, _| !keys::RELATED.contains(&name.as_str()));
        }
        let merged = with(base, good).unwrap_or_else(|| base.clone());
        (merged, mistakes)
    }
}

impl Config {
    /// Every setting by its name, in the order of the documents, with its value as TOML where it has one.
    pub fn listed(&self) -> Vec<(&'static str, Option<String>)> {
        let values = values(self);
        keys::KEYS.iter().map(|key| (key.name, values.get(key.name).map(ToString::to_string))).collect()
    }

    /// These settings with one of another set, where that may be taken over while Parley runs.
    #[must_use]
    pub fn taking_over(&self, new: &Self, name: &str) -> Self {
        let taken = Key::named(name).filter(|key| key.over_door == OverDoor::WhileRunning);
        let (Some((section, key)), Ok(mut table)) =
            (taken.and_then(|key| key.name.split_once('.')), Table::try_from(self))
        else {
            return self.clone();
        };
        if let Some(table) = table.get_mut(section).and_then(Value::as_table_mut) {
            match values(new).remove(name) {
                Some(value) => drop(table.insert(key.to_owned(), value)),
                None => drop(table.remove(key)),
            }
        }
        table.try_into().unwrap_or_else(|_| self.clone())
    }

    /// What differs from other settings, by name.
    pub fn changes_to(&self, new: &Self) -> Vec<Change> {
        let (old, new) = (values(self), values(new));
        let keys = keys::KEYS.iter().map(|key| key.name).filter(|key| old.get(*key) != new.get(*key));
        let value = |all: &BTreeMap<String, Value>, key| all.get(key).map(keys::shown);
        keys.map(|key| Change { key: key.to_owned(), old: value(&old, key), new: value(&new, key) }).collect()
    }
}

/// Values by their names, each with its line.
type Said = BTreeMap<String, (Value, Option<usize>)>;

/// All values of a text, or why there are none, with the line.
fn said(text: &str) -> Result<Said, (Option<usize>, String)> {
    let line_at = |place: usize| text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1;
    let refused = |error: toml::de::Error| {
        (error.span().map(|span| line_at(span.start)), format!("is no TOML: {}", error.message()))
    };
    let table: Table = text.parse().map_err(refused)?;
    let places = DeTable::parse(text).map_err(refused)?;
    let line = |section: &str, key: Option<&str>| {
        let (name, inside) = places.get_ref().iter().find(|(name, _)| name.get_ref() == section)?;
        let Some(key) = key else { return Some(line_at(name.span().start)) };
        let (name, _) = inside.get_ref().as_table()?.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(line_at(name.span().start))
    };
    let mut said = Said::new();
    for (section, value) in table {
        if let Value::Table(keys) = value {
            let line = |key: &str| line(&section, Some(key));
            said.extend(keys.into_iter().map(|(key, value)| (format!("{section}.{key}"), (value, line(&key)))));
        } else {
            let line = line(&section, None);
            said.insert(section, (value, line));
        }
    }
    Ok(said)
}

/// Settings as values by their names.
fn values(config: &Config) -> BTreeMap<String, Value> {
    let table = Table::try_from(config).unwrap_or_default();
    let keys = |(section, keys): (String, Value)| {
        let keys = if let Value::Table(keys) = keys { keys } else { Table::new() };
        keys.into_iter().map(move |(key, value)| (format!("{section}.{key}"), value)).collect::<Vec<_>>()
    };
    table.into_iter().flat_map(keys).collect()
}

/// Settings with some values changed; `None` if one has the wrong type.
fn with<'a>(base: &Config, changed: impl IntoIterator<Item = (&'a String, &'a Value)>) -> Option<Config> {
    let mut table = Table::try_from(base).ok()?;
    for (name, value) in changed {
        let (section, key) = name.split_once('.')?;
        table.get_mut(section)?.as_table_mut()?.insert(key.to_owned(), value.clone());
    }
    table.try_into().ok()
}

/// Whether a value is in a key's range, and of its type.
pub(crate) fn is_good(key: &Key, value: &Value) -> bool {
    let alone = with(&Config::default(), [(&key.name.to_owned(), value)]);
    alone.is_some_and(|config| key.is_good(&config))
}

pub(crate) fn no_such_key(name: &str) -> String {
    let (section, key) = name.split_once('.').map_or((name, None), |(section, key)| (section, Some(key)));
    let of_section = keys::KEYS.iter().filter_map(|key| key.name.strip_prefix(section)?.strip_prefix('.'));
    let known: Vec<&str> = of_section.collect();
    match (key, known.as_slice()) {
        (_, []) => format!("this version has no settings [{section}]; it has {}", sections().join(", ")),
        (None, known) => format!("{section} is a table, [{section}], with {}", known.join(", ")),
        (Some(key), known) => {
            format!("this version has no setting {section}.{key}; [{section}] has {}", known.join(", "))
        }
    }
}

fn sections() -> Vec<String> {
    let mut sections: Vec<String> =
        keys::KEYS.iter().filter_map(|key| Some(format!("[{}]", key.name.split_once('.')?.0))).collect();
    sections.dedup();
    sections
}

#[cfg(test)]
mod tests;

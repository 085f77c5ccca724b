//! Who measures what: the one table of it. `docs/UPDATES.md` shows it with the limits.
//!
//! Rule: of the daemon only its own figures are believed. Who owns a folder may put anything there, and what sends a
//! version back or keeps it is not the word of the version itself where root can look.

use self::Measurer::{Daemon, Root};
use super::table::Table;

/// Who measures something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measurer {
    /// The programs of updates.
    Root,
    /// The assistant: what nobody else can know.
    Daemon,
}

/// Every measurement, by its name.
pub const MEASUREMENTS: &[(&str, Measurer)] = &[
    ("slot-identity", Root),
    ("verity", Root),
    ("verity-errors", Root),
    ("boot-watchdog", Root),
    ("data-writable", Root),
    ("migration", Root),
    ("sound-card", Daemon),
    ("self-test-s", Daemon),
    ("echo-lost-db", Daemon),
    ("restarts", Root),
    ("restarts-per-hour", Root),
    ("quiet-s", Root),
    ("updater", Root),
    ("panics", Root),
    ("resets-per-hour", Root),
    ("error-rate", Daemon),
    ("quickest-answer-of-a-minute-s", Daemon),
    ("tool-accuracy", Daemon),
    ("signal-to-noise-db", Daemon),
    ("processor-share", Daemon),
    ("memory-mb", Daemon),
    ("slowest-answer-s", Daemon),
    ("nobody-spoke-s", Daemon),
];

/// Of what the daemon says, that which it measures.
pub fn only_of_daemon(mut said: Table) -> Table {
    said.0.retain(|name, _| MEASUREMENTS.contains(&(name.as_str(), Daemon)));
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{gate, probation};

    #[test]
    fn everything_that_has_a_limit_has_somebody_who_measures_it() {
        let limits =
            gate::LIMITS.iter().map(|limit| limit.name).chain(probation::LIMITS.iter().map(|limit| limit.name));
        for name in limits {
            assert!(MEASUREMENTS.iter().any(|(known, _)| *known == name), "{name}");
        }
    }

    #[test]
    fn the_document_names_the_same_measurers() {
        let document = include_str!("../../../../docs/UPDATES.md");
        let (_, rest) = document.split_once("\n### What is measured\n").expect("its section");
        let rows = rest.split("\n### ").next().unwrap_or(rest).lines().filter(|line| line.starts_with("| `"));
        let mut listed = Vec::new();
        for row in rows {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let measurer = if cells[2].starts_with("the daemon") { Daemon } else { Root };
            listed.extend(cells[1].split('`').skip(1).step_by(2).map(|name| (name, measurer)));
        }
        let sorted = |mut list: Vec<(&'static str, Measurer)>| {
            list.sort_unstable_by_key(|(name, _)| *name);
            list
        };
        assert_eq!(sorted(listed), sorted(MEASUREMENTS.to_vec()));
    }

    #[test]
    fn of_the_daemon_nothing_is_believed_that_root_measures() {
        let mut said = Table::default();
        MEASUREMENTS.iter().for_each(|(name, _)| said.note(name, 1.0));
        said.note("of-a-later-version", 1.0);
        let names: Vec<_> = only_of_daemon(said).0.into_keys().collect();
        assert_eq!(names.len(), MEASUREMENTS.iter().filter(|(_, measurer)| *measurer == Daemon).count());
        assert!(!names.iter().any(|name| ["verity", "restarts", "of-a-later-version"].contains(&name.as_str())));
    }
}

//! Who writes what on the data partition, and what becomes of it when an owner starts afresh: the one table of it. A
//! reset, its test and docs/UPDATES.md go by it.
//!
//! Rule: what is not in the table is forgotten. Whatever somebody adds to the image, or a later version writes, holds
//! what people said until its row says otherwise.

use OnReset::{Forgotten, Kept};

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnData {
    /// A file, or a folder with a slash at its end, below `/var`.
    pub path: &'static str,
    /// Who writes it.
    pub writer: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What becomes of it.
    pub reset: OnReset,
}

/// What becomes of something when an owner starts afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnReset {
    /// It is about the card, the board or a version.
    Kept,
    /// It is about people or their network.
    Forgotten,
}

const fn row(path: &'static str, writer: &'static str, what: &'static str, reset: OnReset) -> OnData {
    OnData { path, writer, what, reset }
}

/// The table. Of two rows, the longer path decides.
pub const ON_DATA: &[OnData] = &[
    row("lib/parley/", "parley", "settings, state and data of the assistant", Forgotten),
    row("cache/parley/", "parley", "what can be made anew", Forgotten),
    row(
        "lib/parley-setup/",
        "parley-setup",
        "name, sound card, Wi-Fi password, fleet's server and token, SSH key, report",
        Forgotten,
    ),
    row("lib/parley-update/boot.json", "parley-tryboot, parley-update", "the boot chain's journal", Kept),
    row("lib/parley-update/boot.lock", "parley-tryboot, parley-update", "its lock", Kept),
    row("lib/parley-update/ledger.json", "parley-tryboot, parley-update", "the history of versions", Kept),
    row("lib/parley-update/blocks", "parley-tryboot, parley-update", "versions that are not tried again", Kept),
    row("lib/parley-update/candidate.json", "parley-tryboot", "the version that is being written", Kept),
    row("lib/parley-update/watched.json", "parley-update", "how long the version in use was watched", Kept),
    row("lib/parley-update/baseline.json", "parley-update", "what the version before measured", Kept),
    row("lib/parley-update/running.json", "parley-update", "the start that is under way", Kept),
    row("lib/parley-update/resets.json", "parley-update", "resets of the version in use", Kept),
    row("lib/parley-update/panics.json", "parley-update", "which panics were seen", Kept),
    row("lib/parley-update/hardware.json", "parley-update", "which sound devices there were", Kept),
    row("lib/parley-update/spare/", "parley-update", "files kept aside for all of these, and lent", Kept),
    row("lib/parley-update/sound-card", "parley-tryboot", "the sound card for which it has restarted last", Forgotten),
    row("lib/parley-update/data-before.json", "parley-update", "the versions of the data before", Forgotten),
    row("lib/parley-update/data-in-use.json", "parley-update", "the versions of the data in use", Forgotten),
    row("lib/parley-update/reset", "parley-update", "the owner's wish, until it is fulfilled", Kept),
    row("lib/rauc/", "RAUC", "what is in which slot", Kept),
    row("lib/systemd/random-seed", "systemd", "randomness for the next start", Kept),
    row("lib/systemd/timesync/clock", "systemd-timesyncd", "the last known time", Kept),
    row("lib/systemd/", "systemd", "crashes, panics and what else it notes", Forgotten),
    row("log/", "systemd-journald", "the system's log", Forgotten),
];

/// What becomes of a file, by its path below `/var`.
pub fn on_reset(path: &str) -> OnReset {
    let covers = |row: &&OnData| row.path == path || row.path.ends_with('/') && path.starts_with(row.path);
    ON_DATA.iter().filter(covers).max_by_key(|row| row.path.len()).map_or(Forgotten, |row| row.reset)
}

/// Whether something in a folder is kept, or may be; the path is that below `/var`, without a slash at its end.
pub fn holds_what_is_kept(folder: &str) -> bool {
    let folder = format!("{folder}/");
    ON_DATA.iter().any(|row| row.reset == Kept && (row.path.starts_with(&folder) || folder.starts_with(row.path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_path_decides_and_what_nobody_lists_is_forgotten() {
        assert_eq!(on_reset("lib/systemd/random-seed"), Kept);
        assert_eq!(on_reset("lib/systemd/coredump/x"), Forgotten);
        assert_eq!(on_reset("lib/rauc/central.raucs"), Kept);
        assert_eq!(on_reset("lib/parley-update/of-a-later-version.json"), Forgotten);
        assert_eq!(on_reset("lib/dhcpcd/lease"), Forgotten);
        assert!(holds_what_is_kept("lib") && holds_what_is_kept("lib/rauc/deep"));
        assert!(!holds_what_is_kept("lib/parley") && !holds_what_is_kept("log"));
    }

    #[test]
    fn the_document_has_the_same_table() {
        let document = include_str!("../../../../docs/UPDATES.md");
        for OnData { path, writer, what, reset } in ON_DATA {
            let reset = if *reset == Kept { "kept" } else { "forgotten" };
            let line = format!("| `{path}` | {writer} | {what} | {reset} |");
            assert!(document.lines().any(|found| found == line), "docs/UPDATES.md lacks this line: {line}");
        }
        let rows = document.lines().filter(|line| line.ends_with("| kept |") || line.ends_with("| forgotten |"));
        assert_eq!(rows.count(), ON_DATA.len(), "docs/UPDATES.md has more");
    }
}

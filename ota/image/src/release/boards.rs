//! Which models run on which board, computed from their files.

use anyhow::{Context, Result};
use parley_models::Manifest;
use serde::Serialize;

/// The Raspberry Pi 5 is sold with these, in GB (of 1024³ bytes).
const BOARDS: &[u64] = &[2, 4, 8];
/// What a worker needs beside its model's file, in bytes: measured for the profile `demo` (docs/EVIDENCE.md, memory), the largest of four
/// rounded up. A language model of the size of `pi5`'s needs about as much again for its context.
const BESIDE_MODEL: u64 = 90 << 20;
/// The daemon, systemd and the services around it.
const SYSTEM: u64 = 400 << 20;
/// How much of a board's memory may be used for good, in percent: the firmware has its share, and updates, logs and the cache of files theirs.
const USABLE: u64 = 75;

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    profile: String,
    /// Bytes; `None` where nobody has verified the size of a file.
    needs: Option<u64>,
    /// Board in GB, and whether the profile runs on it.
    boards: Vec<(u64, Option<bool>)>,
}

/// One row for each profile that works by itself.
pub fn table(manifest: &Manifest) -> Vec<Row> {
    let row = |profile: &str| {
        let models: Vec<_> = manifest.models_of(profile).filter(|model| model.worker.is_some()).collect();
        let files: Option<u64> = models.iter().map(|model| model.bytes()).sum();
        let needs = files.map(|files| files + BESIDE_MODEL * models.len() as u64 + SYSTEM);
        let fits = |board: u64| needs.map(|needs| needs <= (board << 30) * USABLE / 100);
        Row { profile: profile.to_owned(), needs, boards: BOARDS.iter().map(|board| (*board, fits(*board))).collect() }
    };
    manifest.profile_names().filter(|profile| *profile != "test").map(row).collect()
}

/// The smallest board on which a profile runs, in GB; `None` where nobody has verified the size of a file.
///
/// # Errors
/// It runs on no board.
pub fn least(manifest: &Manifest, profile: &str) -> Result<Option<u64>> {
    let rows = table(manifest);
    let row = rows.iter().find(|row| row.profile == profile);
    let row = row.with_context(|| format!("models.toml has no profile {profile}"))?;
    if row.needs.is_none() {
        return Ok(None);
    }
    let fits = row.boards.iter().find(|(_, fits)| *fits == Some(true)).map(|(board, _)| *board);
    fits.map(Some).with_context(|| format!("the profile {profile} runs on no board"))
}

pub fn shown(rows: &[Row]) -> String {
    let mut lines = vec!["Memory, computed (an estimate):".to_owned()];
    for Row { profile, needs, boards } in rows {
        let needs = needs
            .map_or_else(|| "unknown: a file is unverified".to_owned(), |needs| format!("{} MB", needs / 1_000_000));
        let words = boards.iter().map(|(board, fits)| {
            let fits = match fits {
                Some(true) => "runs",
                Some(false) => "too small",
                None => "unknown",
            };
            format!("{board} GB {fits}")
        });
        lines.push(format!("  {profile}: {needs}; {}", words.collect::<Vec<_>>().join(", ")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_runs_where_three_quarters_of_the_memory_hold_it() {
        let manifest = |bytes: u64| {
            let text = format!(
                "[[profile]]\nname = \"one\"\ndescription = \"x\"\n[[model]]\nid = \"m\"\npurpose = \"language-model\"\nworker = \"w\"\n\
                 description = \"x\"\nprofiles = [\"one\"]\nlicence = \"MIT\"\n[[model.file]]\nname = \"m.gguf\"\nbytes = {bytes}\n\
                 sha256 = [{{ digest = \"{}\", from = \"x\" }}]\nsources = [\"https://example.invalid/m\"]\n",
                "a".repeat(64)
            );
            Manifest::parse(&text).unwrap()
        };
        let most = (2u64 << 30) * 75 / 100 - BESIDE_MODEL - SYSTEM;
        let row = &table(&manifest(most))[0];
        assert_eq!(row.boards, [(2, Some(true)), (4, Some(true)), (8, Some(true))]);
        let row = &table(&manifest(most + 1))[0];
        assert_eq!(row.boards[0], (2, Some(false)));
        assert!(shown(&table(&manifest(most + 1))).contains("2 GB too small, 4 GB runs"));
    }

    #[test]
    fn what_nobody_has_verified_is_unknown() {
        let rows = table(&Manifest::embedded().unwrap());
        let of = |profile: &str| rows.iter().find(|row| row.profile == profile).unwrap();
        assert_eq!(of("demo").boards[0], (2, Some(true)));
        assert_eq!(of("pi5").needs, None);
        let least = |profile| least(&Manifest::embedded().unwrap(), profile);
        assert_eq!((least("demo").unwrap(), least("pi5").unwrap()), (Some(2), None));
        assert!(least("of-nobody").is_err());
    }
}

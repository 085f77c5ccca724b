//! Which models run on which board, computed from their files.

use anyhow::{Context, Result};
use parley_models::Manifest;
use serde::Serialize;

/// The Raspberry Pi 5 is sold with these, in GB (of 1024³ bytes).
const BOARDS: &[u64] = &[2, 4, 8];

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
        let need = manifest.need(profile).filter(|need| need.is_verified);
        let fits = |board: u64| need.map(|need| need.fits(board << 30));
        let boards = BOARDS.iter().map(|board| (*board, fits(*board))).collect();
        Row { profile: profile.to_owned(), needs: need.map(|need| need.bytes), boards }
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
    fn what_nobody_has_verified_is_unknown() {
        let rows = table(&Manifest::embedded().unwrap());
        let of = |profile: &str| rows.iter().find(|row| row.profile == profile).unwrap();
        assert_eq!(of("tiny").boards[0], (2, Some(true)));
        assert_eq!(of("base").needs, None);
        let least = |profile| least(&Manifest::embedded().unwrap(), profile);
        assert_eq!((least("tiny").unwrap(), least("pi5").unwrap(), least("base").unwrap()), (Some(2), Some(4), None));
        assert!(shown(&rows).contains("2 GB too small, 4 GB runs"), "{}", shown(&rows));
        assert!(least("of-nobody").is_err());
    }
}

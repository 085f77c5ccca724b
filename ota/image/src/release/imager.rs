//! The entry in a list of Raspberry Pi Imager's, by which people choose Parley there: *App options* → *Content repository*.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::Serialize;

use super::digest;

#[derive(Serialize)]
pub struct List {
    os_list: Vec<Entry>,
}

/// As Raspberry Pi Imager's `doc/json-schema/os-list-schema.json` names them.
#[derive(Serialize)]
struct Entry {
    name: String,
    description: &'static str,
    url: String,
    extract_size: u64,
    extract_sha256: String,
    image_download_size: u64,
    image_download_sha256: String,
    /// `YYYY-MM-DD`.
    release_date: String,
    /// Parley has settings of its own; Imager's would have no effect.
    init_format: &'static str,
    devices: [&'static str; 1],
}

/// A list with this release alone.
pub fn entry(version: &str, address: &str, file: &str, card: &Path, compressed: &Path) -> Result<List> {
    let (extract_size, extract_sha256) = digest(card)?;
    let (image_download_size, image_download_sha256) = digest(compressed)?;
    let made = fs::metadata(card)?.modified()?.duration_since(UNIX_EPOCH).context("the card is older than 1970")?;
    Ok(List {
        os_list: vec![Entry {
            name: format!("Parley {version}"),
            description: "A voice assistant that works without a network",
            url: format!("{}/{file}", address.trim_end_matches('/')),
            extract_size,
            extract_sha256,
            image_download_size,
            image_download_sha256,
            release_date: date(made.as_secs() / 86_400),
            init_format: "none",
            devices: ["pi5-64bit"],
        }],
    })
}

/// A day since 1970 as a date. The method is Howard Hinnant's, `civil_from_days`.
fn date(days: u64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in
            [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_785, "2026-11-28"), (47_540, "2100-02-28")]
        {
            assert_eq!(date(days), expected);
        }
        assert_eq!(date(47_541), "2100-03-01", "no leap year");
    }
}

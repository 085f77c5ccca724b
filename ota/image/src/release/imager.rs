//! The entry in a list of Raspberry Pi Imager's, by which people choose Parley there: *App options* → *Content repository*.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::Serialize;

use super::digest;
use xtask::process;

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
            release_date: date(made.as_secs())?,
            init_format: "none",
            devices: ["pi5-64bit"],
        }],
    })
}

/// The date of a time in seconds since 1970, in UTC.
fn date(seconds: u64) -> Result<String> {
    let mut date = Command::new("date");
    Ok(process::output(date.args(["--utc", &format!("--date=@{seconds}"), "+%F"]))?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_of_its_day_in_utc() {
        assert_eq!(date(1_795_910_399).unwrap(), "2026-11-28");
        assert_eq!(date(1_795_910_400).unwrap(), "2026-11-29");
    }
}

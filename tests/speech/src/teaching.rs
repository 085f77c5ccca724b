//! What the heads that hear a word are taught with beside the word: recordings of people, and music, out of Debian
//! packages whose people judge nothing (`teaching.toml`). What was read once is kept as WAV beside the packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use walkdir::WalkDir;

use crate::packages::{run, unpacked};
use crate::samples::{SAMPLE_RATE_HZ, read_wav, with_peak};
use crate::sound_span::sound_span;

/// Debian packages that have to be installed: what reads Ogg Vorbis and GSM, and the archive of a game.
pub const TEACHING_PACKAGES: &[&str] = &["libsox-fmt-base", "sox", "unzip"];

const SOURCES: &str = include_str!("../teaching.toml");
/// Recordings of people that are shorter are none, and longer ones are music, in samples: 0.2 and 40 s.
const LENGTHS: std::ops::RangeInclusive<usize> = SAMPLE_RATE_HZ as usize / 5..=40 * SAMPLE_RATE_HZ as usize;
/// Of a piece of music at most so much is taken: 100 s.
const MOST_MUSIC: usize = 100 * SAMPLE_RATE_HZ as usize;
/// Every recording is made as loud as this at its loudest.
const PEAK: f32 = 0.3;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Teaching {
    people: Vec<Source>,
    music: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    package: String,
    /// A zip archive in the package, in which the folder then is.
    archive: Option<String>,
    folder: String,
    #[allow(dead_code, reason = "what is known of it stays with it")]
    language: String,
    #[allow(dead_code, reason = "what is known of it stays with it")]
    licence: String,
    #[allow(dead_code, reason = "what is known of it stays with it")]
    attribution: String,
}

/// A recording that teaches, at 16 kHz; full scale is 1.
pub struct Teacher {
    /// The package, and the recording's path in it.
    pub id: String,
    /// The sound.
    pub samples: Vec<f32>,
}

/// Recordings of people, and pieces of music, in a fixed order.
///
/// # Errors
/// When a package cannot be fetched, or a recording not be read.
pub fn teachers(folder: &Path) -> Result<(Vec<Teacher>, Vec<Teacher>)> {
    let teaching: Teaching = toml::from_str(SOURCES).context("teaching.toml does not hold together")?;
    let (mut people, mut music) = (Vec::new(), Vec::new());
    for source in &teaching.people {
        people.extend(source.recordings(folder)?);
    }
    people.retain(|told| LENGTHS.contains(&told.samples.len()) && sound_span(&told.samples).is_some());
    for source in &teaching.music {
        music.extend(source.recordings(folder)?);
    }
    music.iter_mut().for_each(|piece| piece.samples.truncate(MOST_MUSIC));
    Ok((people, music))
}

impl Source {
    fn recordings(&self, folder: &Path) -> Result<Vec<Teacher>> {
        let packages = folder.join("packages");
        let package = unpacked(&self.package, &packages)?;
        let root = match &self.archive {
            Some(archive) => unzipped(&package.join(archive), &packages.join(format!("{}.unzipped", self.package)))?,
            None => package,
        };
        let root = root.join(&self.folder);
        let kept = folder.join("taught").join("heard").join(&self.package);
        let mut paths = Vec::new();
        for entry in WalkDir::new(&root) {
            let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
            let is_sound = entry
                .path()
                .extension()
                .is_some_and(|ending| ["ogg", "gsm", "wav"].iter().any(|known| ending == *known));
            if entry.file_type().is_file() && is_sound {
                paths.push(entry.path().to_owned());
            }
        }
        paths.sort();
        let mut recordings = Vec::new();
        for path in paths {
            let within = path.strip_prefix(&root)?;
            let wav = kept.join(within).with_extension("wav");
            if !wav.is_file() {
                heard(&path, &wav)?;
            }
            let samples = with_peak(&read_wav(&wav)?, PEAK);
            recordings.push(Teacher { id: format!("{}:{}", self.package, within.display()), samples });
        }
        Ok(recordings)
    }
}

/// Reads a recording of any kind into a WAV file, mono at 16 kHz.
fn heard(recording: &Path, wav: &Path) -> Result<()> {
    let place = wav.parent().context("a file lies in a folder")?;
    fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
    // Whole or not at all.
    let unfinished = place.join("unfinished.wav");
    let form = ["--rate", "16000", "--channels", "1", "--bits", "16", "--encoding", "signed-integer"];
    // Without dither the same comes of it every time; quieter, for what is decoded may go beyond full scale.
    let mut sox = Command::new("sox");
    run(sox.args(["--no-dither", "--volume", "0.7"]).arg(recording).args(form).arg(&unfinished))?;
    fs::rename(&unfinished, wav).with_context(|| format!("cannot write {}", wav.display()))
}

/// The folder with an archive's files, unpacked unless it is there already.
fn unzipped(archive: &Path, folder: &Path) -> Result<PathBuf> {
    if !folder.is_dir() {
        let workshop = tempfile::tempdir_in(folder.parent().context("a folder lies in a folder")?)?;
        let tree = workshop.path().join("tree");
        run(Command::new("unzip").arg("-q").arg(archive).arg("-d").arg(&tree))?;
        fs::rename(&tree, folder)
            .with_context(|| format!("cannot move {} to {}", archive.display(), folder.display()))?;
    }
    Ok(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptions::Descriptions;

    #[test]
    fn nobody_who_judges_teaches() {
        let teaching: Teaching = toml::from_str(SOURCES).expect("it holds together");
        let judges = Descriptions::load().expect("they hold together").sources.collections;
        for source in teaching.people.iter().chain(&teaching.music) {
            assert!(judges.values().all(|judge| judge.package != source.package), "{}", source.package);
            assert!(!source.package.starts_with("asterisk-core-sounds"), "{}", source.package);
        }
    }
}

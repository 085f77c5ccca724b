//! Hours of speech for measuring what must not be heard in it: recordings of people, and sayings read by synthetic voices.
//!
//! The people speak other languages than English, but for a few minutes: the English prompts are kept for judging, and no
//! test ever listens to them. Their recordings are those of telephones, 8 kHz. The sayings come out of Debian's packages of
//! fortune cookies.

use std::path::Path;

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::clip::Clip;
use crate::description::{ClipDescription, Recorded, Sound, Spoken};
use crate::descriptions::Descriptions;
use crate::packages::unpacked;
use crate::prepare::{IN_TURN, Workshop};
use crate::samples::samples_in;
use crate::sound_span::sound_span;

/// Recordings that are no speech.
const NOT_SPEECH: [&str; 7] =
    ["ascending-2tone", "beep", "confbridge-join", "confbridge-leave", "descending-2tone", "silence/", "tt-monkeys"];
/// What is left of the silence before and after a recording, in milliseconds.
const MARGIN_MS: u32 = 150;
/// A saying has so many letters: less is no sentence, and more is a story.
const LETTERS: std::ops::RangeInclusive<usize> = 40..=300;
/// The shares of letters, spaces and punctuation below which it is a picture or a table, in percent.
const READABLE_PERCENT: usize = 97;
/// Sayings are read at these speeds in turn; 1 is a voice's own.
const SPEEDS: [f64; 3] = [1.0, 0.85, 1.2];

/// A package of sayings, its files, and the voices that read them in turn.
struct Sayings {
    language: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    voices: &'static [&'static str],
}

const SAYINGS: [Sayings; 4] = [
    Sayings { language: "en", package: "fortunes-min", files: &["literature", "fortunes"], voices: &IN_TURN },
    Sayings {
        language: "de",
        package: "fortunes-de",
        files: &["de/sprueche", "de/wusstensie", "de/stilblueten", "de/letzteworte", "de/computer"],
        voices: &["espeak-de"],
    },
    Sayings {
        language: "es",
        package: "fortunes-es",
        files: &["es/sabiduria.fortunes", "es/vida.fortunes", "es/ciencia.fortunes"],
        voices: &["espeak-es"],
    },
    Sayings { language: "it", package: "fortunes-it", files: &["it/italia", "it/computer"], voices: &["espeak-it"] },
];

/// A stretch of speech that a person recorded.
#[derive(Debug, Clone)]
pub struct Told {
    /// The collection and the recording's path in it.
    pub id: String,
    /// ISO 639-1.
    pub language: String,
    /// At 16 kHz, −1..1.
    pub samples: Vec<f32>,
}

/// Every recording of people in `folder`'s packages but the English prompts: about an hour and a half.
///
/// # Errors
/// When a package cannot be fetched or a recording not be read.
pub fn people(folder: &Path) -> Result<Vec<Told>> {
    let sources = Descriptions::load()?.sources;
    let workshop = Workshop { folder, sources: &sources };
    let mut told = Vec::new();
    for (name, collection) in sources.collections.iter().filter(|(name, _)| *name != "asterisk-en") {
        let root = unpacked(&collection.package, &folder.join("packages"))?.join(&collection.folder);
        for path in recordings(&root)? {
            let recorded = Recorded { recording: format!("{name}:{path}"), samples: None };
            let samples = workshop.sound(&Sound::Recorded(recorded.clone()), "")?;
            let Some(span) = sound_span(&samples) else { continue };
            let margin = samples_in(MARGIN_MS);
            let kept = span.first.saturating_sub(margin)..(span.end + margin).min(samples.len());
            let samples = samples.get(kept).unwrap_or_default().to_vec();
            told.push(Told { id: recorded.recording, language: collection.language.clone(), samples });
        }
    }
    Ok(told)
}

/// The paths of all recordings of speech below a folder, in their order.
fn recordings(root: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in WalkDir::new(root).follow_links(true) {
        let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
        let is_sound = entry.path().extension().is_some_and(|extension| extension == "wav" || extension == "raw");
        let path = entry.path().strip_prefix(root)?.to_string_lossy().into_owned();
        if entry.file_type().is_file() && is_sound && !NOT_SPEECH.iter().any(|other| path.starts_with(other)) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Sayings of a language, evenly spread over its files: at most so many.
///
/// # Errors
/// When the package cannot be fetched, or has no such file.
fn sayings_of(sayings: &Sayings, folder: &Path, at_most: usize) -> Result<Vec<String>> {
    let root = unpacked(sayings.package, &folder.join("packages"))?.join("usr/share/games/fortunes");
    let mut found = Vec::new();
    for file in sayings.files {
        let path = root.join(file);
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        found.extend(sayings_in(&String::from_utf8_lossy(&bytes)));
    }
    let step = found.len().div_ceil(at_most.max(1)).max(1);
    Ok(found.into_iter().step_by(step).collect())
}

/// The sentences of a file of fortune cookies, without those who said them.
fn sayings_in(text: &str) -> Vec<String> {
    let entries = text.split("\n%");
    let readable = |entry: &str| {
        let said = entry.split("--").next().unwrap_or_default();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let letters = said.chars().count();
        let fine = said.chars().filter(|c| c.is_alphabetic() || " .,;:'’!?-()\"".contains(*c)).count();
        let is_readable = LETTERS.contains(&letters) && fine * 100 >= letters * READABLE_PERCENT;
        is_readable.then_some(said)
    };
    entries.filter_map(readable).collect()
}

/// Sayings in English, German, Spanish and Italian, at most so many of each, read by synthetic voices at several speeds.
///
/// # Errors
/// When a package cannot be fetched, or a voice is not installed.
pub fn read_aloud(folder: &Path, at_most: usize) -> Result<Vec<Clip>> {
    let mut clips = Vec::new();
    for sayings in &SAYINGS {
        let texts = sayings_of(sayings, folder, at_most)?;
        let said = texts.iter().enumerate().map(|(number, text)| {
            (sayings.voices[number % sayings.voices.len()], SPEEDS[number % SPEEDS.len()], text.as_str())
        });
        clips.extend(prepare_said(folder, &format!("sayings/{}", sayings.language), said)?);
    }
    Ok(clips)
}

/// What voices of `sources.toml` say at these speeds (1 is a voice's own), as a set of this name; in its order.
///
/// # Errors
/// When a voice is unknown or not installed, or `folder` cannot be written.
pub fn prepare_said<'a>(
    folder: &Path,
    set: &str,
    said: impl Iterator<Item = (&'a str, f64, &'a str)>,
) -> Result<Vec<Clip>> {
    let sources = Descriptions::load()?.sources;
    let described = |(number, (voice, speed, text)): (usize, (&str, f64, &str))| {
        let sound = Sound::Spoken(Spoken { voice: voice.to_owned(), speed, phonemes: None });
        let (id, text) = (format!("{:03}-{voice}", number + 1), text.to_owned());
        ClipDescription { id, text, sound, split: None, interruption: None }
    };
    let described: Vec<_> = said.enumerate().map(described).collect();
    let description = serde_json::to_string(&described)?;
    Workshop { folder, sources: &sources }.clips(set, &description, &described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saying_is_a_sentence_without_whoever_said_it() {
        let text = "A saying that is long enough to be read by any\nvoice at all.\n\t\t-- Somebody (1900)\n%\nShort.\n%\n\
                    |---|---|---|---|---|---|---|---|---|---|---|---|---|\n%\nAnd another one, which is the last of all in this file.\n";
        assert_eq!(
            sayings_in(text),
            [
                "A saying that is long enough to be read by any voice at all.",
                "And another one, which is the last of all in this file."
            ]
        );
    }
}

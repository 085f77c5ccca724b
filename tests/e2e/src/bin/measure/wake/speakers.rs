//! Who says the word, and what sounds like it: voices of Kokoro and of Piper through the product's own worker, robots, or a folder of
//! recordings. What was said once is kept beside the speech sets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use parley_e2e::product;
use parley_e2e::said::{self, NEAR_MISSES, Said, TAUGHT_BY, kokoro, slug};
use parley_models::PinnedFile;
use parley_speech::corpus::prepare_said;
use parley_speech::default_folder;

/// Kokoro's English voices: each with its file's checksum.
const KOKORO: &str = include_str!("../../../../../speech/kokoro.toml");
/// The product's own voice, in English.
const OWN: &str = "joe";
/// Who says the near misses: of Kokoro's voices two women and two men, and the product's own.
const OF_NEAR_MISSES: [&str; 5] = ["af_bella", "am_adam", "bf_emma", "bm_george", OWN];
/// Robots, as `sources.toml` of the speech sets names them, and how fast they speak; 1 is as they are.
const ROBOTS: [&str; 6] = ["slt", "rms", "awb", "espeak-us", "espeak-gb", "espeak-woman"];
const ROBOTS_SPEEDS: [f64; 3] = [1.0, 0.8, 1.25];

/// What is said of a word: alone, before a question, before a request.
fn phrases(word: &str) -> [String; 3] {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let name: String = first.chain(letters).collect();
    let name = name
        .replace(" jarvis", " Jarvis")
        .replace(" parley", " Parley")
        .replace(" nabu", " Nabu")
        .replace(" mycroft", " Mycroft");
    [format!("{name}."), format!("{name}, what time is it?"), format!("{name}! Turn on the light.")]
}

/// Everybody's three phrases with the word.
pub async fn called(word: &str) -> Result<Vec<Said>> {
    let phrases = phrases(word);
    let texts: Vec<&str> = phrases.iter().map(String::as_str).collect();
    everybody(&texts).await
}

/// What everybody says by whom no head was taught.
pub async fn everybody(texts: &[&str]) -> Result<Vec<Said>> {
    let voices = kokoro(KOKORO)?;
    let mut said = Vec::new();
    let others = voices.keys().map(String::as_str).filter(|voice| !TAUGHT_BY.contains(voice));
    for voice in others.chain([OWN]) {
        said.extend(by_worker(voice, &voices, texts).await?);
    }
    Ok(said)
}

/// What one of Kokoro's voices, or the product's own, says.
pub async fn by_voice(voice: &str, texts: &[&str]) -> Result<Vec<Said>> {
    by_worker(voice, &kokoro(KOKORO)?, texts).await
}

/// The phrases that sound like "hey jarvis".
pub async fn near_misses() -> Result<Vec<Said>> {
    let voices = kokoro(KOKORO)?;
    let mut said = Vec::new();
    for voice in OF_NEAR_MISSES {
        said.extend(by_worker(voice, &voices, &NEAR_MISSES).await?);
    }
    Ok(said)
}

/// Robots' three phrases with the word, at several speeds.
pub fn robots(word: &str) -> Result<Vec<Said>> {
    let phrases = phrases(word);
    let each = ROBOTS.iter().flat_map(|voice| ROBOTS_SPEEDS.iter().map(move |speed| (*voice, *speed)));
    let each = each.flat_map(|(voice, speed)| phrases.iter().map(move |text| (voice, speed, text.as_str())));
    let folder = default_folder();
    let clips = prepare_said(&folder, &format!("called/{}", slug(word)), each)?;
    clips.into_iter().map(|clip| Said::read(clip.speaker, clip.text, &folder.join(&clip.file))).collect()
}

/// Recordings of a folder, in the order of their names; a name is that of a voice until its last hyphen.
pub fn folder(folder: &Path) -> Result<Vec<Said>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")));
    files.sort();
    ensure!(!files.is_empty(), "{} has no WAV files", folder.display());
    let each = |file: &PathBuf| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let voice = name.rsplit_once('-').map_or(name.as_str(), |(voice, _)| voice).to_owned();
        Said::read(voice, name, file)
    };
    files.iter().map(each).collect()
}

/// What a voice of the product's worker says.
async fn by_worker(voice: &str, kokoro: &BTreeMap<String, PinnedFile>, texts: &[&str]) -> Result<Vec<Said>> {
    let place = default_folder().join("said").join(voice);
    let file = |text: &str| place.join(format!("{}.wav", slug(text)));
    let each: Vec<_> = texts.iter().map(|text| (*text, file(text))).collect();
    let speaking = || {
        if voice == OWN {
            return product::models();
        }
        let its = kokoro.get(voice).with_context(|| format!("there is no voice {voice}"))?;
        said::speaking(said::fetch(kokoro.values())?.join(&its.name))
    };
    said::keep(&each, speaking).await?;
    each.into_iter().map(|(text, file)| Said::read(voice.to_owned(), text.to_owned(), &file)).collect()
}

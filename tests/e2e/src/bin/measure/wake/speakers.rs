//! Who says the word, and what sounds like it: voices of Kokoro and of Piper through the product's own worker, robots, or a folder of
//! recordings. What was said once is kept beside the speech sets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::wav::{self, WavWriter};
use parley_daemon::workers::{Needed, Workers};
use parley_models::{Catalogue, Manifest, PinnedFile, Selection, Store, Wanted, default_dir};
use parley_speech::corpus::prepare_said;
use parley_speech::default_folder;

use crate::room;
use crate::voices::say;

/// Kokoro's English voices: each with its file's checksum.
const KOKORO: &str = include_str!("../../../../../speech/kokoro.toml");
const KOKORO_BYTES: u64 = 522_240;
/// Those by whom the heads that come along were taught; nothing is measured by them.
const TAUGHT_BY: [&str; 10] = [
    "af_aoede",
    "af_jessica",
    "af_nicole",
    "af_sarah",
    "am_echo",
    "am_liam",
    "am_puck",
    "bf_alice",
    "bm_daniel",
    "bm_fable",
];
/// The product's own voice, in English.
const OWN: &str = "joe";
/// Who says the near misses: of Kokoro's voices two women and two men, and the product's own.
const OF_NEAR_MISSES: [&str; 5] = ["af_bella", "am_adam", "bf_emma", "bm_george", OWN];
/// Robots, as `sources.toml` of the speech sets names them, and how fast they speak; 1 is as they are.
const ROBOTS: [&str; 6] = ["slt", "rms", "awb", "espeak-us", "espeak-gb", "espeak-woman"];
const ROBOTS_SPEEDS: [f64; 3] = [1.0, 0.8, 1.25];

/// Phrases that sound like "hey jarvis", chosen once, before anything was measured by them.
pub const NEAR_MISSES: [&str; 10] = [
    "Hey Charlie.",
    "Hey Barley.",
    "Hey Harley.",
    "Hey Travis.",
    "Hey Jasper.",
    "Hey Marvin.",
    "Hey Davis.",
    "Hey Jerry.",
    "Hey, the service is slow.",
    "Hey, a jar of this, please.",
];

/// Somebody who says something.
pub struct Said {
    pub voice: String,
    pub text: String,
    /// At 16 kHz, full scale is 1.
    pub sound: Vec<f32>,
}

/// The models' folder.
pub fn store() -> Result<Store> {
    let folder =
        default_dir(|name| std::env::var_os(name)).context("there is no folder for models: set PARLEY_MODELS")?;
    Ok(Store::new(folder)?)
}

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
    let voices = kokoro()?;
    let mut said = Vec::new();
    let others = voices.keys().map(String::as_str).filter(|voice| !TAUGHT_BY.contains(voice));
    for voice in others.chain([OWN]) {
        said.extend(by_worker(voice, &voices, texts).await?);
    }
    Ok(said)
}

/// What one of Kokoro's voices, or the product's own, says.
pub async fn by_voice(voice: &str, texts: &[&str]) -> Result<Vec<Said>> {
    by_worker(voice, &kokoro()?, texts).await
}

/// The phrases that sound like "hey jarvis".
pub async fn near_misses() -> Result<Vec<Said>> {
    let voices = kokoro()?;
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
    clips.into_iter().map(|clip| said(clip.speaker, clip.text, &folder.join(&clip.file))).collect()
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
        said(voice, name, file)
    };
    files.iter().map(each).collect()
}

fn said(voice: String, text: String, file: &Path) -> Result<Said> {
    let sound = wav::load(file, FRAME_RATE_HZ)?.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect();
    Ok(Said { voice, text, sound })
}

/// The files of Kokoro's voices by their names.
fn kokoro() -> Result<BTreeMap<String, PinnedFile>> {
    let sums: BTreeMap<String, String> = toml::from_str(KOKORO)?;
    let pinned = |(voice, sum): (String, String)| {
        let source = format!("npm:kokoro-js@1.2.1#package/voices/{voice}.bin");
        let file = PinnedFile::new(&format!("{voice}.kokoro"), KOKORO_BYTES, &sum, &source)?;
        Ok((voice, file))
    };
    sums.into_iter().map(pinned).collect()
}

/// What a voice of the product's worker says, which is started only where something was never said before.
async fn by_worker(voice: &str, kokoro: &BTreeMap<String, PinnedFile>, texts: &[&str]) -> Result<Vec<Said>> {
    let place = default_folder().join("said").join(voice);
    let file = |text: &str| place.join(format!("{}.wav", slug(text)));
    if texts.iter().any(|text| !file(text).is_file()) {
        fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
        let workers = Workers::spawn(&room::config()?, &speaking(voice, kokoro)?, Needed::TextToSpeech)?;
        let speaker = workers.text_to_speech().context("text-to-speech was not started")?;
        speaker.ready().await?;
        for text in texts.iter().filter(|text| !file(text).is_file()) {
            let audio = say(speaker.as_ref(), "en", text).await?.audio;
            let unfinished = place.join("unfinished");
            let mut writer = WavWriter::create(&unfinished, FRAME_RATE_HZ)?;
            writer.write(&audio)?;
            writer.finish()?;
            fs::rename(&unfinished, file(text))?;
        }
        workers.shut_down().await;
    }
    texts.iter().map(|text| said(voice.to_owned(), (*text).to_owned(), &file(text))).collect()
}

/// The product's models, but with this voice for English.
fn speaking(voice: &str, kokoro: &BTreeMap<String, PinnedFile>) -> Result<Selection> {
    let mut models = room::models()?;
    if voice == OWN {
        return Ok(models);
    }
    let mut quiet = |_: parley_models::Progress<'_>| {};
    let (catalogue, store) = (Catalogue::new(Manifest::embedded()?, store()?), store()?);
    catalogue.fetch(&catalogue.resolve(&Wanted::Ids(vec!["kokoro-82m".to_owned()]))?, &mut quiet)?;
    // All of them lie in one package.
    store.ensure_all(kokoro.values(), &mut quiet)?;
    let file = kokoro.get(voice).with_context(|| format!("there is no voice {voice}"))?;
    models.text_to_speech.files = vec![("en".to_owned(), store.path(file))];
    Ok(models)
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

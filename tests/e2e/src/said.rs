//! What voices say through the product's own worker: once, and kept beside the speech sets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::resample::Resampler;
use parley_audio::wav::{self, WavWriter};
use parley_daemon::workers::{Needed, Workers};
use parley_engines::{Engine, Speak, TextToSpeech};
use parley_models::{PinnedFile, Progress, Selection, Wanted};
use parley_speech_text::{ClauseCutter, clauses};

use crate::product;

/// Bytes of a file of Kokoro's styles.
const KOKORO_BYTES: u64 = 522_240;

/// Kokoro's English voices by whom the heads that come along are taught, beside voices of other languages; nothing is
/// measured by them.
pub const TAUGHT_BY: [&str; 10] = [
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

/// Phrases that sound like "hey jarvis", chosen once, before anything was measured by them; no head is taught by them.
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

impl Said {
    pub fn read(voice: String, text: String, file: &Path) -> Result<Self> {
        let sound = wav::load(file, FRAME_RATE_HZ)?.into_iter().map(|sample| f32::from(sample) / 32_768.0).collect();
        Ok(Self { voice, text, sound })
    }
}

/// The files of voices of Kokoro by their names, out of a table of their checksums.
pub fn kokoro(sums: &str) -> Result<BTreeMap<String, PinnedFile>> {
    let sums: BTreeMap<String, String> = toml::from_str(sums)?;
    let pinned = |(voice, sum): (String, String)| {
        let source = format!("npm:kokoro-js@1.2.1#package/voices/{voice}.bin");
        let file = PinnedFile::new(&format!("{voice}.kokoro"), KOKORO_BYTES, &sum, &source)?;
        Ok((voice, file))
    };
    sums.into_iter().map(pinned).collect()
}

/// Fetches Kokoro's model and these voices; where the models then lie.
pub fn fetch<'a>(voices: impl Iterator<Item = &'a PinnedFile>) -> Result<PathBuf> {
    let mut quiet = |_: Progress<'_>| {};
    let (catalogue, store) = (product::catalogue()?, product::store()?);
    catalogue.fetch(&catalogue.resolve(&Wanted::Ids(vec!["kokoro-82m".to_owned()]))?, &mut quiet)?;
    // All of them lie in one package.
    store.ensure_all(voices, &mut quiet)?;
    Ok(store.folder().to_owned())
}

/// The product's models, but with a voice of Kokoro's for English; its model lies beside it.
pub fn speaking(voice: PathBuf) -> Result<Selection> {
    let mut models = product::models()?;
    models.text_to_speech.files = vec![("en".to_owned(), voice)];
    Ok(models)
}

/// Has these texts said into these files, but those that are there; `speaking` is asked for where one is not.
///
/// # Errors
/// When the worker fails, or a file cannot be written.
pub async fn keep(texts: &[(&str, PathBuf)], speaking: impl FnOnce() -> Result<Selection>) -> Result<()> {
    if texts.iter().all(|(_, file)| file.is_file()) {
        return Ok(());
    }
    let workers = Workers::spawn(&product::config()?, &speaking()?, Needed::TextToSpeech)?;
    let speaker = workers.text_to_speech().context("text-to-speech was not started")?;
    speaker.ready().await?;
    for (text, file) in texts.iter().filter(|(_, file)| !file.is_file()) {
        let audio = say(speaker.as_ref(), "en", text).await?.audio;
        let place = file.parent().context("a file lies in a folder")?;
        fs::create_dir_all(place).with_context(|| format!("cannot make {}", place.display()))?;
        // Whole or not at all.
        let unfinished = place.join("unfinished");
        let mut writer = WavWriter::create(&unfinished, FRAME_RATE_HZ)?;
        writer.write(&audio)?;
        writer.finish()?;
        fs::rename(&unfinished, file)?;
    }
    workers.shut_down().await;
    Ok(())
}

/// A text's words for the name of a file.
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// How a text was spoken.
pub struct Spoken {
    pub first: Duration,
    pub took: Duration,
    pub length: Duration,
    /// At the rate that speech-to-text takes.
    pub audio: Vec<i16>,
}

/// Has a text said clause by clause, as an answer is.
///
/// # Errors
/// When the voice fails, or says nothing.
pub async fn say(voice: &dyn Engine<TextToSpeech>, language: &str, text: &str) -> Result<Spoken> {
    let mut cutter = ClauseCutter::default();
    let mut pieces = cutter.push(text);
    pieces.extend(cutter.finish());
    let begun = Instant::now();
    let (mut first, mut samples, mut resampler) = (None, Vec::new(), None);
    let mut length = Duration::ZERO;
    for clause in pieces.iter().flat_map(|piece| clauses(piece, language)) {
        let mut job = voice.start(Speak { text: clause.spoken, language: Some(language.to_owned()) });
        while let Some(block) = job.next().await {
            let block = block?;
            first.get_or_insert_with(|| begun.elapsed());
            length += Duration::from_secs_f64(block.audio.len() as f64 / f64::from(block.rate_hz));
            let resampler = match &mut resampler {
                Some(resampler) => resampler,
                none => none.insert(Resampler::new(block.rate_hz, FRAME_RATE_HZ)?),
            };
            resampler.process(&block.audio, &mut samples);
        }
    }
    let took = begun.elapsed();
    if let Some(mut resampler) = resampler {
        resampler.finish(&mut samples);
    }
    let audio = samples.iter().map(|sample| (sample * 32_767.0) as i16).collect();
    Ok(Spoken { first: first.context("the voice said nothing")?, took, length, audio })
}

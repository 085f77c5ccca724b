//! Makes the sets of clips out of their descriptions.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::clip::{BargeInClip, Clip, PausedClip, SpeechSets};
use crate::description::{
    ClipDescription, LanguageSet, PausedSentence, Recorded, SNAP_MS, Sound, Sources, Spoken, VocabularySet,
};
use crate::descriptions::{self, Descriptions};
use crate::index;
use crate::noise::generate;
use crate::packages::unpacked;
use crate::samples::{self, samples_in};
use crate::sound_span::sound_span;
use crate::synthesis::speak;

/// Counted up whenever the same descriptions give other samples or another index.
const RECIPE: u32 = 1;

/// Half of full scale (−6 dBFS): loud, and far from clipping when sounds are mixed.
const PEAK: f32 = 0.5;

/// Makes all sets below `folder`, or loads those that are there already.
///
/// A set is made again when its description, `sources.toml` or the recipe has changed, or a file is missing. Two
/// preparations of one folder at a time are safe only when nothing is left to make.
///
/// # Errors
/// When a description does not hold together, a package cannot be fetched, a synthesiser is missing, or the folder
/// cannot be written.
pub fn prepare(folder: &Path) -> Result<SpeechSets> {
    let descriptions = Descriptions::load()?;
    let workshop = Workshop { folder, sources: &descriptions.sources };
    Ok(SpeechSets {
        questions: workshop.clips("questions", descriptions::QUESTIONS, &descriptions.questions.clip)?,
        demo: workshop.clips("demo", descriptions::DEMO, &descriptions.demo.clip)?,
        words: workshop.clips("words", descriptions::WORDS, &descriptions.words.clip)?,
        pauses: workshop.set("pauses", descriptions::PAUSES, || {
            let pauses = &descriptions.pauses;
            pauses
                .sentence
                .iter()
                .map(|sentence| workshop.paused(sentence, &pauses.pauses_ms))
                .collect::<Result<Vec<_>>>()
                .map(|clips| clips.concat())
        })?,
        languages: workshop.languages(&descriptions.languages)?,
        barge_in: workshop.set("barge_in", descriptions::BARGE_IN, || {
            let clips = &descriptions.barge_in.clip;
            clips.iter().map(|clip| workshop.barge_in(clip)).collect()
        })?,
        repetitions: workshop.clips("repetitions", descriptions::REPETITIONS, &descriptions.repetitions.clip)?,
        fast: workshop.clips("fast", descriptions::FAST, &descriptions.fast.clip)?,
        sentences: workshop.clips("sentences", descriptions::SENTENCES, &descriptions.sentences.clip)?,
        replacements: descriptions.words.replacements,
        folder: folder.to_owned(),
    })
}

/// Makes the demo's conversation alone; its clips in order, with files relative to `folder`.
///
/// # Errors
/// Those of [`prepare`].
pub fn prepare_demo(folder: &Path) -> Result<Vec<Clip>> {
    let descriptions = Descriptions::load()?;
    let workshop = Workshop { folder, sources: &descriptions.sources };
    workshop.clips("demo", descriptions::DEMO, &descriptions.demo.clip)
}

/// Voices that say one sentence after the other.
pub(crate) const IN_TURN: [&str; 6] = ["slt", "rms", "awb", "espeak-us", "espeak-gb", "espeak-woman"];

/// Makes the repetitive sentences alone, each said by the next of several synthetic voices; files relative to `folder`.
///
/// # Errors
/// Those of [`prepare`].
pub fn prepare_repetitive(folder: &Path) -> Result<Vec<Clip>> {
    said_in_turn(folder, "repetitive", &descriptions::REPETITIVE.lines().collect::<Vec<_>>())
}

/// A vocabulary, and sentences with its words, each said by the next of several synthetic voices; files relative to
/// `folder`.
///
/// # Errors
/// Those of [`prepare`].
pub fn prepare_vocabulary(folder: &Path) -> Result<(Vec<String>, Vec<Clip>)> {
    let VocabularySet { words, sentences } = Descriptions::load()?.vocabulary;
    let sentences: Vec<&str> = sentences.iter().map(String::as_str).collect();
    Ok((words, said_in_turn(folder, "vocabulary", &sentences)?))
}

fn said_in_turn(folder: &Path, set: &str, sentences: &[&str]) -> Result<Vec<Clip>> {
    let sources = Descriptions::load()?.sources;
    let described = |(number, text): (usize, &&str)| {
        let voice = IN_TURN[number % IN_TURN.len()].to_owned();
        let sound = Sound::Spoken(Spoken { voice, speed: 1.0, phonemes: None });
        let (id, text) = (format!("{:03}", number + 1), (*text).to_owned());
        ClipDescription { id, text, sound, split: None, interruption: None }
    };
    let described: Vec<_> = sentences.iter().enumerate().map(described).collect();
    let description = format!("{IN_TURN:?} {}", sentences.join("\n"));
    Workshop { folder, sources: &sources }.clips(set, &description, &described)
}

/// The folder that is prepared, and the sources that it is prepared from.
pub(crate) struct Workshop<'a> {
    pub folder: &'a Path,
    pub sources: &'a Sources,
}

impl Workshop<'_> {
    /// The clips of one set: from its index when nothing has changed, else made.
    pub fn set<T: Serialize + DeserializeOwned>(
        &self,
        set: &str,
        description: &str,
        make: impl FnOnce() -> Result<Vec<T>>,
    ) -> Result<Vec<T>> {
        let stamp = stamp(&[description, descriptions::SOURCES]);
        if let Some(clips) = index::load(self.folder, set, &stamp) {
            return Ok(clips);
        }
        let place = self.folder.join(set);
        fs::create_dir_all(&place).with_context(|| format!("cannot make {}", place.display()))?;
        let clips = make().with_context(|| format!("cannot prepare the set {set}"))?;
        index::store(self.folder, set, &stamp, &clips)?;
        Ok(clips)
    }

    pub fn clips(&self, set: &str, description: &str, described: &[ClipDescription]) -> Result<Vec<Clip>> {
        self.set(set, description, || described.iter().map(|described| self.clip(set, described)).collect())
    }

    fn clip(&self, set: &str, described: &ClipDescription) -> Result<Clip> {
        let samples = self.sound(&described.sound, &described.text).with_context(|| described.id.clone())?;
        let mut clip = self.write(set, &described.id, &described.text, &described.sound, &samples)?;
        clip.split = described.split;
        Ok(clip)
    }

    fn barge_in(&self, described: &ClipDescription) -> Result<BargeInClip> {
        let interruption =
            described.interruption.with_context(|| format!("{} does not say what it is", described.id))?;
        Ok(BargeInClip { clip: self.clip("barge_in", described)?, interruption })
    }

    fn paused(&self, sentence: &PausedSentence, pauses_ms: &[u32]) -> Result<Vec<PausedClip>> {
        let text = sentence.text.replace(" |", "");
        let sound = self.sound(&sentence.sound, &text).with_context(|| sentence.id.clone())?;
        let [from, to] = sentence.background;
        let background = sound.get(from..to).with_context(|| format!("{}: no such background", sentence.id))?;
        ensure!(sentence.cut < sound.len(), "{}: the cut is behind the end of the sound", sentence.id);
        let cut = match sentence.sound {
            Sound::Spoken(_) => samples::quietest_near(&sound, sentence.cut, samples_in(SNAP_MS)),
            Sound::Recorded(_) | Sound::Generated(_) => sentence.cut,
        };
        let said_before =
            sound_span(&sound[..cut]).with_context(|| format!("{}: silence before the cut", sentence.id))?;
        let said_after =
            sound_span(&sound[cut..]).with_context(|| format!("{}: silence after the cut", sentence.id))?;
        let make = |pause_ms: &u32| {
            let (joined, gap) = samples::with_pause(&sound, cut, background, samples_in(*pause_ms));
            let id = format!("{}-{pause_ms}", sentence.id);
            let mut clip = self.write("pauses", &id, &text, &sentence.sound, &joined)?;
            clip.split = Some(sentence.split);
            Ok(PausedClip {
                clip,
                sentence: sentence.id.clone(),
                inserted_ms: *pause_ms,
                pause_first: said_before.end,
                pause_end: gap.end + said_after.first,
            })
        };
        pauses_ms.iter().map(make).collect()
    }

    fn languages(&self, described: &LanguageSet) -> Result<BTreeMap<String, Vec<Clip>>> {
        let make = |name: &String| {
            let language = self.sources.collections[name].language.clone();
            let set = format!("languages/{language}");
            let clips = self.set(&set, descriptions::LANGUAGES, || self.language(&set, name, described))?;
            Ok((language, clips))
        };
        described.collections.iter().map(make).collect()
    }

    fn language(&self, set: &str, name: &str, described: &LanguageSet) -> Result<Vec<Clip>> {
        let collection = &self.sources.collections[name];
        let root = unpacked(&collection.package, &self.packages())?.join(&collection.folder);
        let mut paths = Vec::new();
        for entry in WalkDir::new(&root).follow_links(true) {
            let entry = entry.with_context(|| format!("cannot list {}", root.display()))?;
            if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "wav") {
                paths.push(entry.path().strip_prefix(&root)?.to_string_lossy().into_owned());
            }
        }
        paths.sort();
        paths.retain(|path| !described.not_speech.iter().any(|beginning| path.starts_with(beginning.as_str())));
        let mut qualified = Vec::new();
        for path in paths {
            let recorded = Recorded { recording: format!("{name}:{path}"), samples: None };
            let sound = Sound::Recorded(recorded);
            let samples = self.sound(&sound, "")?;
            let long_enough =
                sound_span(&samples).is_some_and(|span| span.end - span.first >= samples_in(described.shortest_ms));
            if long_enough && samples.len() <= samples_in(described.longest_ms) {
                qualified.push((path, sound, samples));
            }
        }
        let wanted = described.clips_per_language;
        ensure!(qualified.len() >= wanted, "{name} has only {} clips that qualify, not {wanted}", qualified.len());
        (0..wanted)
            .map(|place| {
                let (path, sound, samples) = &qualified[place * qualified.len() / wanted];
                self.write(set, &path.trim_end_matches(".wav").replace('/', "-"), "", sound, samples)
            })
            .collect()
    }

    /// The sound as it comes from its source, at 16 kHz and with the peak of every other.
    pub fn sound(&self, sound: &Sound, text: &str) -> Result<Vec<f32>> {
        let samples = match sound {
            Sound::Spoken(spoken) => {
                let scratch = tempfile::Builder::new().suffix(".wav").tempfile_in(self.folder)?;
                speak(&self.sources.voices[&spoken.voice], spoken, text, scratch.path())?
            }
            Sound::Recorded(recorded) => self.recording(recorded)?,
            Sound::Generated(generated) => generate(generated.noise, generated.seed),
        };
        Ok(samples::with_peak(&samples, PEAK))
    }

    fn recording(&self, recorded: &Recorded) -> Result<Vec<f32>> {
        let (collection, path) = self.sources.collection_of(recorded)?;
        let file = unpacked(&collection.package, &self.packages())?.join(&collection.folder).join(path);
        let samples = if path.ends_with(".raw") { samples::read_raw(&file)? } else { samples::read_wav(&file)? };
        match recorded.samples {
            Some([from, to]) => {
                let part = samples.get(from..to).with_context(|| format!("{path} has no samples {from}..{to}"))?;
                Ok(part.to_vec())
            }
            None => Ok(samples),
        }
    }

    pub fn write(&self, set: &str, id: &str, text: &str, sound: &Sound, samples: &[f32]) -> Result<Clip> {
        let span = sound_span(samples).with_context(|| format!("{id} is silent"))?;
        let file = PathBuf::from(set).join(format!("{id}.wav"));
        samples::write_wav(&self.folder.join(&file), samples)?;
        let (language, speaker, licence, attribution) = match sound {
            Sound::Spoken(spoken) => {
                let voice = &self.sources.voices[&spoken.voice];
                (voice.language.as_str(), spoken.voice.as_str(), voice.licence.as_str(), voice.attribution.as_str())
            }
            Sound::Recorded(recorded) => {
                let (of, _) = self.sources.collection_of(recorded)?;
                (of.language.as_str(), of.speaker.as_str(), of.licence.as_str(), of.attribution.as_str())
            }
            Sound::Generated(_) => ("", "", "", ""),
        };
        Ok(Clip {
            id: id.to_owned(),
            file,
            text: text.to_owned(),
            language: language.to_owned(),
            speaker: speaker.to_owned(),
            licence: licence.to_owned(),
            attribution: attribution.to_owned(),
            split: None,
            sound: span,
        })
    }

    fn packages(&self) -> PathBuf {
        self.folder.join("packages")
    }
}

fn stamp(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(RECIPE.to_le_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;

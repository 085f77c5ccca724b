//! The description files of this clone, and the checks that they hold together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;

use crate::description::{ClipSet, LanguageSet, PauseSet, Sound, Sources, Split, VocabularySet};
use crate::hesitations::Hesitations;

/// All description files, parsed and checked; each field is the file of its name.
#[derive(Debug)]
pub struct Descriptions {
    pub sources: Sources,
    pub questions: ClipSet,
    pub demo: ClipSet,
    pub pauses: PauseSet,
    pub languages: LanguageSet,
    pub words: ClipSet,
    pub barge_in: ClipSet,
    pub repetitions: ClipSet,
    pub fast: ClipSet,
    pub sentences: ClipSet,
    pub hesitations: Hesitations,
    pub vocabulary: VocabularySet,
}

// The description files, word for word: a set is made anew when its own changes.
pub const SOURCES: &str = include_str!("../sources.toml");
pub const QUESTIONS: &str = include_str!("../questions.toml");
pub const DEMO: &str = include_str!("../demo.toml");
pub const PAUSES: &str = include_str!("../pauses.toml");
pub const LANGUAGES: &str = include_str!("../languages.toml");
pub const WORDS: &str = include_str!("../words.toml");
pub const BARGE_IN: &str = include_str!("../barge_in.toml");
pub const REPETITIONS: &str = include_str!("../repetitions.toml");
pub const FAST: &str = include_str!("../fast.toml");
pub const SENTENCES: &str = include_str!("../sentences.toml");
pub const HESITATIONS: &str = include_str!("../hesitations.toml");
pub const VOCABULARY: &str = include_str!("../vocabulary.toml");
/// A sentence a line, written by somebody who knew only that something in each is said again and again.
pub const REPETITIVE: &str = include_str!("../repetitive.txt");

impl Descriptions {
    /// Parses the description files of this clone.
    ///
    /// # Errors
    /// When one does not parse, or names a voice or collection that `sources.toml` does not have, or a name twice, or
    /// uses a held-out recording for tuning as well.
    pub fn load() -> Result<Self> {
        let descriptions = Self {
            sources: parse("sources.toml", SOURCES)?,
            questions: parse("questions.toml", QUESTIONS)?,
            demo: parse("demo.toml", DEMO)?,
            pauses: parse("pauses.toml", PAUSES)?,
            languages: parse("languages.toml", LANGUAGES)?,
            words: parse("words.toml", WORDS)?,
            barge_in: parse("barge_in.toml", BARGE_IN)?,
            repetitions: parse("repetitions.toml", REPETITIONS)?,
            fast: parse("fast.toml", FAST)?,
            sentences: parse("sentences.toml", SENTENCES)?,
            hesitations: parse("hesitations.toml", HESITATIONS)?,
            vocabulary: parse("vocabulary.toml", VOCABULARY)?,
        };
        descriptions.check()?;
        Ok(descriptions)
    }

    fn check(&self) -> Result<()> {
        for (file, clips) in [
            ("questions.toml", &self.questions.clip),
            ("demo.toml", &self.demo.clip),
            ("words.toml", &self.words.clip),
            ("barge_in.toml", &self.barge_in.clip),
            ("repetitions.toml", &self.repetitions.clip),
            ("fast.toml", &self.fast.clip),
            ("sentences.toml", &self.sentences.clip),
        ] {
            let clips: Vec<_> = clips.iter().map(|clip| (clip.id.as_str(), &clip.sound)).collect();
            self.check_clips(&clips).with_context(|| format!("tests/speech/{file}"))?;
        }
        let sentences: Vec<_> = self.pauses.sentence.iter().map(|one| (one.id.as_str(), &one.sound)).collect();
        self.check_clips(&sentences).context("tests/speech/pauses.toml")?;
        for name in &self.hesitations.voices {
            ensure!(self.sources.voices.contains_key(name), "hesitations.toml: sources.toml has no voice {name}");
        }
        for name in &self.languages.collections {
            ensure!(
                self.sources.collections.contains_key(name),
                "languages.toml: sources.toml has no collection {name}"
            );
        }
        check_splits(&self.splits())
    }

    fn check_clips(&self, clips: &[(&str, &Sound)]) -> Result<()> {
        let mut seen = BTreeSet::new();
        for (id, sound) in clips {
            ensure!(seen.insert(*id), "the name {id} is there twice");
            match sound {
                Sound::Spoken(spoken) => ensure!(
                    self.sources.voices.contains_key(&spoken.voice),
                    "{id}: sources.toml has no voice {}",
                    spoken.voice
                ),
                Sound::Recorded(recorded) => {
                    self.sources.collection_of(recorded).with_context(|| (*id).to_owned())?;
                }
                Sound::Generated(_) => {}
            }
        }
        Ok(())
    }

    /// Every clip that belongs to a split, by what was recorded or said: clips of the same recording, or of the same
    /// words, are one.
    fn splits(&self) -> Vec<(String, Split)> {
        let key = |sound: &Sound, text: &str| match sound {
            Sound::Recorded(recorded) => recorded.recording.clone(),
            Sound::Spoken(_) | Sound::Generated(_) => text.replace('|', "").to_lowercase(),
        };
        let questions = self.questions.clip.iter().filter_map(|clip| Some((key(&clip.sound, &clip.text), clip.split?)));
        let sentences = self.pauses.sentence.iter().map(|one| (key(&one.sound, &one.text), one.split));
        questions.chain(sentences).collect()
    }
}

fn check_splits(splits: &[(String, Split)]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for (key, split) in splits {
        let earlier = *seen.entry(key).or_insert(*split);
        ensure!(earlier == *split, "{key:?} is used for tuning and held out: give all its clips one split");
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).with_context(|| format!("tests/speech/{file} does not parse"))
}

#[cfg(test)]
mod tests;

//! Who says the words: voices of Kokoro's, English ones and of other languages, and mixtures of them, whose styles are
//! weighted means.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use parley_e2e::said::{self, Said, TAUGHT_BY, kokoro};
use parley_models::PinnedFile;
use parley_speech::default_folder;
use parley_speech::noise::Randomness;

use crate::words::{BEHIND, NEARLY, TaughtWord};

const ENGLISH: &str = include_str!("../../../../speech/kokoro.toml");
const OTHERS: &str = include_str!("../../../../speech/teachers.toml");
/// What every voice of Kokoro's needs beside it.
const MODEL: [&str; 2] = ["kokoro-82m.onnx", "kokoro-82m.json"];
/// Each near miss is said by every so manyth voice.
const NEARLY_BY: usize = 4;
/// So many of a word's phrases are said by a mixture.
const BY_MIXTURE: usize = 2;

/// What was said.
pub struct Spoken {
    /// For each word, in the order in which they were asked for.
    pub words: Vec<Vec<Said>>,
    /// Behind a word.
    pub behind: Vec<Said>,
    /// What only sounds like one.
    pub nearly: Vec<Said>,
    /// How many voices have spoken, and mixtures of them.
    pub voices: usize,
    pub mixtures: usize,
}

/// Everybody says these words; `told` is called for each voice with its place and how many there are.
///
/// # Errors
/// When a voice cannot be fetched, or the worker fails.
pub async fn say(
    words: &[&TaughtWord],
    mixtures: usize,
    seed: u64,
    told: impl Fn(usize, usize, &str),
) -> Result<Spoken> {
    let voices = teachers()?;
    let files: BTreeMap<&str, PathBuf> = {
        let folder = said::fetch(voices.values())?;
        voices.iter().map(|(name, file)| (name.as_str(), folder.join(&file.name))).collect()
    };
    let mut spoken = Spoken {
        words: words.iter().map(|_| Vec::new()).collect(),
        behind: Vec::new(),
        nearly: Vec::new(),
        voices: voices.len(),
        mixtures,
    };
    let of = voices.len() + mixtures;
    for (number, (name, file)) in files.iter().enumerate() {
        told(number, of, name);
        let nearly = NEARLY.iter().enumerate().filter(|(index, _)| index % NEARLY_BY == number % NEARLY_BY);
        let nearly: Vec<&str> = nearly.map(|(_, text)| *text).collect();
        let said = words.iter().map(|word| word.said.to_vec()).collect();
        spoken.take(name, said, &nearly, &BEHIND, file).await?;
    }
    for number in 0..mixtures {
        let name = format!("mixture-{seed}-{number:03}");
        told(voices.len() + number, of, &name);
        let file = mixture(&name, seed, number, &files)?;
        let said = words.iter().map(|word| {
            let its = word.said;
            (0..BY_MIXTURE).map(|turn| its[(number + turn * (1 + number / its.len() % 2)) % its.len()]).collect()
        });
        spoken.take(&name, said.collect(), &[], &[], &file).await?;
    }
    Ok(spoken)
}

impl Spoken {
    async fn take(
        &mut self,
        voice: &str,
        words: Vec<Vec<&str>>,
        nearly: &[&str],
        behind: &[&str],
        styles: &Path,
    ) -> Result<()> {
        let place = default_folder().join("taught").join(voice);
        let kept = |texts: &[&str]| -> Vec<(String, PathBuf)> {
            texts.iter().map(|text| ((*text).to_owned(), place.join(format!("{}.wav", file_name(text))))).collect()
        };
        let words: Vec<_> = words.iter().map(|texts| kept(texts)).collect();
        let (nearly, behind) = (kept(nearly), kept(behind));
        let all = words.iter().flatten().chain(&nearly).chain(&behind);
        let all: Vec<(&str, PathBuf)> = all.map(|(text, file)| (text.as_str(), file.clone())).collect();
        said::keep(&all, || said::speaking(styles.to_owned())).await.with_context(|| voice.to_owned())?;
        let read = |each: Vec<(String, PathBuf)>, to: &mut Vec<Said>| -> Result<()> {
            for (text, file) in each {
                to.push(Said::read(voice.to_owned(), text, &file)?);
            }
            Ok(())
        };
        for (each, to) in words.into_iter().zip(&mut self.words) {
            read(each, to)?;
        }
        read(nearly, &mut self.nearly)?;
        read(behind, &mut self.behind)
    }
}

/// The name of a recording: its words, and whether there is a pause between them.
fn file_name(text: &str) -> String {
    let pause = if text.contains(',') { "-paused" } else { "" };
    format!("{}{pause}", said::slug(text))
}

/// Those who teach.
fn teachers() -> Result<BTreeMap<String, PinnedFile>> {
    let mut english = kokoro(ENGLISH)?;
    english.retain(|voice, _| TAUGHT_BY.contains(&voice.as_str()));
    Ok(english.into_iter().chain(kokoro(OTHERS)?).collect())
}

/// The styles of a mixture of two or three voices, as its seed says.
fn mixture(name: &str, seed: u64, number: usize, voices: &BTreeMap<&str, PathBuf>) -> Result<PathBuf> {
    let folder = default_folder().join("taught").join("mixtures");
    let file = folder.join(format!("{name}.kokoro"));
    if file.is_file() {
        return Ok(file);
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut random = Randomness::new(seed.wrapping_mul(0x1_0001).wrapping_add(number as u64));
    let all: Vec<&PathBuf> = voices.values().collect();
    let mut styles: Vec<f32> = Vec::new();
    let shares = shares(2 + random.below(2), &mut random);
    for share in shares {
        let bytes = fs::read(all[random.below(all.len())])?;
        styles.resize(bytes.len() / 4, 0.0);
        for (sum, number) in styles.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *sum += share * f32::from_le_bytes(*number);
        }
    }
    let models = all.first().and_then(|voice| voice.parent()).context("a voice lies in a folder")?;
    for part in MODEL {
        let link = folder.join(part);
        if !link.exists() {
            // What is left of one that leads nowhere.
            let _ = fs::remove_file(&link);
            symlink(models.join(part), &link).with_context(|| format!("cannot make {}", link.display()))?;
        }
    }
    let unfinished = folder.join("unfinished");
    fs::write(&unfinished, styles.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>())?;
    fs::rename(&unfinished, &file)?;
    Ok(file)
}

/// So many shares, of 1 in all, each as likely as any other.
fn shares(count: usize, random: &mut Randomness) -> Vec<f32> {
    let parts: Vec<f32> = (0..count).map(|_| -random.between(1e-4, 1.0).ln()).collect();
    let all: f32 = parts.iter().sum();
    parts.into_iter().map(|part| part / all).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_judged_by_or_kept_teaches_nothing() {
        let teachers = teachers().expect("the tables are read");
        assert_eq!(teachers.len(), TAUGHT_BY.len() + 24);
        let judged = ["af_bella", "af_kore", "af_nova", "am_adam", "am_eric", "am_michael", "am_santa", "bf_emma"];
        let kept = ["af_alloy", "af_heart", "af_river", "af_sky", "am_fenrir", "am_onyx", "bf_lily", "bm_lewis"];
        let others = ["bf_isabella", "bm_george", "em_alex", "pm_alex"];
        for voice in judged.iter().chain(&kept).chain(&others) {
            assert!(!teachers.contains_key(*voice), "{voice}");
        }
    }

    #[test]
    fn texts_of_the_same_words_are_kept_apart() {
        for word in &crate::words::WORDS {
            let names: std::collections::BTreeSet<String> = word.said.iter().map(|text| file_name(text)).collect();
            assert_eq!(names.len(), word.said.len(), "{names:?}");
        }
    }

    #[test]
    fn the_shares_of_a_mixture_are_one_in_all() {
        let mut random = Randomness::new(3);
        for count in [2, 3] {
            let shares = shares(count, &mut random);
            assert!(shares.len() == count && (shares.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{shares:?}");
        }
    }
}

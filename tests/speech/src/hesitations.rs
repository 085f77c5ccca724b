//! Sentences in which somebody hesitates, made out of `hesitations.toml`.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::alignment;
use crate::clip::{Clip, PausedClip};
use crate::description::{Sound, Split, Spoken};
use crate::descriptions::{self, Descriptions};
use crate::noise::Randomness;
use crate::prepare::Workshop;
use crate::samples::{samples_in, with_pause};
use crate::sound_span::sound_span;

/// The name of the set, and of its folder.
const SET: &str = "hesitations";

/// `hesitations.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hesitations {
    /// Names out of `sources.toml`, which say the sentences in turn.
    pub voices: Vec<String>,
    pub pause_ms: u32,
    /// The level of the noise under each clip, in decibels below full scale.
    pub noise_dbfs: f32,
    pub kind: Vec<Kind>,
}

/// Where in a sentence somebody hesitates.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub name: String,
    /// `|` is where.
    pub sentences: Vec<String>,
}

/// A sentence in which somebody hesitates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HesitantClip {
    /// The clip, and its pause.
    #[serde(flatten)]
    pub paused: PausedClip,
    /// Where in the sentence: "before a name", "in a list".
    pub kind: String,
}

/// Makes the sentences below `folder`, or loads those that are there already: a set of its own, since only one measurement
/// needs its hundreds of clips.
///
/// # Errors
/// Those of [`prepare`](crate::prepare()), or a sentence's pause is not found.
pub fn prepare_hesitations(folder: &Path) -> Result<Vec<HesitantClip>> {
    let descriptions = Descriptions::load()?;
    let workshop = Workshop { folder, sources: &descriptions.sources };
    let described = &descriptions.hesitations;
    workshop.set(SET, descriptions::HESITATIONS, || {
        let of_kind = |kind| move |sentence| (kind, sentence);
        let sentences = described.kind.iter().flat_map(|kind| kind.sentences.iter().map(of_kind(&kind.name)));
        let voices = described.voices.iter().cycle();
        let numbered = (0..).zip(sentences.zip(voices));
        numbered
            .map(|(number, ((kind, sentence), voice))| {
                let paused = make(&workshop, described, number, sentence, voice).with_context(|| sentence.clone())?;
                Ok(HesitantClip { paused, kind: kind.clone() })
            })
            .collect()
    })
}

fn make(
    workshop: &Workshop<'_>,
    described: &Hesitations,
    number: u64,
    sentence: &str,
    voice: &str,
) -> Result<PausedClip> {
    let (beginning, rest) = sentence.split_once(" | ").context("it has no place for a pause")?;
    let text = sentence.replace(" |", "");
    let sound = Sound::Spoken(Spoken { voice: voice.to_owned(), speed: 1.0, phonemes: None });
    let whole = workshop.sound(&sound, &text)?;
    let [beginning, rest] = [beginning, rest].map(|part| workshop.sound(&sound, part));
    let cut = alignment::parting(&beginning?, &rest?, &whole).context("it is silent")?;
    let [said_before, said_after] = [&whole[..cut], &whole[cut..]].map(sound_span);
    let (said_before, said_after) =
        (said_before.context("silence before it")?, said_after.context("silence behind it")?);
    let pause = samples_in(described.pause_ms);
    let (joined, gap) = with_pause(&whole, cut, &[], pause);
    let mut randomness = Randomness::new(number);
    // White noise between -1 and 1 is 4.8 dB below a full sine's peak.
    let amplitude = 3_f32.sqrt() * 10_f32.powf(described.noise_dbfs / 20.0);
    let noisy: Vec<f32> = joined.iter().map(|sample| sample + amplitude * randomness.next_sample()).collect();
    let id = format!("{number:03}-{voice}");
    let clip = workshop.write(SET, &id, &text, &sound, &noisy)?;
    ensure!(clip.sound.first < said_before.end, "its beginning is not heard");
    Ok(PausedClip {
        clip: Clip { split: Some(Split::HeldOut), ..clip },
        sentence: sentence.to_owned(),
        inserted_ms: described.pause_ms,
        pause_first: said_before.end,
        pause_end: gap.end + said_after.first,
    })
}

#[cfg(test)]
mod tests;

//! Learning: finds the word in each example, hears it as it is and as it would be elsewhere, and compares the examples.

use std::ops::{Range, RangeInclusive};

use super::likeness;
use crate::RATE_HZ;
use crate::embedding::{Embedder, EmbeddingModel};
use crate::spectrum::STEP_SAMPLES;
use crate::stretch::{Recent, Stretch};

/// Examples, at least and at most, and how long the word in one may be, in ms.
pub const EXAMPLES: RangeInclusive<usize> = 3..=20;
const LENGTHS_MS: RangeInclusive<usize> = 250..=2_000;
/// An example is no longer, in seconds.
const LONGEST_S: usize = 30;
/// An example that is less like the two nearest of the others is another word.
pub(super) const LEAST_ALIKE: f32 = 0.4;

/// Every example counts as it is and as it would be elsewhere, and with its end at so many places between two embeddings, in
/// samples.
const ELSEWHERE: [Surroundings; 6] = [
    Surroundings { reverberation: None, noise_db: 30.0 },
    Surroundings { reverberation: None, noise_db: 10.0 },
    Surroundings { reverberation: Some(Reverberation { seconds: 0.3, quieter_db: 3.0 }), noise_db: 20.0 },
    Surroundings { reverberation: Some(Reverberation { seconds: 0.4, quieter_db: -3.0 }), noise_db: 12.0 },
    Surroundings { reverberation: Some(Reverberation { seconds: 0.6, quieter_db: -6.0 }), noise_db: 15.0 },
    Surroundings { reverberation: Some(Reverberation { seconds: 0.4, quieter_db: 0.0 }), noise_db: 6.0 },
];
const PLACES: [usize; 4] = [0, 320, 640, 960];
/// What a room sends back comes so much later, in samples: 3 ms.
const SENT_BACK: usize = 48;
/// What is before an example, so that nothing of it is the beginning of sound.
const BEFORE: usize = 24_000;
const BEHIND: usize = 3_200;

/// Why nothing can be learnt from examples. They are counted from 1.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[allow(missing_docs, reason = "what a field's name and type do not say, its variant says")]
pub enum LearnError {
    /// Too few, or too many.
    #[error("{0} examples are not from {least} to {most}; say the word five times, each in a recording of its own", least = EXAMPLES.start(), most = EXAMPLES.end())]
    Count(usize),
    /// Nothing is said in one.
    #[error("nothing is said in example {0}, or nothing that stands out from its noise; say it again, nearer")]
    Silent(usize),
    /// What is said is no word.
    #[error("what is said in example {example} takes {ms} ms; a wake word takes {least} to {most}", least = LENGTHS_MS.start(), most = LENGTHS_MS.end())]
    Length { example: usize, ms: usize },
    /// One is another word.
    #[error("example {0} sounds like another word than the others; leave it out, or say it again")]
    Unlike(usize),
    /// Hardly two are the same.
    #[error("the examples sound like different words; say one word, each time in the same way")]
    Different,
}

/// What an example may be heard in.
struct Surroundings {
    reverberation: Option<Reverberation>,
    /// So much quieter is the noise.
    noise_db: f32,
}

/// What a room sends back: after so many seconds it is 60 dB quieter, and at its beginning so much than what is heard directly.
#[derive(Clone, Copy)]
struct Reverberation {
    seconds: f32,
    quieter_db: f32,
}

/// What becomes of one example.
struct Example {
    templates: Vec<Stretch>,
}

/// The templates of all examples, and how much each example is like others.
pub(super) fn learn(model: &EmbeddingModel, examples: &[Vec<i16>]) -> Result<(Vec<Stretch>, Vec<f32>), LearnError> {
    if !EXAMPLES.contains(&examples.len()) {
        return Err(LearnError::Count(examples.len()));
    }
    let mut learnt = Vec::with_capacity(examples.len());
    for (number, sound) in (1..).zip(examples) {
        learnt.push(Example::new(model, word_in(sound, number)?));
    }
    let alike: Vec<f32> = (0..learnt.len()).map(|index| likeness_to_others(&learnt, index)).collect();
    let unlike: Vec<usize> = (0..alike.len()).filter(|index| alike[*index] < LEAST_ALIKE).collect();
    match unlike.as_slice() {
        [] => Ok((learnt.into_iter().flat_map(|example| example.templates).collect(), alike)),
        [index] => Err(LearnError::Unlike(index + 1)),
        [_, ..] => Err(LearnError::Different),
    }
}

/// The templates of one more example.
pub(super) fn one_more(model: &EmbeddingModel, sound: &[i16]) -> Result<Vec<Stretch>, LearnError> {
    Ok(Example::new(model, word_in(sound, 1)?).templates)
}

impl Example {
    fn new(model: &EmbeddingModel, word: &[i16]) -> Self {
        let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
        let mut templates = Vec::with_capacity(ELSEWHERE.len() * PLACES.len());
        for Surroundings { reverberation, noise_db } in &ELSEWHERE {
            let direct: Vec<f32> = word.iter().map(|sample| f32::from(*sample)).collect();
            let heard = reverberation.map_or_else(|| direct.clone(), |room| room.around(&direct));
            let template = |place: &usize| template(model, &heard, word.len(), *noise_db, *place, &mut noise);
            templates.extend(PLACES.iter().filter_map(template));
        }
        Self { templates }
    }

    /// How much alike two are as they were recorded, at those places where they are most: elsewhere they have their noise in common.
    fn likeness(&self, other: &Self) -> f32 {
        let others = &other.templates[..PLACES.len().min(other.templates.len())];
        let as_recorded = self.templates.iter().take(PLACES.len());
        let pairs = as_recorded.flat_map(|one| others.iter().map(|other| likeness(one, other)));
        pairs.fold(-1.0, f32::max)
    }
}

impl Reverberation {
    /// Sound, and what comes back of it.
    fn around(self, direct: &[f32]) -> Vec<f32> {
        let length = (self.seconds * RATE_HZ as f32) as usize;
        let mut noise = Noise(0xD1B5_4A32_D192_ED03);
        // 60 dB are a factor of a thousand in amplitude.
        let fades = |index: usize| (-(1_000.0_f32.ln()) * index as f32 / length as f32).exp();
        let mut back: Vec<f32> = (SENT_BACK..length).map(|index| noise.next() * fades(index)).collect();
        let power: f32 = back.iter().map(|sample| sample.powi(2)).sum();
        let share = 10_f32.powf(-self.quieter_db / 20.0) / power.sqrt();
        back.iter_mut().for_each(|sample| *sample *= share);
        let mut heard = direct.to_vec();
        heard.resize(direct.len() + length, 0.0);
        for (at, sample) in direct.iter().enumerate() {
            for (place, later) in heard[at + SENT_BACK..].iter_mut().zip(&back) {
                *place += sample * later;
            }
        }
        heard
    }
}

/// The embeddings at the end of a word of so many samples, in noise that is so many dB quieter.
fn template(
    model: &EmbeddingModel,
    heard: &[f32],
    word: usize,
    noise_db: f32,
    place: usize,
    noise: &mut Noise,
) -> Option<Stretch> {
    let power: f64 = heard.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let amplitude = (power / heard.len() as f64).sqrt() as f32 * 10_f32.powf(-noise_db / 20.0);
    let begin = BEFORE + place;
    let end = begin + word;
    let sound: Vec<i16> = (0..end + BEHIND)
        .map(|index| {
            let said = index.checked_sub(begin).and_then(|index| heard.get(index)).copied().unwrap_or_default();
            (said + noise.next() * amplitude) as i16
        })
        .collect();
    let mut recent = Recent::default();
    let mut found = None;
    Embedder::new(model).push(&sound, |embedding, step| {
        recent.push(embedding);
        // The first that has heard all of it.
        if found.is_none() && step as usize * STEP_SAMPLES >= end {
            found = recent.stretch();
        }
    });
    found
}

/// How much an example is like the two that are nearest to it.
fn likeness_to_others(examples: &[Example], index: usize) -> f32 {
    let others = examples.iter().enumerate().filter(|(other, _)| *other != index);
    let mut alike: Vec<f32> = others.map(|(_, other)| examples[index].likeness(other)).collect();
    alike.sort_by(|one, other| other.total_cmp(one));
    alike.iter().take(2).sum::<f32>() / 2.0
}

/// Where in an example something is said: from where it gets loud to where it is no more, and a little around it.
fn word_in(sound: &[i16], example: usize) -> Result<&[i16], LearnError> {
    /// Quieter is nobody, as the mean of 10 ms.
    const QUIETEST: f32 = 30.0;
    /// A word stands out so much from what is around it, and its end by a part of that.
    const STANDS_OUT: f32 = 4.0;
    const AROUND: usize = 5;
    if sound.len() > LONGEST_S * RATE_HZ as usize {
        return Err(LearnError::Length { example, ms: sound.len() / (RATE_HZ as usize / 1_000) });
    }
    let level =
        |block: &[i16]| block.iter().map(|sample| f32::from(sample.unsigned_abs())).sum::<f32>() / STEP_SAMPLES as f32;
    let levels: Vec<f32> = sound.chunks_exact(STEP_SAMPLES).map(level).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f32::total_cmp);
    let loudest = sorted.last().copied().unwrap_or_default();
    let around = sorted.get(sorted.len() / 10).copied().unwrap_or_default();
    if loudest < QUIETEST || loudest < STANDS_OUT * around {
        return Err(LearnError::Silent(example));
    }
    let least = (0.04 * loudest).max((3.0 * around).min(0.15 * loudest));
    let loud = |level: &f32| *level > least;
    let begin = levels.iter().position(loud).unwrap_or_default();
    let end = levels.iter().rposition(loud).unwrap_or_default() + 1;
    let ms = (end - begin) * 10;
    if !LENGTHS_MS.contains(&ms) {
        return Err(LearnError::Length { example, ms });
    }
    let Range { start, end } = begin.saturating_sub(AROUND)..(end + AROUND).min(levels.len());
    Ok(&sound[start * STEP_SAMPLES..end * STEP_SAMPLES])
}

/// Noise that is louder where it is lower, as in rooms; the same every time.
pub(super) struct Noise(pub(super) u64);

impl Noise {
    pub(super) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let even = |part: u64| (part & 0xFFFF) as f32 / 32_768.0 - 1.0;
        even(self.0) + even(self.0 >> 16) + even(self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many ms of something loud in a faint noise.
    fn said(ms: usize) -> Vec<i16> {
        let mut noise = Noise(5);
        let loud = 16_000..16_000 + ms * 16;
        (0..64_000).map(|index| (noise.next() * if loud.contains(&index) { 3_000.0 } else { 20.0 }) as i16).collect()
    }

    #[test]
    fn a_word_is_found_in_its_recording_and_what_is_none_is_told() {
        assert!(word_in(&said(600), 1).is_ok_and(|word| (9_600..12_000).contains(&word.len())));
        let length = |ms| move |error| matches!(error, LearnError::Length { example: 2, ms: said } if said == ms);
        assert!(word_in(&said(100), 2).is_err_and(length(100)));
        assert!(word_in(&said(2_000), 2).is_ok());
        assert!(word_in(&said(2_500), 2).is_err());
        for silent in [vec![], vec![0; 100], vec![0; 32_000], said(0), vec![5_000; 32_000]] {
            assert_eq!(word_in(&silent, 3), Err(LearnError::Silent(3)));
        }
        assert!(matches!(word_in(&vec![0; 31 * 16_000], 4), Err(LearnError::Length { example: 4, ms: 31_000 })));
    }

    #[test]
    fn what_a_room_sends_back_comes_behind_and_is_as_loud_as_it_is_said_to_be() {
        let room = Reverberation { seconds: 0.4, quieter_db: -3.0 };
        let mut click = vec![0.0; 100];
        click[0] = 1.0;
        let heard = room.around(&click);
        assert_eq!((heard.len(), heard[0]), (100 + 6_400, 1.0));
        assert!(heard[1..SENT_BACK].iter().all(|sample| *sample == 0.0));
        let power = |sound: &[f32]| sound.iter().map(|sample| sample.powi(2)).sum::<f32>();
        let back = 10.0 * power(&heard[1..]).log10();
        assert!((back - 3.0).abs() < 0.1, "{back} dB");
        assert!(power(&heard[3_200..]) < 0.01 * power(&heard[1..3_200]), "half of it is 30 dB down");
    }
}

//! A word of somebody's own, learnt from a few examples: what its last 1.3 s sound like, as embeddings.
//!
//! What is heard is compared with every example at every moment, embedding by embedding, and counts as much alike as where it
//! is least: "hey Charlie" ends as "hey Parley" does. The same word by the same voice is alike by 0.75 to 1, also in some noise;
//! another word that rhymes with it mostly by less, and nothing in two hours of other speech by more than 0.5.

use std::collections::VecDeque;
use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::RATE_HZ;
use crate::embedding::{EMBEDDING, EMBEDDING_STEPS, Embedder, EmbeddingModel};

/// Embeddings that are compared at once: the last begins 480 ms behind the first, and each hears 775 ms.
const SPAN: usize = 7;
/// Of these so many, the least alike, decide.
const LEAST: usize = 3;
/// So many templates must be alike: the mean of the most similar.
const NEAREST: usize = 3;
/// As likely as not where they are so much alike, at most and at least: by so much less than examples are among themselves. What one
/// voice has said is told from rhymes so, and what many have said is heard from others.
const EVEN: Range<f32> = 0.42..0.62;
const LESS: f32 = 0.28;
/// How fast it gets likelier.
const STEEPNESS: f32 = 0.055;
/// From this likelihood on it was said: 0.12 more alike.
pub(crate) const CUTOFF: f32 = 0.9;

/// Examples, at least and at most, and how long the word in one may be, in ms.
pub const EXAMPLES: RangeInclusive<usize> = 3..=20;
const LENGTHS_MS: RangeInclusive<usize> = 250..=2_000;
/// A file has no more templates, and an example is no longer, in seconds.
const MOST_TEMPLATES: usize = 400;
const LONGEST_S: usize = 30;
/// An example that is less like the two nearest of the others is another word.
const LEAST_ALIKE: f32 = 0.4;

/// Every example counts with so much noise, in dB, and with its end at so many places between two embeddings, in samples.
const NOISE_DB: [f32; 2] = [30.0, 12.0];
const PLACES: [usize; 4] = [0, 320, 640, 960];
/// What is before an example, so that nothing of it is the beginning of sound.
const BEFORE: usize = 24_000;
const BEHIND: usize = 3_200;
const STEP: usize = 160;

/// The mean embedding of 116 minutes of telephone prompts in Spanish, French, Italian and Russian: what all speech has in common.
#[rustfmt::skip]
const COMMON: [f32; EMBEDDING] = [
    -10.7, 16.0, 6.4, 1.4, 1.6, 22.8, 12.9, -2.0, 10.2, 17.4, -13.7, -6.1, 10.2, -5.9, -4.3, 7.2,
    0.5, -4.9, 4.5, -9.8, 4.4, 17.3, -13.0, 3.2, -3.0, 7.4, -17.7, 9.6, 10.2, 2.5, -19.7, 10.7,
    -22.4, -1.9, -6.1, 3.6, 26.5, 20.7, 0.3, 24.0, -5.5, 3.6, 44.2, -18.2, -6.4, -8.1, -14.4, 7.0,
    17.3, -1.6, -11.4, 8.2, 7.2, -8.4, -13.6, -13.7, -7.5, 25.4, -17.2, -5.1, 5.1, 7.9, 1.4, -5.9,
    24.7, 9.9, -3.6, -8.3, -4.3, -8.0, 0.4, 15.1, 2.7, -14.4, 19.1, 0.0, -5.3, -6.4, -22.5, -27.9,
    5.3, 16.3, 18.0, -6.3, 12.6, 7.4, 3.0, -3.8, -1.1, 25.5, 0.7, 15.6, 17.0, -20.6, 6.1, 14.2,
];

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

/// Embeddings without what all have in common, each of length 1.
type Stretch = [[f32; EMBEDDING]; SPAN];

/// A word as it was learnt.
#[derive(Clone)]
pub struct Learnt {
    templates: Vec<Stretch>,
    /// See [`EVEN`].
    even: f32,
}

/// As it is kept in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    even: f32,
    /// Each of [`SPAN`] times [`EMBEDDING`] numbers; every embedding up to a factor of its own.
    templates: Vec<Vec<i8>>,
}

/// What becomes of one example.
struct Example {
    templates: Vec<Stretch>,
}

impl Learnt {
    /// Learns a word from sound at [`RATE_HZ`](crate::RATE_HZ), mono, in each piece of which it is said once.
    ///
    /// # Errors
    /// The examples are too few, silent, too long, or not of one word.
    pub fn learn(model: &EmbeddingModel, examples: &[Vec<i16>]) -> Result<Self, LearnError> {
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
            [] => Ok(Self {
                even: even(alike),
                templates: learnt.into_iter().flat_map(|example| example.templates).collect(),
            }),
            [index] => Err(LearnError::Unlike(index + 1)),
            [_, ..] => Err(LearnError::Different),
        }
    }

    /// How likely it is, 0..1, that this is the word.
    fn likelihood(&self, heard: &Stretch) -> f32 {
        let mut nearest = [-1.0_f32; NEAREST];
        for template in &self.templates {
            let mut alike = likeness(template, heard);
            for place in &mut nearest {
                if alike > *place {
                    std::mem::swap(&mut alike, place);
                }
            }
        }
        let mean = nearest.iter().sum::<f32>() / NEAREST as f32;
        1.0 / (1.0 + ((self.even - mean) / STEEPNESS).exp())
    }

    pub(crate) fn keep(&self) -> Kept {
        let whole = |embedding: &[f32; EMBEDDING]| {
            let most = embedding.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
            embedding.map(|number| (number / most * 127.0).round() as i8)
        };
        Kept {
            even: self.even,
            templates: self.templates.iter().map(|template| template.iter().flat_map(whole).collect()).collect(),
        }
    }

    /// `None` where what was kept is damaged.
    pub(crate) fn read(kept: &Kept) -> Option<Self> {
        let as_kept = |template: &Vec<i8>| -> Option<Stretch> {
            let (embeddings, rest) = template.as_chunks::<EMBEDDING>();
            let embeddings: [[i8; EMBEDDING]; SPAN] = embeddings.try_into().ok()?;
            let are_whole =
                rest.is_empty() && embeddings.iter().all(|embedding| embedding.iter().any(|number| *number != 0));
            are_whole.then(|| embeddings.map(|embedding| unit(embedding.map(f32::from))))
        };
        let templates: Option<Vec<Stretch>> = kept.templates.iter().map(as_kept).collect();
        let is_usual = (NEAREST..=MOST_TEMPLATES).contains(&kept.templates.len()) && (0.0..1.0).contains(&kept.even);
        templates.filter(|_| is_usual).map(|templates| Self { templates, even: kept.even })
    }
}

impl Example {
    fn new(model: &EmbeddingModel, word: &[i16]) -> Self {
        let mut noise = Noise(0x9E37_79B9_7F4A_7C15);
        let places = NOISE_DB.iter().flat_map(|db| PLACES.map(|place| (*db, place)));
        let templates = places.filter_map(|(db, place)| template(model, word, db, place, &mut noise)).collect();
        Self { templates }
    }

    /// How much alike two are, at those places where they are most.
    fn likeness(&self, other: &Self) -> f32 {
        let pairs = self.templates.iter().flat_map(|one| other.templates.iter().map(|other| likeness(one, other)));
        pairs.fold(-1.0, f32::max)
    }
}

/// The embeddings at the end of a word, in noise that is so many dB quieter.
fn template(model: &EmbeddingModel, word: &[i16], db: f32, place: usize, noise: &mut Noise) -> Option<Stretch> {
    let power: f64 = word.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    let amplitude = (power / word.len() as f64).sqrt() as f32 * 10_f32.powf(-db / 20.0);
    let begin = BEFORE + place;
    let end = begin + word.len();
    let sound: Vec<i16> = (0..end + BEHIND)
        .map(|index| {
            let said = index.checked_sub(begin).and_then(|index| word.get(index)).copied().unwrap_or_default();
            (f32::from(said) + noise.next() * amplitude) as i16
        })
        .collect();
    let mut recent = Recent::default();
    let mut found = None;
    Embedder::new(model).push(&sound, |embedding, step| {
        recent.push(embedding);
        // The first that has heard all of it.
        if found.is_none() && step as usize * STEP >= end {
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

/// From how much on something is the word as likely as not, by how much each example is like others.
fn even(mut alike: Vec<f32>) -> f32 {
    alike.sort_by(f32::total_cmp);
    let usual = alike.get(alike.len() / 2).copied().unwrap_or_default();
    (usual - LESS).clamp(EVEN.start, EVEN.end)
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
    let level = |block: &[i16]| block.iter().map(|sample| f32::from(sample.unsigned_abs())).sum::<f32>() / STEP as f32;
    let levels: Vec<f32> = sound.chunks_exact(STEP).map(level).collect();
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
    Ok(&sound[start * STEP..end * STEP])
}

/// The last embeddings.
#[derive(Default)]
pub(crate) struct Recent(VecDeque<[f32; EMBEDDING]>);

impl Recent {
    fn push(&mut self, embedding: &[f32; EMBEDDING]) {
        if self.0.len() == SPAN {
            self.0.pop_front();
        }
        let mut own = *embedding;
        for (number, common) in own.iter_mut().zip(COMMON) {
            *number -= common;
        }
        self.0.push_back(unit(own));
    }

    /// What is compared; `None` before enough was heard.
    fn stretch(&self) -> Option<Stretch> {
        let mut stretch = [[0.0; EMBEDDING]; SPAN];
        for (place, embedding) in stretch.iter_mut().zip(&self.0) {
            *place = *embedding;
        }
        (self.0.len() == SPAN).then_some(stretch)
    }
}

/// Listens for all words that were learnt.
pub(crate) struct LearntListener {
    embedder: Embedder,
    recent: Recent,
}

impl LearntListener {
    pub(crate) fn new(model: &EmbeddingModel) -> Self {
        Self { embedder: Embedder::new(model), recent: Recent::default() }
    }

    /// Takes sound, and gives `each` how likely each of the words is at a step.
    pub(crate) fn push(&mut self, sound: &[i16], mut each: impl FnMut(&dyn Fn(&Learnt) -> f32, u64)) {
        let Self { embedder, recent } = self;
        embedder.push(sound, |embedding, step| {
            recent.push(embedding);
            if let Some(stretch) = recent.stretch() {
                each(&|learnt| learnt.likelihood(&stretch), step);
            }
        });
    }

    pub(crate) fn forget(&mut self) {
        self.embedder.forget();
        self.recent = Recent::default();
    }
}

/// By how many steps of 10 ms a word's end comes before it is known, at most: it is somewhere between two embeddings.
pub(crate) const KNOWN_AFTER_STEPS: u64 = EMBEDDING_STEPS;

fn unit(mut numbers: [f32; EMBEDDING]) -> [f32; EMBEDDING] {
    let length = numbers.iter().map(|number| number.powi(2)).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    numbers.iter_mut().for_each(|number| *number /= length);
    numbers
}

/// How much alike two stretches are, -1..1, where they are least.
fn likeness(one: &Stretch, other: &Stretch) -> f32 {
    let mut alike = [0.0; SPAN];
    for (alike, (one, other)) in alike.iter_mut().zip(one.iter().zip(other)) {
        *alike = one.iter().zip(other).map(|(one, other)| one * other).sum();
    }
    alike.sort_by(f32::total_cmp);
    alike.iter().take(LEAST).sum::<f32>() / LEAST as f32
}

/// Noise that is louder where it is lower, as in rooms; the same every time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let even = |part: u64| (part & 0xFFFF) as f32 / 32_768.0 - 1.0;
        even(self.0) + even(self.0 >> 16) + even(self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    fn learnt(seed: u64) -> Learnt {
        let mut noise = Noise(seed | 1);
        let template = || std::array::from_fn(|_| unit(std::array::from_fn(|_| noise.next())));
        Learnt { templates: std::iter::repeat_with(template).take(4).collect(), even: EVEN.end }
    }

    #[test]
    fn what_is_as_one_example_is_likely_where_others_are_as_near_and_nothing_else_is() {
        let mut word = learnt(3);
        let heard = word.templates[0];
        assert!(word.likelihood(&heard) < 0.01, "one of four alone");
        word.templates = vec![heard; NEAREST];
        assert!(word.likelihood(&heard) > CUTOFF);
        let mut ends_alike = heard;
        ends_alike[..LEAST].copy_from_slice(&learnt(8).templates[0][..LEAST]);
        assert!(word.likelihood(&ends_alike) < 0.5, "another beginning is another word");
    }

    #[test]
    fn what_many_voices_have_said_is_heard_from_less_on_than_what_one_has() {
        assert_eq!(even(vec![0.9, 0.7, 0.95, 0.85, 0.92]), EVEN.end);
        let many = even(vec![0.8, 0.6, 0.75, 0.78, 0.5]);
        assert!((many - 0.47).abs() < 1e-3, "{many}");
        assert_eq!(even(vec![0.45; 5]), EVEN.start);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again_nearly_as_it_was(seed: u64) {
            let word = learnt(seed);
            let text = serde_json::to_string(&word.keep()).unwrap();
            let again = Learnt::read(&serde_json::from_str(&text).unwrap()).unwrap();
            for (one, other) in word.templates.iter().zip(&again.templates) {
                prop_assert!(likeness(one, other) > 0.99);
            }
        }

        #[test]
        fn no_numbers_make_it_panic(templates in prop::collection::vec(prop::collection::vec(any::<i8>(), 0..700), 0..5)) {
            let _ = Learnt::read(&Kept { templates, even: 0.5 }).is_some();
        }
    }
}

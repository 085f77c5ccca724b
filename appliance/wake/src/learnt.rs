//! A word of somebody's own, learnt from a few examples: what its last 1.3 s sound like, as embeddings.
//!
//! What is heard is compared with every example at every moment, embedding by embedding, and counts as much alike as where it
//! is least: "hey Charlie" ends as "hey Parley" does. The same word by the same voice is alike by 0.75 to 1, also in some noise;
//! another word that rhymes with it mostly by less, and nothing in two hours of other speech by more than 0.5.

mod examples;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use self::examples::LEAST_ALIKE;
pub use self::examples::{EXAMPLES, LearnError};
use crate::embedding::{EMBEDDING, EMBEDDING_STEPS, EmbeddingModel};
use crate::spectrum::STEP_SAMPLES;
use crate::stretch::{SPAN, Stretch, unit};

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

/// A word is known so many samples after its end, at most: that is somewhere between two embeddings.
pub(crate) const KNOWN_AFTER: u64 = EMBEDDING_STEPS * STEP_SAMPLES as u64;

/// A file has no more templates.
const MOST_TEMPLATES: usize = 600;

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

impl Learnt {
    /// Learns a word from sound at [`RATE_HZ`](crate::RATE_HZ), mono, in each piece of which it is said once.
    ///
    /// # Errors
    /// The examples are too few, silent, too long, or not of one word.
    pub fn learn(model: &EmbeddingModel, examples: &[Vec<i16>]) -> Result<Self, LearnError> {
        let (templates, alike) = examples::learn(model, examples)?;
        Ok(Self { templates, even: even(alike) })
    }

    /// The same with one more example, such as one in which it was hardly heard. The oldest go where there would be too many.
    ///
    /// # Errors
    /// The example is silent, too long, or another word.
    pub fn with_example(mut self, model: &EmbeddingModel, example: &[i16]) -> Result<Self, LearnError> {
        let new = examples::one_more(model, example)?;
        let alike = new.iter().flat_map(|one| self.templates.iter().map(|other| likeness(one, other)));
        if alike.fold(-1.0, f32::max) < LEAST_ALIKE {
            return Err(LearnError::Unlike(1));
        }
        self.templates.extend(new);
        let excess = self.templates.len().saturating_sub(MOST_TEMPLATES);
        self.templates.drain(..excess);
        Ok(self)
    }

    /// How likely it is, 0..1, that this is the word.
    pub(crate) fn likelihood(&self, heard: &Stretch) -> f32 {
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

/// From how much on something is the word as likely as not, by how much each example is like others.
fn even(mut alike: Vec<f32>) -> f32 {
    alike.sort_by(f32::total_cmp);
    let usual = alike.get(alike.len() / 2).copied().unwrap_or_default();
    (usual - LESS).clamp(EVEN.start, EVEN.end)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::examples::Noise;
    use super::*;

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

//! What listens: features of all sound with every word's network behind them, and embeddings for the words that were learnt.

use crate::decision::{Decided, Decision};
use crate::features::Features;
use crate::learnt::{KNOWN_AFTER_STEPS, Learnt, LearntListener};
use crate::network::Network;
use crate::spectrum::STEP_SAMPLES;
use crate::word::{Ear, Word};

/// A word is known so many samples after its end, 280 ms: what was cut there from 35 questions said in one breath with it, by voices
/// of Kokoro, was understood as the question alone in 33, from 80 ms in 25, from 430 ms in 20.
const KNOWN_AFTER: u64 = 4_480;

/// A word that was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Its place among the words.
    pub word: usize,
    /// How likely it was, 0..1: the mean over its window.
    pub likelihood: f32,
    /// Whether that is enough for its maker, or for whoever set its sensitivity. Otherwise it was at least as likely as not, and
    /// somebody should look again.
    pub sure: bool,
    /// Where it ended, in samples from the beginning: an estimate, some time before it was known.
    pub ended: u64,
}

/// Listens for words in a stream of sound.
pub struct WakeListener {
    features: Features,
    networks: Vec<Listened<Network>>,
    steps: u64,
    /// Where any word was learnt.
    embeddings: Option<LearntListener>,
    learnt: Vec<Listened<Learnt>>,
}

/// One word.
struct Listened<E> {
    /// Its place among the words.
    word: usize,
    ear: E,
    decision: Decision,
}

impl<E> Listened<E> {
    /// `known_after`: how many samples a word's end comes before the end of the step at which it is likeliest.
    fn take(&mut self, likelihood: f32, step: u64, known_after: u64) -> Option<Heard> {
        let Decided { likelihood, sure, at } = self.decision.take(likelihood, step)?;
        let known = (at + 2) * STEP_SAMPLES as u64;
        Some(Heard { word: self.word, likelihood, sure, ended: known.saturating_sub(known_after) })
    }
}

impl WakeListener {
    /// A listener for these words.
    pub fn new(words: Vec<Word>) -> Self {
        let (mut networks, mut learnt, mut embeddings) = (Vec::new(), Vec::new(), None);
        for (place, Word { cutoff, window, ear, .. }) in words.into_iter().enumerate() {
            let decision = Decision::new(cutoff, window);
            match ear {
                Ear::Network(ear) => networks.push(Listened { word: place, ear, decision }),
                Ear::Learnt(ear, model) => {
                    embeddings.get_or_insert_with(|| LearntListener::new(&model));
                    learnt.push(Listened { word: place, ear, decision });
                }
            }
        }
        Self { features: Features::default(), networks, steps: 0, embeddings, learnt }
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and tells what was heard in it.
    pub fn push(&mut self, sound: &[i16]) -> Vec<Heard> {
        let Self { features, networks, steps, embeddings, learnt } = self;
        let mut heard = Vec::new();
        if !networks.is_empty() {
            features.push(sound, |features| {
                *steps += 1;
                heard.extend(networks.iter_mut().filter_map(|listened| {
                    let likelihood = listened.ear.push(features)?;
                    listened.take(likelihood, *steps, KNOWN_AFTER)
                }));
            });
        }
        if let Some(embeddings) = embeddings {
            embeddings.push(sound, |likelihood, step| {
                heard.extend(learnt.iter_mut().filter_map(|listened| {
                    listened.take(likelihood(&listened.ear), step, KNOWN_AFTER_STEPS * STEP_SAMPLES as u64)
                }));
            });
        }
        heard
    }

    /// Forgets all that was heard, as if the stream began now.
    pub fn forget(&mut self) {
        self.features = Features::default();
        self.steps = 0;
        for Listened { ear, decision, .. } in &mut self.networks {
            ear.forget();
            decision.forget();
        }
        if let Some(embeddings) = &mut self.embeddings {
            embeddings.forget();
        }
        self.learnt.iter_mut().for_each(|listened| listened.decision.forget());
    }
}

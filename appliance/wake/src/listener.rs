//! What listens: the features of all sound, and every word's network behind them.

use std::collections::VecDeque;

use crate::features::{Features, STEP_SAMPLES};
use crate::word::Word;

/// So many steps after a word nothing is heard as that word: it is still going on.
const DEAF_STEPS: u64 = 100;

/// A word that was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Its place among the words.
    pub word: usize,
    /// How likely it was, 0..1: the mean over its window.
    pub likelihood: f32,
    /// Where it ended, in samples from the beginning.
    pub at: u64,
}

/// Listens for words in a stream of sound.
pub struct WakeListener {
    features: Features,
    words: Vec<Listened>,
    steps: u64,
}

struct Listened {
    word: Word,
    likelihoods: VecDeque<f32>,
    deaf_until: u64,
}

impl WakeListener {
    /// A listener for these words.
    pub fn new(words: Vec<Word>) -> Self {
        let listened =
            |word: Word| Listened { likelihoods: VecDeque::with_capacity(word.window + 1), word, deaf_until: 0 };
        Self { features: Features::default(), words: words.into_iter().map(listened).collect(), steps: 0 }
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and tells what was heard in it.
    pub fn push(&mut self, sound: &[i16]) -> Vec<Heard> {
        let (words, steps) = (&mut self.words, &mut self.steps);
        let mut heard = Vec::new();
        self.features.push(sound, |features| {
            *steps += 1;
            for (place, listened) in words.iter_mut().enumerate() {
                let Some(likelihood) = listened.word.network.push(features) else { continue };
                if let Some(likelihood) = listened.is_said(likelihood, *steps) {
                    heard.push(Heard { word: place, likelihood, at: (*steps + 2) * STEP_SAMPLES as u64 });
                }
            }
        });
        heard
    }

    /// Forgets all that was heard, as if the stream began now.
    pub fn forget(&mut self) {
        self.features = Features::default();
        self.steps = 0;
        for listened in &mut self.words {
            listened.word.network.forget();
            listened.likelihoods.clear();
            listened.deaf_until = 0;
        }
    }
}

impl Listened {
    /// The mean likelihood, where it is high enough now.
    fn is_said(&mut self, likelihood: f32, step: u64) -> Option<f32> {
        self.likelihoods.push_back(likelihood);
        if self.likelihoods.len() > self.word.window {
            self.likelihoods.pop_front();
        }
        let mean = self.likelihoods.iter().sum::<f32>() / self.likelihoods.len() as f32;
        let is_said = self.likelihoods.len() == self.word.window && mean > self.word.cutoff && step >= self.deaf_until;
        if is_said {
            self.likelihoods.clear();
            self.deaf_until = step + DEAF_STEPS;
        }
        is_said.then_some(mean)
    }
}

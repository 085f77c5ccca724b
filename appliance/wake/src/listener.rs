//! What listens: the features of all sound, and every word's network behind them.

use crate::decision::{Decided, Decision};
use crate::features::{Features, STEP_SAMPLES};
use crate::network::Network;
use crate::word::Word;

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
    words: Vec<(Network, Decision)>,
    steps: u64,
}

impl WakeListener {
    /// A listener for these words.
    pub fn new(words: Vec<Word>) -> Self {
        let listened = |word: Word| (word.network, Decision::new(word.cutoff, word.window));
        Self { features: Features::default(), words: words.into_iter().map(listened).collect(), steps: 0 }
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and tells what was heard in it.
    pub fn push(&mut self, sound: &[i16]) -> Vec<Heard> {
        let (words, steps) = (&mut self.words, &mut self.steps);
        let mut heard = Vec::new();
        self.features.push(sound, |features| {
            *steps += 1;
            for (word, (network, decision)) in words.iter_mut().enumerate() {
                let decided = network.push(features).and_then(|likelihood| decision.take(likelihood, *steps));
                if let Some(Decided { likelihood, sure, at }) = decided {
                    let known = (at + 2) * STEP_SAMPLES as u64;
                    heard.push(Heard { word, likelihood, sure, ended: known.saturating_sub(KNOWN_AFTER) });
                }
            }
        });
        heard
    }

    /// Forgets all that was heard, as if the stream began now.
    pub fn forget(&mut self) {
        self.features = Features::default();
        self.steps = 0;
        for (network, decision) in &mut self.words {
            network.forget();
            decision.forget();
        }
    }
}

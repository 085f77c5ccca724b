//! What listens: features of all sound with every word's network behind them, and embeddings for the words that are told by them.

use crate::agreement::{Agreed, Agreement, Belief, SUPPORTS};
use crate::decision::{DOUBTFUL, Decided, Decision};
use crate::features::Features;
use crate::network::Network;
use crate::spectrum::STEP_SAMPLES;
use crate::stretch::Stretches;
use crate::word::{Ear, Told, Word};

/// A word is known so many samples after its end, 280 ms: what was cut there from 35 questions said in one breath with it, by voices
/// of Kokoro, was understood as the question alone in 33, from 80 ms in 25, from 430 ms in 20.
const KNOWN_AFTER: u64 = 4_480;

/// A word that was heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// The place of its name among [`WakeListener::names`].
    pub word: usize,
    /// How likely it was, 0..1: the mean over its window.
    pub likelihood: f32,
    /// Whether that is enough for its maker, or for whoever set its sensitivity. Otherwise it was at least as likely as not, and
    /// somebody should look again.
    pub sure: bool,
    /// Where it ended, in samples from the beginning: an estimate, some time before it was known.
    pub ended: u64,
}

/// Listens for words in a stream of sound. Several of one name are one word: each hears what the others miss.
pub struct WakeListener {
    names: Vec<String>,
    agreements: Vec<Agreement>,
    features: Features,
    networks: Vec<Listened<Network>>,
    steps: u64,
    /// Where any word is told by them.
    stretches: Option<Stretches>,
    told: Vec<Listened<Told>>,
}

/// One word.
struct Listened<E> {
    /// Its place among the words,
    number: usize,
    /// and that of its name.
    word: usize,
    /// Whether it needs nobody to agree.
    alone: bool,
    /// From this likelihood on it is enough with another that supports it.
    possible: f32,
    /// How many samples a word's end comes before the end of the step at which it is likeliest.
    known_after: u64,
    ear: E,
    decision: Decision,
}

impl<E> Listened<E> {
    fn take(&mut self, likelihood: f32, step: u64, agreements: &mut [Agreement]) -> Option<Heard> {
        let Decided { likelihood, sure, at } = self.decision.take(likelihood, step)?;
        let ended = ((at + 2) * STEP_SAMPLES as u64).saturating_sub(self.known_after);
        let belief = match likelihood {
            _ if sure && self.alone => Belief::Sure,
            possible if possible >= self.possible => Belief::Possible,
            doubtful if doubtful >= DOUBTFUL => Belief::Doubtful,
            _ => Belief::Faint,
        };
        let (sure, ended) = match agreements.get_mut(self.word)?.take(self.number, belief, ended) {
            Agreed::Sure(ended) => (true, ended),
            Agreed::Doubtful => (false, ended),
            Agreed::Nothing => return None,
        };
        Some(Heard { word: self.word, likelihood, sure, ended })
    }
}

impl WakeListener {
    /// A listener for these words.
    pub fn new(words: Vec<Word>) -> Self {
        let (mut networks, mut told, mut stretches) = (Vec::new(), Vec::new(), None);
        let mut names: Vec<String> = Vec::new();
        let mut place = |name: &str| {
            let known = names.iter().position(|known| known.trim().eq_ignore_ascii_case(name.trim()));
            known.unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        let ears: Vec<usize> = words.iter().map(|word| place(&word.name)).collect();
        for (number, (Word { cutoff, possible, window, ear, .. }, &word)) in words.into_iter().zip(&ears).enumerate() {
            let has_others = ears.iter().filter(|ear| **ear == word).count() > 1;
            let alone = !has_others || ear.is_believed_alone();
            let decision = Decision::new(cutoff, window);
            let decision = if has_others { decision.telling_from(SUPPORTS) } else { decision };
            match ear {
                Ear::Network(ear) => {
                    let known_after = KNOWN_AFTER;
                    networks.push(Listened { number, word, alone, possible, known_after, ear, decision });
                }
                Ear::Embeddings(ear, model) => {
                    stretches.get_or_insert_with(|| Stretches::new(&model));
                    let known_after = ear.known_after();
                    told.push(Listened { number, word, alone, possible, known_after, ear, decision });
                }
            }
        }
        let agreements = names.iter().map(|_| Agreement::default()).collect();
        Self { names, agreements, features: Features::default(), networks, steps: 0, stretches, told }
    }

    /// What is listened for, each name once.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Takes sound at [`RATE_HZ`](crate::RATE_HZ), mono, however it is cut, and tells what was heard in it.
    pub fn push(&mut self, sound: &[i16]) -> Vec<Heard> {
        let Self { agreements, features, networks, steps, stretches, told, .. } = self;
        let mut heard = Vec::new();
        if !networks.is_empty() {
            features.push(sound, |features| {
                *steps += 1;
                heard.extend(networks.iter_mut().filter_map(|listened| {
                    let likelihood = listened.ear.push(features)?;
                    listened.take(likelihood, *steps, agreements)
                }));
            });
        }
        if let Some(stretches) = stretches {
            stretches.push(sound, |stretch, step| {
                heard.extend(told.iter_mut().filter_map(|listened| {
                    let likelihood = listened.ear.likelihood(stretch);
                    listened.take(likelihood, step, agreements)
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
        if let Some(stretches) = &mut self.stretches {
            stretches.forget();
        }
        self.agreements.iter_mut().for_each(Agreement::forget);
        self.told.iter_mut().for_each(|listened| listened.decision.forget());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of one ear, or of two of a name, by how likely each finds it at a few steps; for certain or not.
    fn told(alone: bool, possible: f32, ears: &[&[f32]]) -> Vec<bool> {
        let listened = |number| Listened {
            number,
            word: 0,
            alone,
            possible,
            known_after: 0,
            ear: (),
            decision: Decision::new(0.97, 1).telling_from(SUPPORTS),
        };
        let mut agreements = [Agreement::default()];
        let mut ears: Vec<_> = (0..).zip(ears).map(|(number, likelihoods)| (listened(number), likelihoods)).collect();
        let mut told = Vec::new();
        for step in 0..10 {
            for (ear, likelihoods) in &mut ears {
                let likelihood = likelihoods.get(step).copied().unwrap_or_default();
                told.extend(ear.take(likelihood, 3 * step as u64, &mut agreements).map(|heard| heard.sure));
            }
        }
        told
    }

    #[test]
    fn who_is_sure_alone_is_believed_where_nobody_else_knows_the_name() {
        assert_eq!(told(true, 0.5, &[&[0.1, 0.99, 0.1]]), [true]);
        assert_eq!(told(false, 0.5, &[&[0.1, 0.99, 0.1], &[0.1]]), [false], "and looked at where somebody does");
        assert_eq!(
            told(false, 0.5, &[&[0.1, 0.99, 0.1], &[0.1, 0.1, 0.3, 0.1]]),
            [false, true],
            "unless that supports it"
        );
        assert_eq!(told(false, 0.5, &[&[0.1, 0.4, 0.1], &[0.1, 0.1, 0.3, 0.1]]), [] as [bool; 0]);
    }

    #[test]
    fn a_word_that_is_set_to_be_heard_hardly_needs_more_than_two_that_doubt() {
        let both: [&[f32]; 2] = [&[0.1, 0.8, 0.1], &[0.1, 0.7, 0.1]];
        assert_eq!(told(false, 0.5, &both), [false, true]);
        assert_eq!(told(false, 0.9, &both), [false, false]);
    }
}

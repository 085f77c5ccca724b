//! Whether a word was said, by how likely its network finds it from step to step.

use std::collections::VecDeque;

/// So many steps after a word nothing is heard as that word: it is still going on.
const DEAF_STEPS: u64 = 100;
/// What is as likely as not may be the word, and may still become sure: until it gets less likely, or for so many steps.
pub(super) const DOUBTFUL: f32 = 0.5;
const UNDECIDED_STEPS: u64 = 24;

/// What may have been the word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decided {
    /// The mean over the window, 0..1.
    pub(super) likelihood: f32,
    /// Whether that is enough.
    pub(super) sure: bool,
    /// At which step it was.
    pub(super) at: u64,
}

/// Decides for one word.
pub(super) struct Decision {
    cutoff: f32,
    /// What is told from so much on.
    least: f32,
    window: usize,
    likelihoods: VecDeque<f32>,
    doubt: Option<Doubt>,
    deaf_until: u64,
}

/// What may be the word, or become it.
struct Doubt {
    /// The likeliest so far, and at which step.
    highest: f32,
    at: u64,
    /// The step at which it began.
    since: u64,
}

impl Decision {
    /// `cutoff`: the mean likelihood, 0..1, above which it was said, over `window` likelihoods.
    pub(super) fn new(cutoff: f32, window: usize) -> Self {
        // A word may be set to be believed sooner than that.
        let least = DOUBTFUL.min(cutoff);
        Self { cutoff, least, window, likelihoods: VecDeque::with_capacity(window + 1), doubt: None, deaf_until: 0 }
    }

    /// One that tells also what is likelier than this, and unlikely.
    pub(super) fn telling_from(self, least: f32) -> Self {
        Self { least: self.least.min(least), ..self }
    }

    /// Takes how likely it is at a step.
    pub(super) fn take(&mut self, likelihood: f32, step: u64) -> Option<Decided> {
        self.likelihoods.push_back(likelihood);
        if self.likelihoods.len() > self.window {
            self.likelihoods.pop_front();
        }
        if self.likelihoods.len() < self.window || step < self.deaf_until {
            return None;
        }
        let mean = self.likelihoods.iter().sum::<f32>() / self.likelihoods.len() as f32;
        let sure = mean > self.cutoff;
        let begun = || (mean > self.least).then_some(Doubt { highest: 0.0, at: step, since: step });
        let doubt = self.doubt.take().or_else(begun)?;
        let doubt = if mean > doubt.highest { Doubt { highest: mean, at: step, ..doubt } } else { doubt };
        if !sure && mean > self.least && step < doubt.since + UNDECIDED_STEPS {
            self.doubt = Some(doubt);
            return None;
        }
        self.likelihoods.clear();
        self.deaf_until = step + DEAF_STEPS;
        Some(Decided { likelihood: doubt.highest, sure, at: doubt.at })
    }

    /// As if the stream began now.
    pub(super) fn forget(&mut self) {
        *self = Self::new(self.cutoff, self.window).telling_from(self.least);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What is said of a course of likelihoods, three steps apart: whether it is sure, and at which step.
    fn said(likelihoods: &[f32]) -> Vec<(bool, u64)> {
        let mut decision = Decision::new(0.9, 1);
        let steps = likelihoods.iter().zip((0_u64..).step_by(3));
        let decided = steps.filter_map(|(likelihood, step)| decision.take(*likelihood, step));
        decided.map(|decided| (decided.sure, decided.at)).collect()
    }

    #[test]
    fn what_becomes_sure_is_told_at_once_and_what_does_not_once_that_is_certain() {
        assert_eq!(said(&[0.1, 0.6, 0.95, 0.99, 0.2]), [(true, 6)]);
        assert_eq!(said(&[0.1, 0.6, 0.8, 0.7, 0.2, 0.1]), [(false, 6)], "where it was most likely");
        assert_eq!(said(&[0.1, 0.6, 0.55, 0.95, 0.2]), [(true, 9)], "a dip is no end");
        assert_eq!(said(&[0.7; 40]), [(false, 0)], "it is told now and then, as long as it goes on");
        assert_eq!(said(&[0.5, 0.4, 0.5]), []);
        assert_eq!(said(&[0.99, 0.99, 0.99]), [(true, 0)], "it is one word");
    }

    #[test]
    fn what_is_believed_at_less_than_a_half_is_sure_from_there_on() {
        let mut decision = Decision::new(0.3, 1);
        assert_eq!(decision.take(0.29, 0), None);
        assert!(decision.take(0.31, 3).is_some_and(|decided| decided.sure));
    }

    #[test]
    fn a_window_is_full_before_anything_is_decided() {
        let mut decision = Decision::new(0.9, 3);
        let decided: Vec<_> = (0..4).map(|step| decision.take(1.0, step).is_some()).collect();
        assert_eq!(decided, [false, false, true, false]);
        decision.forget();
        assert_eq!(decision.take(1.0, 0), None);
    }

    proptest! {
        #[test]
        fn whatever_is_likely_no_word_is_told_twice_in_a_second(likelihoods in prop::collection::vec(0.0_f32..=1.0, 0..400)) {
            let told = said(&likelihoods);
            prop_assert!(told.windows(2).all(|two| two[1].1 >= two[0].1 + DEAF_STEPS - UNDECIDED_STEPS), "{told:?}");
        }
    }
}

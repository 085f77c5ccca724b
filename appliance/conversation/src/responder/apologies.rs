//! What is said about engines that fail, unasked or instead of an answer.

use std::collections::{BTreeSet, VecDeque};

use crate::event::Stage;

const SAY_DID_NOT_HEAR: &str = "Sorry, I could not hear that. Please say it again.";
const SAY_NO_ANSWER: &str = "Sorry, I have no answer to that.";
const SAY_CANNOT_HEAR: &str = "I cannot understand speech at the moment. I am trying to get it working again.";
const SAY_CANNOT_THINK: &str = "I cannot think of answers at the moment. I am trying to get it working again.";

/// The engines that are out of order, and the sentences that wait for a quiet moment.
#[derive(Debug, Default)]
pub(super) struct Apologies {
    degraded: BTreeSet<Stage>,
    waiting: VecDeque<&'static str>,
}

impl Apologies {
    /// An engine is out of order, or works again; whether that is news.
    pub(super) fn degraded(&mut self, stage: Stage, degraded: bool) -> bool {
        let changed = if degraded { self.degraded.insert(stage) } else { self.degraded.remove(&stage) };
        if let Some(text) = apology(stage).filter(|_| changed) {
            if degraded {
                self.wait(text);
            } else {
                self.forget(text);
            }
        }
        changed
    }

    /// Somebody spoke in vain.
    pub(super) fn not_understood(&mut self) {
        let for_good = self.degraded.contains(&Stage::SpeechToText);
        self.wait(if for_good { SAY_CANNOT_HEAR } else { SAY_DID_NOT_HEAR });
    }

    /// What is said where the language model said nothing; it need not be said again.
    pub(super) fn instead_of_answer(&mut self) -> &'static str {
        let for_good = self.degraded.contains(&Stage::LanguageModel);
        let text = if for_good { SAY_CANNOT_THINK } else { SAY_NO_ANSWER };
        self.forget(text);
        text
    }

    pub(super) fn are_due(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<&'static str> {
        self.waiting.pop_front()
    }

    fn wait(&mut self, text: &'static str) {
        if !self.waiting.contains(&text) {
            self.waiting.push_back(text);
        }
    }

    fn forget(&mut self, text: &'static str) {
        self.waiting.retain(|waiting| *waiting != text);
    }
}

/// What is said when an engine is out of order. Nothing can be said without a voice; nobody misses the end-of-turn
/// model.
fn apology(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::SpeechToText => Some(SAY_CANNOT_HEAR),
        Stage::LanguageModel => Some(SAY_CANNOT_THINK),
        Stage::EndOfTurn | Stage::TextToSpeech => None,
    }
}

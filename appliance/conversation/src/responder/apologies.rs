//! What is said about engines that fail, unasked or instead of an answer.

use std::collections::{BTreeSet, VecDeque};

use crate::event::Stage;
use crate::languages::Sentences;

/// What is said of an engine that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Apology {
    DidNotHear,
    NoAnswer,
    CannotHear,
    CannotThink,
}

impl Apology {
    pub(super) fn of(self, says: &Sentences) -> &'static str {
        match self {
            Self::DidNotHear => says.did_not_hear,
            Self::NoAnswer => says.no_answer,
            Self::CannotHear => says.cannot_hear,
            Self::CannotThink => says.cannot_think,
        }
    }
}

/// The engines that are out of order, and the sentences that wait for a quiet moment.
#[derive(Debug, Default)]
pub(super) struct Apologies {
    degraded: BTreeSet<Stage>,
    waiting: VecDeque<Apology>,
}

impl Apologies {
    /// An engine is out of order, or works again; whether that is news.
    pub(super) fn degraded(&mut self, stage: Stage, degraded: bool) -> bool {
        let changed = if degraded { self.degraded.insert(stage) } else { self.degraded.remove(&stage) };
        if let Some(apology) = apology(stage).filter(|_| changed) {
            if degraded {
                self.wait(apology);
            } else {
                self.forget(apology);
            }
        }
        changed
    }

    /// Somebody spoke in vain.
    pub(super) fn not_understood(&mut self) {
        let for_good = self.degraded.contains(&Stage::SpeechToText);
        self.wait(if for_good { Apology::CannotHear } else { Apology::DidNotHear });
    }

    /// What is said where the language model said nothing; it need not be said again.
    pub(super) fn instead_of_answer(&mut self) -> Apology {
        let for_good = self.degraded.contains(&Stage::LanguageModel);
        let apology = if for_good { Apology::CannotThink } else { Apology::NoAnswer };
        self.forget(apology);
        apology
    }

    pub(super) fn are_due(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Apology> {
        self.waiting.pop_front()
    }

    fn wait(&mut self, apology: Apology) {
        if !self.waiting.contains(&apology) {
            self.waiting.push_back(apology);
        }
    }

    fn forget(&mut self, apology: Apology) {
        self.waiting.retain(|waiting| *waiting != apology);
    }
}

/// What is said when an engine is out of order. Nothing can be said without a voice; nobody misses the end-of-turn
/// model.
fn apology(stage: Stage) -> Option<Apology> {
    match stage {
        Stage::SpeechToText => Some(Apology::CannotHear),
        Stage::LanguageModel => Some(Apology::CannotThink),
        Stage::EndOfTurn | Stage::TextToSpeech => None,
    }
}

//! An answer in the making: a draft first, then what is being said.

use std::time::Duration;

use super::clause::ClauseCutter;
use super::history::Clause;
use super::prompt::Thought;
use super::speakable::speakable;
use crate::effect::{Effect, EffectId};
use crate::ids::TurnId;

/// So long before its end a question has been understood. What is heard is told with some delay.
const LAST_MOMENT: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) turn: TurnId,
    /// What it answers; `None` where Parley speaks unasked.
    pub(super) question: Option<String>,
    pub(super) language: String,
    /// Whether anything of it has been heard, or shown where answers are not spoken.
    pub(super) noticed: bool,
    pub(super) mute: bool,
    /// It is a sound, and has no clauses.
    pub(super) sounds: bool,
    /// It waits because somebody makes sounds.
    pub(super) waits: bool,
    /// It waits behind an announcement.
    pub(super) behind: bool,
    pub(super) finished: bool,
    /// The language model has been asked, and has not said all.
    pub(super) generating: bool,
    /// What is to be done as soon as the answer is certain.
    pub(super) to_do: Option<Effect>,
    /// What is being done.
    pub(super) doing: Option<(EffectId, Effect)>,
    /// Whether anything was begun for it.
    pub(super) committed: bool,
    /// What the language model wanted done, and what came of it.
    pub(super) thoughts: Vec<Thought>,
    /// All of it is an apology for having no answer.
    pub(super) apology: bool,
    /// It follows from a remark, and history knows neither that nor this.
    pub(super) remarked: bool,
    /// It is nothing that anybody would want to hear again.
    pub(super) passing: bool,
    /// How much of it has been heard.
    pub(super) heard: Duration,
    pub(super) clauses: Vec<Clause>,
    cutter: ClauseCutter,
}

impl Answer {
    pub(super) fn new(turn: TurnId, question: Option<String>, language: String) -> Self {
        Self {
            turn,
            question,
            language,
            noticed: false,
            mute: false,
            sounds: false,
            waits: false,
            behind: false,
            finished: false,
            generating: false,
            to_do: None,
            doing: None,
            committed: false,
            thoughts: Vec::new(),
            apology: false,
            remarked: false,
            passing: false,
            heard: Duration::ZERO,
            clauses: Vec::new(),
            cutter: ClauseCutter::default(),
        }
    }

    /// Adds text, unless the answer is finished; returns the numbers and texts of the clauses that it completes.
    pub(super) fn push(&mut self, text: &str) -> Vec<(usize, String)> {
        if self.finished {
            return Vec::new();
        }
        let pieces = self.cutter.push(text);
        pieces.iter().filter_map(|piece| self.add(piece)).collect()
    }

    /// Nothing more is to come, but for what was begun; returns the clause that this completes.
    pub(super) fn rest(&mut self) -> Option<(usize, String)> {
        let rest = self.cutter.finish()?;
        self.add(&rest)
    }

    /// No text follows; returns the last clause, if any is left.
    pub(super) fn finish(&mut self) -> Option<(usize, String)> {
        self.finished = true;
        self.rest()
    }

    /// This is all that follows; returns its clauses.
    pub(super) fn say_only(&mut self, text: &str) -> Vec<(usize, String)> {
        self.finished = false;
        let mut clauses = self.push(text);
        clauses.extend(self.finish());
        clauses
    }

    /// Text that completes no clause was cut off in the middle: nobody wants half a word.
    pub(super) fn drop_rest(&mut self) {
        self.cutter = ClauseCutter::default();
    }

    pub(super) fn length(&mut self, clause: usize, length: Duration) {
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.length = Some(length);
        }
    }

    /// Whether it ends with a question, and little of that has not been heard.
    pub(super) fn asks(&self) -> bool {
        let longer = |sum: Duration, clause: &Clause| Some(sum.saturating_add(clause.length?));
        let length = self.clauses.iter().try_fold(Duration::ZERO, longer);
        let last_moment = length.is_some_and(|length| length.saturating_sub(self.heard) <= LAST_MOMENT);
        self.finished && self.noticed && last_moment && self.clauses.last().is_some_and(Clause::is_question)
    }

    fn add(&mut self, piece: &str) -> Option<(usize, String)> {
        let text = speakable(piece);
        if text.is_empty() {
            return None;
        }
        let (number, length) = (self.clauses.len(), None);
        let clause = Clause { text: text.clone(), length };
        self.clauses.push(clause);
        Some((number, text))
    }
}

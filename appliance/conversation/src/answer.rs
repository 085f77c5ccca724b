//! An answer in the making: a draft first, then what is being said.

use std::time::Duration;

use crate::clause::ClauseCutter;
use crate::history::Clause;
use crate::ids::{Position, TurnId};
use crate::speakable::speakable;

/// How far an answer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The person may still go on; nothing is played.
    Draft,
    /// It is being said.
    Released,
    /// Somebody began to speak; it waits for their words.
    Paused {
        /// When.
        since: Duration,
    },
}

/// Where a spoken question is to be found again, should its speaker go on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// Where its audio begins.
    pub(crate) from: Position,
    /// The end of the last frame with speech.
    pub(crate) until: Position,
    /// The words before that audio, if it was too long to be transcribed in one go.
    pub(crate) before: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) turn: TurnId,
    /// What it answers; `None` where Parley speaks unasked.
    pub(crate) question: Option<String>,
    /// `None` where the question was typed, or there was none.
    pub(crate) asked: Option<Asked>,
    /// ISO 639-1 code.
    pub(crate) language: String,
    pub(crate) progress: Progress,
    /// Whether anything of it has been heard, or shown where answers are not spoken.
    pub(crate) noticed: bool,
    /// Whether its voice failed.
    pub(crate) mute: bool,
    /// Whether no text follows.
    pub(crate) finished: bool,
    /// Its clauses so far.
    pub(crate) clauses: Vec<Clause>,
    cutter: ClauseCutter,
}

impl Answer {
    pub(crate) fn new(turn: TurnId, question: Option<String>, asked: Option<Asked>, language: String) -> Self {
        Answer {
            turn,
            question,
            asked,
            language,
            progress: Progress::Draft,
            noticed: false,
            mute: false,
            finished: false,
            clauses: Vec::new(),
            cutter: ClauseCutter::default(),
        }
    }

    /// Adds text, unless the answer is finished; returns the numbers and texts of the clauses that it completes.
    pub(crate) fn push(&mut self, text: &str) -> Vec<(usize, String)> {
        if self.finished {
            return Vec::new();
        }
        let pieces = self.cutter.push(text);
        pieces.iter().filter_map(|piece| self.add(piece)).collect()
    }

    /// No text follows; returns the last clause, if any is left.
    pub(crate) fn finish(&mut self) -> Option<(usize, String)> {
        self.finished = true;
        let rest = self.cutter.finish()?;
        self.add(&rest)
    }

    /// This is all of an answer that has no clauses yet; returns them.
    pub(crate) fn say_only(&mut self, text: &str) -> Vec<(usize, String)> {
        self.finished = false;
        let mut clauses = self.push(text);
        clauses.extend(self.finish());
        clauses
    }

    /// Text that completes no clause was cut off in the middle: nobody wants half a word.
    pub(crate) fn drop_rest(&mut self) {
        self.cutter = ClauseCutter::default();
    }

    /// A clause takes this long to say.
    pub(crate) fn length(&mut self, clause: usize, length: Duration) {
        if let Some(clause) = self.clauses.get_mut(clause) {
            clause.length = Some(length);
        }
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

//! An answer in the making: a draft first, then what is being said.

use std::time::Duration;

use crate::clause::ClauseCutter;
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
    Paused,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) turn: TurnId,
    /// What it answers; `None` where Parley speaks unasked.
    pub(crate) question: Option<String>,
    /// Where the question's audio begins; `None` where it was typed.
    pub(crate) asked_from: Option<Position>,
    /// ISO 639-1 code.
    pub(crate) language: String,
    pub(crate) progress: Progress,
    /// How much of it has been heard.
    pub(crate) heard: Duration,
    /// Its clauses so far, fit for a voice.
    pub(crate) clauses: Vec<String>,
    cutter: ClauseCutter,
}

impl Answer {
    pub(crate) fn new(turn: TurnId, question: Option<String>, asked_from: Option<Position>, language: String) -> Self {
        Answer {
            turn,
            question,
            asked_from,
            language,
            progress: Progress::Draft,
            heard: Duration::ZERO,
            clauses: Vec::new(),
            cutter: ClauseCutter::default(),
        }
    }

    /// Adds text; returns the numbers and texts of the clauses that it completes.
    pub(crate) fn push(&mut self, text: &str) -> Vec<(usize, String)> {
        let pieces = self.cutter.push(text);
        pieces.iter().filter_map(|piece| self.add(piece)).collect()
    }

    /// No text follows; returns the last clause, if any is left.
    pub(crate) fn finish(&mut self) -> Option<(usize, String)> {
        let rest = self.cutter.finish()?;
        self.add(&rest)
    }

    fn add(&mut self, piece: &str) -> Option<(usize, String)> {
        let text = speakable(piece);
        if text.is_empty() {
            return None;
        }
        self.clauses.push(text.clone());
        Some((self.clauses.len() - 1, text))
    }
}

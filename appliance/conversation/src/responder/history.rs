//! What has been said and heard.

use std::collections::VecDeque;
use std::time::Duration;

use parley_speech_text::speakable;

use crate::effect::{BegunEffect, Effect, EffectId, EffectResult};
use crate::ids::TurnId;

/// Characters per second of a very slow voice: what was heard of a clause whose length is not known yet is estimated
/// with it, so that history rather holds a word too few than one that nobody heard.
const SLOW_CHARS_PER_S: f32 = 8.0;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clause {
    /// As it was written.
    pub(super) text: String,
    /// How long it takes to say; known once it is synthesised.
    pub(super) length: Option<Duration>,
    /// So much of it, at its beginning, is silence.
    pub(super) rest: Duration,
    /// It is said as a question.
    pub(super) is_question: bool,
    /// How many characters are spoken; more than are written where numbers are.
    pub(super) spoken_chars: usize,
    /// The language in which it is said (ISO 639-1).
    pub(super) language: String,
}

impl Clause {
    pub(super) fn of(clause: &parley_speech_text::Clause, language: &str) -> Self {
        let spoken = clause.spoken.trim_end_matches(['"', '”', '’', '»', ')']);
        let is_question = spoken.ends_with(['?', '？', '؟']);
        Self {
            text: clause.written.clone(),
            length: None,
            is_question,
            rest: Duration::ZERO,
            spoken_chars: clause.spoken.chars().count(),
            language: language.to_owned(),
        }
    }
}

/// A question and what was heard of its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The turn that answered.
    pub turn: TurnId,
    /// What the person said.
    pub question: String,
    /// When the answer began, on the clock of [`crate::Conversation::handle`].
    pub at: Duration,
    /// What was begun for it, in order.
    pub effects: Vec<BegunEffect>,
    clauses: Vec<Clause>,
    heard: Duration,
    complete: bool,
    /// Only an apology was said: nothing that the language model should take for an answer of its own.
    apology: bool,
}

impl Exchange {
    /// Whether the question got an answer, and not an apology for having none.
    pub fn is_answered(&self) -> bool {
        !self.apology
    }

    /// The words of the answer that left the loudspeaker.
    pub fn heard_text(&self) -> String {
        let mut heard: Vec<&str> = Vec::new();
        let mut start = Duration::ZERO;
        for clause in &self.clauses {
            let listened = self.heard.saturating_sub(start);
            if clause.length.is_some_and(|length| length.is_zero()) {
                continue;
            }
            let whole = self.complete || clause.length.is_some_and(|length| listened >= length);
            heard.push(if whole { &clause.text } else { words_within(clause, listened) });
            match clause.length {
                _ if self.complete => {}
                Some(length) if whole => start = start.saturating_add(length),
                _ => break,
            }
        }
        heard.retain(|text| !text.is_empty());
        heard.join(" ")
    }
}

/// The words of a clause that are certainly over after `listened`.
fn words_within(clause: &Clause, listened: Duration) -> &str {
    let chars = clause.spoken_chars as f32;
    let listened = listened.saturating_sub(clause.rest);
    let heard_chars = match clause.length {
        Some(length) => chars * listened.as_secs_f32() / length.saturating_sub(clause.rest).as_secs_f32(),
        None => SLOW_CHARS_PER_S * listened.as_secs_f32(),
    };
    // What is said of so much of the text, as if nothing followed.
    let spoken = |text: &str| speakable(text, &clause.language).chars().count() as f32;
    let blanks = clause.text.char_indices().filter(|(_, c)| c.is_whitespace());
    let words = blanks.filter_map(|(index, _)| clause.text.get(..index));
    let heard = words.take_while(|words| spoken(words) <= heard_chars);
    heard.last().filter(|words| spoken(words) > 0.0).unwrap_or_default()
}

/// The last exchanges of a conversation, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    exchanges: VecDeque<Exchange>,
    kept: usize,
    /// When something was said or heard last.
    latest: Duration,
}

impl History {
    /// A history of at most `kept` exchanges.
    pub fn new(kept: usize) -> Self {
        Self { kept, ..Self::default() }
    }

    /// From now on at most so many exchanges.
    pub(super) fn remember(&mut self, kept: usize) {
        self.kept = kept;
        self.shorten();
    }

    /// Oldest first.
    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &Exchange> {
        self.exchanges.iter()
    }

    /// A question is being answered; nothing of the answer has been heard.
    pub(super) fn begin(&mut self, turn: TurnId, question: String, at: Duration) {
        self.exchanges.push_back(Exchange {
            turn,
            question,
            at,
            effects: Vec::new(),
            clauses: Vec::new(),
            heard: Duration::ZERO,
            complete: false,
            apology: false,
        });
        self.shorten();
    }

    fn shorten(&mut self) {
        while self.exchanges.len() > self.kept {
            self.exchanges.pop_front();
        }
    }

    pub(super) fn clause(&mut self, turn: TurnId, clause: Clause) {
        if let Some(exchange) = self.exchange(turn) {
            exchange.clauses.push(clause);
        }
    }

    pub(super) fn length(&mut self, turn: TurnId, clause: usize, length: Duration) {
        if let Some(clause) = self.exchange(turn).and_then(|exchange| exchange.clauses.get_mut(clause)) {
            clause.length = Some(length);
        }
    }

    /// What is said instead of an answer.
    pub(super) fn apology(&mut self, turn: TurnId) {
        if let Some(exchange) = self.exchange(turn) {
            exchange.apology = true;
        }
    }

    /// Something is being done for the question.
    pub(super) fn effect(&mut self, turn: TurnId, id: EffectId, effect: Effect) {
        if let Some(exchange) = self.exchange(turn) {
            exchange.effects.push(BegunEffect { id, effect, result: None });
        }
    }

    /// What came of it; the first word counts.
    pub(super) fn performed(&mut self, turn: TurnId, id: EffectId, result: EffectResult) {
        let begun = self.exchange(turn).and_then(|exchange| exchange.effects.iter_mut().find(|begun| begun.id == id));
        if let Some(begun) = begun.filter(|begun| begun.result.is_none()) {
            begun.result = Some(result);
        }
    }

    /// Something is said or heard now; so long after the last word, all that was before is forgotten. Whether it is.
    pub(super) fn go_on(&mut self, now: Duration, forget_after: Duration) -> bool {
        let forgotten = now.saturating_sub(self.latest) > forget_after;
        if forgotten {
            self.exchanges.clear();
        }
        self.latest = now;
        forgotten
    }

    /// What was begun at this time or later is forgotten.
    pub(super) fn forget(&mut self, since: Duration) {
        self.exchanges.retain(|exchange| exchange.at < since);
    }

    /// This much of the answer has been heard; never goes back.
    pub(super) fn heard(&mut self, turn: TurnId, heard: Duration) {
        if let Some(exchange) = self.exchange(turn) {
            exchange.heard = exchange.heard.max(heard);
        }
    }

    /// The whole answer has been heard.
    pub(super) fn complete(&mut self, turn: TurnId) {
        if let Some(exchange) = self.exchange(turn) {
            exchange.complete = true;
        }
    }

    /// The question was not a whole one: forget it.
    pub(super) fn withdraw(&mut self, turn: TurnId) {
        self.exchanges.retain(|exchange| exchange.turn != turn);
    }

    fn exchange(&mut self, turn: TurnId) -> Option<&mut Exchange> {
        self.exchanges.iter_mut().find(|exchange| exchange.turn == turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: TurnId = TurnId(1);

    fn history() -> History {
        let mut history = History::new(5);
        history.begin(TURN, "question".into(), Duration::ZERO);
        for text in ["One two three four.", "Five six."] {
            let said = parley_speech_text::Clause { spoken: text.into(), written: text.into() };
            history.clause(TURN, Clause::of(&said, "en"));
        }
        history.length(TURN, 0, Duration::from_secs(2));
        history
    }

    #[track_caller]
    fn check(history: &History, heard: &str) {
        assert_eq!(history.exchanges().next().map(Exchange::heard_text).as_deref(), Some(heard));
    }

    #[test]
    fn history_never_holds_text_that_was_not_heard() {
        let mut history = history();
        check(&history, "");
        history.heard(TURN, Duration::from_millis(800));
        check(&history, "One two");
        history.heard(TURN, Duration::from_secs(2));
        check(&history, "One two three four.");
        history.heard(TURN, Duration::from_millis(2900));
        check(&history, "One two three four. Five");
        history.length(TURN, 1, Duration::from_secs(1));
        history.heard(TURN, Duration::from_secs(3));
        check(&history, "One two three four. Five six.");
    }

    #[test]
    fn a_number_was_heard_when_all_its_words_were() {
        let mut history = History::new(5);
        history.begin(TURN, "question".into(), Duration::ZERO);
        let said = parley_speech_text::Clause {
            spoken: "Twenty-one days are a long time.".into(),
            written: "21 days are a long time.".into(),
        };
        history.clause(TURN, Clause::of(&said, "en"));
        history.length(TURN, 0, Duration::from_secs(2));
        history.heard(TURN, Duration::from_millis(500));
        check(&history, "");
        history.heard(TURN, Duration::from_millis(700));
        check(&history, "21");
    }

    #[test]
    fn a_clause_that_makes_no_sound_was_not_heard() {
        let mut history = history();
        history.length(TURN, 1, Duration::ZERO);
        history.heard(TURN, Duration::from_secs(3));
        check(&history, "One two three four.");
        history.complete(TURN);
        check(&history, "One two three four.");
        history.length(TURN, 0, Duration::ZERO);
        history.length(TURN, 1, Duration::from_secs(1));
        check(&history, "Five six.");
    }

    #[test]
    fn only_the_last_exchanges_are_kept() {
        let mut history = History::new(2);
        for turn in 1..=4 {
            history.begin(TurnId(turn), format!("question {turn}"), Duration::ZERO);
        }
        let kept: Vec<u64> = history.exchanges().map(|exchange| exchange.turn.0).collect();
        assert_eq!(kept, [3, 4]);
    }
}

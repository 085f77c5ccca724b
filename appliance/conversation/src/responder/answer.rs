//! An answer in the making: a draft first, then what is being said.

use std::time::Duration;

use parley_speech_text::{Clause as Said, ClauseCutter, clauses};

use super::history::Clause;
use super::prompt::Thought;
use crate::action::CLOSES_BEFORE;
use crate::effect::{Effect, EffectId};
use crate::event::GenerationEnd;
use crate::ids::TurnId;
use crate::remarks::words_of;

/// So long before its end a question has been understood. What is heard is told with some delay.
const LAST_MOMENT: Duration = Duration::from_millis(1_500);

/// In a long sentence, or a list without full stops, a rest comes behind a clause once so many characters have been said without
/// one: about eight seconds.
const MOST_WITHOUT_REST: usize = 120;

/// How much was heard is told, and lengths are known, to this.
const TELLING: Duration = Duration::from_millis(20);

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
    /// It says something that is so or not.
    pub(super) fact: bool,
    /// How likely the language model found the least likely of its words, 0..1.
    pub(super) certainty: Option<f32>,
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
    /// It ends with one, since something failed.
    pub(super) failed: bool,
    /// It follows from a remark, and history knows neither that nor this.
    pub(super) remarked: bool,
    /// It is nothing that anybody would want to hear again.
    pub(super) passing: bool,
    /// How much of it has been heard.
    pub(super) heard: Duration,
    /// The loudspeaker has nothing of it to play now.
    pub(super) dry: bool,
    pub(super) clauses: Vec<Clause>,
    /// What it said before, and has said again since it said anything new.
    repeated: Vec<Said>,
    /// Whether anything of it is a whole sentence.
    has_sentence: bool,
    /// How long it rests between two sentences.
    rest: Option<Duration>,
    cutter: ClauseCutter,
}

impl Answer {
    pub(super) fn new(turn: TurnId, question: Option<String>, language: String, rest: Option<Duration>) -> Self {
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
            fact: false,
            certainty: None,
            generating: false,
            to_do: None,
            doing: None,
            committed: false,
            thoughts: Vec::new(),
            apology: false,
            failed: false,
            remarked: false,
            passing: false,
            heard: Duration::ZERO,
            dry: false,
            clauses: Vec::new(),
            repeated: Vec::new(),
            has_sentence: false,
            rest,
            cutter: ClauseCutter::default(),
        }
    }

    /// Adds text, unless the answer is finished; returns the numbers and clauses that it completes.
    pub(super) fn push(&mut self, text: &str) -> Vec<(usize, Said)> {
        if self.finished {
            return Vec::new();
        }
        let pieces = self.cutter.push(text);
        pieces.iter().flat_map(|piece| self.take(piece)).collect()
    }

    /// Nothing more is to come, but for what was begun; returns the clauses that this completes.
    pub(super) fn rest(&mut self) -> Vec<(usize, Said)> {
        let rest = self.cutter.finish();
        let mut clauses: Vec<_> = rest.into_iter().flat_map(|piece| self.take(&piece)).collect();
        clauses.extend(std::mem::take(&mut self.repeated).into_iter().map(|clause| self.add(clause)));
        clauses
    }

    /// No text follows; returns the last clauses, if any are left. Of a text that was cut off only whole sentences count,
    /// unless there is none; of one that repeats itself only what is new.
    pub(super) fn finish(&mut self, end: GenerationEnd) -> Vec<(usize, Said)> {
        self.finished = true;
        if end == GenerationEnd::Complete {
            return self.rest();
        }
        self.repeated.clear();
        let Some(rest) = self.cutter.finish() else { return Vec::new() };
        let clauses = if is_sentence(&rest) {
            self.take(&rest)
        } else if self.has_sentence {
            Vec::new()
        } else {
            self.take(&without_loop(whole_words(&rest)))
        };
        self.repeated.clear();
        clauses
    }

    /// Whether it is better to add that it may be wrong. `below`: as sure of each word as this, nobody doubts it; `doubts`: how
    /// it may say so itself, with commas between.
    pub(super) fn is_doubtful(&self, below: f32, doubts: &str) -> bool {
        let unsure = self.certainty.is_some_and(|certainty| certainty < below);
        let words = self.clauses.iter().flat_map(|clause| words_of(&clause.text)).collect::<Vec<_>>();
        let says = |phrase: &str| {
            let phrase = words_of(phrase);
            words.windows(phrase.len()).any(|words| *words == *phrase)
        };
        self.fact && unsure && !self.clauses.is_empty() && !doubts.split(", ").any(says)
    }

    /// This is all that follows; returns its clauses.
    pub(super) fn say_only(&mut self, text: &str) -> Vec<(usize, Said)> {
        self.finished = false;
        let mut clauses = self.push(text);
        clauses.extend(self.finish(GenerationEnd::Complete));
        clauses
    }

    /// Text that completes no clause was cut off in the middle: nobody wants half a word.
    pub(super) fn drop_rest(&mut self) {
        self.cutter = ClauseCutter::default();
        self.repeated.clear();
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
        self.finished && self.noticed && last_moment && self.clauses.last().is_some_and(|clause| clause.is_question)
    }

    /// Its last two clauses.
    pub(super) fn last_words(&self) -> String {
        let last = self.clauses.get(self.clauses.len().saturating_sub(2)..).unwrap_or_default();
        last.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The last clause that has been heard to its end.
    pub(super) fn heard_words(&self) -> String {
        let mut end = Duration::ZERO;
        let heard = self.clauses.iter().take_while(|clause| {
            end = end.saturating_add(clause.length.unwrap_or(Duration::MAX));
            end <= self.heard.saturating_add(TELLING)
        });
        heard.last().map(|clause| clause.text.clone()).unwrap_or_default()
    }

    /// The clauses that are certain with this piece. One that was said already is held back until something new follows:
    /// a refrain goes on, a model that has lost its thread does not.
    fn take(&mut self, piece: &str) -> Vec<(usize, Said)> {
        let whole = is_sentence(piece) || piece.ends_with('\n');
        clauses(piece, &self.language).into_iter().flat_map(|clause| self.take_clause(clause, whole)).collect()
    }

    fn take_clause(&mut self, clause: Said, whole: bool) -> Vec<(usize, Said)> {
        let words = words_of(&clause.written);
        if !words.is_empty() && self.clauses.iter().any(|clause| words_of(&clause.text) == words) {
            self.repeated.push(clause);
            return Vec::new();
        }
        self.has_sentence |= whole;
        let repeated = std::mem::take(&mut self.repeated);
        repeated.into_iter().chain([clause]).map(|clause| self.add(clause)).collect()
    }

    fn add(&mut self, clause: Said) -> (usize, Said) {
        let rests = self.clauses.last().is_some_and(|before| is_sentence(&before.text))
            || self.chars_without_rest() >= MOST_WITHOUT_REST;
        let rest = self.rest.filter(|_| rests).unwrap_or_default();
        self.clauses.push(Clause { rest, ..Clause::of(&clause, &self.language) });
        (self.clauses.len() - 1, clause)
    }

    fn chars_without_rest(&self) -> usize {
        let mut chars = 0;
        for clause in self.clauses.iter().rev() {
            chars += clause.text.chars().count();
            if !clause.rest.is_zero() {
                break;
            }
        }
        chars
    }

    /// The silence before a clause.
    pub(super) fn rest_before(&self, clause: usize) -> Duration {
        self.clauses.get(clause).map(|clause| clause.rest).unwrap_or_default()
    }

    /// Whether nothing is heard of it now: because nothing is there, or in the silence between two sentences, unless that is
    /// about to end.
    pub(super) fn rests(&self) -> bool {
        if self.dry {
            return true;
        }
        let mut begin = Duration::ZERO;
        for Clause { length, rest, .. } in &self.clauses {
            let end = begin.saturating_add(rest.saturating_sub(CLOSES_BEFORE));
            if begin <= self.heard.saturating_add(TELLING) && self.heard < end {
                return true;
            }
            let Some(length) = length else { return false };
            begin = begin.saturating_add(*length);
        }
        false
    }
}

/// Whether a text ends as a sentence does. "It costs 3." may have been cut off before "14".
fn is_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '”', '’', '»', ')', ']', '*', '_']);
    let number = text.strip_suffix('.').is_some_and(|text| text.ends_with(|c: char| c.is_ascii_digit()));
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '۔', '؟']) && !number
}

/// A text without its last word, which may be half a one; all of it where there is but one.
fn whole_words(text: &str) -> &str {
    let text = text.trim();
    text.rfind(char::is_whitespace).and_then(|end| text.get(..end)).unwrap_or(text)
}

/// A text without the end that only says again, for the third time or more, what was said just before.
fn without_loop(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let kept = (1..=words.len() / 3).find_map(|period| {
        let times = words.rchunks_exact(period).take_while(|chunk| words.ends_with(chunk)).count();
        (times >= 3).then(|| words.len() - (times - 1) * period)
    });
    words.get(..kept.unwrap_or(words.len())).unwrap_or_default().join(" ")
}

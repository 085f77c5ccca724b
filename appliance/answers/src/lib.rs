//! What needs no language model: sums and units, which are computed, time and date, which are read from a clock, and
//! questions that nobody here can answer and commands that nobody here can carry out, which are declined.
//!
//! Terms: a **sum** is arithmetic as people say it; a **unit question** asks for a quantity in another unit; a question is
//! **unknowable** when its answer is private, lies in the future, or is today's news.
//!
//! Rules:
//! - Only what is understood to its last word is answered; everything else is left to the language model.
//! - Numbers are fractions of whole numbers, so that what is said is exact, or rounded once and called "about".
//! - Nothing panics, and no text takes more than a time in proportion to its length, which is bounded.

mod clock;
mod deeds;
mod number;
mod spelled;
mod sums;
mod tables;
mod unit_table;
mod units;
mod unknowable;
mod words;

pub use clock::Now;
pub use unknowable::Unknowable;

/// No question of these kinds has more words.
const MOST_WORDS: usize = 40;

/// An answer that needs no language model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ready {
    /// It was computed.
    Computed(String),
    /// It cannot be known here.
    Declined(Unknowable, String),
    /// It is something to be done, and not to be said.
    Unable(String),
}

impl Ready {
    /// What is said.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Computed(text) | Self::Declined(_, text) | Self::Unable(text) => text,
        }
    }
}

/// The answer to a question, in a language that has a table; `None`: the language model is asked. `told`: what the
/// person has said before, which may be what is asked about. `clock` says the time, where it is known; it is asked only
/// where that is the question.
pub fn answer<'a>(
    text: &str,
    language: &str,
    told: impl Iterator<Item = &'a str>,
    clock: impl FnOnce() -> Option<Now>,
) -> Option<Ready> {
    let table = tables::of(language)?;
    let words = words::of(text, table)?;
    if words.is_empty() || words.len() > MOST_WORDS {
        return None;
    }
    let asked = words::without_courtesy(&words, table);
    units::answer(asked, table)
        .or_else(|| sums::answer(asked, table))
        .or_else(|| clock::answer(asked, table, clock))
        .map(Ready::Computed)
        .or_else(|| {
            let kind = unknowable::of(asked, table, told)?;
            Some(Ready::Declined(kind, kind.sentence(&table.topics).to_owned()))
        })
        .or_else(|| Some(Ready::Unable(deeds::answer(text, asked, language)?.to_owned())))
}

/// Whether a question in a language that has a table asks for something that is so or not: what a language model makes up
/// there is wrong, and elsewhere a story.
pub fn asks_for_fact(text: &str, language: &str) -> bool {
    let words = |table| words::of(text, table).filter(|words| words.len() <= MOST_WORDS);
    tables::of(language).is_some_and(|table| {
        words(table)
            .is_some_and(|words| unknowable::asks_for_fact(words::without_courtesy(&words, table), &table.topics))
    })
}

#[cfg(test)]
mod tests;

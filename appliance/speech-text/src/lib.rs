//! Written text as it should be said: cut into clauses, without what is for eyes, and with numbers, dates, money, units,
//! abbreviations and signs in words.
//!
//! ```text
//! a growing text ─ClauseCutter─▶ pieces ─clauses─▶ what is spoken of each, and how it was written
//!
//! a line ─lines─▶ without list's and headings' marks ─web─▶ without tags, addresses in words
//!        ─letters─▶ ordinary letters ─signs─▶ without markup ─reading─▶ everything in words
//! ```
//!
//! Terms: *markup* is what a sign is at the beginning of a line or in pairs around words (`**Paris**`); elsewhere it is a
//! *sign*, which means something. A *table* is what a language has to know for reading ([`language`] says how one is added).
//!
//! Rules:
//! - Markup goes; a sign between numbers or letters becomes a word, or a blank where the language has no word for it here.
//! - Whatever is taken away between two letters or digits leaves a blank, but for what joins them: the soft hyphen and
//!   the word joiner. So no two numbers ever become one.
//! - Where a language has a table no digit is left, and what is spoken is read again as itself. Where it has none, numbers,
//!   dates and money are not looked at.
//! - What can be read in two ways is decided by its neighbours, and is otherwise read plainly: a wrong reading is worse.
//! - Whatever the text: nothing panics, the work is linear in its length, and what is spoken is bounded by it.

mod breath;
mod clause;
pub mod found;
pub mod language;
mod languages;
mod letters;
mod lines;
pub mod numbers;
mod reading;
mod script;
mod signs;
mod speakable;
mod web;

pub use clause::{Clause, ClauseCutter, LONGEST_CLAUSE_CHARS, clauses};
pub use language::{Language, Table};
pub use script::language_of_letters;
pub use speakable::speakable;

#[cfg(test)]
mod tests;

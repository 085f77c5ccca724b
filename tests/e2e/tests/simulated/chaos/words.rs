//! Words that tell where they belong, and numbers that are said once.

use std::collections::BTreeSet;

/// What is said, done and announced in a seat carries its name. No apology contains one.
pub(super) const NAMES: [&str; 5] = ["amber", "basil", "clove", "dill", "elder"];

/// Of a question.
pub(super) const QUESTION: char = 'q';
/// Of an answer of the language model's.
pub(super) const ANSWER: char = 'a';
/// Of the result of an effect.
pub(super) const RESULT: char = 'r';
/// Of a result that came after its limit.
pub(super) const LATE: char = 'l';
/// Of an announcement.
pub(super) const NEWS: char = 'n';
/// Of a question that somebody at the door had announced.
pub(super) const ANNOUNCED: char = 'd';

/// Whether there is an apology in it, and nobody's words.
pub(super) fn apologises(text: &str) -> bool {
    text.contains("Sorry, ") || text.contains("I cannot ")
}

pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The seats whose names are in a text.
pub(super) fn seats(text: &str) -> BTreeSet<usize> {
    words(text).filter_map(|word| NAMES.iter().position(|name| *name == word)).collect()
}

/// The numbers of this kind in a text: of "q7", 7.
pub(super) fn numbers(text: &str, kind: char) -> impl Iterator<Item = u64> {
    words(text).filter_map(move |word| word.strip_prefix(kind)?.parse().ok())
}

//! Questions that nobody on this device can answer: what is private to the person, what lies in the future, and what is
//! today's.
//!
//! A question is such a one only if its form says so; a topic alone ("the weather on Mars") does not. What the person has
//! told before is not private any more.

use crate::clock;
use crate::tables::{Table, Topics};
use crate::words::{self, Word, behind, has};

/// Why nobody here can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknowable {
    /// It is about the person, who has not told it.
    Private,
    /// It has not happened.
    Future,
    /// It is the weather, the news, a price or the time of today.
    Today,
}

impl Unknowable {
    /// What is said.
    pub(crate) fn sentence(self, topics: &Topics) -> &'static str {
        match self {
            Self::Private => topics.private,
            Self::Future => topics.future,
            Self::Today => topics.today,
        }
    }
}

/// Whether a question is one of these. `told`: what the person has said before.
pub(crate) fn of<'a>(words: &[Word], table: &Table, told: impl Iterator<Item = &'a str>) -> Option<Unknowable> {
    let topics = &table.topics;
    let has_one = |phrases: &[&str]| phrases.iter().any(|phrase| has(words, phrase));
    let begins = |phrases: &[&str]| phrases.iter().any(|phrase| behind(words, phrase).is_some());
    // Advice and suppositions can be had without knowing.
    if has_one(topics.advice) || begins(topics.advice_begins) {
        return None;
    }
    if clock::is_asked(words, table) || is_today(words, topics, &has_one, &begins) {
        return Some(Unknowable::Today);
    }
    if is_future(topics, &has_one, &begins) {
        return Some(Unknowable::Future);
    }
    (is_private(words, topics, &begins) && !is_told(words, table, told)).then_some(Unknowable::Private)
}

/// Whether a question asks for something that is so or not, and no advice, and not about whoever is asked.
pub(crate) fn asks_for_fact(words: &[Word], topics: &Topics) -> bool {
    let has_one = |phrases: &[&str]| phrases.iter().any(|phrase| has(words, phrase));
    let begins = |phrases: &[&str]| phrases.iter().any(|phrase| behind(words, phrase).is_some());
    begins(topics.facts) && !has_one(topics.addressed) && !has_one(topics.advice) && !begins(topics.advice_begins)
}

/// What the person, or somebody who is theirs, has, is or did.
fn is_private(words: &[Word], topics: &Topics, begins: &impl Fn(&[&str]) -> bool) -> bool {
    let owned = |word: &Word| topics.own.iter().any(|own| word.is(own));
    begins(topics.asks) && (words.iter().any(owned) || topics.person.iter().any(|phrase| has(words, phrase)))
}

/// What "will" be, of what nobody can compute.
fn is_future(topics: &Topics, has_one: &impl Fn(&[&str]) -> bool, begins: &impl Fn(&[&str]) -> bool) -> bool {
    let (will, soon) = (has_one(topics.going_to), has_one(topics.soon));
    has_one(topics.lottery)
        || begins(topics.predict)
        || (will && begins(topics.will) && (soon || has_one(topics.future_verbs)))
        || (will && begins(topics.own_future))
        || (soon && begins(topics.will) && has_one(topics.soon_verbs))
}

/// The weather, the news, prices, the time: of now.
fn is_today(
    words: &[Word],
    topics: &Topics,
    has_one: &impl Fn(&[&str]) -> bool,
    begins: &impl Fn(&[&str]) -> bool,
) -> bool {
    if has_one(topics.timeless) {
        return false;
    }
    // "What is the weather like?" ends there, or with a time or a place; "what is the weather vane" does not.
    let short = words.len() <= 14;
    (short && begins(topics.without_when))
        || (has_one(topics.now) && has_one(topics.of_today) && !begins(topics.will_begins))
}

/// Whether a word of the question that is the person's own was in what they said before.
fn is_told<'a>(words: &[Word], table: &Table, told: impl Iterator<Item = &'a str>) -> bool {
    let topics = &table.topics;
    let content = |word: &&Word| word.text().is_some() && !topics.common.iter().any(|common| word.is(common));
    // "My name" has no word but common ones; it was told by "my name is" or "I am".
    let asks_name = topics.my_name.iter().any(|phrase| has(words, phrase));
    let own: Vec<&Word> = words.iter().filter(content).collect();
    told.filter_map(|said| words::of(said, table)).any(|said| {
        let personal = said.iter().any(|word| topics.teller.iter().any(|own| word.is(own)));
        let same = said.iter().filter(content).any(|word| own.contains(&word));
        let name = asks_name && topics.tells_name.iter().any(|phrase| has(&said, phrase));
        // Asking tells nothing.
        let asks = topics.asks.iter().any(|phrase| behind(&said, phrase).is_some());
        personal && !asks && (same || name)
    })
}

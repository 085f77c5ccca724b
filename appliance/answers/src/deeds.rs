//! Commands that somebody gives to a home: this version can only talk, and a language model says that it has done them.
//!
//! A command begins with a verb of its language, and soon behind it names a thing to which that is done; or it begins with a phrase that
//! leaves no doubt. What asks, and what wants a text ("turn that into a song"), is for the language model.

use crate::tables::Phrases;
use crate::words::{Word, behind, has};

mod tables;

/// A command has no more words,
const MOST_WORDS: usize = 16;
/// and its thing is among so many behind the verb.
const SOON: usize = 8;

/// What makes commands in one language.
struct Deeds {
    /// What may stand before a command, where the verb stays as it is: "could you".
    asked: Phrases,
    /// The same, where the verb is another form of it: "puedes".
    asked_to: Phrases,
    /// What may stand before a verb and means nothing: "please", "just".
    fillers: Phrases,
    /// Before a telephone number.
    dials: Phrases,
    /// Verbs, and the things to which they are done.
    groups: &'static [(Phrases, Phrases)],
    /// Commands that are known by their beginning, whatever follows.
    alone: Phrases,
    /// Commands that are known by two phrases, the one at the beginning and the other anywhere.
    both: &'static [(&'static str, &'static str)],
    /// Whoever says one of these wants a text, or asks.
    texts: Phrases,
    sentence: &'static str,
}

/// What is said to a command; `None`: it is none. `text`: as it was written.
pub(crate) fn answer(text: &str, words: &[Word], language: &str) -> Option<&'static str> {
    let deeds = tables::of(language)?;
    deeds.is_command(text, words).then_some(deeds.sentence)
}

impl Deeds {
    fn is_command(&self, text: &str, words: &[Word]) -> bool {
        let has_one = |phrases: Phrases| phrases.iter().any(|phrase| has(words, phrase));
        if words.len() > MOST_WORDS || has_one(self.texts) {
            return false;
        }
        let first = self.without_fillers(words);
        let asked = |phrases: Phrases| phrases.iter().find_map(|phrase| behind(first, phrase));
        // A question is a command only where it begins like one.
        if let Some(command) = asked(self.asked_to).or_else(|| asked(self.asked)) {
            return self.begins_command(self.without_fillers(command)) || self.ends_command(command);
        }
        !text.contains('?') && self.begins_command(first)
    }

    fn begins_command(&self, words: &[Word]) -> bool {
        let is_done = |(verbs, things): &(Phrases, Phrases)| {
            verbs.iter().filter_map(|verb| behind(words, verb)).any(|rest| names(&rest[..rest.len().min(SOON)], things))
        };
        let is_number = |words: &[Word]| matches!(words.first(), Some(Word::Number(_)));
        self.alone.iter().any(|phrase| behind(words, phrase).is_some())
            || self.dials.iter().filter_map(|verb| behind(words, verb)).any(is_number)
            || self.groups.iter().any(is_done)
            || self.both.iter().any(|(begins, has_too)| behind(words, begins).is_some() && has(words, has_too))
    }

    /// Where the verb comes last: "Kannst du das Licht anmachen?"
    fn ends_command(&self, words: &[Word]) -> bool {
        let Some((last, before)) = words.split_last() else { return false };
        self.groups.iter().any(|(verbs, things)| verbs.iter().any(|verb| last.is(verb)) && names(before, things))
    }

    fn without_fillers<'a>(&self, mut words: &'a [Word]) -> &'a [Word] {
        while let Some(rest) = self.fillers.iter().find_map(|filler| behind(words, filler)) {
            words = rest;
        }
        words
    }
}

fn names(words: &[Word], things: Phrases) -> bool {
    things.iter().any(|thing| has(words, thing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_can_be_in_a_text() {
        for language in ["en", "de", "es", "fr", "it"] {
            let (deeds, table) = (tables::of(language).unwrap(), crate::tables::of(language).unwrap());
            let groups = deeds.groups.iter().flat_map(|(verbs, things)| verbs.iter().chain(*things));
            let both = deeds.both.iter().flat_map(|(one, other)| [one, other]);
            let lists = [deeds.asked, deeds.asked_to, deeds.fillers, deeds.dials, deeds.alone, deeds.texts];
            for phrase in lists.into_iter().flatten().chain(groups).chain(both) {
                let words = crate::words::of(phrase, table).unwrap();
                assert!(has(&words, phrase), "{language}: no text has {phrase:?}");
            }
        }
    }
}

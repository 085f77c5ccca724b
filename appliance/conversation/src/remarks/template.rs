//! Sentence templates: how the phrases of a table are written, and how words are compared with them.
//!
//! `(that|it) makes [perfect] sense` is four phrases: `(one|other)` is one of these, `[perhaps]` may be left out, and
//! `<name>` is the template of that name, a rule of the same table. No phrase is ever written out: what was said is
//! followed through a template word by word, from all places at once. So a template costs what its text is long,
//! however many phrases it stands for, and a word that a table does not have at all costs one look at its vocabulary.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;
use std::sync::Arc;

use super::words_of;

/// Places between the words that were said, a bit for each. The lowest is in front of the first word.
pub(super) type Places = u32;

/// The place in front of the first word.
pub(super) const BEGINNING: Places = 1;

/// No remark has more words: there is one place more, and a bit for each.
pub(super) const MOST_WORDS: usize = 20;

/// What can be said in one place.
#[derive(Debug, Clone)]
pub(super) enum Template {
    /// The word of that number.
    Word(usize),
    /// One after the other; of none, nothing.
    All(Arc<[Self]>),
    /// One of these.
    Any(Arc<[Self]>),
}

/// Why a template cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    /// A bracket has no other.
    Bracket,
    /// There is no such rule, or only further below.
    Rule,
    /// Somewhere there is no word where one has to be.
    Empty,
    /// It can be said without a word, and so would be anywhere.
    Silent,
}

impl Template {
    /// Where one is who says this from any of these places on, perhaps with `small` words between its parts.
    pub(super) fn ends(&self, from: Places, said: &Said, small: Option<&Self>) -> Places {
        if from == 0 {
            return 0;
        }
        match self {
            Self::Word(word) => (from & said.places(*word)) << 1,
            Self::Any(choices) => choices.iter().fold(0, |there, choice| there | choice.ends(from, said, small)),
            Self::All(parts) => parts.iter().enumerate().fold(from, |at, (number, part)| {
                let between = small.filter(|_| number > 0);
                part.ends(between.map_or(at, |small| small.repeated(at, said)), said, small)
            }),
        }
    }

    /// The same of who says it as often as they like, or not at all.
    pub(super) fn repeated(&self, from: Places, said: &Said) -> Places {
        let further = from | self.ends(from, said, None);
        if further == from { from } else { self.repeated(further, said) }
    }

    /// One of these.
    pub(super) fn any(choices: impl IntoIterator<Item = Self>) -> Self {
        Self::Any(choices.into_iter().collect())
    }

    /// This, or nothing.
    fn optional(self) -> Self {
        Self::any([self, Self::All([].into())])
    }

    /// Whether no word has to be said.
    fn is_silent(&self) -> bool {
        match self {
            Self::Word(_) => false,
            Self::All(parts) => parts.iter().all(Self::is_silent),
            Self::Any(choices) => choices.iter().any(Self::is_silent),
        }
    }
}

/// The words of a table, numbered, and its rules.
#[derive(Debug, Default, Clone)]
pub(super) struct Vocabulary {
    numbers: BTreeMap<String, usize>,
    rules: BTreeMap<&'static str, Template>,
}

impl Vocabulary {
    /// Reads the phrases of one field, templates with commas between them. One that is malformed is left out: the tests
    /// read all tables and suffer none.
    pub(super) fn phrases(&mut self, field: &str) -> Template {
        Template::any(field.split(',').filter_map(|template| self.template(template).ok()))
    }

    /// Reads a rule. Templates that are read later may name it.
    pub(super) fn rule(&mut self, name: &'static str, template: &str) -> Result<(), Malformed> {
        let template = self.template(template)?;
        self.rules.insert(name, template);
        Ok(())
    }

    /// Reads one template.
    pub(super) fn template(&mut self, written: &str) -> Result<Template, Malformed> {
        let template = Reader { rest: written.chars().peekable(), vocabulary: self }.choices(None)?;
        if template.is_silent() { Err(Malformed::Silent) } else { Ok(template) }
    }

    /// What was said, if every word of it is known.
    pub(super) fn said(&self, words: &[String]) -> Option<Said> {
        let mut said = Said { places: vec![0; self.numbers.len()], end: BEGINNING << words.len() };
        for (place, word) in words.iter().enumerate() {
            *said.places.get_mut(*self.numbers.get(word)?)? |= BEGINNING << place;
        }
        Some(said)
    }

    fn number(&mut self, word: String) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(word).or_insert(next)
    }

    #[cfg(test)]
    pub(super) fn word(&self, number: usize) -> Option<&str> {
        self.numbers.iter().find(|(_, known)| **known == number).map(|(word, _)| word.as_str())
    }
}

/// Words that were said, at most [`MOST_WORDS`], as a table's templates look at them.
#[derive(Debug)]
pub(super) struct Said {
    /// For each word of the vocabulary the places that are in front of it.
    places: Vec<Places>,
    /// The place behind the last word.
    pub(super) end: Places,
}

impl Said {
    fn places(&self, word: usize) -> Places {
        self.places.get(word).copied().unwrap_or_default()
    }
}

/// Reads one template from left to right.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    vocabulary: &'a mut Vocabulary,
}

impl Reader<'_> {
    /// All up to the bracket that closes this, or to the end.
    fn choices(&mut self, close: Option<char>) -> Result<Template, Malformed> {
        let (mut choices, mut parts) = (Vec::new(), Vec::new());
        loop {
            let words = words_of(&self.text());
            parts.extend(words.into_iter().map(|word| Template::Word(self.vocabulary.number(word))));
            let mark = self.rest.next();
            match mark {
                Some('(') => parts.push(self.choices(Some(')'))?),
                Some('[') => parts.push(self.choices(Some(']'))?.optional()),
                Some('<') => parts.push(self.named()?),
                _ if parts.is_empty() => return Err(Malformed::Empty),
                Some('|') => choices.push(Template::All(std::mem::take(&mut parts).into())),
                _ if mark != close => return Err(Malformed::Bracket),
                _ => {
                    choices.push(Template::All(parts.into()));
                    return Ok(Template::any(choices));
                }
            }
        }
    }

    fn named(&mut self) -> Result<Template, Malformed> {
        let name = self.text();
        let close = self.rest.next();
        let rule = self.vocabulary.rules.get(name.as_str()).filter(|_| close == Some('>'));
        rule.cloned().ok_or(Malformed::Rule)
    }

    /// What stands up to the next mark.
    fn text(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.rest.next_if(|c| !matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '|')) {
            text.push(c);
        }
        text
    }
}

#[cfg(test)]
mod tests;

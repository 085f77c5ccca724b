//! Recognising what is no word: a line is read from left to right, and at each place the first that fits is taken.
//!
//! What fits is decided by how it is written and by its neighbours, with the language's [`Table`](crate::language::Table);
//! how it is said is the language's own. Where two readings are possible, the plain one is taken unless a neighbour decides.

mod abbreviations;
mod amounts;
mod codes;
pub(crate) mod dates;
mod days;
pub(crate) mod fractions;
pub(crate) mod number;
mod ordinals;
pub(crate) mod roman;
mod sums;
mod text;
mod times;

pub(crate) use fractions::FRACTION_STROKE;
pub(crate) use text::{Text, has};

use crate::found::{Amount, Found, Number};
use crate::language::{Around, Language};

/// The line with everything in words that the language can say.
pub(crate) fn read(line: &str, language: &dyn Language) -> String {
    let chars: Vec<char> = line.chars().collect();
    let text = Text::new(&chars);
    let mut spoken = Spoken { text: String::with_capacity(line.len() * 2), is_word: false };
    let mut at = 0;
    while let Some(c) = text.at(at) {
        let is_inside = text.before(at).is_some_and(char::is_alphanumeric);
        let found = if is_inside { within_word(text, at, language) } else { beginning(text, at, language) };
        if let Some((found, end)) = found {
            let (before, start) = text.previous_word_from(at);
            let before_that = text.previous_word(start).to_lowercase();
            let around = Around { before: before.to_lowercase(), before_that, after: text.next_word(end) };
            spoken.words(&language.say_between(&found, &around));
            at = end.max(at + 1);
            if let Some((other, end)) = other_end(text, &found, at, language) {
                spoken.words(language.table().signs.to);
                spoken.words(&language.say(&other));
                at = end.max(at + 1);
            }
            // "1) First": a short silence.
            if text.at(at) == Some(')') && is_point(text, at) {
                spoken.mark('.');
                at += 1;
            }
        } else if let Some((words, end)) = sums::sign(text, at, language.table()) {
            spoken.words(words);
            at = end.max(at + 1);
        } else {
            spoken.mark(c);
            at += 1;
        }
    }
    spoken.text
}

/// What is said of a line.
struct Spoken {
    text: String,
    /// It ends with words that were put there; a letter behind them needs a blank.
    is_word: bool,
}

impl Spoken {
    fn words(&mut self, words: &str) {
        if self.text.ends_with(|c: char| c.is_alphanumeric() || ".,;:!?)%".contains(c)) {
            self.text.push(' ');
        }
        self.text.push_str(words);
        self.is_word = true;
    }

    fn mark(&mut self, c: char) {
        if self.is_word && (c.is_alphanumeric() || "([“".contains(c)) && self.text.ends_with(char::is_alphanumeric) {
            self.text.push(' ');
        }
        self.text.push(c);
        self.is_word = false;
    }
}

/// What begins here, where a word may begin.
fn beginning(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    let c = text.at(at)?;
    let table = language.table();
    if let Some(duration) = times::duration(text, at, language) {
        return Some(duration);
    }
    if let Some(own) = language.own(text.chars, at) {
        return Some(own);
    }
    match c {
        c if c.is_ascii_digit() => Some(of_digits(text, at, language)),
        '\'' | '’' | '‘' => dates::decade(text, at, table),
        '(' | '+' => codes::phone(text, at, table).filter(|_| c == '+' || text.is_digit(at + 1)),
        '.' | ',' if c == table.decimal => amounts::amount(text, at, table),
        c if c.is_alphabetic() => of_letters(text, at, language),
        c if !c.is_whitespace() => amounts::money(text, at, table),
        _ => None,
    }
}

fn of_letters(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    let table = language.table();
    None.or_else(|| dates::month_first(text, at, table))
        .or_else(|| dates::era_alone(text, at, table))
        .or_else(|| days::range(text, at, language))
        .or_else(|| dates::weekday(text, at, table))
        .or_else(|| days::alone(text, at, table))
        .or_else(|| amounts::unit_alone(text, at, table))
        .or_else(|| abbreviations::abbreviation(text, at, table))
        .or_else(|| roman::numeral(text, at, table))
        .or_else(|| abbreviations::initials(text, at))
        .or_else(|| amounts::money(text, at, table))
}

fn of_digits(text: Text<'_>, at: usize, language: &dyn Language) -> (Found, usize) {
    let table = language.table();
    None.or_else(|| dates::numeric(text, at, table))
        .or_else(|| dates::decade(text, at, table))
        .or_else(|| times::time(text, at, table))
        .or_else(|| codes::dotted(text, at, table))
        .or_else(|| codes::phone(text, at, table))
        .or_else(|| dates::day_first(text, at, table))
        .or_else(|| ordinals::ordinal(text, at, table))
        .or_else(|| codes::hyphenated(text, at))
        .or_else(|| fractions::fraction(text, at, table))
        .or_else(|| fractions::ratio(text, at, table))
        .or_else(|| dates::year_in_context(text, at, language))
        .or_else(|| codes::run(text, at))
        .or_else(|| amounts::amount(text, at, table))
        .unwrap_or_else(|| digits(text, at))
}

/// Digits behind a letter: "MP3", "v2.0", "H1N1".
fn within_word(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    if !text.is_digit(at) {
        return None;
    }
    let table = language.table();
    let end = text.digits_end(at);
    let spelled = end - at > 3 || (end - at > 1 && text.at(at) == Some('0'));
    if text.before(at).is_some_and(|c| c.is_ascii_digit()) || (spelled && text.at(end) != Some('.')) {
        return Some(digits(text, at));
    }
    let dotted = codes::dotted(text, at, table);
    let number = || number::number(text, at, table).map(|(number, end)| (Found::Amount(Amount::of(number)), end));
    Some(dotted.or_else(number).unwrap_or_else(|| digits(text, at)))
}

/// All digits that begin here, one by one.
fn digits(text: Text<'_>, at: usize) -> (Found, usize) {
    let end = text.digits_end(at);
    (Found::Digits { groups: vec![text.string(at, end)], plus: false }, end)
}

/// What a dash joins to something that was found, if it is of the same kind: "May 3 - June 5".
fn other_end(text: Text<'_>, found: &Found, end: usize, language: &dyn Language) -> Option<(Found, usize)> {
    let joins = match found {
        Found::Date(_)
        | Found::Time(_)
        | Found::Money(_)
        | Found::Quantity(_)
        | Found::Year(_)
        | Found::Decade { .. } => true,
        Found::Fraction(_) | Found::Ordinal(_) => true,
        Found::Amount(_)
        | Found::Years(..)
        | Found::Ruler(_)
        | Found::Digits { .. }
        | Found::Dotted(_)
        | Found::Per(..) => false,
        Found::Ratio(..)
        | Found::Over(..)
        | Found::OutOf(..)
        | Found::Both(..)
        | Found::Range(..)
        | Found::Words(_) => false,
    };
    let (start, _) = text.dash(end).filter(|_| joins)?;
    let (other, end) = beginning(text, start, language)?;
    (std::mem::discriminant(found) == std::mem::discriminant(&other)).then_some((other, end))
}

/// Whether the bracket that stands here closes the number of a list's point.
fn is_point(text: Text<'_>, at: usize) -> bool {
    (1..=3).contains(&at) && text.at(at + 1) == Some(' ') && (0..at).all(|place| text.is_digit(place))
}

/// A number that is said as a count.
fn count(value: u64) -> Found {
    Found::Amount(Amount::of(Number { whole: value.to_string(), ..Number::default() }))
}

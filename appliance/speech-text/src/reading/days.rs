//! Days of the week and months by themselves: from one to another, and short forms with their full stop: "Monday–Friday",
//! "Mon-Fri", "on Tue. and Wed."

use super::text::{Text, has};
use crate::found::Found;
use crate::language::{Language, Table};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Day,
    Month,
}

/// A day or month that was written.
struct Named {
    /// Its name, with the first letter as large as it was written.
    name: String,
    /// As it was written, without the full stop.
    written: &'static str,
    is_short: bool,
    has_stop: bool,
    end: usize,
}

/// How days or months are written, each with the name.
fn names(table: &'static Table, kind: Kind) -> Vec<(&'static str, &'static str)> {
    match kind {
        Kind::Day => table.weekdays.iter().flat_map(|(short, name)| [(*short, *name), (*name, *name)]).collect(),
        Kind::Month => {
            let month = |names: &'static [&'static str]| {
                names.iter().map(|written| (*written, names.first().copied().unwrap_or_default()))
            };
            table.months.into_iter().flat_map(month).collect()
        }
    }
}

/// The day or month that begins here. What is written with a small letter may begin a sentence.
fn named(text: Text<'_>, at: usize, table: &'static Table, kind: Kind) -> Option<Named> {
    let first = text.at(at)?;
    let begins = |written: &str| written.chars().next().is_some_and(|c| c == first || c.to_uppercase().eq([first]));
    names(table, kind).into_iter().filter(|(written, _)| begins(written)).find_map(|(written, name)| {
        let length = written.chars().count();
        let rest: String = written.chars().skip(1).collect();
        let end = at + length;
        let fits = text.starts(at + 1, &rest) && text.is_end(end);
        // "Jänner" is a name of its own.
        let is_short = written != name && (length <= 4 || name.starts_with(written));
        let has_stop = is_short && text.at(end) == Some('.');
        let said = if is_short { name } else { written };
        let name = first.to_string() + &said.chars().skip(1).collect::<String>();
        fits.then_some(Named { name, written, is_short, has_stop, end: end + usize::from(has_stop) })
    })
}

/// From one day or month to another.
pub(super) fn range(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    range_of(text, at, language, Kind::Day).or_else(|| range_of(text, at, language, Kind::Month))
}

fn range_of(text: Text<'_>, at: usize, language: &dyn Language, kind: Kind) -> Option<(Found, usize)> {
    let table = language.table();
    let from = named(text, at, table, kind)?;
    let (start, _) = text.dash(from.end)?;
    let to = named(text, start, table, kind)?;
    let goes_on = text.dash(to.end).is_some_and(|(at, is_spaced)| !is_spaced && text.is_alphanumeric(at));
    // "March–May 5" is no range of months.
    let day = kind == Kind::Month
        && text.at(to.end) == Some(' ')
        && (1..3).contains(&(text.digits_end(to.end + 1) - to.end - 1));
    if goes_on || day {
        return None;
    }
    let stop = if to.has_stop && text.is_sentence_end(to.end) { "." } else { "" };
    let words = language.span(&from.name, &to.name, &text.previous_word(at).to_lowercase());
    Some((Found::Words(words + stop), to.end))
}

/// A short form with its full stop that is no end of a sentence, or is one and stands behind a word that days have before
/// them.
pub(super) fn alone(text: Text<'_>, at: usize, table: &'static Table) -> Option<(Found, usize)> {
    let named = match (named(text, at, table, Kind::Day), named(text, at, table, Kind::Month)) {
        (Some(day), None) => day,
        // "Mar." may be a Tuesday.
        (None, Some(month)) if !table.weekdays.iter().any(|(_, day)| day.starts_with(month.written)) => month,
        _ => return None,
    };
    if !named.is_short || !named.has_stop {
        return None;
    }
    let next = text.at(named.end);
    let goes_on = matches!(next, Some(',' | ')'))
        || next == Some(' ') && text.at(named.end + 1).is_some_and(|c| c.is_lowercase() || c == '&');
    // "Fr." is a woman's title as well.
    let with_stop = text.string(at, named.end);
    let ambiguous = table.abbreviations.iter().any(|short| short.written == with_stop);
    let announced = || is_announced(text, at, table);
    let ends = text.is_sentence_end(named.end);
    let fits = if goes_on && !ambiguous { true } else { (goes_on || ends) && announced() };
    let stop = if ends { "." } else { "" };
    fits.then(|| (Found::Words(named.name + stop), named.end))
}

/// Whether the word before this place is one that days have before them, or joins this one to another day.
fn is_announced(text: Text<'_>, at: usize, table: &'static Table) -> bool {
    let (word, start) = text.previous_word_from(at);
    if has(table.before_day, &word) {
        return true;
    }
    let (before, _) = text.previous_word_from(start);
    let is_one = |kind: Kind| names(table, kind).iter().any(|(written, name)| *written == before || *name == before);
    word == table.signs.and && (is_one(Kind::Day) || is_one(Kind::Month))
}

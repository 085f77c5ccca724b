//! Abbreviations of a language's table, and letters with full stops between.

use super::text::Text;
use crate::found::Found;
use crate::language::{Abbreviation, Place, Table};

/// The abbreviation that begins here, in words. The full stop of a sentence stays.
pub(super) fn abbreviation(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let first = text.at(at)?;
    let fits = table.abbreviations.iter().filter(|short| short.written.starts_with(first));
    let mut found: Option<(&Abbreviation, usize)> = None;
    for short in fits {
        if let Some(end) = place(text, at, short, table)
            && found.is_none_or(|(longest, _)| longest.written.len() < short.written.len())
        {
            found = Some((short, end));
        }
    }
    let (short, end) = found?;
    let ends_sentence = match short.place {
        Place::Any => text.is_sentence_end(end),
        Place::Within | Place::BehindName => text.at(end).is_none(),
        Place::BeforeName | Place::BeforeNumber => false,
    };
    let stop = if short.written.ends_with('.') && ends_sentence { "." } else { "" };
    Some((Found::Words(format!("{}{stop}", short.words)), end))
}

/// Where the abbreviation ends, if it stands here and in its place.
fn place(text: Text<'_>, at: usize, short: &Abbreviation, table: &Table) -> Option<usize> {
    let stopless = || short.written.strip_suffix('.').and_then(|written| text.eat_exactly(at, written));
    let with_stop = text.eat_exactly(at, short.written);
    let (end, start) = match short.place {
        Place::Any | Place::Within => return with_stop,
        Place::BehindName => {
            let end = with_stop?;
            let (name, start) = text.previous_word_from(at);
            // "Mount St. Helens", but "12 Main St. Springfield".
            let before_name = text.at(end) == Some(' ') && text.at(end + 1).is_some_and(char::is_uppercase);
            let numbered = start > 1 && text.before(start) == Some(' ') && text.is_digit(start - 2);
            // "5th Ave."
            let counted = start > 0 && text.is_digit(start - 1);
            return ((name.starts_with(char::is_uppercase) || counted) && (!before_name || numbered)).then_some(end);
        }
        Place::BeforeName => {
            let end = with_stop.or_else(stopless)?;
            // "Mr. and Mrs. Lee".
            let and = [table.signs.and, "&"].iter().find_map(|and| text.eat(text.skip_blank(end), and));
            if with_stop.is_some() && and.is_some_and(|and| is_title(text, text.skip_blank(and), table)) {
                return Some(end);
            }
            (end, text.skip_blank(end))
        }
        Place::BeforeNumber => {
            let end = with_stop?;
            (end, text.skip_blank(end))
        }
    };
    let next = text.at(start)?;
    let fits = match short.place {
        Place::BeforeNumber => next.is_ascii_digit(),
        Place::Any | Place::Within | Place::BehindName | Place::BeforeName => start > end && next.is_uppercase(),
    };
    fits.then_some(end)
}

/// Whether the title of a person begins here, before a name.
fn is_title(text: Text<'_>, at: usize, table: &Table) -> bool {
    table.abbreviations.iter().filter(|short| short.place == Place::BeforeName).any(|short| {
        let end = text.eat_exactly(at, short.written);
        end.is_some_and(|end| text.at(end) == Some(' ') && text.at(end + 1).is_some_and(char::is_uppercase))
    })
}

/// "U.S.", "J. R. R.", "a.b.c.": letters by themselves, said one by one.
pub(super) fn initials(text: Text<'_>, at: usize) -> Option<(Found, usize)> {
    let mut letters: Vec<String> = Vec::new();
    let mut end = at;
    while letters.len() < 12
        && let Some(letter) = text.at(end).filter(|c| c.is_uppercase())
        && text.at(end + 1) == Some('.')
    {
        letters.push(letter.to_string());
        end += 2;
    }
    if letters.len() < 2 || text.is_alphanumeric(end) {
        return None;
    }
    let stop = if text.at(end).is_none() { "." } else { "" };
    Some((Found::Words(format!("{}{stop}", letters.join(" "))), end))
}

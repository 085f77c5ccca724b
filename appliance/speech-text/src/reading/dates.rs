//! Dates and years: 2024-03-15, 3/15/2024, 15.3.2024, March 3rd, 2024, the 1990s, '99, 44 BC.

use super::number::small;
use super::text::{Text, has};
use crate::found::{Date, Found};
use crate::language::{Language, Table};

/// A date of digits alone that begins here.
pub(crate) fn numeric(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (first, first_end) = small(text, at, 4)?;
    let mark = text.at(first_end).filter(|c| matches!(c, '-' | '/' | '.'))?;
    let (second, second_end) = small(text, first_end + 1, 2)?;
    let third = (text.at(second_end) == Some(mark)).then(|| small(text, second_end + 1, 4)).flatten();
    let ends = |end: usize| !(text.is_alphanumeric(end) || text.at(end) == Some(mark) && text.is_digit(end + 1));
    let Some((third, end)) = third else {
        return without_year(text, at, (mark, first, second), second_end, table);
    };
    // "2024-03-15T10:30" goes on with a time.
    if !(ends(end) || text.at(end) == Some('T') && text.is_digit(end + 1)) {
        return None;
    }
    let third_digits = end - second_end - 1;
    let has_year = third_digits == 4 || (third_digits == 2 && mark != '-');
    let (day, month, year) = match first_end - at {
        4 if third_digits <= 2 && mark != '.' => (third, second, first),
        1 | 2 if has_year => {
            let year = match third {
                0..=49 if third_digits == 2 => third + 2000,
                50..=99 if third_digits == 2 => third + 1900,
                year => year,
            };
            let day_first = first > 12 || (second <= 12 && (table.day_first || mark == '.'));
            if day_first { (first, second, year) } else { (second, first, year) }
        }
        _ => return None,
    };
    date(Some(day), month, Some(year)).map(|date| (Found::Date(date), end))
}

/// "on 3/15", and where full stops make ordinals "15.3."
fn without_year(
    text: Text<'_>,
    at: usize,
    (mark, first, second): (char, u64, u64),
    end: usize,
    table: &Table,
) -> Option<(Found, usize)> {
    let dotted = mark == '.' && table.ordinal_stop && text.at(end) == Some('.') && !text.is_digit(end + 1);
    let stroke = mark == '/' && has(table.before_date, &text.previous_word(at)) && !text.is_alphanumeric(end);
    let (day, month) = if table.day_first || (stroke && first > 12) { (first, second) } else { (second, first) };
    match (dotted, stroke) {
        (true, _) => date(Some(first), second, None).map(|date| (Found::Date(date), end + 1)),
        (_, true) => date(Some(day), month, None).map(|date| (Found::Date(date), end)),
        _ => None,
    }
}

fn date(day: Option<u64>, month: u64, year: Option<u64>) -> Option<Date> {
    let day_fits = day.is_none_or(|day| (1..=31).contains(&day));
    let fits = day_fits && (1..=12).contains(&month) && year.is_none_or(|year| (1..=9999).contains(&year));
    let year = year.and_then(|year| i32::try_from(year).ok());
    fits.then(|| Date {
        day: day.and_then(|day| u8::try_from(day).ok()),
        month: u8::try_from(month).unwrap_or(1),
        year,
        ..Date::default()
    })
}

/// The month whose name or short form begins here, and where it ends.
fn month(text: Text<'_>, at: usize, table: &Table) -> Option<(u64, usize)> {
    for (month, names) in (1..).zip(table.months) {
        for name in names {
            let Some(mut end) = text.eat_exactly(at, name) else { continue };
            let is_short = names.first() != Some(name);
            if is_short && text.at(end) == Some('.') {
                end += 1;
            }
            return Some((month, end));
        }
    }
    None
}

/// The day that begins here: one or two digits, with the ending of an ordinal or without.
fn day(text: Text<'_>, at: usize, table: &Table) -> Option<(u64, usize)> {
    let (day, end) = small(text, at, 2)?;
    let ending = table.ordinal_endings.iter().find_map(|ending| text.eat(end, ending));
    let stop = (table.ordinal_stop && text.at(end) == Some('.')).then_some(end + 1);
    let end = ending.or(stop).unwrap_or(end);
    ((1..=31).contains(&day) && !text.is_alphanumeric(end)).then_some((day, end))
}

/// The year that follows a date, behind a comma or none.
fn year(text: Text<'_>, at: usize) -> Option<(u64, usize)> {
    let start = at + usize::from(text.at(at) == Some(',')) + 1;
    let (year, end) = (text.before(start) == Some(' ')).then(|| small(text, start, 4)).flatten()?;
    let free =
        !(text.is_alphanumeric(end) || text.at(end).is_some_and(|c| ".,:/".contains(c)) && text.is_digit(end + 1));
    ((1000..=2999).contains(&year) && free).then_some((year, end))
}

/// "March 3, 2024", "Mar. 3rd", "March 2024".
pub(crate) fn month_first(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (month, month_end) = month(text, at, table)?;
    let after = text.skip_blank(month_end);
    if after == month_end {
        return None;
    }
    if let Some((year, end)) = year(text, month_end) {
        return date(None, month, Some(year)).map(|date| (Found::Date(date), end));
    }
    let (day, day_end) = day(text, after, table)?;
    // "March 10:30" and "May 5.5" are none, nor is "May 5%".
    let next = text.at(day_end);
    if next.is_some_and(|c| ".,:/".contains(c)) && text.is_digit(day_end + 1)
        || next.is_some_and(|c| "%$€£°".contains(c))
    {
        return None;
    }
    let last = last_day(text, day_end, table).filter(|(last, _)| *last > day);
    let day_end = last.map_or(day_end, |(_, end)| end);
    let year = year(text, day_end);
    let end = year.map_or(day_end, |(_, end)| end);
    let found = date(Some(day), month, year.map(|(year, _)| year))?;
    let last_day = last.and_then(|(last, _)| u8::try_from(last).ok());
    Some((Found::Date(Date { last_day, ..found }), end))
}

fn last_day(text: Text<'_>, at: usize, table: &Table) -> Option<(u64, usize)> {
    text.dash(at).and_then(|(start, _)| day(text, start, table))
}

/// "3 March 2024", "the 3rd of March", "3.-5. März".
pub(crate) fn day_first(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (day, day_end) = day(text, at, table)?;
    let last = last_day(text, day_end, table).filter(|(last, _)| *last > day);
    let days_end = last.map_or(day_end, |(_, end)| end);
    if text.at(days_end) != Some(' ') {
        return None;
    }
    let mut start = days_end + 1;
    for word in table.article_before_day.iter().filter_map(|words| words.split_once(' ').map(|(_, of)| of)) {
        if let Some(end) = text.eat(start, word) {
            start = text.skip_blank(end);
        }
    }
    let (month, month_end) = month(text, start, table)?;
    let year = year(text, month_end);
    let end = year.map_or(month_end, |(_, end)| end);
    let date = date(Some(day), month, year.map(|(year, _)| year))?;
    let previous = text.previous_word(at).to_lowercase();
    let articles = table.article_before_day.iter().filter_map(|words| words.split(' ').next());
    let has_article = articles.into_iter().any(|article| article == previous);
    let last_day = last.and_then(|(last, _)| u8::try_from(last).ok());
    Some((Found::Date(Date { day_first: true, has_article, last_day, ..date }), end))
}

/// The short form of a day of the week, before a date or number: "Mon, Jan 5", "Tue. 3 p.m.".
pub(crate) fn weekday(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    table.weekdays.iter().find_map(|(written, name)| {
        let mut end = text.eat_exactly(at, written)?;
        end += usize::from(text.at(end) == Some('.'));
        let start = end + usize::from(text.at(end) == Some(','));
        let follows =
            text.at(start) == Some(' ') && (text.is_digit(start + 1) || month(text, start + 1, table).is_some());
        follows.then(|| (Found::Words((*name).to_owned()), end))
    })
}

/// "1990s", "'90s", "80s".
pub(crate) fn decade(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let quoted = usize::from(text.at(at).is_some_and(|c| matches!(c, '\'' | '’' | '‘')));
    let (tens, end) = small(text, at + quoted, 4)?;
    let digits = end - at - quoted;
    let apostrophe = usize::from(text.at(end).is_some_and(|c| matches!(c, '\'' | '’')));
    let ending = table.decade_endings.iter().find_map(|ending| text.eat_exactly(end + apostrophe, ending));
    let short = digits == 2;
    let fits = match digits {
        2 => tens % 10 == 0 && (quoted == 1 || tens >= 20),
        4 => quoted == 0 && tens % 10 == 0 && (1000..=2999).contains(&tens),
        _ => false,
    };
    match ending {
        Some(end) if fits => Some((Found::Decade { year: i32::try_from(tens).ok()?, short }, end)),
        // "'99", and no closing quote behind.
        None if short && quoted == 1 && text.is_end(end) && !text.at(end).is_some_and(|c| "'’".contains(c)) => {
            let free = tens >= 10 && text.before(at).is_none_or(|c| c == ' ');
            free.then_some((Found::Year(i32::try_from(tens).ok()?), end))
        }
        _ => None,
    }
}

/// The era that stands here, and where it ends.
fn era(text: Text<'_>, at: usize, table: &Table) -> Option<(&'static str, usize)> {
    let fits = table.eras.iter().filter_map(|(written, words)| Some((*words, text.eat_exactly(at, written)?)));
    // The full stop of a sentence stays.
    let (words, end) = fits.max_by_key(|(_, end)| *end)?;
    let stop = text.before(end) == Some('.') && text.at(end).is_none();
    Some((words, end - usize::from(stop)))
}

/// An era before its year, or behind a number that is none for [`year_in_context`]: "AD 79", "10,000 BCE".
pub(crate) fn era_alone(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (words, end) = era(text, at, table)?;
    if text.before(at) == Some(' ') && at > 1 && text.is_digit(at - 2) {
        return Some((Found::Words(words.to_owned()), end));
    }
    let (year, year_end) = (text.at(end) == Some(' ')).then(|| small(text, end + 1, 4)).flatten()?;
    let year = Found::Year(i32::try_from(year).ok()?);
    let era = Found::Words(words.to_owned());
    (!text.is_alphanumeric(year_end)).then(|| (Found::Both(Box::new(era), Box::new(year)), year_end))
}

/// A number of up to four digits that is a year, by what is around it. Never one alone, nor one that counts something.
pub(crate) fn year_in_context(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    let table = language.table();
    let (year, end) = small(text, at, 4)?;
    let digits = end - at;
    let next = text.at(end);
    let goes_on = next.is_some_and(|c| "%$€£°/:".contains(c))
        || next.is_some_and(|c| ".,".contains(c)) && text.is_digit(end + 1)
        || text.is_alphanumeric(end)
        || text.before(at).is_some_and(|c| "$€£¥#-−+/".contains(c));
    let value = i32::try_from(year).ok()?;
    if goes_on || text.string(at, end).starts_with('0') {
        return None;
    }
    let previous = text.previous_word(at);
    if text.at(end) == Some(' ')
        && let Some((words, era_end)) = era(text, end + 1, table)
    {
        let era = Found::Words(words.to_owned());
        return Some((Found::Both(Box::new(Found::Year(value)), Box::new(era)), era_end));
    }
    if digits != 4 || !text.has_words || !(1000..=2099).contains(&year) {
        return None;
    }
    if let Some(found) = years(text, at, end, table) {
        return Some(found);
    }
    if text.dash(end).is_some_and(|(start, _)| text.is_digit(start)) {
        return None;
    }
    let following = text.next_word(end);
    let counts = has(table.after_count, &following)
        || (!following.is_empty()
            && !table.count_ending.is_empty()
            && following.ends_with(table.count_ending)
            && following.starts_with(char::is_lowercase)
            && following.chars().count() > 3
            && !has(table.not_counted, &following));
    let is_year = if has(table.before_year, &previous) {
        !counts
    } else {
        year >= 1700 && !counts && !has(table.before_count, &previous)
    };
    is_year.then_some((Found::Year(value), end))
}

/// "1939-1945", "1939–45".
fn years(text: Text<'_>, at: usize, end: usize, table: &Table) -> Option<(Found, usize)> {
    let (from, _) = small(text, at, 4)?;
    let (start, _) = text.dash(end)?;
    let (to, to_end) = small(text, start, 4)?;
    let digits = to_end - start;
    let fits = match digits {
        2 => to > from % 100,
        4 => (from..=2999).contains(&to),
        _ => false,
    };
    let ends = !text.is_alphanumeric(to_end) && text.dash(to_end).is_none_or(|(at, _)| !text.is_digit(at));
    let counts = has(table.before_count, &text.previous_word(at)) || has(table.after_count, &text.next_word(to_end));
    let years = Found::Years(i32::try_from(from).ok()?, i32::try_from(to).ok()?);
    (fits && ends && !counts).then_some((years, to_end))
}

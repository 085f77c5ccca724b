//! Times of day: 8:00, 10:30:15, 3 p.m., 9-11 a.m.

use super::number::small;
use super::text::Text;
use super::text::has;
use crate::found::{Amount, Found, Half, Number, Quantity, Time};
use crate::language::{Language, Table};

/// A time, or one to another, that begins here.
pub(super) fn time(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (from, end) = one(text, at, table, false)?;
    let Some((start, _)) = text.dash(end) else {
        return is_told(&from).then_some((Found::Time(from), end));
    };
    match one(text, start, table, true) {
        // "9-11 a.m.", "9:00-17"; not "9-11".
        Some((to, to_end)) if is_told(&from) || is_told(&to) => {
            Some((Found::Range(Box::new(Found::Time(from)), Box::new(Found::Time(to))), to_end))
        }
        _ => is_told(&from).then_some((Found::Time(from), end)),
    }
}

/// Whether it is a time by itself, and not any number.
fn is_told(time: &Time) -> bool {
    time.minute.is_some() || time.half.is_some() || time.has_clock
}

fn one(text: Text<'_>, at: usize, table: &Table, is_last: bool) -> Option<(Time, usize)> {
    let (hour, hour_end) = small(text, at, 2)?;
    let mut time = Time { hour: u8::try_from(hour).ok()?, ..Time::default() };
    let mut end = hour_end;
    // "9.30 a.m."; without that it is a number.
    let dotted = text.at(end) == Some('.');
    let sixty = |start: usize| {
        small(text, start, 2).filter(|(minutes, end)| *minutes < 60 && end - start == 2 && !text.is_digit(*end))
    };
    if matches!(text.at(end), Some(':' | '.'))
        && let Some((minute, minute_end)) = sixty(end + 1)
    {
        (time.minute, end) = (u8::try_from(minute).ok(), minute_end);
        if text.at(end) == Some(':')
            && let Some((second, second_end)) = sixty(end + 1)
        {
            (time.second, end) = (u8::try_from(second).ok(), second_end);
        }
    }
    if let Some((half, half_end)) = half(text, end, table).filter(|_| hour <= 12) {
        (time.half, end) = (Some(half), half_end);
    } else if dotted && time.minute.is_some() {
        (time.minute, time.second, end) = (None, None, hour_end);
    }
    time.has_clock = clock(text, end, table);
    let goes_on = text.at(end).is_some_and(|c| ".,:/%$€£°".contains(c)) && text.is_digit(end + 1)
        || text.at(end).is_some_and(|c| "%$€£°".contains(c))
        || text.is_alphanumeric(end) && time.half.is_none();
    let fits = hour < 24 || (hour == 24 && time.minute.is_none_or(|minute| minute == 0));
    let alone = time.minute.is_none() && !is_last && !is_told(&time) && text.dash(end).is_none();
    (fits && !goes_on && !alone).then_some((time, end))
}

/// The half of the day that stands here, behind at most one blank.
fn half(text: Text<'_>, at: usize, table: &Table) -> Option<(Half, usize)> {
    let start = text.skip_blank(at);
    table.halves.iter().find_map(|(written, half)| {
        let end = text.eat(start, written)?;
        // The full stop of a sentence stays.
        let end = if written.ends_with('.') && text.is_sentence_end(end) { end - 1 } else { end };
        Some((*half, end))
    })
}

/// Whether "o'clock" follows.
fn clock(text: Text<'_>, at: usize, table: &Table) -> bool {
    let start = text.skip_blank(at);
    table.clock.iter().any(|word| text.eat(start, word).is_some())
}

/// Hours, minutes and seconds that last, by the words before them: "took 3:42:15".
pub(super) fn duration(text: Text<'_>, at: usize, language: &dyn Language) -> Option<(Found, usize)> {
    let table = language.table();
    let (hours, hours_end) = small(text, at, 3)?;
    let part = |start: usize| {
        let found = (text.at(start) == Some(':')).then(|| small(text, start + 1, 2)).flatten();
        found.filter(|(value, end)| *value < 60 && end - start == 3)
    };
    let (minutes, minutes_end) = part(hours_end)?;
    let (seconds, end) = part(minutes_end)?;
    let goes_on =
        text.is_alphanumeric(end) || text.at(end).is_some_and(|c| ".,:".contains(c)) && text.is_digit(end + 1);
    if goes_on || half(text, end, table).is_some() || clock(text, end, table) || !lasts(text, at, table) {
        return None;
    }
    let quantity = |(value, symbol): (u64, &str)| {
        let unit = table.units.iter().find(|unit| unit.written.contains(&symbol))?;
        let amount = Amount::of(Number { whole: value.to_string(), ..Number::default() });
        Some(language.quantity(&Quantity { amount, unit, describes: false }))
    };
    let parts = [(hours, "h"), (minutes, "min"), (seconds, "s")].into_iter().filter(|(value, _)| *value > 0);
    let mut parts: Vec<String> = parts.filter_map(quantity).collect();
    let last = parts.pop()?;
    let words = if parts.is_empty() { last } else { format!("{} {} {last}", parts.join(", "), table.signs.and) };
    Some((Found::Words(words), end))
}

/// Whether the words before this place say that it is a duration.
fn lasts(text: Text<'_>, at: usize, table: &Table) -> bool {
    let (nearest, start) = text.previous_word_from(at);
    if has(table.before_duration, &nearest) || has(table.before_clock, &nearest) {
        return has(table.before_duration, &nearest);
    }
    let (second, start) = text.previous_word_from(start);
    let third = text.previous_word(start);
    [second, third].iter().any(|word| word.chars().count() > 3 && has(table.before_duration, word))
}

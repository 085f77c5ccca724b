//! Times of day: 8:00, 10:30:15, 3 p.m., 9-11 a.m.

use super::number::small;
use super::text::Text;
use crate::found::{Found, Half, Time};
use crate::language::Table;

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

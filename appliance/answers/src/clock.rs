//! Time and date, for whoever knows them: a clock that was never set must not be asked.

use crate::tables::Table;
use crate::words::Word;

/// What a clock on the wall shows, where the person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Of the common era.
    pub year: u16,
    /// From 1 for January.
    pub month: u8,
    /// Of the month, from 1.
    pub day: u8,
    /// From 0 for Monday.
    pub weekday: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// The answer to a question for the time or the date, and for nothing else.
pub(crate) fn answer(words: &[Word], table: &Table, now: impl FnOnce() -> Option<Now>) -> Option<String> {
    let clock = &table.clock;
    let is = |phrases: &[&str]| phrases.iter().any(|phrase| is_all(words, phrase));
    if ![clock.time, clock.date, clock.year, clock.month].into_iter().any(is) {
        return None;
    }
    let Now { year, month, day, weekday, hour, minute } = now()?;
    let weekday = *clock.weekdays.get(usize::from(weekday))?;
    let name = *clock.months.get(usize::from(month).checked_sub(1)?)?;
    if is(clock.time) {
        return Some(match table.language {
            "de" => format!("Es ist {hour}:{minute:02} Uhr."),
            "es" if hour == 1 => format!("Es la {hour}:{minute:02}."),
            "es" => format!("Son las {hour}:{minute:02}."),
            _ => {
                let half = if hour < 12 { "AM" } else { "PM" };
                format!("It is {}:{minute:02} {half}.", (hour + 11) % 12 + 1)
            }
        });
    }
    if is(clock.date) {
        return Some(match table.language {
            "de" => format!("Heute ist {weekday}, der {day}. {name} {year}."),
            "es" => format!("Hoy es {weekday}, {day} de {name} de {year}."),
            _ => format!("Today is {weekday}, {name} {day}, {year}."),
        });
    }
    let (says_year, says_month) = match table.language {
        "de" => (format!("Es ist das Jahr {year}."), format!("Es ist {name} {year}.")),
        "es" => (format!("Es el año {year}."), format!("Es {name} de {year}.")),
        _ => (format!("It is {year}."), format!("It is {name} {year}.")),
    };
    Some(if is(clock.year) { says_year } else { says_month })
}

fn is_all(words: &[Word], phrase: &str) -> bool {
    crate::words::behind(words, phrase).is_some_and(<[Word]>::is_empty)
}

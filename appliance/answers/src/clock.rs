//! Time and date, for whoever knows them: a clock that was never set must not be asked.

use crate::tables::{Clock, Table};
use crate::words::{Word, behind};

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

/// Whether somebody asks for the time or the date, and for nothing else.
pub(crate) fn is_asked(words: &[Word], table: &Table) -> bool {
    let Clock { time, date, year, month, .. } = &table.clock;
    [time, date, year, month].into_iter().any(|phrases| is_one(words, phrases))
}

/// The answer to a question for the time or the date, and for nothing else.
pub(crate) fn answer(words: &[Word], table: &Table, now: impl FnOnce() -> Option<Now>) -> Option<String> {
    if !is_asked(words, table) {
        return None;
    }
    let clock = &table.clock;
    let is = |phrases: &[&str]| is_one(words, phrases);
    let Now { year, month, day, weekday, hour, minute } = now()?;
    let weekday = *clock.weekdays.get(usize::from(weekday))?;
    let name = *clock.months.get(usize::from(month).checked_sub(1)?)?;
    if is(clock.time) {
        return Some(match table.language {
            "de" => format!("Es ist {hour}:{minute:02} Uhr."),
            "es" if hour == 1 => format!("Es la {hour}:{minute:02}."),
            "es" => format!("Son las {hour}:{minute:02}."),
            "fr" => format!("Il est {hour} h {minute:02}."),
            "it" if hour == 1 => format!("È l'1:{minute:02}."),
            "it" => format!("Sono le {hour}:{minute:02}."),
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
            "fr" if day == 1 => format!("Nous sommes le {weekday} 1er {name} {year}."),
            "fr" => format!("Nous sommes le {weekday} {day} {name} {year}."),
            "it" if day == 1 => format!("Oggi è {weekday} 1º {name} {year}."),
            "it" => format!("Oggi è {weekday} {day} {name} {year}."),
            _ => format!("Today is {weekday}, {name} {day}, {year}."),
        });
    }
    let (says_year, says_month) = match table.language {
        "de" => (format!("Es ist das Jahr {year}."), format!("Es ist {name} {year}.")),
        "es" => (format!("Es el año {year}."), format!("Es {name} de {year}.")),
        "fr" => (format!("Nous sommes en {year}."), format!("Nous sommes en {name} {year}.")),
        "it" => (format!("Siamo nel {year}."), format!("È {name} {year}.")),
        _ => (format!("It is {year}."), format!("It is {name} {year}.")),
    };
    Some(if is(clock.year) { says_year } else { says_month })
}

fn is_one(words: &[Word], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| behind(words, phrase).is_some_and(<[Word]>::is_empty))
}

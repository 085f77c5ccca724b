//! French, as in France.
//!
//! "1" before a feminine noun is "une", where the noun's ending or a list tells; below two the noun is in the singular.

mod table;
mod units;
mod words;

use table::TABLE;

use super::european::{HalfOf, clock, dash, half_of, is_of_millions, magnitude, numbers, roman, stopped};
use crate::found::{Amount, Date, Found, Fraction, Time};
use crate::language::{Around, Language, Table, joined};
use crate::numbers::{Form, Gender, Noun, Numbers, french};
use crate::reading::number::small;
use crate::reading::{Text, has};

#[derive(Debug)]
pub(crate) struct French;

impl French {
    fn cardinal(&self, n: impl Into<i128>) -> String {
        self.numbers().cardinal(n.into())
    }

    /// "1er", "2e", "3ème", "1re", "2nde", and the same behind a Roman numeral: "XIXe".
    fn ordinal_written(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (n, digits_end) = match text.at(at)? {
            c if c.is_ascii_digit() => {
                let end = text.digits_end(at);
                (text.string(at, end).parse().ok()?, end)
            }
            _ => {
                let letters = text.chars.get(at..)?.iter().take(12).take_while(|c| "IVXLCDM".contains(**c)).count();
                // "Le", "Des", "Ces" are words; of single letters only these are counted with.
                let single =
                    letters == 1 && !(text.at(at).is_some_and(|c| "VX".contains(c)) && text.at(at + 1) == Some('e'));
                if single && text.at(at) != Some('I') {
                    return None;
                }
                (crate::reading::roman::value(&text.string(at, at + letters))?, at + letters)
            }
        };
        let endings = [
            "ers", "er", "ères", "ère", "res", "re", "èmes", "ème", "iemes", "ieme", "ièmes", "ième", "es", "e",
            "ndes", "nde", "nds", "nd",
        ];
        let (ending, end) = endings.iter().find_map(|ending| Some((*ending, text.eat_exactly(digits_end, ending)?)))?;
        let fits =
            (1..1_000_000).contains(&n) && (n == 1) == matches!(ending, "ers" | "er" | "ères" | "ère" | "res" | "re");
        let gender = if ending.starts_with("er") { Gender::Masculine } else { Gender::Feminine };
        let words = match ending {
            "nd" | "nds" if n == 2 => "second".to_owned(),
            "nde" | "ndes" if n == 2 => "seconde".to_owned(),
            _ => self.numbers().ordinal(n, Form { gender, ..Form::default() }),
        };
        let many = if ending.ends_with('s') { "s" } else { "" };
        fits.then(|| (Found::Words(words + many), end))
    }

    /// "14h30", "14 h 30", "14 h", "14:30", "8h-10h".
    fn clock(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (from, end) = self.one_time(text, at)?;
        if let Some((to, end)) = dash(text, end).and_then(|at| self.one_time(text, at)) {
            return Some((Found::Words(joined(&[&self.time(&from), TABLE.signs.to, &self.time(&to)])), end));
        }
        Some((Found::Words(self.time(&from)), end))
    }

    fn one_time(&self, text: Text<'_>, at: usize) -> Option<(Time, usize)> {
        if let Some(found) = clock(text, at, &[':']) {
            return Some(found);
        }
        let (hour, hour_end) = small(text, at, 2).filter(|(hour, _)| *hour < 25)?;
        let letter = text.skip_blank(hour_end);
        if !matches!(text.at(letter), Some('h' | 'H'))
            || text.at(letter + 1).is_some_and(|c| c.is_alphabetic() || c == '/')
        {
            return None;
        }
        let mut time = Time { hour: u8::try_from(hour).ok()?, ..Time::default() };
        let start = text.skip_blank(letter + 1);
        let minute = small(text, start, 2)
            .filter(|(minute, end)| *minute < 60 && end - start == 2 && !text.is_alphanumeric(*end));
        let end = minute.map_or(letter + 1, |(_, end)| end);
        time.minute = minute.and_then(|(minute, _)| u8::try_from(minute).ok());
        let end = minute.and_then(|_| text.eat_exactly(text.skip_blank(end), "min")).unwrap_or(end);
        Some((time, end))
    }

    /// "Louis XIV", "Napoléon Ier".
    fn numeral(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        if let Some(found) =
            self.ordinal_written(text, at).filter(|_| !text.before(at).is_some_and(char::is_alphanumeric))
        {
            return Some(found);
        }
        let (value, end) = roman(text, at)?;
        let previous = text.previous_word(at);
        let words = if value == 1 { self.numbers().ordinal(1, Form::default()) } else { self.cardinal(value) };
        TABLE.rulers.contains(&previous.as_str()).then_some((Found::Words(words), end))
    }

    /// "1/2 heure", "2 1/2 heures".
    fn half(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        // Only a noun that is known is certain to be one.
        let noun = |word: &str| (is_feminine(word) && word.starts_with(char::is_lowercase)).then_some(Gender::Feminine);
        let HalfOf { whole, name, gender, end } = half_of(text, at, &TABLE, noun)?;
        let whole_words = self.numbers().counted(whole.into(), gender);
        let words = match (whole, gender) {
            (0, Gender::Feminine) => format!("une demi-{name}"),
            (0, _) => format!("un demi-{name}"),
            (_, gender) => format!("{whole_words} {name} et demi{}", if gender == Gender::Feminine { "e" } else { "" }),
        };
        Some((Found::Words(words), end))
    }

    /// "01 23 45 67 89": pairs are said as numbers.
    fn group(&self, group: &str) -> String {
        match group.parse::<i128>() {
            Ok(n) if group.len() == 2 && group.starts_with('0') => joined(&[&self.cardinal(0), &self.cardinal(n)]),
            Ok(n) if group.len() <= 2 => self.cardinal(n),
            _ => self.digits(group),
        }
    }
}

/// Whether a noun is feminine, by its ending or a list.
fn is_feminine(noun: &str) -> bool {
    let noun = noun.to_lowercase();
    let one = noun.strip_suffix('s').unwrap_or(&noun);
    words::FEMININE.contains(&noun.as_str())
        || words::FEMININE.contains(&one)
        || [
            "tion", "sion", "ité", "ette", "ance", "ence", "esse", "elle", "enne", "euse", "trice", "erie", "ure",
            "aine", "ille", "ée", "ie",
        ]
        .iter()
        .any(|end| one.ends_with(end))
            && !has(
                &[
                    "gorille",
                    "musée",
                    "lycée",
                    "trophée",
                    "incendie",
                    "génie",
                    "parapluie",
                    "domaine",
                    "mille",
                    "bilan",
                    "squelette",
                ],
                one,
            )
}

impl Language for French {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn numbers(&self) -> &'static dyn Numbers {
        &french::French
    }

    fn own(&self, line: &[char], at: usize) -> Option<(Found, usize)> {
        let text = Text::new(line);
        let c = text.at(at)?;
        if c.is_alphabetic() {
            return self.numeral(text, at);
        }
        if !c.is_ascii_digit() {
            return None;
        }
        // "1er mai" is a date.
        let ordinal = || {
            let (found, end) = self.ordinal_written(text, at)?;
            let month = TABLE.months.iter().any(|names| has(names, &text.next_word(end)));
            (!month).then_some((found, end))
        };
        let stop = || {
            let (whole, fraction, end) = stopped(text, at)?;
            Some((Found::Words(joined(&[&self.cardinal(whole), TABLE.signs.dot, &self.digits(&fraction)])), end))
        };
        self.clock(text, at).or_else(ordinal).or_else(|| self.half(text, at)).or_else(stop)
    }

    fn say_between(&self, found: &Found, around: &Around) -> String {
        if let Found::Amount(amount) = found {
            if amount.magnitude.is_none() && is_feminine(&around.after) {
                return self.amount(amount, Gender::Feminine);
            }
            // "Les années quatre-vingt", "page deux cent": no plural.
            let words = self.say(found);
            let place = has(&["années", "page", "numéro"], &around.before);
            let plural = words.ends_with("vingts") || words.ends_with("cents");
            return if place && plural { words.trim_end_matches('s').to_owned() } else { words };
        }
        if let Found::Digits { groups, plus } = found {
            let groups: Vec<String> = groups.iter().map(|group| self.group(group)).collect();
            return joined(&[if *plus { TABLE.signs.plus } else { "" }, &groups.join(", ")]);
        }
        self.say(found)
    }

    fn noun(&self, amount: &Amount, noun: &Noun, _: bool) -> &'static str {
        let below_two = amount.magnitude.is_none() && amount.last().value().is_some_and(|n| n < 2);
        if below_two { noun.one } else { noun.many }
    }

    fn amount_of(&self, amount: &Amount, noun: &Noun, describes: bool) -> String {
        let name = self.noun(amount, noun, describes);
        let of = match name.chars().next() {
            _ if !is_of_millions(amount) => "",
            Some('a' | 'e' | 'é' | 'i' | 'o' | 'u') => "d'",
            Some('h') if name.starts_with("heure") || name.starts_with("hectare") => "d'",
            _ => "de ",
        };
        format!("{} {of}{name}", self.amount(amount, noun.gender))
    }

    fn amount(&self, amount: &Amount, gender: Gender) -> String {
        let gender = if amount.magnitude.is_some() { Gender::Masculine } else { gender };
        let words = numbers(amount, &TABLE.signs, |number| self.count(number, gender));
        // From two on it has an "s": "1,5 million".
        let below_two = amount.more.is_empty() && amount.first.value().is_some_and(|n| n < 2);
        let word = magnitude(amount, &[]);
        joined(&[&words, if below_two { word.trim_end_matches('s') } else { word }])
    }

    fn date(&self, date: &Date) -> String {
        let month = usize::from(date.month).checked_sub(1).and_then(|index| TABLE.months.get(index));
        let month = month.and_then(|names| names.first()).copied().unwrap_or_default();
        let day = |day: Option<u8>| match day {
            Some(1) => self.numbers().ordinal(1, Form::default()),
            Some(day) => self.cardinal(day),
            None => String::new(),
        };
        let year = date.year.map(|year| self.numbers().year(year)).unwrap_or_default();
        let to = if date.last_day.is_some() { "au" } else { "" };
        joined(&[&day(date.day), to, &day(date.last_day), month, &year])
    }

    fn time(&self, time: &Time) -> String {
        let feminine = |n: u8| self.numbers().counted(n.into(), Gender::Feminine);
        let minute =
            time.minute.filter(|minute| *minute > 0 || time.second.is_some()).map(feminine).unwrap_or_default();
        let second =
            time.second.map(|second| format!("et {} seconde{}", feminine(second), if second < 2 { "" } else { "s" }));
        joined(&[
            &feminine(time.hour),
            if time.hour < 2 { "heure" } else { "heures" },
            &minute,
            &second.unwrap_or_default(),
        ])
    }

    fn fraction(&self, fraction: &Fraction) -> String {
        let Fraction { negative, whole, over, under } = *fraction;
        let minus = if negative { TABLE.signs.minus } else { "" };
        let many = if over == 1 { "" } else { "s" };
        let part = match under {
            1 => return joined(&[minus, &self.cardinal(over)]),
            2 => format!("demi{many}"),
            3 => "tiers".to_owned(),
            4 => format!("quart{many}"),
            5..=100 | 1_000 | 1_000_000 => self.numbers().ordinal(under, Form::default()) + many,
            under => format!("{} {}", TABLE.signs.over, self.cardinal(under)),
        };
        let over_words = self.cardinal(over);
        let whole = whole.map(|whole| format!("{} et", self.cardinal(whole))).unwrap_or_default();
        // "Deux et demi".
        let over_words = if under == 2 && over == 1 && !whole.is_empty() { "" } else { over_words.as_str() };
        joined(&[minus, &whole, over_words, &part])
    }

    fn decade(&self, year: i32, _: bool) -> String {
        self.numbers().year(year)
    }
}

//! Spanish, as in Spain.
//!
//! A number before a noun has its gender, which is taken from the noun's ending: "21 libras" is "veintiuna libras". Of
//! rulers the first ten are ordinals ("Felipe VI" is "Felipe sexto"), the others not ("Alfonso XIII" is "Alfonso trece").

mod table;
mod units;
mod words;

use table::TABLE;

use super::european::{HalfOf, clock, dash, half, half_of, is_of_millions, magnitude, numbers, roman, stopped};
use crate::found::{Amount, Date, Found, Fraction, Half, Time};
use crate::language::{Around, Language, Table, joined};
use crate::numbers::{Form, Gender, Noun, Numbers, Plurality, spanish};
use crate::reading::{Text, has};

#[derive(Debug)]
pub(crate) struct Spanish;

impl Spanish {
    fn cardinal(&self, n: impl Into<i128>) -> String {
        self.numbers().cardinal(n.into())
    }

    fn ordinal_of(&self, n: u64, gender: Gender) -> String {
        self.numbers().ordinal(n, Form { gender, ..Form::default() })
    }

    /// "1.º", "3.ª", "1.er".
    fn ordinal_written(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let digits_end = text.digits_end(at);
        let n = text.string(at, digits_end).parse().ok().filter(|n| (1..10_000).contains(n))?;
        let start = digits_end + usize::from(text.at(digits_end) == Some('.'));
        let ending = ["ero", "era", "er", "º", "ª", "o", "a", "do", "da", "to", "ta", "vo", "va", "mo", "ma"];
        let (ending, end) = ending.iter().find_map(|ending| Some((*ending, text.eat_exactly(start, ending)?)))?;
        let words = match ending {
            "er" => self.ordinal_of(n, Gender::Masculine).trim_end_matches('o').to_owned(),
            ending if ending.ends_with(['a', 'ª']) => self.ordinal_of(n, Gender::Feminine),
            _ => self.ordinal_of(n, Gender::Masculine),
        };
        Some((Found::Words(words), end))
    }

    /// "14:30", "8:00-10:00", "9:30 p. m.", "14:30 h".
    fn clock(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let one = |at: usize| {
            let with_stop =
                |end: usize| half(text, end, &TABLE).is_some() || text.eat(text.skip_blank(end), "h").is_some();
            let (mut time, end) =
                clock(text, at, &[':']).or_else(|| clock(text, at, &['.']).filter(|(_, end)| with_stop(*end)))?;
            let behind = half(text, end, &TABLE);
            time.half = behind.map(|(half, _)| half);
            Some((time, behind.map_or(end, |(_, end)| end)))
        };
        let (from, end) = one(at)?;
        let article = has(&["las", "la"], &text.previous_word(at));
        if let Some((to, end)) = dash(text, end).and_then(one) {
            return Some((
                Found::Words(joined(&[
                    &self.clock_words(&from, article),
                    TABLE.signs.to,
                    &self.clock_words(&to, article),
                ])),
                end,
            ));
        }
        let hours =
            text.eat_exactly(text.skip_blank(end), "h").or_else(|| text.eat_exactly(text.skip_blank(end), "hs"));
        match hours {
            Some(end) => Some((Found::Words(joined(&[&self.clock_words(&from, true), "horas"])), end)),
            None => Some((Found::Words(self.clock_words(&from, article)), end)),
        }
    }

    fn clock_words(&self, time: &Time, article: bool) -> String {
        let hour = self.numbers().counted(time.hour.into(), Gender::Feminine);
        let half = match time.half {
            Some(Half::Morning) => "de la mañana",
            Some(Half::Afternoon) if (8..=11).contains(&time.hour) => "de la noche",
            Some(Half::Afternoon) => "de la tarde",
            None => "",
        };
        let minute = match time.minute.unwrap_or(0) {
            0 if article || !half.is_empty() => String::new(),
            0 if time.hour == 1 => "hora".to_owned(),
            0 => "horas".to_owned(),
            minute @ ..10 => format!("y {}", self.cardinal(minute)),
            minute => self.cardinal(minute),
        };
        let second = time
            .second
            .map(|second| format!("y {} segundos", self.numbers().counted(second.into(), Gender::Masculine)));
        joined(&[&hour, &minute, &second.unwrap_or_default(), half])
    }

    /// "Felipe VI", "siglo I", "II Guerra Mundial".
    fn numeral(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (value, end) = roman(text, at)?;
        let previous = text.previous_word(at);
        if TABLE.rulers.contains(&previous.as_str()) {
            let gender = if words::QUEENS.contains(&previous.as_str()) { Gender::Feminine } else { Gender::Masculine };
            let words = if value <= 10 { self.ordinal_of(value, gender) } else { self.cardinal(value) };
            return Some((Found::Words(words), end));
        }
        if value == 1 && has(&["siglo"], &previous) {
            return Some((Found::Words(self.ordinal_of(1, Gender::Masculine)), end));
        }
        let noun = text.next_word(end);
        let event = has(
            &[
                "aniversario",
                "congreso",
                "edición",
                "festival",
                "cumbre",
                "legislatura",
                "dinastía",
                "centenario",
                "premio",
                "guerra",
                "república",
            ],
            &noun,
        );
        let before =
            value <= 20 && (event || end - at > 1 && noun.starts_with(char::is_uppercase) && noun.chars().count() > 3);
        let gender = if noun.ends_with('a') || noun.ends_with("ión") { Gender::Feminine } else { Gender::Masculine };
        let words = self.ordinal_of(value, gender);
        let short = gender == Gender::Masculine && (words.ends_with("primero") || words.ends_with("tercero"));
        let words = if short { words.trim_end_matches('o').to_owned() } else { words };
        before.then_some((Found::Words(words), end))
    }

    /// "1/2 hora", "2 1/2 horas".
    fn half_of_noun(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let noun = |word: &str| {
            let one = !word.ends_with('s');
            Some(gender(word, one)).filter(|gender| *gender != Gender::Neuter && word.starts_with(char::is_lowercase))
        };
        let HalfOf { whole, name, gender, end } = half_of(text, at, &TABLE, noun)?;
        let half = if gender == Gender::Feminine { "media" } else { "medio" };
        let words = match whole {
            0 => format!("{half} {name}"),
            whole => format!("{} {name} y {half}", self.numbers().counted(whole.into(), gender)),
        };
        Some((Found::Words(words), end))
    }

    /// "612 345 678", "91 123 45 67": nine digits, as they are grouped in Spain.
    fn phone(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (mut groups, mut end) = (Vec::new(), at);
        loop {
            let digits_end = text.digits_end(end);
            groups.push(text.string(end, digits_end));
            end = digits_end;
            if text.at(end) != Some(' ') || !text.is_digit(end + 1) || groups.len() > 4 {
                break;
            }
            end += 1;
        }
        let lengths: Vec<usize> = groups.iter().map(String::len).collect();
        let fits = matches!(lengths.as_slice(), [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2])
            && text.at(at).is_some_and(|c| "6789".contains(c))
            && !text.is_alphanumeric(end)
            && !text.at(text.skip_blank(end)).is_some_and(|c| "€$£%".contains(c));
        fits.then_some((Found::Digits { groups, plus: false }, end))
    }
}

/// The gender of a noun behind a number, by its ending; the neuter where nothing is counted.
fn gender(noun: &str, one: bool) -> Gender {
    let noun = noun.to_lowercase();
    let feminine = if one { ["a", "ción", "sión", "dad"] } else { ["as", "ciones", "siones", "dades"] };
    match noun.as_str() {
        "" => Gender::Neuter,
        noun if words::FUNCTION.contains(&noun) => Gender::Neuter,
        noun if words::FEMININE.contains(&noun) => Gender::Feminine,
        noun if words::MASCULINE.contains(&noun) => Gender::Masculine,
        noun if feminine.iter().any(|end| noun.ends_with(end)) => Gender::Feminine,
        noun if one || noun.ends_with('s') => Gender::Masculine,
        _ => Gender::Neuter,
    }
}

impl Language for Spanish {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn numbers(&self) -> &'static dyn Numbers {
        &spanish::Spanish
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
        let stop = || {
            let (whole, fraction, end) = stopped(text, at)?;
            Some((Found::Words(joined(&[&self.cardinal(whole), TABLE.signs.dot, &self.digits(&fraction)])), end))
        };
        None.or_else(|| self.clock(text, at))
            .or_else(|| self.ordinal_written(text, at))
            .or_else(|| self.phone(text, at))
            .or_else(|| self.half_of_noun(text, at))
            .or_else(stop)
    }

    fn say_between(&self, found: &Found, around: &Around) -> String {
        if let Found::Amount(amount) = found
            && amount.magnitude.is_none()
        {
            return self.amount(amount, gender(&around.after, amount.is_one()));
        }
        self.say(found)
    }

    fn money_joint(&self) -> &'static str {
        "con"
    }

    fn amount_of(&self, amount: &Amount, noun: &Noun, describes: bool) -> String {
        let of = if is_of_millions(amount) { "de" } else { "" };
        joined(&[&self.amount(amount, noun.gender), of, self.noun(amount, noun, describes)])
    }

    fn amount(&self, amount: &Amount, gender: Gender) -> String {
        let gender = if amount.magnitude.is_some() { Gender::Masculine } else { gender };
        let words = numbers(amount, &TABLE.signs, |number| self.count(number, gender));
        joined(&[&words, magnitude(amount, &[("millones", "millón"), ("billones", "billón")])])
    }

    fn date(&self, date: &Date) -> String {
        let month = usize::from(date.month).checked_sub(1).and_then(|index| TABLE.months.get(index));
        let month = month.and_then(|names| names.first()).copied().unwrap_or_default();
        let day = |day: Option<u8>| day.map(|day| self.cardinal(day)).unwrap_or_default();
        let year = date.year.map(|year| format!("de {}", self.numbers().year(year))).unwrap_or_default();
        let (to, of) =
            (if date.last_day.is_some() { TABLE.signs.to } else { "" }, if date.day.is_some() { "de" } else { "" });
        joined(&[&day(date.day), to, &day(date.last_day), of, month, &year])
    }

    fn time(&self, time: &Time) -> String {
        self.clock_words(time, false)
    }

    fn fraction(&self, fraction: &Fraction) -> String {
        let Fraction { negative, whole, over, under } = *fraction;
        let minus = if negative { TABLE.signs.minus } else { "" };
        let many = if over == 1 { "" } else { "s" };
        let part = match under {
            1 => return joined(&[minus, &self.cardinal(over)]),
            2 => format!("medio{many}"),
            3 => format!("tercio{many}"),
            4..=10 | 100 | 1_000 | 1_000_000 => self.ordinal_of(under, Gender::Masculine) + many,
            // "Onceavo", "veinteavos".
            11..100 => format!(
                "{}avo{many}",
                self.cardinal(under)
                    .replace(' ', "")
                    .replace('é', "e")
                    .replace('ó', "o")
                    .trim_end_matches('a')
                    .to_owned()
                    + if self.cardinal(under).ends_with('a') { "a" } else { "" }
            ),
            under => {
                let fraction = joined(&[&self.cardinal(over), TABLE.signs.over, &self.cardinal(under)]);
                return joined(&[
                    minus,
                    &whole.map(|whole| format!("{} y", self.cardinal(whole))).unwrap_or_default(),
                    &fraction,
                ]);
            }
        };
        let over_words = self.numbers().counted(over.into(), Gender::Masculine);
        let whole = whole.map(|whole| format!("{} y", self.cardinal(whole))).unwrap_or_default();
        // "Dos y medio".
        let over_words = if under == 2 && over == 1 && !whole.is_empty() { "" } else { over_words.as_str() };
        joined(&[minus, &whole, over_words, &part])
    }

    fn decade(&self, year: i32, _: bool) -> String {
        self.numbers().year(year)
    }

    fn ordinal(&self, n: u64) -> String {
        self.numbers().ordinal(n, Form { number: Plurality::One, ..Form::default() })
    }
}

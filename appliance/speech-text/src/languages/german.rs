//! German, as in Germany.
//!
//! The case of an ordinal or date is taken from the word before it, and is otherwise the nominative: "am 3. Mai" is "am
//! dritten Mai", "der 3. Mai" is "der dritte Mai", "Montag, 3. Mai" is "Montag, dritter Mai".

mod ordinals;
mod table;
mod units;
mod words;

use ordinals::{Ending, capital, ending_at, half, is_feminine};
use table::TABLE;

use super::european::{HalfOf, clock, dash, half_of, magnitude, numbers, stopped};
use crate::found::{Amount, Date, Found, Fraction, Time};
use crate::language::{Around, Language, Table, joined};
use crate::numbers::{Case, Form, Gender, Numbers, german};
use crate::reading::{Text, dates, has};

#[derive(Debug)]
pub(crate) struct German;

impl German {
    fn cardinal(&self, n: impl Into<i128>) -> String {
        self.numbers().cardinal(n.into())
    }

    fn ending(&self, n: u64, ending: Ending) -> String {
        let case = if ending == Ending::En { Case::Dative } else { Case::Nominative };
        let text = self.numbers().ordinal(n, Form { case, ..Form::default() });
        if ending == Ending::Er { text + "r" } else { text }
    }

    fn date_ending(&self, date: &Date, ending: Ending) -> String {
        let month = usize::from(date.month).checked_sub(1).and_then(|index| TABLE.months.get(index));
        let month = month.and_then(|names| names.first()).copied().unwrap_or_default();
        let year = date.year.map(|year| self.numbers().year(year)).unwrap_or_default();
        let day = |day: Option<u8>| day.map(|day| self.ending(day.into(), ending)).unwrap_or_default();
        let to = if date.last_day.is_some() { TABLE.signs.to } else { "" };
        joined(&[&day(date.day), to, &day(date.last_day), month, &year])
    }

    /// "14:30 Uhr", "14.30 Uhr", "8-10 Uhr", "14:30".
    fn clock(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let one = |at: usize| {
            let stop = clock(text, at, &['.'])
                .filter(|(_, end)| text.eat(text.skip_blank(*end), "Uhr").is_some() || dash(text, *end).is_some());
            let hour = || {
                let end = text.digits_end(at);
                let hour = text.string(at, end).parse().ok().filter(|hour| *hour < 25)?;
                let told = text.eat(text.skip_blank(end), "Uhr").is_some() || dash(text, end).is_some();
                (end - at < 3 && told).then(|| (Time { hour, ..Time::default() }, end))
            };
            clock(text, at, &[':']).or(stop).or_else(hour)
        };
        let (from, end) = one(at)?;
        let behind = |end: usize| text.eat(text.skip_blank(end), "Uhr");
        if let Some((to, to_end)) = dash(text, end).and_then(one) {
            let with_clock = behind(to_end);
            if with_clock.is_some()
                || from.minute.is_some()
                    && to.minute.is_some()
                    && text.at(at + 1) != Some('.')
                    && text.at(at + 2) != Some('.')
            {
                // "Acht bis zehn Uhr": without minutes the first has no "Uhr".
                let first = if from.minute.is_none() { self.hour(from.hour) } else { self.time(&from) };
                let words = joined(&[&first, TABLE.signs.to, &self.time(&to)]);
                return Some((Found::Words(words), with_clock.unwrap_or(to_end)));
            }
        }
        let with_clock = behind(end);
        let colon = from.minute.is_some() && text.string(at, end).contains(':');
        (with_clock.is_some() || colon).then(|| (Found::Words(self.time(&from)), with_clock.unwrap_or(end)))
    }

    fn hour(&self, hour: u8) -> String {
        self.numbers().counted(hour.into(), Gender::Masculine)
    }
}

impl Language for German {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn numbers(&self) -> &'static dyn Numbers {
        &german::German
    }

    fn own(&self, line: &[char], at: usize) -> Option<(Found, usize)> {
        let text = Text::new(line);
        let c = text.at(at)?;
        if c.is_alphabetic() {
            return self.numeral(text, at).or_else(|| street(text, at));
        }
        if !c.is_ascii_digit() {
            return None;
        }
        let date = || dates::numeric(text, at, &TABLE).or_else(|| dates::day_first(text, at, &TABLE));
        let dated = || match date()? {
            (Found::Date(date), end) => Some((Found::Words(self.date_ending(&date, ending_at(text, at))), end)),
            _ => None,
        };
        let stop = || {
            let (whole, fraction, end) = stopped(text, at)?;
            Some((Found::Words(joined(&[&self.cardinal(whole), TABLE.signs.dot, &self.digits(&fraction)])), end))
        };
        // "030/123456".
        let phone = || {
            let (slash, end) = (text.digits_end(at), text.digits_end(text.digits_end(at) + 1));
            let fits = text.at(at) == Some('0')
                && (3..=6).contains(&(slash - at))
                && text.at(slash) == Some('/')
                && end > slash + 3;
            let groups = vec![text.string(at, slash), text.string(slash + 1, end)];
            fits.then_some((Found::Digits { groups, plus: false }, end))
        };
        // A noun that is counted is written with a capital: "2024 Menschen".
        let counted = || {
            let end = text.digits_end(at);
            let noun = text.next_word(end);
            let year = has(&["jahr", "sommer", "winter", "ab", "seit", "bis", "vor", "nach"], &text.previous_word(at));
            let fits = end - at == 4
                && noun.starts_with(char::is_uppercase)
                && !year
                && !text.string(at, end).starts_with('0');
            fits.then(|| Some((Found::Words(self.cardinal(text.string(at, end).parse::<i128>().ok()?)), end))).flatten()
        };
        let half = || {
            let HalfOf { whole, name, gender, end } = half_of(text, at, &TABLE, |_| None)?;
            (whole == 0).then(|| (Found::Words(joined(&[half(gender), &name])), end))
        };
        None.or_else(|| self.clock(text, at))
            .or_else(dated)
            .or_else(phone)
            .or_else(half)
            .or_else(|| self.ordinal_before_noun(text, at))
            .or_else(stop)
            .or_else(counted)
    }

    fn say_between(&self, found: &Found, around: &Around) -> String {
        let before_noun = around.after.starts_with(char::is_uppercase);
        let gender = if is_feminine(&around.after) { Gender::Feminine } else { Gender::Masculine };
        if let Found::Date(date) = found {
            return self.date_ending(date, Ending::behind(&around.before));
        }
        if let Found::Ordinal(n) = found {
            return self.ending(*n, self.ending_between(&around.before, &around.after));
        }
        if let Found::Ratio(from, to) = found {
            return joined(&[&self.number(from), "zu", &self.number(to)]);
        }
        if let Found::Fraction(Fraction { negative: false, whole: None, over: 1, under: 2 }) = found
            && before_noun
        {
            const NEUTERS: &[&str] =
                &["kilo", "jahr", "pfund", "glas", "brot", "dutzend", "stück", "hähnchen", "jahrhundert"];
            return half(if has(NEUTERS, &around.after) { Gender::Neuter } else { gender }).to_owned();
        }
        if let Found::Amount(amount) = found {
            // "1 Apfel", "1 Banane"; nothing is counted in "eins bis zwei".
            if amount.magnitude.is_none() && before_noun {
                return self.amount(amount, if amount.first.value() == Some(1) { gender } else { Gender::Masculine });
            }
            let words = numbers(amount, &TABLE.signs, |number| self.number(number));
            return joined(&[&words, amount.magnitude.unwrap_or_default()]);
        }
        let spoken = self.say(found);
        one_in_case(found, &spoken, around).unwrap_or(spoken)
    }

    fn date(&self, date: &Date) -> String {
        self.date_ending(date, Ending::Er)
    }

    fn time(&self, time: &Time) -> String {
        let minute = time.minute.filter(|minute| *minute > 0 || time.second.is_some());
        let minute = minute.map(|minute| self.cardinal(minute)).unwrap_or_default();
        let second = time.second.map(|second| {
            format!(
                "und {} {}",
                self.numbers().counted(second.into(), Gender::Feminine),
                if second == 1 { "Sekunde" } else { "Sekunden" }
            )
        });
        joined(&[&self.hour(time.hour), "Uhr", &minute, &second.unwrap_or_default()])
    }

    fn fraction(&self, fraction: &Fraction) -> String {
        let Fraction { negative, whole, over, under } = *fraction;
        let minus = if negative { TABLE.signs.minus } else { "" };
        let over_words = if over == 1 { "ein".to_owned() } else { self.cardinal(over) };
        let part = match under {
            1 => self.cardinal(over),
            2 if over == 1 => {
                if whole.is_some() {
                    "einhalb".to_owned()
                } else {
                    "ein halb".to_owned()
                }
            }
            2 => format!("{over_words} halbe"),
            101.. if ![1_000, 1_000_000].contains(&under) => {
                joined(&[&self.cardinal(over), TABLE.signs.over, &self.cardinal(under)])
            }
            under => {
                let ordinal = self.numbers().ordinal(under, Form::default());
                // "Drittel", "Zwanzigstel".
                format!("{over_words} {}", capital(&format!("{ordinal}l")))
            }
        };
        match whole {
            // "Zweieinhalb".
            Some(whole) if under == 2 && over == 1 => {
                joined(&[minus, &format!("{}einhalb", self.numbers().counted(whole.into(), Gender::Masculine))])
            }
            Some(whole) => joined(&[minus, &self.cardinal(whole), &part]),
            None => joined(&[minus, &part]),
        }
    }

    fn decade(&self, year: i32, _: bool) -> String {
        // "Neunzehnhundertneunziger", "neunziger".
        self.numbers().year(year) + "er"
    }

    fn amount(&self, amount: &Amount, gender: Gender) -> String {
        let gender = match amount.magnitude {
            Some("Tausend") => Gender::Masculine,
            Some(_) => Gender::Feminine,
            None => gender,
        };
        let words = numbers(amount, &TABLE.signs, |number| self.count(number, gender));
        joined(&[
            &words,
            magnitude(amount, &[("Millionen", "Million"), ("Milliarden", "Milliarde"), ("Billionen", "Billion")]),
        ])
    }
}

/// "Kostet 1 €", "mit 1 €": what is said of one of something in the case that the words before it make certain.
fn one_in_case(found: &Found, spoken: &str, around: &Around) -> Option<String> {
    let (amount, noun) = found.amount()?;
    let gender = noun?.gender;
    let is_one = amount.more.is_empty() && amount.magnitude.is_none() && amount.first.value() == Some(1);
    let (article, rest) = spoken.split_once(' ').filter(|_| is_one && !amount.first.negative)?;
    let earlier = if has(words::ADVERBS, &around.before) { &around.before_that } else { &around.before };
    let ending = if has(words::BEFORE_DATIVE, &around.before) {
        if gender == Gender::Feminine { "einer" } else { "einem" }
    } else if gender == Gender::Masculine && has(words::BEFORE_ACCUSATIVE, earlier) {
        "einen"
    } else {
        return None;
    };
    matches!(article, "ein" | "eine").then(|| format!("{ending} {rest}"))
}

/// "Hauptstr." is "Hauptstraße".
fn street(text: Text<'_>, at: usize) -> Option<(Found, usize)> {
    let word = text.word(at);
    let end = at + word.chars().count();
    let stem = word.strip_suffix("str").filter(|stem| stem.chars().count() > 2)?;
    (text.at(end) == Some('.')).then(|| (Found::Words(format!("{stem}straße")), end + 1))
}

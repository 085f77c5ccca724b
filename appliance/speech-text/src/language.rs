//! What a language has to know for numbers, dates, money and abbreviations to be read in it.
//!
//! To add one: write its [`Numbers`](crate::numbers), then a file in `languages/` with a [`Table`] of how things are written
//! and called, and a [`Language`] that says dates, times, money and fractions; `languages/english.rs` is the model.
//! [`of`] names it. Whatever the language does not know is left as it was written.

use crate::found::{
    Amount, Currency, Date, Found, Fraction, Half, Joint, MOST_DIGITS, Money, Number, Quantity, Time, Unit,
};
use crate::languages;
use crate::numbers::{Form, Gender, Noun, Numbers};

/// How things are written and called in a language.
#[derive(Debug)]
pub struct Table {
    /// The mark before the fraction of a number.
    pub decimal: char,
    /// Marks between groups of three digits.
    pub groups: &'static [char],
    /// "5/6" is the fifth of June.
    pub day_first: bool,
    /// The full stop that makes an ordinal of a number: German "3. Mai".
    pub ordinal_stop: bool,
    /// Endings that make an ordinal of digits: "st", in lower case.
    pub ordinal_endings: &'static [&'static str],
    /// Endings that make a decade of digits: "s", in lower case.
    pub decade_endings: &'static [&'static str],
    /// Names and short forms of the months, the name first; lower case where it may be written so.
    pub months: [&'static [&'static str]; 12],
    /// Short forms of the days of the week, and their names: said before a date or number only.
    pub weekdays: &'static [(&'static str, &'static str)],
    /// Behind an hour: how the halves of the day are written.
    pub halves: &'static [(&'static str, Half)],
    /// Behind a time: "o'clock", "Uhr", "h".
    pub clock: &'static [&'static str],
    /// Words before a number of four digits that make it a year: "in", "since".
    pub before_year: &'static [&'static str],
    /// Words before a number of four digits that make it a count, and those behind it that do.
    pub before_count: &'static [&'static str],
    /// Words behind a number of four digits that make it a count.
    pub after_count: &'static [&'static str],
    /// Endings of words behind a number of four digits that make it a count, such as the plural's; and words that end so and
    /// do not.
    pub count_ending: &'static str,
    /// See there.
    pub not_counted: &'static [&'static str],
    /// How eras are written beside a year, and said.
    pub eras: &'static [(&'static str, &'static str)],
    /// Words before a number that make it one to dial: "call".
    pub before_phone: &'static [&'static str],
    /// Words before two numbers with a dash that make them a score: "won".
    pub before_score: &'static [&'static str],
    /// Words before a number and the noun that it describes: "a".
    pub articles: &'static [&'static str],
    /// What follows a quantity without being described by it: "of", "for".
    pub not_described: &'static [&'static str],
    /// Powers of ten as they are written behind money ("$5M") and said.
    pub magnitudes: &'static [(&'static str, &'static str)],
    /// Currencies.
    pub currencies: &'static [Currency],
    /// Units; the longer of two that fit is taken.
    pub units: &'static [Unit],
    /// Abbreviations.
    pub abbreviations: &'static [Abbreviation],
    /// Words before a Roman numeral that make it a number: "chapter", in lower case.
    pub before_roman: &'static [&'static str],
    /// Names of rulers and popes, whose Roman numerals are ordinals.
    pub rulers: &'static [&'static str],
    /// What signs are called.
    pub signs: Signs,
    /// Words before a date with the day first that stand for its article.
    pub article_before_day: &'static [&'static str],
    /// Words before numbers with a stroke that make them a date: "on".
    pub before_date: &'static [&'static str],
    /// Words before the short form of a day or month at the end of a sentence: "on Tue."
    pub before_day: &'static [&'static str],
    /// Words before hours, minutes and seconds that make them a duration: "took". One among the last three will do; those
    /// of up to three letters stand directly before it.
    pub before_duration: &'static [&'static str],
    /// Words directly before hours, minutes and seconds that make them a time of day: "at".
    pub before_clock: &'static [&'static str],
    /// Words before a unit without a number: "per", and articles where prices are named so ("le kg").
    pub before_unit: &'static [&'static str],
    /// The number one as a word before what it counts.
    pub ones: &'static [&'static str],
    /// Nouns that a Roman numeral between the article and them puts in order, in lower case: "the XXXIII Olympiad". Only where
    /// the language has no mark of its own for ordinals.
    pub ordered: &'static [&'static str],
    /// How dictionaries of letters name what addresses are made of.
    pub address: Address,
}

/// What signs are called.
#[derive(Debug)]
pub struct Signs {
    /// "+".
    pub plus: &'static str,
    /// "-" between or before numbers.
    pub minus: &'static str,
    /// "=".
    pub equals: &'static str,
    /// "≠".
    pub unequal: &'static str,
    /// "×".
    pub times: &'static str,
    /// "÷".
    pub divided: &'static str,
    /// "<".
    pub less: &'static str,
    /// ">".
    pub more: &'static str,
    /// "≤".
    pub at_most: &'static str,
    /// "≥".
    pub at_least: &'static str,
    /// "≈" before a number.
    pub about: &'static str,
    /// "≈" between two quantities.
    pub nearly: &'static str,
    /// "±".
    pub plus_minus: &'static str,
    /// "10-15", "16:9".
    pub to: &'static str,
    /// "10 x 20".
    pub by: &'static str,
    /// "5/day".
    pub per: &'static str,
    /// "&", and between two quantities.
    pub and: &'static str,
    /// "@".
    pub at: &'static str,
    /// "9/10" as a mark.
    pub out_of: &'static str,
    /// "5/77" as a fraction that is none of the usual.
    pub over: &'static str,
    /// Powers: "²", "³".
    pub squared: &'static str,
    /// See there.
    pub cubed: &'static str,
    /// Other powers, before the number.
    pub power: &'static str,
    /// "√".
    pub root: &'static str,
    /// "§".
    pub section: &'static str,
    /// "%".
    pub percent: &'static str,
    /// "1.2.3".
    pub dot: &'static str,
    /// "∞", "π", "µ" and whatever else has one name.
    pub others: &'static [(char, &'static str)],
}

/// What addresses are made of.
#[derive(Debug)]
pub struct Address {
    /// "@".
    pub at: &'static str,
    /// ".".
    pub dot: &'static str,
    /// "/".
    pub slash: &'static str,
    /// "-".
    pub dash: &'static str,
    /// "_".
    pub underscore: &'static str,
    /// "+".
    pub plus: &'static str,
    /// ":".
    pub colon: &'static str,
    /// "?".
    pub question: &'static str,
    /// "=".
    pub equals: &'static str,
}

/// When an abbreviation is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Anywhere; a sentence may end with it.
    Any,
    /// Anywhere; no sentence ends with it but the last.
    Within,
    /// Before a word with a capital letter; without the full stop as well.
    BeforeName,
    /// Behind a word with a capital letter.
    BehindName,
    /// Before a number.
    BeforeNumber,
}

/// An abbreviation.
#[derive(Debug)]
pub struct Abbreviation {
    /// As written, with its full stops; compared with its own case.
    pub written: &'static str,
    /// The words.
    pub words: &'static str,
    /// Where.
    pub place: Place,
}

/// The words around what was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// The one before it, in lower case.
    pub before: String,
    /// The one before that, in lower case.
    pub before_that: String,
    /// The one behind it.
    pub after: String,
}

/// A language in which numbers and the like are read.
pub trait Language: Sync {
    /// How things are written and called.
    fn table(&self) -> &'static Table;

    /// Its numbers in words.
    fn numbers(&self) -> &'static dyn Numbers;

    /// A date.
    fn date(&self, date: &Date) -> String;

    /// A time of day.
    fn time(&self, time: &Time) -> String;

    /// A fraction.
    fn fraction(&self, fraction: &Fraction) -> String;

    /// The years from 1990 ("the 1990s"), from 1800, or the nineties.
    fn decade(&self, year: i32, short: bool) -> String;

    /// A number in words that counts something of this gender.
    fn count(&self, number: &Number, gender: Gender) -> String {
        match number.value() {
            Some(whole) if number.fraction.is_none() && !number.has_zeros() => {
                let minus = if number.negative { self.table().signs.minus } else { "" };
                joined(&[minus, &self.numbers().counted(whole, gender)])
            }
            _ => self.number(number),
        }
    }

    /// A number in words.
    fn number(&self, number: &Number) -> String {
        let minus = if number.negative { self.table().signs.minus } else { "" };
        let words = match (number.value(), &number.fraction) {
            (Some(whole), Some(fraction)) => self.numbers().decimal(whole, false, fraction),
            (Some(_), None) if number.has_zeros() => self.digits(&number.whole),
            (Some(whole), None) => self.numbers().cardinal(whole),
            (None, Some(fraction)) => {
                [&self.digits(&number.whole), self.table().signs.dot, &self.digits(fraction)].join(" ")
            }
            (None, None) => self.digits(&number.whole),
        };
        joined(&[minus, &words])
    }

    /// Digits one by one.
    fn digits(&self, digits: &str) -> String {
        self.numbers().digits(digits)
    }

    /// An ordinal whose gender is not known.
    fn ordinal(&self, n: u64) -> String {
        self.numbers().ordinal(n, Form::default())
    }

    /// The number of a ruler behind the name.
    fn ruler(&self, n: u64) -> String {
        self.ordinal(n)
    }

    /// What begins at this place of a line, where a word may begin, and is written as in no other language; where it ends.
    fn own(&self, line: &[char], at: usize) -> Option<(Found, usize)> {
        let _ = (line, at);
        None
    }

    /// As [`Self::say`], for what depends on the words around it: gender and case.
    fn say_between(&self, found: &Found, around: &Around) -> String {
        let _ = around;
        self.say(found)
    }

    /// From one to another, behind this word in lower case.
    fn span(&self, from: &str, to: &str, before: &str) -> String {
        let _ = before;
        joined(&[from, self.table().signs.to, to])
    }

    /// What stands between the larger and the smaller coins.
    fn money_joint(&self) -> &'static str {
        self.table().signs.and
    }

    /// An amount and the noun that it counts.
    fn amount_of(&self, amount: &Amount, noun: &Noun, describes: bool) -> String {
        joined(&[&self.amount(amount, noun.gender), self.noun(amount, noun, describes)])
    }

    /// How many of what.
    fn amount(&self, amount: &Amount, gender: Gender) -> String {
        let signs = &self.table().signs;
        let mut words = self.count(&amount.first, gender);
        for (joint, number) in &amount.more {
            let joint = match joint {
                Joint::To => signs.to,
                Joint::By => signs.by,
                Joint::Times => signs.times,
                Joint::PlusMinus => signs.plus_minus,
            };
            words = joined(&[&words, joint, &self.count(number, gender)]);
        }
        joined(&[&words, amount.magnitude.unwrap_or_default()])
    }

    /// The form of a noun behind an amount.
    fn noun(&self, amount: &Amount, noun: &Noun, describes: bool) -> &'static str {
        if describes || amount.is_one() { noun.one } else { noun.many }
    }

    /// A sum of money.
    fn money(&self, money: &Money) -> String {
        let Money { amount, currency, describes } = money;
        let whole_and_minor = match (&amount.first.fraction, &currency.minor) {
            (Some(fraction), Some(minor)) if amount.more.is_empty() && amount.magnitude.is_none() => {
                (fraction.len() == 2).then(|| (fraction.trim_start_matches('0').to_owned(), minor))
            }
            _ => None,
        };
        let Some((hundredths, minor)) = whole_and_minor else {
            return self.amount_of(amount, &currency.name, *describes);
        };
        let part = |number: Number, noun: &Noun| {
            let amount = Amount::of(number);
            self.amount_of(&amount, noun, *describes)
        };
        let number = |whole: String| Number { whole, negative: amount.first.negative, ..Number::default() };
        let hundredths = if hundredths.is_empty() { None } else { Some(hundredths) };
        match hundredths {
            None => part(number(amount.first.whole.clone()), &currency.name),
            Some(hundredths) if amount.first.value() == Some(0) => part(number(hundredths), minor),
            Some(hundredths) => {
                let whole = part(number(amount.first.whole.clone()), &currency.name);
                let hundredths = part(Number { whole: hundredths, ..Number::default() }, minor);
                joined(&[&whole, self.money_joint(), &hundredths])
            }
        }
    }

    /// Something with a unit.
    fn quantity(&self, quantity: &Quantity) -> String {
        let Quantity { amount, unit, describes } = quantity;
        self.amount_of(amount, &unit.name, *describes)
    }

    /// Whatever was recognised, in words.
    fn say(&self, found: &Found) -> String {
        let signs = &self.table().signs;
        match found {
            Found::Amount(amount) => self.amount(amount, Gender::default()),
            Found::Ordinal(n) => self.ordinal(*n),
            Found::Ruler(n) => self.ruler(*n),
            Found::Year(year) => self.numbers().year(*year),
            Found::Years(from, to) => joined(&[&self.numbers().year(*from), signs.to, &self.years_end(*from, *to)]),
            Found::Decade { year, short } => self.decade(*year, *short),
            Found::Digits { groups, plus } => {
                let groups: Vec<String> = groups.iter().map(|group| self.digits(group)).collect();
                joined(&[if *plus { signs.plus } else { "" }, &groups.join(", ")])
            }
            Found::Dotted(parts) => {
                let long = parts.len() > 3;
                let say = |part: &String| match part.parse() {
                    Ok(n) if !long && part.len() < 4 && !(part.len() > 1 && part.starts_with('0')) => {
                        self.numbers().cardinal(n)
                    }
                    _ => self.digits(part),
                };
                parts.iter().map(say).collect::<Vec<_>>().join(&format!(" {} ", signs.dot))
            }
            Found::Date(date) => self.date(date),
            Found::Time(time) => self.time(time),
            Found::Money(money) => self.money(money),
            Found::Quantity(quantity) => self.quantity(quantity),
            Found::Per(what, each) => joined(&[&self.say(what), signs.per, each]),
            Found::Fraction(fraction) => self.fraction(fraction),
            Found::Ratio(from, to) => joined(&[&self.number(from), signs.to, &self.number(to)]),
            Found::Over(over, under) => joined(&[&self.number(over), signs.over, &self.number(under)]),
            Found::OutOf(part, of) => joined(&[&self.number(part), signs.out_of, &self.number(of)]),
            Found::Both(one, other) => joined(&[&self.say(one), &self.say(other)]),
            Found::Range(from, to) => joined(&[&self.say(from), signs.to, &self.say(to)]),
            Found::Words(words) => words.clone(),
        }
    }

    /// The last of several years; "1939-45" has two digits for it.
    fn years_end(&self, from: i32, to: i32) -> String {
        if to < 100 && from >= 100 { self.numbers().cardinal(to.into()) } else { self.numbers().year(to) }
    }
}

/// Words with one blank between, without those that are empty.
pub fn joined(words: &[&str]) -> String {
    words.iter().filter(|word| !word.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// The table of a language (ISO 639-1).
pub fn of(language: &str) -> Option<&'static dyn Language> {
    match language {
        "en" => Some(&languages::english::English),
        "de" => Some(&languages::german::German),
        "es" => Some(&languages::spanish::Spanish),
        "fr" => Some(&languages::french::French),
        "it" => Some(&languages::italian::Italian),
        _ => None,
    }
}

const _: () = assert!(MOST_DIGITS < 19, "numbers in words are made of what fits 64 bits");

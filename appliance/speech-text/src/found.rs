//! What a span of text was recognised as, whatever the language. A [`Language`](crate::Language) says it.

use crate::numbers::Noun;

/// A number as it was written, without the marks between its groups of digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Number {
    /// A minus is before it.
    pub negative: bool,
    /// Digits before the decimal mark; at least one.
    pub whole: String,
    /// Digits behind the decimal mark.
    pub fraction: Option<String>,
    /// Its groups were marked: "1,000".
    pub grouped: bool,
}

impl Number {
    /// The value of its whole part without the sign, if anybody can say that.
    pub fn value(&self) -> Option<i128> {
        (self.whole.len() <= MOST_DIGITS).then(|| self.whole.parse().ok()).flatten()
    }

    /// Whether zeros stand before it: 007.
    pub fn has_zeros(&self) -> bool {
        self.whole.len() > 1 && self.whole.starts_with('0')
    }

    /// Whether what it counts is in the singular: 1 and -1, not 1.0.
    pub fn is_one(&self) -> bool {
        self.fraction.is_none() && self.value() == Some(1)
    }
}

/// A whole number with more digits than this is said digit by digit.
pub const MOST_DIGITS: usize = 15;

/// How the numbers of an amount belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// "10-15": from one to the other.
    To,
    /// "10 x 20": length by width.
    By,
    /// "3 × 4".
    Times,
    /// "10 ± 2".
    PlusMinus,
}

/// One number, or several with one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// The first.
    pub first: Number,
    /// The others, each with how it is joined to the one before.
    pub more: Vec<(Joint, Number)>,
    /// The word for a power of ten behind it, as the language says it: "million".
    pub magnitude: Option<&'static str>,
}

impl Amount {
    /// One number.
    pub fn of(first: Number) -> Self {
        Self { first, more: Vec::new(), magnitude: None }
    }

    /// The number that decides between singular and plural.
    pub fn last(&self) -> &Number {
        self.more.last().map_or(&self.first, |(_, number)| number)
    }

    /// Whether what it counts is in the singular.
    pub fn is_one(&self) -> bool {
        self.more.is_empty() && self.magnitude.is_none() && self.first.is_one()
    }
}

/// A date, as far as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Date {
    /// 1 to 31.
    pub day: Option<u8>,
    /// The last day of several in one month: "May 3-5".
    pub last_day: Option<u8>,
    /// 1 to 12.
    pub month: u8,
    /// As written, 0 to 9999; one of two digits is completed.
    pub year: Option<i32>,
    /// The day was written before the month.
    pub day_first: bool,
    /// An article ("the 3rd of May") is before it already.
    pub has_article: bool,
}

/// Which half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// a.m.
    Morning,
    /// p.m.
    Afternoon,
}

/// A time of day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Time {
    /// 0 to 24.
    pub hour: u8,
    /// 0 to 59; `None` where only the hour was written.
    pub minute: Option<u8>,
    /// 0 to 59.
    pub second: Option<u8>,
    /// Where it was written.
    pub half: Option<Half>,
    /// "o'clock" or its like follows in the text.
    pub has_clock: bool,
}

/// A sum of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: &'static Currency,
    /// It stands before what it describes: "a $5 note".
    pub describes: bool,
}

/// A currency, and how it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Currency {
    /// Signs and codes.
    pub written: &'static [&'static str],
    /// Its name.
    pub name: Noun,
    /// The hundredth of it, where there is one.
    pub minor: Option<Noun>,
}

/// A unit, and how it is written.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its symbols.
    pub written: &'static [&'static str],
    /// Its name.
    pub name: Noun,
    /// Whether a blank may stand between a number and it: "in" and "A" are words of their own there.
    pub spaced: bool,
}

/// Something with a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub unit: &'static Unit,
    /// It stands before what it describes: "a 5 km run".
    pub describes: bool,
}

/// A fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fraction {
    /// A minus is before it.
    pub negative: bool,
    /// The whole number before it: "2 1/2".
    pub whole: Option<u64>,
    /// Above the stroke.
    pub over: u64,
    /// Below the stroke; never 0.
    pub under: u64,
}

/// What a span of text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A count, or several.
    Amount(Amount),
    /// The number of a place in a row.
    Ordinal(u64),
    /// The number of a ruler or pope: "Henry VIII".
    Ruler(u64),
    /// A year.
    Year(i32),
    /// Years from one to another.
    Years(i32, i32),
    /// A decade ("the 1990s") or century ("the 1800s"); `short`: "the 90s".
    Decade {
        /// Its first year, or the tens alone.
        year: i32,
        /// Written with two digits.
        short: bool,
    },
    /// Groups of digits that are said one by one; `plus`: an international number.
    Digits {
        /// The groups.
        groups: Vec<String>,
        /// A plus is before it.
        plus: bool,
    },
    /// Numbers with dots between: "1.2.3", "192.168.0.1".
    Dotted(Vec<String>),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A sum of money.
    Money(Money),
    /// Something with a unit.
    Quantity(Quantity),
    /// A price or quantity for each of something: "per hour".
    Per(Box<Self>, String),
    /// A fraction.
    Fraction(Fraction),
    /// A ratio or score: "16:9".
    Ratio(Number, Number),
    /// One above the other, and neither a part of one: "120/80".
    Over(Number, Number),
    /// One of several: "9 out of 10".
    OutOf(Number, Number),
    /// Feet and inches and the like: two quantities together.
    Both(Box<Self>, Box<Self>),
    /// From one to another.
    Range(Box<Self>, Box<Self>),
    /// What has been said already, such as an abbreviation's words.
    Words(String),
}

impl Found {
    /// How many, and of what, where it is a count, a sum of money or a quantity.
    pub fn amount(&self) -> Option<(&Amount, Option<&Noun>)> {
        if let Self::Amount(amount) = self {
            Some((amount, None))
        } else if let Self::Money(money) = self {
            Some((&money.amount, Some(&money.currency.name)))
        } else if let Self::Quantity(quantity) = self {
            Some((&quantity.amount, Some(&quantity.unit.name)))
        } else if let Self::Per(what, _) = self {
            what.amount()
        } else {
            None
        }
    }
}

//! English numbers, as in Britain: "one hundred and four".

use super::{Form, Gender, Numbers, groups, one_by_one, signed, with_fraction};

/// See [`super::of`].
pub struct English;

const MINUS: &str = "minus";

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// The powers of a thousand.
const POWERS: [&str; 13] = [
    "",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
    "undecillion",
];
/// Whatever is not here gets "th", or "ieth" for "y".
const IRREGULAR: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (0 | 1, _) => SMALL[n].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        (tens, ones) => format!("{}-{}", TENS[tens], SMALL[ones]),
    }
}

fn below_thousand(n: usize) -> String {
    match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} hundred", SMALL[hundreds]),
        (hundreds, rest) => format!("{} hundred and {}", SMALL[hundreds], below_hundred(rest)),
    }
}

fn words(n: u128) -> String {
    let mut text = String::new();
    for (power, value) in groups(n) {
        if !text.is_empty() {
            text += if power == 0 && value < 100 { " and " } else { ", " };
        }
        text += &below_thousand(value);
        if power > 0 {
            text = format!("{text} {}", POWERS[power]);
        }
    }
    if text.is_empty() { SMALL[0].to_owned() } else { text }
}

impl Numbers for English {
    fn cardinal(&self, n: i128) -> String {
        signed(n, MINUS, words)
    }

    fn ordinal(&self, n: u64, _: Form) -> String {
        let text = words(n.into());
        let (before, last) = text.split_at(text.rfind([' ', '-']).map_or(0, |space| space + 1));
        if let Some((_, irregular)) = IRREGULAR.iter().find(|(cardinal, _)| *cardinal == last) {
            return format!("{before}{irregular}");
        }
        last.strip_suffix('y').map_or_else(|| format!("{text}th"), |stem| format!("{before}{stem}ieth"))
    }

    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String {
        with_fraction(self, (whole, negative.then_some(MINUS)), "point", &self.digits(fraction_digits))
    }

    fn year(&self, year: i32) -> String {
        let size = usize::try_from(year.unsigned_abs()).unwrap_or(0);
        let text = match (size / 100, size % 100) {
            (0 | 100.., _) | (10 | 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90, ..10) => words(size as u128),
            (hundreds, 0) => format!("{} hundred", below_hundred(hundreds)),
            (hundreds, ones @ ..10) => format!("{} oh-{}", below_hundred(hundreds), SMALL[ones]),
            (hundreds, rest) => format!("{} {}", below_hundred(hundreds), below_hundred(rest)),
        };
        if year < 0 { format!("{text} BC") } else { text }
    }

    fn digits(&self, digits: &str) -> String {
        one_by_one(digits, &SMALL)
    }

    fn counted(&self, n: i128, _: Gender) -> String {
        self.cardinal(n)
    }
}

//! German numbers: "zweihunderteinundzwanzig", all in one word below a million.

use super::{Case, Form, Gender, Numbers, Plurality, groups, one_by_one, signed, with_fraction};

/// See [`super::of`].
pub struct German;

const MINUS: &str = "minus";

const SMALL: [&str; 20] = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
];
const TENS: [&str; 10] =
    ["", "zehn", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
/// The powers of a thousand from a million on, all of them feminine.
const POWERS: [&str; 11] = [
    "Million",
    "Milliarde",
    "Billion",
    "Billiarde",
    "Trillion",
    "Trilliarde",
    "Quadrillion",
    "Quadrilliarde",
    "Quintillion",
    "Quintilliarde",
    "Sextillion",
];
/// Ends of cardinals, and their ordinals without the ending; the others get "t", from "zwanzig" on "st".
const IRREGULAR: [(&str, &str); 4] = [("eins", "erst"), ("drei", "dritt"), ("sieben", "siebt"), ("acht", "acht")];

/// How a number that ends in one ends: "eins" by itself, "ein" or "eine" before a noun or another part of the number.
type One = &'static str;

fn below_hundred(n: usize, one: One) -> String {
    match (n / 10, n % 10) {
        (0, 1) => one.to_owned(),
        (0 | 1, _) => SMALL[n].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        (tens, ones) => format!("{}und{}", digit(ones), TENS[tens]),
    }
}

/// Before another part of the number.
fn digit(n: usize) -> &'static str {
    if n == 1 { "ein" } else { SMALL[n] }
}

fn below_thousand(n: usize, one: One) -> String {
    match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest, one),
        (hundreds, 0) => format!("{}hundert", digit(hundreds)),
        (hundreds, rest) => format!("{}hundert{}", digit(hundreds), below_hundred(rest, one)),
    }
}

fn words(n: u128, one: One) -> String {
    let mut text = String::new();
    for (power, value) in groups(n) {
        match power {
            0 => text += &below_thousand(value, one),
            1 => text = format!("{text}{}tausend", below_thousand(value, "ein")),
            power => {
                let name = POWERS[power - 2];
                let plural = if value == 1 {
                    ""
                } else if name.ends_with('e') {
                    "n"
                } else {
                    "en"
                };
                text = format!("{text}{} {name}{plural} ", below_thousand(value, "eine"));
            }
        }
    }
    if text.is_empty() { SMALL[0].to_owned() } else { text.trim_end().to_owned() }
}

/// An ordinal without its ending: "dritt", "zwanzigst".
fn ordinal_stem(n: u128) -> String {
    // A number of whole millions is one word at its end, and one of them is not counted: "zweimillionst", "millionst".
    if let Some((power, value)) = groups(n).last().filter(|(power, _)| *power > 1) {
        let unit = 1000_u128.pow(u32::try_from(power).unwrap_or(0));
        let before = n - unit * value as u128;
        let before = if before == 0 { String::new() } else { words(before, "eins") + " " };
        let count = if value == 1 { String::new() } else { below_thousand(value, "ein") };
        return format!("{before}{count}{}st", POWERS[power - 2].trim_end_matches('e').to_lowercase());
    }
    let text = match n {
        100 => "hundert".to_owned(),
        1000 => "tausend".to_owned(),
        _ => words(n, "eins"),
    };
    let irregular = IRREGULAR.iter().find_map(|(end, stem)| Some(format!("{}{stem}", text.strip_suffix(end)?)));
    irregular.unwrap_or_else(|| format!("{text}{}", if matches!(n % 100, 1..20) || n == 0 { "t" } else { "st" }))
}

impl Numbers for German {
    fn cardinal(&self, n: i128) -> String {
        signed(n, MINUS, |n| words(n, "eins"))
    }

    /// As after "der", "die", "das": "erste", "ersten".
    fn ordinal(&self, n: u64, form: Form) -> String {
        let nominative = matches!(
            (form.number, form.case, form.gender),
            (Plurality::One, Case::Nominative, _)
                | (Plurality::One, Case::Accusative, Gender::Feminine | Gender::Neuter)
        );
        ordinal_stem(n.into()) + if nominative { "e" } else { "en" }
    }

    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String {
        with_fraction(self, (whole, negative.then_some(MINUS)), "Komma", &self.digits(fraction_digits))
    }

    fn year(&self, year: i32) -> String {
        let size = usize::try_from(year.unsigned_abs()).unwrap_or(0);
        let text = match (size / 100, size % 100) {
            (hundreds @ 11..=19, 0) => format!("{}hundert", below_hundred(hundreds, "ein")),
            (hundreds @ 11..=19, rest) => {
                format!("{}hundert{}", below_hundred(hundreds, "ein"), below_hundred(rest, "eins"))
            }
            _ => words(size as u128, "eins"),
        };
        if year < 0 { format!("{text} vor Christus") } else { text }
    }

    fn digits(&self, digits: &str) -> String {
        one_by_one(digits, &SMALL)
    }

    fn counted(&self, n: i128, gender: Gender) -> String {
        let one = match gender {
            Gender::Masculine | Gender::Neuter => "ein",
            Gender::Feminine => "eine",
        };
        signed(n, MINUS, |n| words(n, one))
    }
}

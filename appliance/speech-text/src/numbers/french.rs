//! French numbers, as in France: "soixante-dix", "quatre-vingts".

use super::{Form, Gender, Numbers, Plurality, fraction_as_number, groups, one_by_one, signed, with_fraction};

/// See [`super::of`].
pub struct French;

const MINUS: &str = "moins";

const SMALL: [&str; 17] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize",
];
const TENS: [&str; 7] = ["", "dix", "vingt", "trente", "quarante", "cinquante", "soixante"];
/// The powers of a thousand from a million on.
const POWERS: [&str; 11] = [
    "million",
    "milliard",
    "billion",
    "billiard",
    "trillion",
    "trilliard",
    "quadrillion",
    "quadrilliard",
    "quintillion",
    "quintilliard",
    "sextillion",
];

fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (_, _) if n <= 16 => SMALL[n].to_owned(),
        (8, 0) => "quatre-vingts".to_owned(),
        (8 | 9, _) => format!("quatre-vingt-{}", below_hundred(n - 80)),
        (7, 1) => "soixante et onze".to_owned(),
        (7, _) => format!("soixante-{}", below_hundred(n - 60)),
        (tens, 0) => TENS[tens].to_owned(),
        (tens @ 2.., 1) => format!("{} et un", TENS[tens]),
        (tens, ones) => format!("{}-{}", TENS[tens], SMALL[ones]),
    }
}

fn below_thousand(n: usize) -> String {
    let hundreds = match n / 100 {
        0 => return below_hundred(n),
        1 => "cent".to_owned(),
        hundreds if n.is_multiple_of(100) => return format!("{} cents", SMALL[hundreds]),
        hundreds => format!("{} cent", SMALL[hundreds]),
    };
    if n.is_multiple_of(100) { hundreds } else { format!("{hundreds} {}", below_hundred(n % 100)) }
}

fn words(n: u128) -> String {
    let part = |(power, value): (usize, usize)| match power {
        0 => below_thousand(value),
        1 if value == 1 => "mille".to_owned(),
        // "Mille" is a number like any other: nothing before it has a plural. "Million" is a noun.
        1 => format!("{} mille", without_plural(&below_thousand(value))),
        power => format!("{} {}{}", below_thousand(value), POWERS[power - 2], if value > 1 { "s" } else { "" }),
    };
    let text = groups(n).map(part).collect::<Vec<_>>().join(" ");
    if text.is_empty() { SMALL[0].to_owned() } else { text }
}

/// "Quatre-vingt", "deux cent": before what is no noun.
fn without_plural(text: &str) -> &str {
    if ["vingts", "cents", "ons", "ards"].iter().any(|plural| text.ends_with(plural)) {
        text.trim_end_matches('s')
    } else {
        text
    }
}

/// Without its "s" of the plural.
fn ordinal(n: u128) -> String {
    let text = words(n);
    let text = without_plural(&text);
    // A million of them is not counted: "millionième".
    let text = text.strip_prefix("un ").filter(|rest| POWERS.contains(rest)).unwrap_or(text);
    let stem = match text.strip_suffix("neuf") {
        Some(before) => format!("{before}neuv"),
        None if text.ends_with("cinq") => format!("{text}u"),
        None => text.trim_end_matches('e').to_owned(),
    };
    stem + "ième"
}

impl Numbers for French {
    fn cardinal(&self, n: i128) -> String {
        signed(n, MINUS, words)
    }

    fn ordinal(&self, n: u64, form: Form) -> String {
        let text = match (n, form.gender) {
            (1, Gender::Feminine) => "première".to_owned(),
            (1, Gender::Masculine | Gender::Neuter) => "premier".to_owned(),
            _ => ordinal(n.into()),
        };
        if form.number == Plurality::Many { text + "s" } else { text }
    }

    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String {
        with_fraction(self, (whole, negative.then_some(MINUS)), "virgule", &fraction_as_number(self, fraction_digits))
    }

    fn year(&self, year: i32) -> String {
        let text = words(year.unsigned_abs().into());
        if year < 0 { format!("{text} avant Jésus-Christ") } else { text }
    }

    fn digits(&self, digits: &str) -> String {
        one_by_one(digits, &SMALL)
    }

    fn counted(&self, n: i128, gender: Gender) -> String {
        let text = self.cardinal(n);
        // Only the number one itself has a gender, and 11 is none of it.
        if gender == Gender::Feminine && n % 10 != 0 && text.ends_with("un") { text + "e" } else { text }
    }
}

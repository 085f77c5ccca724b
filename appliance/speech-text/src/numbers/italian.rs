//! Italian numbers: "milleduecentotrentaquattro", all in one word below a million.

use super::{Form, Gender, Numbers, Plurality, fraction_as_number, groups, one_by_one, signed, with_fraction};

/// See [`super::of`].
pub struct Italian;

const MINUS: &str = "meno";

const SMALL: [&str; 20] = [
    "zero",
    "uno",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sei",
    "sette",
    "otto",
    "nove",
    "dieci",
    "undici",
    "dodici",
    "tredici",
    "quattordici",
    "quindici",
    "sedici",
    "diciassette",
    "diciotto",
    "diciannove",
];
const TENS: [&str; 10] =
    ["", "dieci", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];
/// The powers of a thousand from a million on, without their last letter.
const POWERS: [&str; 11] = [
    "milion",
    "miliard",
    "bilion",
    "biliard",
    "trilion",
    "triliard",
    "quadrilion",
    "quadriliard",
    "quintilion",
    "quintiliard",
    "sestilion",
];
/// Ordinals without their last letter.
const ORDINALS: [&str; 11] =
    ["zeresim", "prim", "second", "terz", "quart", "quint", "sest", "settim", "ottav", "non", "decim"];

/// Without the accent of a last "tre".
fn below_hundred(n: usize) -> String {
    match (n / 10, n % 10) {
        (0 | 1, _) => SMALL[n].to_owned(),
        (tens, 0) => TENS[tens].to_owned(),
        // The ten loses its vowel before another one.
        (tens, ones @ (1 | 8)) => format!("{}{}", TENS[tens].trim_end_matches(['a', 'i']), SMALL[ones]),
        (tens, ones) => format!("{}{}", TENS[tens], SMALL[ones]),
    }
}

fn below_thousand(n: usize) -> String {
    let hundreds = match n / 100 {
        0 => return below_hundred(n),
        1 => "cento".to_owned(),
        hundreds => format!("{}cento", SMALL[hundreds]),
    };
    match n % 100 {
        0 => hundreds,
        // "Centotto", "centottanta".
        rest @ (8 | 80..90) => format!("{}{}", hundreds.trim_end_matches('o'), below_hundred(rest)),
        rest => format!("{hundreds}{}", below_hundred(rest)),
    }
}

fn below_million(n: usize) -> String {
    let rest = if n.is_multiple_of(1000) { String::new() } else { below_thousand(n % 1000) };
    match n / 1000 {
        0 => rest,
        1 => format!("mille{rest}"),
        thousands => format!("{}mila{rest}", below_thousand(thousands)),
    }
}

/// The last "tre" of a longer word has an accent.
fn accented(word: String) -> String {
    match word.strip_suffix("tre") {
        Some(before) if !before.is_empty() => format!("{before}tré"),
        Some(_) | None => word,
    }
}

/// The parts of a number: those of whole millions, and the word for the rest, without an accent.
fn parts(n: u128) -> (Vec<String>, String) {
    let millions = groups(n).filter(|(power, _)| *power > 1).map(|(power, value)| {
        let (name, ending) = (POWERS[power - 2], if power % 2 == 0 { "e" } else { "o" });
        match value {
            1 => format!("un {name}{ending}"),
            value => format!("{} {name}i", accented(below_thousand(value))),
        }
    });
    (millions.collect(), below_million((n % 1_000_000) as usize))
}

/// "Due miliardi, tre milioni e quattro".
fn joined(millions: &[String], last: &str) -> String {
    match (millions, last) {
        ([], last) => last.to_owned(),
        ([million], "") => million.clone(),
        ([before @ .., million], "") => format!("{} e {million}", before.join(", ")),
        (millions, last) => format!("{} e {last}", millions.join(", ")),
    }
}

fn words(n: u128) -> String {
    let (millions, rest) = parts(n);
    if n == 0 { SMALL[0].to_owned() } else { joined(&millions, &accented(rest)) }
}

/// An ordinal without its last letter.
fn ordinal_stem(n: u128) -> String {
    if let Some(stem) = ORDINALS.get(usize::try_from(n).unwrap_or(usize::MAX)) {
        return (*stem).to_owned();
    }
    let (mut millions, rest) = parts(n);
    let last = match (n % 100, rest.as_str()) {
        // Whole millions are one word at the end, and one of them is not counted: "duemilionesimo", "milionesimo".
        (_, "") => {
            let last = millions.pop().unwrap_or_default();
            let last = last.strip_prefix("un ").unwrap_or(&last).trim_end_matches(['e', 'o', 'i']).to_owned();
            format!("{}esim", last.replace(' ', ""))
        }
        (10, rest) => rest.trim_end_matches("dieci").to_owned() + "decim",
        (13 | 16, rest) => rest.trim_end_matches('i').to_owned() + "esim",
        // "Ventitreesimo", "ventiseiesimo".
        (_, rest) if rest.ends_with("tre") || rest.ends_with("sei") => format!("{rest}esim"),
        (_, rest) if rest.ends_with("mila") => rest.trim_end_matches('a').to_owned() + "lesim",
        (_, rest) => rest[..rest.len() - 1].to_owned() + "esim",
    };
    joined(&millions, &last)
}

impl Numbers for Italian {
    fn cardinal(&self, n: i128) -> String {
        signed(n, MINUS, words)
    }

    fn ordinal(&self, n: u64, form: Form) -> String {
        let ending = match (form.gender, form.number) {
            (Gender::Masculine | Gender::Neuter, Plurality::One) => "o",
            (Gender::Masculine | Gender::Neuter, Plurality::Many) => "i",
            (Gender::Feminine, Plurality::One) => "a",
            (Gender::Feminine, Plurality::Many) => "e",
        };
        ordinal_stem(n.into()) + ending
    }

    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String {
        with_fraction(self, (whole, negative.then_some(MINUS)), "virgola", &fraction_as_number(self, fraction_digits))
    }

    fn year(&self, year: i32) -> String {
        let text = words(year.unsigned_abs().into());
        if year < 0 { format!("{text} avanti Cristo") } else { text }
    }

    fn digits(&self, digits: &str) -> String {
        one_by_one(digits, &SMALL)
    }

    /// Only a one that is a word of its own is changed by what follows: "un euro", "una sterlina", "ventuno euro".
    fn counted(&self, n: i128, gender: Gender) -> String {
        let one = match gender {
            Gender::Masculine => "un",
            Gender::Feminine => "una",
            Gender::Neuter => "uno",
        };
        let text = self.cardinal(n);
        match text.strip_suffix("uno") {
            Some(before) if before.is_empty() || before.ends_with(' ') => format!("{before}{one}"),
            Some(_) | None => text,
        }
    }
}

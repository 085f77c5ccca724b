//! Spanish numbers, as in Spain: the decimal sign is a comma, and a billion is a million millions.

use super::{Form, Gender, Numbers, Plurality, fraction_as_number, one_by_one, signed, with_fraction};

/// See [`super::of`].
pub struct Spanish;

const MINUS: &str = "menos";

const SMALL: [&str; 30] = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];
const TENS: [&str; 10] =
    ["", "diez", "veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"];
/// Without the last two letters, which are "os" or "as" but for 100.
const HUNDREDS: [&str; 10] = [
    "",
    "cient",
    "doscient",
    "trescient",
    "cuatrocient",
    "quinient",
    "seiscient",
    "setecient",
    "ochocient",
    "novecient",
];
/// The powers of a million, without their ending: "illón", "illones".
const POWERS: [&str; 7] = ["", "m", "b", "tr", "cuatr", "quint", "sext"];

/// Ordinals without their last letter.
const ORDINALS: [&str; 13] = [
    "",
    "primer",
    "segund",
    "tercer",
    "cuart",
    "quint",
    "sext",
    "séptim",
    "octav",
    "noven",
    "décim",
    "undécim",
    "duodécim",
];
const ORDINAL_TENS: [&str; 10] = [
    "",
    "décim",
    "vigésim",
    "trigésim",
    "cuadragésim",
    "quincuagésim",
    "sexagésim",
    "septuagésim",
    "octogésim",
    "nonagésim",
];
const ORDINAL_HUNDREDS: [&str; 10] = [
    "",
    "centésim",
    "ducentésim",
    "tricentésim",
    "cuadringentésim",
    "quingentésim",
    "sexcentésim",
    "septingentésim",
    "octingentésim",
    "noningentésim",
];

/// What a number is before, which "uno" and the hundreds show.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// "veintiuno", "doscientos".
    Nothing,
    /// "veintiún", "doscientos".
    Masculine,
    /// "veintiuna", "doscientas".
    Feminine,
}

fn below_hundred(n: usize, before: Before) -> String {
    match (n, before) {
        (1, Before::Masculine) => "un".to_owned(),
        (1, Before::Feminine) => "una".to_owned(),
        (21, Before::Masculine) => "veintiún".to_owned(),
        (21, Before::Feminine) => "veintiuna".to_owned(),
        (..30, _) => SMALL[n].to_owned(),
        _ if n.is_multiple_of(10) => TENS[n / 10].to_owned(),
        _ => format!("{} y {}", TENS[n / 10], below_hundred(n % 10, before)),
    }
}

fn below_thousand(n: usize, before: Before) -> String {
    let ending = if before == Before::Feminine { "as" } else { "os" };
    let hundreds = match n / 100 {
        0 => return below_hundred(n, before),
        1 if n == 100 => return "cien".to_owned(),
        1 => "ciento".to_owned(),
        hundreds => format!("{}{ending}", HUNDREDS[hundreds]),
    };
    if n.is_multiple_of(100) { hundreds } else { format!("{hundreds} {}", below_hundred(n % 100, before)) }
}

fn below_million(n: usize, before: Before) -> String {
    // "Mil" is counted like what follows it, and never with "uno": "veintiún mil", "doscientas mil libras".
    let counted = if before == Before::Nothing { Before::Masculine } else { before };
    match (n / 1000, n % 1000) {
        (0, rest) => below_thousand(rest, before),
        (1, 0) => "mil".to_owned(),
        (1, rest) => format!("mil {}", below_thousand(rest, before)),
        (thousands, 0) => format!("{} mil", below_thousand(thousands, counted)),
        (thousands, rest) => format!("{} mil {}", below_thousand(thousands, counted), below_thousand(rest, before)),
    }
}

/// The groups of six digits that are not zero, highest first: its power of a million, and 1 to 999,999.
fn groups(n: u128) -> impl Iterator<Item = (usize, usize)> {
    let group = move |power: usize| (n / 1_000_000_u128.pow(u32::try_from(power).unwrap_or(0)) % 1_000_000) as usize;
    (0..POWERS.len()).rev().map(move |power| (power, group(power))).filter(|(_, value)| *value > 0)
}

fn words(n: u128, before: Before) -> String {
    let part = |(power, value): (usize, usize)| match power {
        0 => below_million(value, before),
        _ if value == 1 => format!("un {}illón", POWERS[power]),
        _ => format!("{} {}illones", below_million(value, Before::Masculine), POWERS[power]),
    };
    let text = groups(n).map(part).collect::<Vec<_>>().join(" ");
    if text.is_empty() { SMALL[0].to_owned() } else { text }
}

/// The ordinal's words, each as it ends in the masculine.
fn ordinal_words(n: u128) -> Vec<String> {
    let mut parts = Vec::new();
    // What is counted stands before it in one word, and has no accent of its own: "veintidosmilésimo".
    let counted = |value: usize| match value {
        1 => String::new(),
        value => below_million(value, Before::Masculine).replace('é', "e").replace('ó', "o").replace('ú', "u"),
    };
    for (power, value) in groups(n).filter(|(power, _)| *power > 0) {
        parts.push(format!("{}{}illonésimo", counted(value), POWERS[power]));
    }
    let rest = (n % 1_000_000) as usize;
    if rest >= 1000 {
        parts.push(format!("{}milésimo", counted(rest / 1000)));
    }
    let (hundreds, rest) = (rest % 1000 / 100, rest % 100);
    if hundreds > 0 {
        parts.push(format!("{}o", ORDINAL_HUNDREDS[hundreds]));
    }
    match (rest / 10, rest % 10) {
        (0, 0) => {}
        (0 | 1, _) if rest < ORDINALS.len() => parts.push(format!("{}o", ORDINALS[rest])),
        (1, 8) => parts.push("decimoctavo".to_owned()),
        (1, ones) => parts.push(format!("decimo{}o", ORDINALS[ones])),
        (tens, 0) => parts.push(format!("{}o", ORDINAL_TENS[tens])),
        (tens, ones) => {
            parts.push(format!("{}o", ORDINAL_TENS[tens]));
            parts.push(format!("{}o", ORDINALS[ones]));
        }
    }
    parts
}

impl Numbers for Spanish {
    fn cardinal(&self, n: i128) -> String {
        signed(n, MINUS, |n| words(n, Before::Nothing))
    }

    fn ordinal(&self, n: u64, form: Form) -> String {
        let ending = match (form.gender, form.number) {
            (Gender::Masculine | Gender::Neuter, Plurality::One) => "o",
            (Gender::Masculine | Gender::Neuter, Plurality::Many) => "os",
            (Gender::Feminine, Plurality::One) => "a",
            (Gender::Feminine, Plurality::Many) => "as",
        };
        let parts: Vec<_> = ordinal_words(n.into());
        let inflected = parts.iter().map(|part| part.trim_end_matches('o').to_owned() + ending);
        if parts.is_empty() { SMALL[0].to_owned() } else { inflected.collect::<Vec<_>>().join(" ") }
    }

    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String {
        with_fraction(self, (whole, negative.then_some(MINUS)), "coma", &fraction_as_number(self, fraction_digits))
    }

    fn year(&self, year: i32) -> String {
        let text = words(year.unsigned_abs().into(), Before::Nothing);
        if year < 0 { format!("{text} antes de Cristo") } else { text }
    }

    fn digits(&self, digits: &str) -> String {
        one_by_one(digits, &SMALL)
    }

    fn counted(&self, n: i128, gender: Gender) -> String {
        let before = match gender {
            Gender::Masculine => Before::Masculine,
            Gender::Feminine => Before::Feminine,
            Gender::Neuter => Before::Nothing,
        };
        signed(n, MINUS, |n| words(n, before))
    }
}

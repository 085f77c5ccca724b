//! Where num2words does not say what a native speaker would, and how its words become ours.

use parley_speech_text::language::Language;

use super::Reference;

/// A kind of its mistakes.
pub struct Difference {
    /// What is wrong with its words.
    pub reason: &'static str,
    /// Its words without that mistake; as they were where the mistake is not in them.
    pub apply: fn(&dyn Language, &Reference, &str) -> String,
}

/// Those of a language, in the order in which they apply.
pub fn of(language: &str) -> impl Iterator<Item = &'static Difference> {
    let own = match language {
        "en" => ENGLISH,
        "de" => GERMAN,
        "es" => SPANISH,
        "fr" => FRENCH,
        "it" => ITALIAN,
        other => panic!("{other} has no numbers"),
    };
    own.iter()
}

fn is_money(reference: &Reference) -> bool {
    reference.kind.chars().all(char::is_uppercase)
}

/// A negative fraction of nothing keeps its sign.
fn sign_of_zero(language: &dyn Language, reference: &Reference, words: &str) -> String {
    let lost = reference.kind == "decimal" && reference.value.starts_with("-0.");
    if lost { format!("{} {words}", language.table().signs.minus) } else { words.to_owned() }
}

/// Nothing is said of zero euros or cents beside the other.
fn no_zero_money(language: &dyn Language, reference: &Reference, words: &str) -> String {
    if !is_money(reference) {
        return words.to_owned();
    }
    let (zero, and) = (language.numbers().cardinal(0), language.money_joint());
    let (sign, words) = match words.strip_prefix(language.table().signs.minus) {
        Some(words) => words.split_at(1),
        None => ("", words),
    };
    let said = match words.split_once(&format!(" {and} {zero} ")) {
        Some((major, _)) => major,
        None if words.starts_with(&zero) => words.split_once(&format!(" {and} ")).map_or(words, |(_, minor)| minor),
        None => words,
    };
    if sign.is_empty() { said.to_owned() } else { format!("{} {said}", language.table().signs.minus) }
}

/// Digits after the comma are read as one number, up to three of them.
fn fraction_as_number(language: &dyn Language, reference: &Reference, words: &str) -> String {
    let Some((_, fraction)) = reference.value.split_once('.') else { return words.to_owned() };
    let zeros = fraction.len() - fraction.trim_start_matches('0').len();
    let digits_of_it: Vec<&str> = words.split(' ').rev().take(fraction.len() - zeros).collect();
    if fraction.len() - zeros > 3 {
        return words.to_owned();
    }
    let length: usize = digits_of_it.iter().map(|word| word.len() + 1).sum();
    format!("{} {}", &words[..words.len() - length], language.numbers().cardinal(fraction.parse().unwrap()))
}

const ENGLISH: &[Difference] = &[
    Difference { reason: "the minus of a negative fraction of nothing is lost", apply: sign_of_zero },
    Difference {
        reason: "between euros and cents is a comma, where people say \"and\"",
        apply: |_, reference, words| match words.rsplit_once(", ") {
            Some((major, minor)) if is_money(reference) => format!("{major} and {minor}"),
            _ => words.to_owned(),
        },
    },
    Difference {
        reason: "many euros are \"euro\", as on a banknote, and not \"euros\"",
        apply: |_, reference, words| match words.rsplit_once(" euro and") {
            Some((major, minor)) if reference.kind == "EUR" && !matches!(major, "one" | "minus one") => {
                format!("{major} euros and{minor}")
            }
            _ => words.to_owned(),
        },
    },
    Difference {
        reason: "pounds are always \"sterling\", which people leave out",
        apply: |_, _, words| words.replace(" sterling", ""),
    },
    Difference { reason: "zero euros and zero cents are said beside the other", apply: no_zero_money },
];

const GERMAN: &[Difference] = &[
    Difference { reason: "the minus of a negative fraction of nothing is lost", apply: sign_of_zero },
    Difference {
        reason: "\"eins\" stands before \"tausend\" and \"hundert\" (zweihunderteinstausend)",
        apply: |_, _, words| words.replace("einstausend", "eintausend").replace("einshundert", "einhundert"),
    },
    Difference {
        reason: "\"eins\" or \"ein\" stands before the feminine Million (einhunderteins Millionen)",
        apply: |_, _, words| {
            let mut text = words.to_owned();
            for name in ["mill", "bill", "trill", "Mill", "Bill", "Trill"] {
                text = text.replace(&format!("eins {name}"), &format!("eine {name}"));
                text = text.replace(&format!("ein {name}"), &format!("eine {name}"));
            }
            text
        },
    },
    Difference {
        reason: "ordinals of whole millions are glued to what is before them (achthunderteinsmillionste)",
        apply: |_, _, words| {
            let mut text = words.replace("einsmill", "einmill").replace("einsbill", "einbill");
            for before in ["illion", "illionen", "illiarde", "illiarden"] {
                for last in ["mill", "bill", "trill"] {
                    text = text.replace(&format!("{before}{last}"), &format!("{before} {last}"));
                }
            }
            text
        },
    },
    Difference {
        reason: "in ordinals nouns are small",
        apply: |_, reference, words| {
            let capital = |word: &str| {
                let is_noun = ["illion", "illionen", "illiarde", "illiarden"].iter().any(|end| word.ends_with(end));
                if is_noun { word[..1].to_uppercase() + &word[1..] } else { word.to_owned() }
            };
            let words: Vec<_> = words.split(' ').map(capital_if(reference.kind == "ordinal", capital)).collect();
            words.join(" ")
        },
    },
    Difference {
        reason: "years are counted in hundreds beyond the nineteen hundreds",
        apply: |language, reference, words| match reference.value.parse::<i128>() {
            Ok(year @ 2100..) if reference.kind == "year" => language.numbers().cardinal(year),
            _ => words.to_owned(),
        },
    },
    Difference { reason: "zero euros and zero cents are said beside the other", apply: no_zero_money },
];

fn capital_if(wanted: bool, capital: impl Fn(&str) -> String) -> impl Fn(&str) -> String {
    move |word| if wanted { capital(word) } else { word.to_owned() }
}

const SPANISH: &[Difference] = &[
    Difference { reason: "the minus of a negative fraction of nothing is lost", apply: sign_of_zero },
    Difference {
        reason: "the decimal sign is a point, where Spain has a comma",
        apply: |_, _, words| words.replace(" punto ", " coma "),
    },
    Difference { reason: "the digits after the comma are read one by one", apply: fraction_as_number },
    Difference {
        reason: "\"uno\" is not shortened before \"mil\" and \"millones\"",
        apply: |_, _, words| {
            let words = words.replace("veintiuno mil", "veintiún mil").replace("veintiuno bill", "veintiún bill");
            words.replace("uno mil", "un mil").replace("uno bill", "un bill").replace("unomil", "unmil")
        },
    },
    Difference {
        reason: "accents stay where a number is the beginning of a word (veintidósmilésimo)",
        apply: |_, _, words| words.replace("ésmil", "esmil").replace("ósmil", "osmil").replace("éismil", "eismil"),
    },
    Difference {
        reason: "some ordinals are misspelt (quadragésimo, cuadrigentésimo)",
        apply: |_, _, words| {
            let words = words.replace("quadragésimo", "cuadragésimo").replace("cuadrigent", "cuadringent");
            words.replace("septigent", "septingent").replace("octigent", "octingent")
        },
    },
    Difference {
        reason: "11th and 12th are not undécimo and duodécimo",
        apply: |_, _, words| words.replace("décimoprimero", "undécimo").replace("décimosegundo", "duodécimo"),
    },
    Difference {
        reason: "13th to 19th are two words, where the Academy recommends one",
        apply: |_, _, words| match words.rsplit_once("décimo ") {
            Some((before, "octavo")) => format!("{before}decimoctavo"),
            Some((before, ones)) => format!("{before}decimo{ones}"),
            None => words.to_owned(),
        },
    },
    Difference {
        reason: "of feminine pounds the millions are feminine, and five hundred masculine",
        apply: |_, reference, words| {
            if reference.kind != "GBP" {
                return words.to_owned();
            }
            let millions = words.rfind("illones").or_else(|| words.rfind("illón")).unwrap_or(0);
            let (millions, rest) = words.split_at(millions);
            let millions =
                millions.replace("cientas", "cientos").replace("veintiuna", "veintiún").replace("una ", "un ");
            millions + &rest.replace("quinientos", "quinientas")
        },
    },
    Difference {
        reason: "after whole millions \"de\" is missing",
        apply: |_, reference, words| {
            let of = |words: String, end: &str| words.replace(&format!("{end} "), &format!("{end} de "));
            let names = ["euro", "dólar", "libra"];
            let before = |end: &str| names.iter().any(|name| words.contains(&format!("{end} {name}")));
            match ["illón", "illones"].into_iter().find(|end| is_money(reference) && before(end)) {
                Some(end) => {
                    let (before, after) = words.split_at(words.rfind(end).unwrap());
                    before.to_owned() + &of(after.to_owned(), end)
                }
                None => words.to_owned(),
            }
        },
    },
    Difference { reason: "zero euros and zero cents are said beside the other", apply: no_zero_money },
];

const FRENCH: &[Difference] = &[
    Difference { reason: "the minus of a negative fraction of nothing is lost", apply: sign_of_zero },
    Difference { reason: "the digits after the comma are read one by one", apply: fraction_as_number },
    Difference {
        reason: "an ordinal keeps the plural's \"s\" (quatre-vingtsième, deux centsième, deux millionsième)",
        apply: |_, _, words| {
            let words = words.replace("tsième", "tième").replace("nsième", "nième");
            words.replace("dsième", "dième")
        },
    },
    Difference {
        reason: "one million is counted in its ordinal (un millionième)",
        apply: |_, reference, words| match words.strip_prefix("un ") {
            Some(rest) if reference.kind == "ordinal" && !rest.contains(' ') => rest.to_owned(),
            Some(_) | None => words.to_owned(),
        },
    },
    Difference { reason: "a pound is masculine", apply: |_, _, words| words.replace("un livre", "une livre") },
    Difference {
        reason: "after whole millions \"de\" is missing",
        apply: |_, _, words| {
            let mut text = words.to_owned();
            for end in ["illion", "illions", "illiard", "illiards"] {
                text = text.replace(&format!("{end} euro"), &format!("{end} d'euro"));
                text = text.replace(&format!("{end} dollar"), &format!("{end} de dollar"));
                text = text.replace(&format!("{end} livre"), &format!("{end} de livre"));
            }
            text
        },
    },
    Difference { reason: "zero euros and zero cents are said beside the other", apply: no_zero_money },
    Difference {
        reason: "zero is plural (zéro euros)",
        apply: |_, _, words| match words.strip_prefix("zéro ") {
            Some(name @ ("euros" | "dollars" | "livres")) => format!("zéro {}", name.trim_end_matches('s')),
            Some(_) | None => words.to_owned(),
        },
    },
];

const ITALIAN: &[Difference] = &[
    Difference {
        reason: "a last \"tre\" before millions or a comma has no accent (ventitre milioni)",
        apply: |_, _, words| {
            let accented = |word: &str| match word.strip_suffix("tre") {
                Some(before) if !before.is_empty() => format!("{before}tré"),
                Some(_) | None => word.to_owned(),
            };
            words.split(' ').map(accented).collect::<Vec<_>>().join(" ")
        },
    },
    Difference {
        reason: "\"diciotto\" behind hundreds loses a letter (seicentodicotto)",
        apply: |_, _, words| words.replace("dicott", "diciott"),
    },
    Difference { reason: "the digits after the comma are read one by one", apply: fraction_as_number },
    Difference {
        reason: "tenths are \"diecesimo\" (centodiecesimo)",
        apply: |_, _, words| words.replace("diecesimo", "decimo"),
    },
    Difference {
        reason: "the ordinal of whole millions is two words (due milionesimo)",
        apply: |_, reference, words| {
            let (before, last) = words.split_at(words.rfind(" e ").map_or(0, |and| and + 3));
            let whole = last.ends_with("lionesimo") || last.ends_with("liardesimo");
            let count = |last: &str| last.strip_prefix("un ").unwrap_or(last).replace(' ', "");
            if reference.kind == "ordinal" && whole { before.to_owned() + &count(last) } else { words.to_owned() }
        },
    },
    Difference {
        reason: "\"uno\" is shortened inside of numbers (centounmila euro), and after them (ventun euro)",
        apply: |_, _, words| {
            let whole = |word: &str| {
                let short = word.len() > 2 && word.ends_with("un");
                word.replace("unmila", "unomila") + if short { "o" } else { "" }
            };
            words.split(' ').map(whole).collect::<Vec<_>>().join(" ")
        },
    },
    Difference {
        reason: "one pound behind millions is masculine",
        apply: |_, _, words| words.replace(" un sterline", " una sterline"),
    },
    Difference {
        reason: "after whole millions \"di\" is missing",
        apply: |_, _, words| {
            let mut text = words.to_owned();
            for end in ["ilione", "ilioni", "iliardo", "iliardi"] {
                for name in ["euro", "dollari", "sterline"] {
                    text = text.replace(&format!("{end} {name}"), &format!("{end} di {name}"));
                }
            }
            text
        },
    },
    Difference { reason: "zero euros and zero cents are said beside the other", apply: no_zero_money },
];

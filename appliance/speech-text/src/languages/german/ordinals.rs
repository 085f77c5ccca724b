//! How ordinals and dates end in German, and Roman numerals that are ordinals.

use super::German;
use super::table::TABLE;
use super::words;
use crate::found::Found;
use crate::languages::european::roman;
use crate::numbers::{Case, Gender};
use crate::reading::{Text, has};

/// How an ordinal ends.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending {
    /// "der dritte".
    E,
    /// "am dritten".
    En,
    /// "dritter", without an article.
    Er,
}

impl Ending {
    pub(super) fn behind(word: &str) -> Self {
        if has(words::DATIVE, word) || has(words::OTHER_CASES, word) {
            Self::En
        } else if has(words::NOMINATIVE, word) {
            Self::E
        } else {
            Self::Er
        }
    }
}

/// How a date ends that begins here: by the word before it, or before what it is joined to ("am 5. und 6. Mai"), or before
/// the day of the week ("am Montag, 3. Mai").
pub(super) fn ending_at(text: Text<'_>, at: usize) -> Ending {
    let (word, start) = text.previous_word_from(at);
    if has(&["und", "oder", "bis", "sowie"], &word) {
        // "5." before it, whose full stop and blank are no word.
        let mut first = start.saturating_sub(1);
        let stopped = text.before(start) == Some(' ') && text.before(first) == Some('.');
        first = first.saturating_sub(1);
        let digits = (0..2)
            .take_while(|back| first.checked_sub(*back).is_some_and(|at| at > 0 && text.is_digit(at - 1)))
            .count();
        if stopped && digits > 0 {
            return Ending::behind(&text.previous_word(first - digits));
        }
        return Ending::behind(&word);
    }
    // The comma behind the day of the week.
    let comma = at > 1 && text.before(at) == Some(' ') && text.before(at - 1) == Some(',');
    let (day, start) = if comma { text.previous_word_from(at - 2) } else { (word.clone(), start) };
    let weekday = TABLE.weekdays.iter().any(|(written, name)| *written == day || *name == day);
    Ending::behind(&if weekday { text.previous_word(start) } else { word })
}

impl German {
    /// "Ludwig XIV.", "der II. Weltkrieg".
    pub(super) fn numeral(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (value, end) = roman(text, at)?;
        let (previous, start) = text.previous_word_from(at);
        let stop = text.at(end) == Some('.');
        let genitive = previous.strip_suffix('s').is_some_and(|name| TABLE.rulers.contains(&name));
        if TABLE.rulers.contains(&previous.as_str()) || genitive {
            if !stop && value == 1 {
                return None;
            }
            let (article, ending) = match case_of_name(text, start) {
                _ if genitive && !TABLE.rulers.contains(&previous.as_str()) => ("des", Ending::En),
                Case::Genitive => ("des", Ending::En),
                Case::Dative => ("dem", Ending::En),
                Case::Accusative => ("den", Ending::En),
                Case::Nominative => ("der", Ending::E),
            };
            let feminine = ["Elisabeth", "Maria", "Katharina", "Margarethe"].contains(&previous.as_str());
            let article = match (feminine, article) {
                (true, "der") => "die",
                (true, "dem" | "des") => "der",
                (true, _) => "die",
                (false, article) => article,
            };
            let ordinal = self.ending(value, ending);
            let mut letters = ordinal.chars();
            let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
            // The full stop of a sentence stays.
            let sentence = stop && text.is_sentence_end(end + 1) && text.at(end + 1).is_none();
            return Some((
                Found::Words(format!("{article} {capital}{}", if sentence { "." } else { "" })),
                end + usize::from(stop),
            ));
        }
        let noun = text.next_word(end + 1);
        (stop
            && noun.starts_with(char::is_uppercase)
            && noun.chars().count() > 2
            && text.at(at.wrapping_sub(1)).is_some())
        .then(|| (Found::Words(self.ending(value, self.ending_between(&previous, &noun))), end + 1))
    }

    /// The ending of an ordinal before a noun.
    pub(super) fn ending_between(&self, before: &str, noun: &str) -> Ending {
        let before = before.to_lowercase();
        match before.as_str() {
            // "In der 3. Klasse", but "der 3. Mai": the feminine shows in the noun, if anywhere.
            "der" if is_feminine(noun) => Ending::En,
            "die" if noun.ends_with("en") || noun.ends_with("er") && !is_feminine(noun) => Ending::En,
            before if has(words::DATIVE, before) || has(words::OTHER_CASES, before) => Ending::En,
            before if has(words::NOMINATIVE, before) => Ending::E,
            _ if is_feminine(noun) => Ending::E,
            _ => Ending::Er,
        }
    }

    /// "Der 3. Platz": a number with a full stop before a noun.
    pub(super) fn ordinal_before_noun(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let end = text.digits_end(at);
        let n: u64 = text.string(at, end).parse().ok().filter(|n| (1..1_000).contains(n))?;
        if text.at(end) != Some('.') || text.at(end + 1) != Some(' ') {
            return None;
        }
        let previous = text.previous_word(at);
        let noun = text.next_word(end + 1);
        let announced =
            has(words::DATIVE, &previous) || has(words::OTHER_CASES, &previous) || has(words::NOMINATIVE, &previous);
        let known = has(
            &[
                "jahrhundert",
                "stock",
                "etage",
                "platz",
                "klasse",
                "auflage",
                "mal",
                "tag",
                "woche",
                "monat",
                "quartal",
                "runde",
                "fc",
                "bundesliga",
                "liga",
                "advent",
                "weihnachtstag",
                "preis",
                "hälfte",
                "halbzeit",
                "geburtstag",
                "juli",
            ],
            &noun,
        );
        let fits = noun.starts_with(char::is_alphabetic)
            && (announced || known || noun.starts_with(char::is_lowercase) && at > 0);
        fits.then(|| (Found::Words(self.ending(n, self.ending_between(&previous, &noun))), end + 1))
    }
}

/// The case of a ruler's name that begins here, where the words before it leave no doubt: a preposition, an article before a
/// title, a title in the genitive, or what belongs to somebody. Otherwise the nominative.
fn case_of_name(text: Text<'_>, at: usize) -> Case {
    let (mut before, mut start) = text.previous_word_from(at);
    // "Papst Johannes Paul II.", "dem König Ludwig XIV."
    while TABLE.rulers.contains(&before.as_str()) || words::TITLES.contains(&before.as_str()) {
        (before, start) = text.previous_word_from(start);
    }
    let title = before.strip_suffix("es").or_else(|| before.strip_suffix('s'));
    if title.is_some_and(|title| words::TITLES.contains(&title)) {
        return Case::Genitive;
    }
    match before.to_lowercase().as_str() {
        "von" | "mit" | "bei" | "unter" | "nach" | "zu" | "seit" | "dem" | "am" | "vor" | "vom" | "beim" | "zum"
        | "aus" | "gegenüber" | "samt" | "außer" => Case::Dative,
        "für" | "gegen" | "durch" | "den" | "ohne" | "um" => Case::Accusative,
        "des" | "wegen" | "während" | "trotz" | "statt" | "anstatt" | "namens" | "seitens" | "zugunsten" => {
            Case::Genitive
        }
        // "Zu den Gästen gehörte Ludwig XIV." is one of them.
        "gehört" | "gehörte" | "gehörten" | "unterstand" | "unterstanden" | "missfiel"
            if !is_behind_to(text, start) =>
        {
            Case::Dative
        }
        _ => Case::Nominative,
    }
}

/// Whether "zu" is among the words not far before this place.
fn is_behind_to(text: Text<'_>, at: usize) -> bool {
    let mut at = at;
    (0..10).any(|_| {
        let (word, start) = text.previous_word_from(at);
        let stuck = start == at;
        at = if stuck { at.saturating_sub(1) } else { start };
        has(&["zu", "zum", "zur", "dazu"], &word)
    })
}

/// Whether its ending makes a noun feminine, or it is one of the usual ones.
pub(super) fn is_feminine(noun: &str) -> bool {
    const USUAL: &[&str] = &[
        "uhr",
        "stadt",
        "nacht",
        "million",
        "milliarde",
        "person",
        "frau",
        "zahl",
        "hand",
        "mark",
        "art",
        "form",
        "bahn",
        "tür",
        "wahl",
    ];
    const MASCULINE: &[&str] =
        &["name", "junge", "kollege", "kunde", "löwe", "hase", "affe", "ende", "auge", "gebäude", "interesse"];
    let noun = noun.to_lowercase();
    let ends =
        ["ung", "heit", "keit", "schaft", "ion", "tät", "ik", "ur", "in", "e"].iter().any(|end| noun.ends_with(end));
    USUAL.contains(&noun.as_str()) || ends && !MASCULINE.contains(&noun.as_str()) && noun.chars().count() > 3
}

/// Half of it: "ein halber Liter", "eine halbe Stunde".
pub(super) fn half(gender: Gender) -> &'static str {
    match gender {
        Gender::Masculine => "ein halber",
        Gender::Feminine => "eine halbe",
        Gender::Neuter => "ein halbes",
    }
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

//! Roman numerals, where a word before them says that they are: "Chapter IV", "Henry VIII", "World War II".

use super::count;
use super::text::{Text, has};
use crate::found::Found;
use crate::language::Table;

/// Longer ones are none.
const MOST_LETTERS: usize = 15;

/// A Roman numeral that begins here.
pub(crate) fn numeral(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let letters = text.chars.get(at..)?.iter().take(MOST_LETTERS + 1).take_while(|c| "IVXLCDM".contains(**c)).count();
    let end = at + letters;
    if letters == 0
        || letters > MOST_LETTERS
        || text.is_alphanumeric(end)
        || text.at(end) == Some('\'')
        || text.at(end) == Some('’')
    {
        return None;
    }
    let written = text.string(at, end);
    let value = value(&written)?;
    let previous = text.previous_word(at);
    let number = || count(value);
    let behind_blank = text.before(at) == Some(' ');
    if behind_blank && table.rulers.contains(&previous.as_str()) {
        // "Elizabeth I think so" has none.
        let goes_on = letters == 1 && written == "I" && is_clause(&text.next_word(end));
        return (!goes_on).then_some((Found::Ruler(value), end));
    }
    if behind_blank && has(table.before_roman, &previous) {
        let pronoun = written == "I" && (previous.starts_with(char::is_lowercase) || is_clause(&text.next_word(end)));
        return (!pronoun).then(|| (number(), end));
    }
    // "The XXXIII Olympiad", but "the CD World" and "the XL edition".
    let noun = text.next_word(end);
    let plain = written.chars().all(|c| "IVX".contains(c)) || letters > 2 && !written.contains(['C', 'D', 'M']);
    let ordered = has(table.ordered, &noun) && (letters > 1 || noun.starts_with(char::is_uppercase));
    if behind_blank && plain && ordered && has(&["the", "its", "their"], &previous) {
        return Some((Found::Ordinal(value), end));
    }
    let after_other = matches!(previous.as_str(), "and" | "to" | "or" | "und" | "et" | "y" | "e")
        && is_behind_numeral(text, at, table);
    if behind_blank && after_other {
        return Some((number(), end));
    }
    let name = previous.chars().count() > 2 && previous.starts_with(char::is_uppercase);
    let sure = matches!(
        written.as_str(),
        "II" | "III" | "IV" | "VI" | "VII" | "VIII" | "IX" | "XI" | "XII" | "XIII" | "XIV" | "XV" | "XVI"
    );
    if behind_blank && name && sure && previous.chars().any(char::is_lowercase) {
        return Some((number(), end));
    }
    // The year of a film.
    (letters >= 5 && written.starts_with('M') && (1000..=2100).contains(&value))
        .then(|| i32::try_from(value).ok())
        .flatten()
        .map(|year| (Found::Year(year), end))
}

/// Whether a numeral that counts stands before the word before this place: "World War I and II".
fn is_behind_numeral(text: Text<'_>, at: usize, table: &Table) -> bool {
    let (_, start) = text.previous_word_from(at);
    let (numeral, start) = text.previous_word_from(start);
    value(&numeral).is_some() && has(table.before_roman, &text.previous_word(start))
}

/// Whether what follows an "I" makes it a pronoun: a word in small letters that is none of those that go with names.
fn is_clause(following: &str) -> bool {
    const WITH_NAMES: &[&str] = &[
        "of",
        "was",
        "is",
        "and",
        "in",
        "had",
        "has",
        "ruled",
        "reigned",
        "became",
        "died",
        "began",
        "ended",
        "by",
        "to",
        "on",
        "the",
        "from",
        "at",
        "for",
        "who",
        "as",
        "or",
        "covers",
        "describes",
        "started",
        "broke",
        "killed",
        "changed",
        "with",
        "were",
        "lasted",
        "took",
        "veterans",
        "veteran",
        "soldiers",
        "memorial",
    ];
    following.starts_with(char::is_lowercase) && !WITH_NAMES.contains(&following)
}

const PARTS: &[(u64, &str)] = &[
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// The value of a numeral that is written as they should be.
pub(crate) fn value(written: &str) -> Option<u64> {
    let (mut rest, mut value) = (written, 0);
    for (worth, letters) in PARTS {
        while let Some(behind) = rest.strip_prefix(letters) {
            (rest, value) = (behind, value + worth);
        }
    }
    (rest.is_empty() && value > 0 && canonical(value) == written).then_some(value)
}

fn canonical(value: u64) -> String {
    let (mut rest, mut written) = (value, String::new());
    for (worth, letters) in PARTS {
        while rest >= *worth && written.len() < 20 {
            written.push_str(letters);
            rest -= worth;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_have_one_way_to_be_written() {
        for (written, expected) in [("IV", Some(4)), ("XIV", Some(14)), ("MCMXCIV", Some(1994)), ("MMXXIV", Some(2024))]
        {
            assert_eq!(value(written), expected);
        }
        for written in ["IIII", "IXI", "VV", "IC", "MIXM", "DIM", "LIVID", ""] {
            assert_eq!(value(written), None, "{written}");
        }
        for n in 1..3999 {
            assert_eq!(value(&canonical(n)), Some(n));
        }
    }
}

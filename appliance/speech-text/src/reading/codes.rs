//! What is said digit by digit: telephone and card numbers, versions, addresses of machines, numbers with zeros in front.

use super::number::small;
use super::text::{Text, has};
use crate::found::{Found, MOST_DIGITS};
use crate::language::Table;

/// A telephone number that begins here: groups of digits, with a plus, brackets, blanks, stops or hyphens.
pub(super) fn phone(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let plus = text.at(at) == Some('+');
    let start = at + usize::from(plus);
    let (groups, separators, end) = groups(text, start);
    let digits: usize = groups.iter().map(String::len).sum();
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    if text.is_alphanumeric(end) || !(3..=19).contains(&digits) {
        return None;
    }
    let asked = is_asked(text, at, table);
    // "1.234.567" and "1 234 567" are counts where groups of digits are marked so.
    let mark =
        separators.first().filter(|mark| table.groups.contains(mark) && separators.iter().all(|other| other == *mark));
    let thousands =
        lengths.iter().skip(1).all(|length| *length == 3) && lengths.first().is_some_and(|first| *first < 4);
    if mark.is_some() && thousands && !plus && !asked && text.at(at) != Some('0') {
        return None;
    }
    let bracket = text.at(start) == Some('(');
    let hyphens = separators.iter().all(|separator| *separator == '-' || *separator == '.') && !separators.is_empty();
    let blanks = separators.iter().all(|separator| *separator == ' ');
    let is_one = match lengths.as_slice() {
        _ if plus => digits >= 7 && text.is_digit(start) || plus && bracket,
        [3] => asked && groups.first().is_some_and(|group| SERVICES.contains(&group.as_str())),
        [_] => asked && digits >= 5 || (digits >= 10 && groups.iter().any(|group| group.starts_with('0'))),
        [3, 3, 4] => {
            bracket || hyphens || asked || blanks && groups.first().is_some_and(|group| !group.starts_with('1'))
        }
        // "300-1500" is from one to the other.
        [3, 4] => asked || hyphens && groups.iter().all(|group| !group.ends_with('0') || group.starts_with('0')),
        [1, 3, 3, 4] | [2, 3, 3, 4] => true,
        // Dates are none: 2024-01-02 is found before.
        [3, 2, 4] => hyphens,
        [4, 4, 4, 4] | [4, 6, 5] | [4, 4, 4, 4, _] => true,
        lengths if lengths.len() > 2 => {
            hyphens && (digits >= 7 || groups.iter().any(|group| group.starts_with('0') && group.len() > 1))
                || groups.first().is_some_and(|group| group.starts_with('0')) && digits >= 8
                || (asked || bracket) && digits >= 7
        }
        [2..=6, _] => digits >= 7 && (bracket || groups.first().is_some_and(|group| group.starts_with('0'))),
        _ => false,
    };
    is_one.then_some((Found::Digits { groups, plus }, end))
}

/// Numbers of services that are dialled by three digits.
const SERVICES: &[&str] = &[
    "911", "112", "999", "111", "000", "411", "211", "311", "511", "611", "711", "811", "988", "110", "118", "101",
    "115", "144",
];

/// Whether one of the last three words asks to dial.
fn is_asked(text: Text<'_>, at: usize, table: &Table) -> bool {
    let mut at = at;
    (0..3).any(|_| {
        let (word, start) = text.previous_word_from(at);
        at = start;
        has(table.before_phone, &word)
    })
}

/// The groups of digits that begin here, what is between them, and where they end.
fn groups(text: Text<'_>, at: usize) -> (Vec<String>, Vec<char>, usize) {
    let (mut groups, mut separators) = (Vec::new(), Vec::new());
    let (mut at, mut end) = (at, at);
    let mut separator = None;
    while groups.len() < 8 {
        let bracket = usize::from(text.at(at) == Some('('));
        let digits_end = text.digits_end(at + bracket);
        let closes = text.at(digits_end) == Some(')');
        if digits_end == at + bracket || (bracket == 1) != closes || digits_end - at > 16 {
            break;
        }
        groups.push(text.string(at + bracket, digits_end));
        separators.extend(separator);
        end = digits_end + bracket;
        separator = match text.at(end) {
            Some('‑' | '–') => Some('-'),
            Some('/') => Some(' '),
            Some(c @ ('-' | '.' | ' ')) => Some(c),
            Some('(') => Some(' '),
            _ if bracket == 1 => Some(' '),
            _ => break,
        };
        at = match text.at(end) {
            Some('-' | '.' | ' ' | '/' | '‑' | '–') => end + 1,
            _ => end,
        };
        // A hyphen with blanks around it is none of a number.
        if text.at(at) == Some(' ') {
            break;
        }
    }
    (groups, separators, end)
}

/// Three or more numbers with stops between: a version, or the address of a machine.
pub(super) fn dotted(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let mut parts = Vec::new();
    let mut end = at;
    loop {
        let digits_end = text.digits_end(end);
        let most = if parts.is_empty() { 4 } else { 3 };
        if digits_end == end || digits_end - end > most || parts.len() > 6 {
            return None;
        }
        parts.push(text.string(end, digits_end));
        if text.at(digits_end) == Some('.') && text.is_digit(digits_end + 1) {
            end = digits_end + 1;
        } else {
            end = digits_end;
            break;
        }
    }
    let grouped = table.groups.contains(&'.') && parts.len() != 4 && parts.iter().skip(1).all(|part| part.len() == 3);
    (parts.len() > 2 && !grouped && text.is_end(end)).then_some((Found::Dotted(parts), end))
}

/// Numbers with hyphens between that are no range: "1-2-3", "978-3-16".
pub(super) fn hyphenated(text: Text<'_>, at: usize) -> Option<(Found, usize)> {
    let (groups, separators, end) = groups(text, at);
    let hyphens = separators.iter().all(|separator| *separator == '-');
    (groups.len() > 2 && hyphens && !text.is_alphanumeric(end)).then_some((Found::Digits { groups, plus: false }, end))
}

/// A run of digits that is no count: longer than anybody counts, or with zeros in front.
pub(super) fn run(text: Text<'_>, at: usize) -> Option<(Found, usize)> {
    let end = text.digits_end(at);
    let length = end - at;
    let zeros = length > 1 && text.at(at) == Some('0') && small(text, at, MOST_DIGITS).is_some();
    let free = !matches!(text.at(end), Some('.' | ',')) || !text.is_digit(end + 1);
    ((length > MOST_DIGITS || zeros) && free)
        .then(|| (Found::Digits { groups: vec![text.string(at, end)], plus: false }, end))
}

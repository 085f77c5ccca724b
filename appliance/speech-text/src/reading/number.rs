//! Numbers as they are written: groups of digits, fractions, signs before them.

use super::text::Text;
use crate::found::Number;
use crate::language::Table;

/// The mark between groups that stands for any narrow blank.
pub(crate) const NARROW_BLANK: char = '\u{202F}';

/// The number that begins here, without a sign, and where it ends.
pub(crate) fn number(text: Text<'_>, at: usize, table: &Table) -> Option<(Number, usize)> {
    let usual = written(text, at, table.decimal, table.groups);
    // Another country's marks are believed where both of them are there: 1.234,56.
    let other_group = if table.decimal == '.' { '.' } else { ',' };
    let other_decimal = if table.decimal == '.' { ',' } else { '.' };
    let other = written(text, at, other_decimal, &[other_group]);
    match (usual, other) {
        (usual, Some((number, end)))
            if number.grouped && number.fraction.is_some() && usual.as_ref().is_none_or(|(_, usual)| *usual < end) =>
        {
            Some((number, end))
        }
        // "$1.50" is money anywhere.
        (_, Some((number, end))) if is_foreign_price(text, at, &number, end, table) => Some((number, end)),
        (usual, _) => usual,
    }
}

/// Whether a number with another country's decimal mark, and one or two digits behind it, has the sign of a currency beside it.
fn is_foreign_price(text: Text<'_>, at: usize, number: &Number, end: usize, table: &Table) -> bool {
    let sign = |at: Option<usize>| at.and_then(|at| text.at(at)).is_some_and(|c| "$€£¥".contains(c));
    let short = number.fraction.as_ref().is_some_and(|fraction| fraction.len() < 3);
    let free = !(text.at(end).is_some_and(|c| ".,".contains(c)) && text.is_digit(end + 1));
    table.decimal == ',' && short && free && (sign(at.checked_sub(1)) || sign(Some(text.skip_blank(end))))
}

fn written(text: Text<'_>, at: usize, decimal: char, groups: &[char]) -> Option<(Number, usize)> {
    let mut end = text.digits_end(at);
    let mut whole = text.string(at, end);
    let mut grouped = false;
    if whole.is_empty() {
        // ".5"
        let free = text.before(at).is_none_or(|c| c.is_whitespace() || "($€£¥-−+~=<>".contains(c));
        if text.at(at) != Some(decimal) || !text.is_digit(at + 1) || !free {
            return None;
        }
        whole.push('0');
    } else if whole.len() <= 3 && !whole.starts_with('0') {
        let mark = text.at(end).filter(|c| groups.contains(c) || matches!(*c, NARROW_BLANK | '\'' | '’'));
        while mark.is_some() && text.at(end) == mark && text.digits_end(end + 1) == end + 4 {
            whole.push_str(&text.string(end + 1, end + 4));
            end += 4;
            grouped = true;
        }
    }
    let mut fraction = None;
    if text.at(end) == Some(decimal) && text.is_digit(end + 1) {
        let fraction_end = text.digits_end(end + 1);
        fraction = Some(text.string(end + 1, fraction_end));
        end = fraction_end;
    }
    Some((Number { negative: false, whole, fraction, grouped }, end))
}

/// As [`number`], with a minus before it that is one: nothing stands before it that could be taken away from.
pub(crate) fn signed(text: Text<'_>, at: usize, table: &Table) -> Option<(Number, usize)> {
    if !text.at(at).is_some_and(|c| matches!(c, '-' | '−' | '–')) {
        return number(text, at, table);
    }
    let (number, end) = number(text, at + 1, table)?;
    Some((Number { negative: true, ..number }, end))
}

/// A plain run of digits of this many at most, its value, and where it ends.
pub(crate) fn small(text: Text<'_>, at: usize, most_digits: usize) -> Option<(u64, usize)> {
    let end = text.digits_end(at);
    ((1..=most_digits).contains(&(end - at)))
        .then(|| text.string(at, end).parse().ok())
        .flatten()
        .map(|value| (value, end))
}

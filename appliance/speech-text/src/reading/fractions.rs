//! Fractions, scores and ratios: 1/2, 2 3/4, 9/10, 24/7, 16:9.

use super::amounts;
use super::number::{number, small};
use super::text::Text;
use crate::found::{Amount, Found, Fraction};
use crate::language::Table;

/// What `letters` makes the stroke of a character such as "½".
pub(crate) const FRACTION_STROKE: char = '\u{2044}';

/// "2 1/2" and "1/2", and the characters for them.
pub(crate) fn fraction(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (fraction, end) = written(text, at)?;
    Some(amounts::with_unit(text, fraction, end, table))
}

fn written(text: Text<'_>, at: usize) -> Option<(Fraction, usize)> {
    let (first, first_end) = small(text, at, 4).filter(|_| text.before(at) != Some('/'))?;
    let stroke = |at: usize| text.at(at).is_some_and(|c| c == '/' || c == FRACTION_STROKE);
    if stroke(first_end) {
        let (under, end) = below(text, first_end + 1)?;
        let fraction = Fraction { negative: false, whole: None, over: first, under };
        return is_usual(first, under, text.at(first_end)).then_some((fraction, end));
    }
    let start = first_end + usize::from(text.at(first_end) == Some(' ') || text.at(first_end) == Some('-'));
    let (over, over_end) = (start > first_end).then(|| small(text, start, 2)).flatten()?;
    let (under, end) = stroke(over_end).then(|| below(text, over_end + 1)).flatten()?;
    let fraction = Fraction { negative: false, whole: Some(first), over, under };
    (over < under && is_usual(over, under, text.at(over_end))).then_some((fraction, end))
}

/// The number below the stroke, where it ends and no other stroke follows.
fn below(text: Text<'_>, at: usize) -> Option<(u64, usize)> {
    let (under, end) = small(text, at, 7)?;
    let goes_on =
        text.is_alphanumeric(end) || text.at(end) == Some('/') || (text.at(end) == Some('.') && text.is_digit(end + 1));
    (under > 0 && !goes_on).then_some((under, end))
}

/// Whether a person would say a fraction: a part of one, of something that is divided so.
fn is_usual(over: u64, under: u64, stroke: Option<char>) -> bool {
    let usual =
        matches!(under, 2..=20 | 24 | 25 | 30 | 32 | 40 | 48 | 50 | 60 | 64 | 100 | 128 | 1_000 | 10_000 | 1_000_000);
    if stroke == Some('/') && is_name((over.into(), under.into())) {
        return false;
    }
    stroke == Some(FRACTION_STROKE)
        || (usual && over > 0 && over < under)
        || (over > 0 && over < 100 && matches!(under, 2..=10) && !over.is_multiple_of(under))
}

/// Around the clock, the eleventh of September, and shares of a hundred: "50/50".
fn is_name((one, other): (i128, i128)) -> bool {
    matches!((one, other), (24, 7) | (9, 11)) || (one + other == 100 && one >= other && other >= 10)
}

/// "24/7", "10/10", "3/250", and what else has a stroke between two numbers; "16:9".
pub(crate) fn ratio(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    if text.before(at) == Some('/') {
        return None;
    }
    let (one, one_end) = number(text, at, table)?;
    let sign = text.at(one_end).filter(|c| matches!(*c, '/' | ':' | FRACTION_STROKE))?;
    let (other, end) = number(text, one_end + 1, table)?;
    if text.is_alphanumeric(end) || (text.at(end) == Some(sign) && text.is_digit(end + 1)) {
        return None;
    }
    // A division: "12/4 = 3".
    if sign != ':' && text.at(text.skip_blank(end)) == Some('=') {
        return None;
    }
    match sign {
        ':' => Some((Found::Ratio(one, other), end)),
        _ if one.value().zip(other.value()).is_some_and(is_name) => {
            let numbers = [one, other].map(|number| Found::Amount(Amount::of(number)));
            let [one, other] = numbers;
            Some((Found::Both(Box::new(one), Box::new(other)), end))
        }
        // A mark; "120/80" is none.
        _ if one.value() <= other.value() && other.whole.len() <= 3 => Some((Found::OutOf(one, other), end)),
        _ => Some((Found::Over(one, other), end)),
    }
}

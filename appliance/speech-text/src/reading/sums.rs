//! Signs around numbers and letters alone: plus, minus, equals, greater than.

use super::amounts::is_sign;
use super::text::{Text, has};
use crate::language::Table;

/// The words for the sign that stands here, and where it ends.
pub(super) fn sign(text: Text<'_>, at: usize, table: &Table) -> Option<(&'static str, usize)> {
    let signs = &table.signs;
    let c = text.at(at)?;
    let two = |second: char| text.at(at + 1) == Some(second);
    let digit_follows = text.is_digit(text.skip_blank(at + 1));
    let of_two = match c {
        '=' if two('=') => Some(signs.equals),
        '!' if two('=') => Some(signs.unequal),
        '<' if two('=') => Some(signs.at_most),
        '>' if two('=') => Some(signs.at_least),
        '+' if two('/') && text.at(at + 2) == Some('-') => return Some((signs.plus_minus, at + 3)),
        _ => None,
    };
    if let Some(words) = of_two {
        let end = at + 2 + usize::from(text.at(at + 2) == Some('='));
        return is_operator(text, at, end).then_some((words, end));
    }
    let operator = is_operator(text, at, at + 1);
    let words = match c {
        '=' if operator || digit_follows => signs.equals,
        '+' if operator || text.is_digit(at + 1) => signs.plus,
        '+' if text.before(at).is_some_and(char::is_alphanumeric) && !text.is_alphanumeric(at + 1) => signs.plus,
        '+' if two('+') || text.before(at) == Some('+') => signs.plus,
        '−' if operator || text.is_digit(at + 1) || is_money(text, at + 1) => signs.minus,
        '-' | '–' if is_difference(text, at) => signs.minus,
        '-' if (text.is_digit(at + 1) || is_money(text, at + 1)) && is_sign(text, at) => signs.minus,
        '<' if operator || digit_follows => signs.less,
        '>' if operator || digit_follows => signs.more,
        '≤' | '⩽' => signs.at_most,
        '≥' | '⩾' => signs.at_least,
        '≠' => signs.unequal,
        '≈' | '≅' | '≃' if is_behind_quantity(text, at, table) => signs.nearly,
        '≈' | '≅' | '≃' => signs.about,
        '±' => signs.plus_minus,
        '×' | '⋅' | '∙' | '✕' if operator => signs.times,
        '·' if operator && text.at(at + 1) != Some(' ') => signs.times,
        '÷' => signs.divided,
        '/' if operator && text.at(at + 1) == Some(' ') && text.is_digit(at + 2) => signs.divided,
        '/' if operator && text.is_digit(at + 1) && is_equation(text, at + 1) => signs.divided,
        '√' => signs.root,
        '§' => signs.section,
        '&' => signs.and,
        '@' if digit_follows || text.at(at + 1) == Some(' ') || text.is_alphanumeric(at + 1) => signs.at,
        '²' if is_power_ended(text, at) => signs.squared,
        '³' if is_power_ended(text, at) => signs.cubed,
        '%' => signs.percent,
        c => table.signs.others.iter().find(|(sign, _)| *sign == c).map(|(_, words)| *words)?,
    };
    Some((words, at + 1))
}

/// Whether money, or a fraction without a zero, begins here.
fn is_money(text: Text<'_>, at: usize) -> bool {
    text.at(at).is_some_and(|c| "$€£¥₹.".contains(c)) && text.is_digit(at + 1)
}

/// Whether a number stands before this place, alone or with what it counts, or a letter that stands for one. "It costs ≈ 5 €"
/// has none.
fn is_behind_quantity(text: Text<'_>, at: usize, table: &Table) -> bool {
    let end = at - usize::from(text.before(at) == Some(' '));
    let start_of = |end: usize| {
        let back = (0..LONGEST_OPERAND_CHARS)
            .take_while(|back| end.checked_sub(back + 1).and_then(|at| text.at(at)).is_some_and(|c| c != ' '));
        end - back.count()
    };
    let start = start_of(end);
    let start = start + usize::from(text.at(start) == Some('('));
    let begins =
        |start: usize| text.is_digit(start + usize::from(text.at(start).is_some_and(|c| "-−√$€£".contains(c))));
    if text.before(end).is_some_and(|c| ",;:.!?(".contains(c)) {
        return false;
    }
    let letter = end == start + 1 && text.at(start).is_some_and(char::is_alphabetic);
    if letter || begins(start) {
        return true;
    }
    let counted_end = start.saturating_sub(1);
    let counted = start_of(counted_end);
    counted < counted_end && (begins(counted) || has(table.ones, &text.string(counted, counted_end)))
}

/// Longer words are no operands of a sum.
const LONGEST_OPERAND_CHARS: usize = 30;

/// Whether an equals sign follows the number that begins here.
fn is_equation(text: Text<'_>, at: usize) -> bool {
    text.at(text.skip_blank(text.digits_end(at))) == Some('=')
}

/// Whether a sign of a sum stands before the number or bracket that ends here.
fn is_behind_operator(text: Text<'_>, at: usize) -> bool {
    let mut start = at;
    while at - start < 20 && text.before(start).is_some_and(|c| c.is_ascii_digit() || ".,".contains(c)) {
        start -= 1;
    }
    text.before(start).is_some_and(|c| "=+×*÷()".contains(c))
}

fn is_power_ended(text: Text<'_>, at: usize) -> bool {
    text.before(at).is_some_and(|c| c.is_alphanumeric() || c == ')')
}

/// Whether it stands between numbers, letters alone or brackets, with blanks on both sides or on none; or between words
/// with blanks.
fn is_operator(text: Text<'_>, at: usize, end: usize) -> bool {
    let blank = text.before(at) == Some(' ');
    if blank != (text.at(end) == Some(' ')) {
        return false;
    }
    let (left, right) = (at.checked_sub(1 + usize::from(blank)), end + usize::from(blank));
    let before = left.and_then(|left| text.at(left));
    let mut after = text.at(right);
    if after.is_some_and(|c| "-−√(+.$€£".contains(c)) {
        after = text.at(right + 1);
    }
    let operand = |c: char| c.is_alphanumeric() || ")(²³%°\"'$€£πª".contains(c);
    before.is_some_and(operand) && after.is_some_and(operand)
}

/// A hyphen between two numbers that takes away: with blanks around it and not upwards, or in a sum. That it is no range was
/// seen before.
fn is_difference(text: Text<'_>, at: usize) -> bool {
    let blank = usize::from(text.before(at) == Some(' '));
    if (blank == 1) != (text.at(at + 1) == Some(' ')) {
        return false;
    }
    let place = |at: Option<usize>| at.and_then(|at| text.at(at));
    let left = at.checked_sub(1 + blank);
    let (before, after) = (place(left), text.at(at + 1 + blank));
    let alone = |at: Option<usize>, beyond: Option<usize>| {
        place(at).is_some_and(char::is_alphabetic) && !place(beyond).is_some_and(char::is_alphanumeric)
    };
    let letter_before = alone(left, left.and_then(|left| left.checked_sub(1)));
    let letter_after = alone(Some(at + 1 + blank), Some(at + 2 + blank));
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == ')' || c == '(');
    (digit(before) && digit(after) && (blank == 1 || is_equation(text, at + 1) || is_behind_operator(text, at)))
        || (blank == 1 && ((letter_before && (digit(after) || letter_after)) || (digit(before) && letter_after)))
}

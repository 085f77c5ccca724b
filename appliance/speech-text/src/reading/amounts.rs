//! Counts, money and quantities, and what joins several: 1,204; $49.95; 5-10 km; 10 x 20 cm; $3/kg.

use super::number::{number, signed};
use super::text::{Text, has};
use crate::found::{Amount, Currency, Found, Fraction, Joint, Money, Number, Quantity, Unit};
use crate::language::Table;
use crate::numbers::Gender;

/// A sum of money whose currency stands before it.
pub(super) fn money(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    currency_before(text, at, table)?;
    amount(text, at, table)
}

/// A fraction, with the unit behind it: "1/2 km", "2 1/2 cups".
pub(super) fn with_unit(text: Text<'_>, fraction: Fraction, end: usize, table: &Table) -> (Found, usize) {
    let whole = fraction.whole.is_some();
    let fraction = Found::Fraction(fraction);
    match unit(text, end, table) {
        Some((unit, unit_end, hyphen)) => {
            let noun = if whole && !hyphen { unit.name.many } else { unit.name.one };
            (Found::Both(Box::new(fraction), Box::new(Found::Words(noun.to_owned()))), unit_end)
        }
        None => (fraction, end),
    }
}

/// An amount that begins here, with its unit or currency if it has one.
pub(super) fn amount(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (currency, start) = match currency_before(text, at, table) {
        Some((currency, start)) => (Some(currency), start),
        None => (None, at),
    };
    let (first, first_end) = signed(text, start, table)?;
    // "1.2.3" is no number, nor is "1,2,3" one with a fraction.
    let (mut amount, end) = joined(text, first, first_end, currency.is_some(), table);
    let (magnitude, magnitude_end) = magnitude(text, end, currency.is_some(), table);
    amount.magnitude = magnitude;
    let mut end = magnitude_end;
    let money = currency.map(|currency| (currency, end)).or_else(|| currency_behind(text, end, table));
    let found = match (money, unit(text, end, table)) {
        (Some((currency, money_end)), _) => {
            end = money_end;
            let describes = describes(text, at, end, table);
            Found::Money(Money { amount, currency, describes })
        }
        (None, Some((unit, unit_end, hyphen))) => {
            end = unit_end;
            let describes = hyphen || describes(text, at, end, table);
            Found::Quantity(Quantity { amount, unit, describes })
        }
        (None, None) => return Some((Found::Amount(amount), end)),
    };
    let found = with_smaller(text, found, &mut end, table);
    Some(per(text, found, end, table))
}

/// Whether a minus at this place takes away from nothing before it.
pub(super) fn is_sign(text: Text<'_>, at: usize) -> bool {
    text.before(at).is_none_or(|c| c.is_whitespace() || "([{\"“'=<>,:;~≈≤≥±×*/^".contains(c))
}

/// The numbers that are joined to the first, and where they end.
fn joined(text: Text<'_>, first: Number, end: usize, is_money: bool, table: &Table) -> (Amount, usize) {
    let mut amount = Amount::of(first);
    let mut end = end;
    while amount.more.len() < 3
        && let Some((joint, start)) = joint(text, end, amount.more.last().map(|(joint, _)| *joint), table)
    {
        let start =
            if is_money { currency_before(text, start, table).map_or(start, |(_, start)| start) } else { start };
        let Some((next, next_end)) = number(text, start, table) else { break };
        if joint == Joint::To && !is_range(text, (&amount.first, &next), (start, next_end), end, table) {
            break;
        }
        amount.more.push((joint, next));
        end = next_end;
    }
    (amount, end)
}

/// What joins the number that ends here with one behind it, and where that begins. What has been joined once goes on so.
fn joint(text: Text<'_>, at: usize, before: Option<Joint>, table: &Table) -> Option<(Joint, usize)> {
    let start = text.skip_blank(at);
    let spaced = start > at;
    let sign = text.at(start)?;
    let behind = text.skip_blank(start + 1);
    if (behind > start + 1) == spaced && text.is_digit(behind) {
        match sign {
            'x' | 'X' | '×' if before.is_none_or(|joint| matches!(joint, Joint::By | Joint::Times)) => {
                let next = number(text, behind, table).map_or(behind, |(_, end)| end);
                let has_unit = unit(text, next, table).is_some() || before == Some(Joint::By);
                // A length by a width, or a sum: "3×4", "3 x 4 = 12".
                let is_length = has_unit || (sign != '×' && !is_sum(text, behind) && before != Some(Joint::Times));
                return Some((if is_length { Joint::By } else { Joint::Times }, behind));
            }
            '±' if before.is_none() => return Some((Joint::PlusMinus, behind)),
            _ => {}
        }
    }
    let (start, _) = text.dash(at).filter(|_| before.is_none())?;
    Some((Joint::To, start))
}

/// Whether an equals sign or another sign of a sum follows the number that begins here.
fn is_sum(text: Text<'_>, at: usize) -> bool {
    let end = text.digits_end(at);
    text.at(text.skip_blank(end)).is_some_and(|c| "=+×*÷".contains(c))
}

/// Whether a dash between two numbers means from one to the other: no sum, no third number, and with blanks around it
/// only upwards.
fn is_range(
    text: Text<'_>,
    (from, to): (&Number, &Number),
    (start, end): (usize, usize),
    dash: usize,
    table: &Table,
) -> bool {
    let spaced = text.at(dash) == Some(' ');
    let hyphen = text.at(dash + usize::from(spaced)) == Some('-');
    let rises = from.value().zip(to.value()).is_some_and(|(from, to)| from <= to);
    let third = text.dash(end).is_some_and(|(at, _)| text.is_digit(at));
    let leading_zero =
        to.whole.len() > 1 && to.whole.starts_with('0') || from.whole.len() > 1 && from.whole.starts_with('0');
    let mut first = start.saturating_sub(1 + 2 * usize::from(spaced));
    while first > 0 && start - first < 24 && text.before(first).is_some_and(|c| c.is_ascii_digit() || ".,".contains(c))
    {
        first -= 1;
    }
    let before = text.before(first).filter(|c| *c != ' ').or_else(|| text.before(first.saturating_sub(1)));
    let sum = is_sum(text, start)
        || text.at(text.skip_blank(end)) == Some('=')
        || before.is_some_and(|c| "=+×*÷".contains(c))
        || (spaced && hyphen && before.is_some_and(|c| "-−".contains(c)));
    let small = from.whole.len() < 3 && to.whole.len() < 3;
    let score = small && has(table.before_score, &text.previous_word(first));
    // Downwards, what has blanks around its hyphen takes away, and "747-400" is a name.
    let falls = if spaced { score || !hyphen } else { small };
    !sum && !third && !leading_zero && (rises || falls) && !from.negative
}

fn currency_before(text: Text<'_>, at: usize, table: &Table) -> Option<(&'static Currency, usize)> {
    let first = text.at(at).filter(|c| !c.is_ascii_digit())?;
    if text.before(at).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let symbols =
        table.currencies.iter().flat_map(|currency| currency.written.iter().map(move |symbol| (currency, *symbol)));
    let fits = symbols.filter(|(_, symbol)| symbol.starts_with(first) && text.starts(at, symbol));
    let (currency, symbol) = fits.max_by_key(|(_, symbol)| symbol.len())?;
    let end = at + symbol.chars().count();
    let start = text.skip_blank(end);
    let signed = start + usize::from(text.at(start).is_some_and(|c| "-−".contains(c)));
    let begins = text.is_digit(signed) || (text.at(signed) == Some(table.decimal) && text.is_digit(signed + 1));
    begins.then_some((currency, start))
}

fn currency_behind(text: Text<'_>, at: usize, table: &Table) -> Option<(&'static Currency, usize)> {
    let start = text.skip_blank(at);
    let first = text.at(start)?;
    let symbols =
        table.currencies.iter().flat_map(|currency| currency.written.iter().map(move |symbol| (currency, *symbol)));
    let fits = symbols.filter(|(_, symbol)| symbol.starts_with(first) && text.starts(start, symbol));
    let (currency, symbol) = fits.max_by_key(|(_, symbol)| symbol.len())?;
    let end = start + symbol.chars().count();
    // "5 $10 notes"; "12 US dollars" are words.
    (!text.is_alphanumeric(end)).then_some((currency, end))
}

/// The word of the power of ten that stands here, and where it ends.
fn magnitude(text: Text<'_>, at: usize, is_money: bool, table: &Table) -> (Option<&'static str>, usize) {
    let start = text.skip_blank(at);
    let fits = table.magnitudes.iter().find_map(|(written, word)| {
        // "5M" and "5k" are only money behind its sign.
        let end = text.eat_exactly(start, written)?;
        let long = written.chars().count() > 3;
        ((is_money && (start == at || long)) || (long && currency_behind(text, end, table).is_some()))
            .then_some((Some(*word), end))
    });
    fits.unwrap_or((None, at))
}

/// The unit that stands here, where it ends, and whether a hyphen joins it.
fn unit(text: Text<'_>, at: usize, table: &Table) -> Option<(&'static Unit, usize, bool)> {
    let first = text.at(at)?;
    let blank = first == ' ';
    let hyphen = first == '-' && text.at(at + 1).is_some_and(char::is_alphabetic);
    let start = at + usize::from(blank || hyphen);
    let (unit, end) = symbol(text, start, table)?;
    if text.at(start) == Some('"') && text.is_quoted(start) {
        return None;
    }
    // "5-in" is no length, but "5-inch" a word.
    let far = blank || hyphen;
    (!far || unit.spaced).then_some((unit, end, hyphen))
}

/// The longest unit that stands here, and where it ends.
fn symbol(text: Text<'_>, start: usize, table: &Table) -> Option<(&'static Unit, usize)> {
    let first = text.at(start)?;
    let symbols = table.units.iter().flat_map(|unit| unit.written.iter().map(move |symbol| (unit, *symbol)));
    let fits = symbols.filter(|(_, symbol)| symbol.starts_with(first) && text.starts(start, symbol));
    let (unit, symbol) = fits.max_by_key(|(_, symbol)| symbol.len())?;
    let end = start + symbol.chars().count();
    let letter = symbol.ends_with(char::is_alphanumeric);
    let goes_on = letter
        && (text.is_alphanumeric(end)
            || text.at(end).is_some_and(|c| "'’".contains(c)) && text.is_alphanumeric(end + 1));
    (!goes_on).then_some((unit, end))
}

/// Symbols that are no words and no names, so that they are units without a number before them as well.
const PLAIN_SYMBOLS: &[&str] = &[
    "kg", "mg", "lb", "oz", "km", "cm", "mm", "m²", "m³", "cm³", "km²", "qm", "mq", "ml", "mL", "cl", "dl", "l", "h",
    "min", "kWh", "MWh", "GB", "MB", "TB",
];

/// A unit without a number: "pro kg", "le kg".
pub(super) fn unit_alone(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let previous = text.previous_word(at);
    if text.before(at) != Some(' ') || !has(table.before_unit, &previous) {
        return None;
    }
    let (unit, end) = symbol(text, at, table)?;
    let written = text.string(at, end);
    let goes_on = matches!(text.at(end), Some('/' | '-' | '.')) && text.is_alphanumeric(end + 1);
    // The articles are masculine, and "el min." is the least.
    let agrees = has(&["per", "pro", "je", "par", "por"], &previous)
        || unit.name.gender == Gender::Masculine && written != "min";
    let plain = PLAIN_SYMBOLS.contains(&written.as_str()) && !goes_on && agrees;
    plain.then(|| (Found::Words(unit.name.one.to_owned()), end))
}

/// Whether an article before and a noun behind make it describe that: "a 5 km run".
fn describes(text: Text<'_>, at: usize, end: usize, table: &Table) -> bool {
    let following = text.next_word(end);
    has(table.articles, &text.previous_word(at))
        && following.starts_with(char::is_lowercase)
        && !has(table.not_described, &following)
}

/// "5'10\"", "5 ft 10 in", "6 lb 4 oz": a smaller unit behind a whole number of the larger.
fn with_smaller(text: Text<'_>, found: Found, end: &mut usize, table: &Table) -> Found {
    const PAIRS: &[(&str, &str)] = &[
        ("ft", "in"),
        ("'", "\""),
        ("′", "″"),
        ("lb", "oz"),
        ("lbs", "oz"),
        ("h", "min"),
        ("h", "m"),
        ("min", "s"),
        ("m", "s"),
        ("°", "′"),
        ("hr", "min"),
    ];
    let Found::Quantity(larger) = &found else { return found };
    let start = text.skip_blank(*end);
    let Some((number, number_end)) = number(text, start, table) else { return found };
    let unit_at = text.skip_blank(number_end);
    let is_pair = |unit: &Unit, symbol: &str| unit.written.contains(&symbol);
    let pair = PAIRS.iter().find(|(large, small)| {
        is_pair(larger.unit, large) && text.starts(unit_at, small) && text.is_end(unit_at + small.chars().count())
    });
    let Some((large, small)) = pair else { return found };
    let minute_of_hour = *large == "h" && *small == "m";
    let wanted = if minute_of_hour { "min" } else { small };
    let Some(unit) = table.units.iter().find(|unit| is_pair(unit, wanted)) else { return found };
    *end = unit_at + small.chars().count();
    let describes = larger.describes;
    let smaller = Found::Quantity(Quantity { amount: Amount::of(number), unit, describes });
    Found::Both(Box::new(found), Box::new(smaller))
}

/// "$5/month", "5 mg/kg".
fn per(text: Text<'_>, found: Found, end: usize, table: &Table) -> (Found, usize) {
    if text.at(end) != Some('/') || !text.at(end + 1).is_some_and(char::is_alphabetic) {
        return (found, end);
    }
    if let Some((unit, unit_end)) = symbol(text, end + 1, table) {
        return (Found::Per(Box::new(found), unit.name.one.to_owned()), unit_end);
    }
    let word = text.word(end + 1);
    let word_end = end + 1 + word.chars().count();
    if word.chars().count() > 2 {
        return (Found::Per(Box::new(found), word), word_end);
    }
    (found, end)
}

//! What languages with a decimal comma have in common.

use crate::found::{Amount, Found, Fraction, Half, Joint, Number, Time};
use crate::language::{Signs, Table, joined};
use crate::numbers::{Gender, Noun};
use crate::reading::Text;
use crate::reading::fractions::fraction;
use crate::reading::number::small;

/// "3.5": a number with a stop that is neither a date nor a group, said with the word for the stop. Where it ends.
pub(super) fn stopped(text: Text<'_>, at: usize) -> Option<(u64, String, usize)> {
    let (whole, whole_end) = small(text, at, 4)?;
    let end = text.digits_end(whole_end + 1);
    let fraction = text.string(whole_end + 1, end);
    let goes_on =
        text.is_alphanumeric(end) || text.at(end).is_some_and(|c| ".,:".contains(c)) && text.is_digit(end + 1);
    let price = text.at(text.skip_blank(end)).is_some_and(|c| "€$£¥".contains(c))
        || text.before(at).is_some_and(|c| "€$£¥".contains(c));
    let fits = text.at(whole_end) == Some('.') && matches!(fraction.len(), 1 | 2) && !goes_on && !price;
    fits.then_some((whole, fraction, end))
}

/// Hours and minutes with one of these marks between, seconds behind a colon, and where they end.
pub(super) fn clock(text: Text<'_>, at: usize, marks: &[char]) -> Option<(Time, usize)> {
    let (hour, hour_end) = small(text, at, 2).filter(|(hour, _)| *hour < 25)?;
    let mark = text.at(hour_end).filter(|mark| marks.contains(mark))?;
    let sixty =
        |at: usize| small(text, at, 2).filter(|(value, end)| *value < 60 && end - at == 2 && !text.is_digit(*end));
    let (minute, mut end) = sixty(hour_end + 1)?;
    let mut time = Time { hour: u8::try_from(hour).ok()?, minute: u8::try_from(minute).ok(), ..Time::default() };
    if mark == ':'
        && text.at(end) == Some(':')
        && let Some((second, second_end)) = sixty(end + 1)
    {
        (time.second, end) = (u8::try_from(second).ok(), second_end);
    }
    let goes_on = text.is_alphanumeric(end) && text.at(end) != Some('h')
        || text.at(end).is_some_and(|c| ".,:".contains(c)) && text.is_digit(end + 1);
    ((hour < 24 || minute == 0) && !goes_on).then_some((time, end))
}

/// The half of the day that stands behind a time.
pub(super) fn half(text: Text<'_>, at: usize, table: &Table) -> Option<(Half, usize)> {
    let start = text.skip_blank(at);
    table.halves.iter().find_map(|(written, half)| {
        let end = text.eat(start, written)?;
        let end = if written.ends_with('.') && text.is_sentence_end(end) { end - 1 } else { end };
        Some((*half, end))
    })
}

/// A dash to a second time, and where that begins.
pub(super) fn dash(text: Text<'_>, at: usize) -> Option<usize> {
    text.dash(at).map(|(start, _)| start).filter(|start| text.is_digit(*start))
}

/// Whether this letter of a Roman numeral begins a word of nothing else; the numeral, and where it ends.
pub(super) fn roman(text: Text<'_>, at: usize) -> Option<(u64, usize)> {
    if text.before(at).is_some_and(char::is_alphanumeric) {
        return None;
    }
    let letters = text.chars.get(at..)?.iter().take(12).take_while(|c| "IVXLCDM".contains(**c)).count();
    let end = at + letters;
    let value = crate::reading::roman::value(&text.string(at, end))?;
    (!text.is_alphanumeric(end)).then_some((value, end))
}

/// The numbers of an amount with the words between them, without its power of ten.
pub(super) fn numbers(amount: &Amount, signs: &Signs, say: impl Fn(&Number) -> String) -> String {
    let mut text = say(&amount.first);
    for (joint, number) in &amount.more {
        let joint = match joint {
            Joint::To => signs.to,
            Joint::By => signs.by,
            Joint::Times => signs.times,
            Joint::PlusMinus => signs.plus_minus,
        };
        text = joined(&[&text, joint, &say(number)]);
    }
    text
}

/// The word for its power of ten, of one or of many.
pub(super) fn magnitude(amount: &Amount, singulars: &[(&'static str, &'static str)]) -> &'static str {
    let many = amount.magnitude.unwrap_or_default();
    let one = amount.more.is_empty() && amount.first.is_one();
    let singular = singulars.iter().find(|(plural, _)| one && *plural == many);
    singular.map_or(many, |(_, singular)| singular)
}

/// "1/2 Liter", "2 1/2 hours": a half of something that is named.
pub(super) struct HalfOf {
    /// The whole number before it.
    pub(super) whole: u64,
    /// What it is of, as that number has it.
    pub(super) name: String,
    pub(super) gender: Gender,
    /// Where it ends in the line.
    pub(super) end: usize,
}

/// A half of something that begins here; the gender of what is no unit is for the language to say.
pub(super) fn half_of(
    text: Text<'_>,
    at: usize,
    table: &'static Table,
    gender: impl Fn(&str) -> Option<Gender>,
) -> Option<HalfOf> {
    let (found, end) = fraction(text, at, table)?;
    let half = |fraction: &Fraction| !fraction.negative && (fraction.over, fraction.under) == (1, 2);
    if let Found::Both(number, noun) = &found
        && let (Found::Fraction(fraction), Found::Words(word)) = (&**number, &**noun)
        && half(fraction)
    {
        let unit = table.units.iter().find(|unit| unit.name.one == word || unit.name.many == word)?;
        let whole = fraction.whole.unwrap_or(0);
        let name = if whole < 2 { unit.name.one } else { unit.name.many };
        return Some(HalfOf { whole, name: name.to_owned(), gender: unit.name.gender, end });
    }
    let Found::Fraction(fraction) = &found else { return None };
    let name = text.next_word(end);
    let gender = gender(&name).filter(|_| half(fraction))?;
    let end = end + 1 + name.chars().count();
    Some(HalfOf { whole: fraction.whole.unwrap_or(0), name, gender, end })
}

/// Whether whole millions are counted, behind which a noun needs a word.
pub(super) fn is_of_millions(amount: &Amount) -> bool {
    let whole =
        |number: &Number| number.fraction.is_none() && number.value().is_some_and(|n| n > 0 && n % 1_000_000 == 0);
    amount.magnitude.is_some_and(|word| {
        word.contains("illi") || word.contains("illó") || word.contains("illo") || word.contains("ili")
    }) || whole(amount.last())
}

pub(super) const fn m(one: &'static str, many: &'static str) -> Noun {
    Noun { one, many, gender: Gender::Masculine }
}

pub(super) const fn f(one: &'static str, many: &'static str) -> Noun {
    Noun { one, many, gender: Gender::Feminine }
}

pub(super) const fn n(one: &'static str, many: &'static str) -> Noun {
    Noun { one, many, gender: Gender::Neuter }
}

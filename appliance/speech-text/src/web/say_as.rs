//! SSML's `say-as`: what an author says of how something is to be said.
//!
//! What reading would find by itself (times, units, money, fractions, addresses) is left to it.

use super::attribute;
use crate::found::{Date, Found};
use crate::language::{Around, Language};
use crate::reading::{Text, number, roman};

/// Longer content is none of a kind that is known here.
const LONGEST_BYTES: usize = 200;

/// What is said of the content behind this tag, and what follows it.
pub(super) fn said<'a>(tag: &str, rest: &'a str, language: &dyn Language) -> Option<(String, &'a str)> {
    if !tag.starts_with("<say-as ") {
        return None;
    }
    let kind = attribute(tag, "interpret-as=")?;
    let end = rest.find('<').filter(|end| *end <= LONGEST_BYTES)?;
    let (content, behind) = rest.split_at(end);
    let content = content.trim();
    let words = match kind.to_ascii_lowercase().as_str() {
        "ordinal" => language.ordinal(whole(content)?),
        "cardinal" | "number" => cardinal(content, language)?,
        "digits" | "characters" | "spell-out" | "spell" | "verbatim" => spelled(content, language),
        "date" => date(content, attribute(tag, "format=").unwrap_or_default(), language)?,
        "telephone" | "phone" => telephone(content, language)?,
        _ => return None,
    };
    Some((words, behind))
}

/// A whole number in digits, with the ending of an ordinal or without, or in Roman numerals.
fn whole(content: &str) -> Option<u64> {
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    match digits {
        0 => roman::value(content),
        1..=12 => content.get(..digits)?.parse().ok(),
        _ => None,
    }
}

fn cardinal(content: &str, language: &dyn Language) -> Option<String> {
    if let Some(value) = roman::value(content) {
        return Some(language.numbers().cardinal(value.into()));
    }
    let chars: Vec<char> = content.chars().collect();
    let (number, end) = number::signed(Text::new(&chars), 0, language.table())?;
    (end == chars.len()).then(|| language.number(&number))
}

/// One after the other, letters as capitals, signs as addresses have them.
fn spelled(content: &str, language: &dyn Language) -> String {
    let address = &language.table().address;
    let one = |c: char| match c {
        c if c.is_ascii_digit() => language.digits(&c.to_string()),
        c if c.is_alphabetic() => c.to_uppercase().collect(),
        '.' => address.dot.to_owned(),
        '-' => address.dash.to_owned(),
        '_' => address.underscore.to_owned(),
        '@' => address.at.to_owned(),
        '/' => address.slash.to_owned(),
        '+' => address.plus.to_owned(),
        ':' => address.colon.to_owned(),
        '?' => address.question.to_owned(),
        '=' => address.equals.to_owned(),
        _ => String::new(),
    };
    content.chars().map(one).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A date in digits; `format` has "d", "m" and "y" in their order, each once or as often as it has digits.
fn date(content: &str, format: &str, language: &dyn Language) -> Option<String> {
    let mut order: Vec<char> = format.to_ascii_lowercase().chars().filter(|c| "dmy".contains(*c)).collect();
    order.dedup();
    let mut groups: Vec<&str> = content.split(|c: char| !c.is_ascii_digit()).collect();
    if let [all] = groups.as_slice()
        && all.len() == 8
        && order == ['y', 'm', 'd']
    {
        groups = vec![all.get(..4)?, all.get(4..6)?, all.get(6..)?];
    }
    if order.is_empty() || order.len() != groups.len() {
        return None;
    }
    let mut date = Date { day_first: order.first() == Some(&'d'), ..Date::default() };
    for (part, digits) in order.iter().zip(groups) {
        let value: u16 = digits.parse().ok()?;
        match (part, value) {
            ('d', 1..=31) => date.day = u8::try_from(value).ok(),
            ('m', 1..=12) => date.month = u8::try_from(value).ok()?,
            ('y', 0..=49) if digits.len() == 2 => date.year = Some(i32::from(value) + 2000),
            ('y', 50..=99) if digits.len() == 2 => date.year = Some(i32::from(value) + 1900),
            ('y', 1..=9999) => date.year = Some(value.into()),
            _ => return None,
        }
    }
    match (date.month, date.day, date.year) {
        (1.., _, _) => Some(language.date(&date)),
        (0, Some(day), None) => Some(language.ordinal(day.into())),
        (0, None, Some(year)) => Some(language.numbers().year(year)),
        _ => None,
    }
}

fn telephone(content: &str, language: &dyn Language) -> Option<String> {
    let groups: Vec<String> =
        content.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).map(str::to_owned).collect();
    let known = content.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c));
    let plus = content.starts_with('+');
    (known && !groups.is_empty()).then(|| language.say_between(&Found::Digits { groups, plus }, &Around::default()))
}

//! From a question to words that are compared, and from words to numbers.

use crate::number::Ratio;
use crate::spelled;
use crate::tables::Table;

/// One word: letters in lower case and without accents, a number, or a sign.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Word {
    Text(String),
    /// As it was written, for instance "1,000".
    Number(Ratio),
    Sign(char),
}

impl Word {
    pub(crate) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if own.chars().eq(text.chars().flat_map(char::to_lowercase).map(without_accent)))
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Sign(_) => None,
        }
    }
}

/// The words of a text; `None` where it has something that no question of these kinds has.
pub(crate) fn of(text: &str, table: &Table) -> Option<Vec<Word>> {
    Some(spelled::parted(apart(text, table.decimal, table.elides)?, table))
}

/// What is compared of a text without numbers.
pub(crate) fn joined(text: &str) -> String {
    let words = apart(text, '.', false).unwrap_or_default();
    words.iter().filter_map(Word::text).collect::<Vec<_>>().join(" ")
}

fn apart(text: &str, decimal: char, elides: bool) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let end = if next.is_ascii_digit() || (next == decimal && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            let (number, end) = number(rest, decimal)?;
            words.push(Word::Number(number));
            end
        } else if next.is_alphabetic() {
            let joins = |c: char| c.is_alphabetic() || (is_apostrophe(c) && !elides);
            let end = rest.find(|c: char| !joins(c)).unwrap_or(rest.len());
            let letters = rest[..end].chars().filter(|c| !is_apostrophe(*c)).flat_map(char::to_lowercase);
            words.push(Word::Text(letters.map(without_accent).collect()));
            end
        } else {
            let after = &rest[next.len_utf8()..];
            // "km/h" is no quotient.
            let in_unit =
                next == '/' && after.starts_with(char::is_alphabetic) && matches!(words.last(), Some(Word::Text(_)));
            if matches!(next, '-' | '–') && is_minus(&words, after) {
                words.push(Word::Sign('−'));
            } else if !in_unit
                && !is_without_meaning(next)
                && !is_exclamation(next, &text[..text.len() - rest.len()], after)
            {
                words.push(Word::Sign(next));
            }
            next.len_utf8()
        };
        rest = &rest[end..];
    }
    Some(words)
}

/// What may be left out of a text: what parts words and sentences, and pictures. Any other sign means something, known here or not.
fn is_without_meaning(c: char) -> bool {
    c.is_whitespace()
        || ".,?;:'\"-–—…¿¡„“”«»‹›‘’ʼ".contains(c)
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2600}'..='\u{26ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f000}'..)
}

/// "3! times 2" is no exclamation.
fn is_exclamation(c: char, before: &str, after: &str) -> bool {
    c == '!' && !(before.ends_with(|c: char| c.is_ascii_digit()) && after.contains(char::is_alphanumeric))
}

/// Without its accent; "naïve" is written so or so.
fn without_accent(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// "twenty-three" has a hyphen, "7 - 3" and "-3" a minus sign.
fn is_minus(before: &[Word], after: &str) -> bool {
    let number_follows = after.trim_start().starts_with(|c: char| c.is_ascii_digit());
    number_follows && !matches!(before.last(), Some(Word::Text(word)) if small_number(word).is_some())
}

/// A number at the beginning, with signs between thousands; and where it ends.
fn number(text: &str, decimal: char) -> Option<(Ratio, usize)> {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    let mut written = String::new();
    while let Some(next) = text[end..].chars().next() {
        let is_blank = decimal == ',' && matches!(next, ' ' | '\u{A0}' | '\u{202F}');
        let behind = end + next.len_utf8();
        if next.is_ascii_digit() || (matches!(next, '.' | ',') && is_digit(behind)) {
            written.push(next);
        } else if is_blank && begins_thousands(&written) && is_thousands(&text[behind..]) {
            // "12 500".
            written.push('.');
        } else {
            break;
        }
        end = behind;
    }
    let written = written.as_str();
    let thousands = if decimal == '.' { ',' } else { '.' };
    // Where a comma stands before decimals, many write a full stop all the same: "2.5", but not "2.500".
    let other_way = decimal == ',' && !written.contains(',') && {
        let (whole, decimals) = written.split_once('.').unwrap_or_default();
        !whole.is_empty() && decimals.len() != 3 && !decimals.contains('.')
    };
    if other_way {
        return Some((Ratio::parse(written)?, end));
    }
    let mut groups = written.split(thousands);
    let first = groups.next()?;
    let mut digits = first.to_owned();
    let count = groups.clone().count();
    // "0.125" is no thousands anywhere.
    if count > 0 && first.starts_with('0') {
        let is_decimal = count == 1 && !written.contains(decimal);
        return if is_decimal { Some((Ratio::parse(&written.replace(thousands, "."))?, end)) } else { None };
    }
    for (index, group) in groups.enumerate() {
        let whole = if index + 1 == count { group.split(decimal).next()? } else { group };
        if whole.len() != 3 || first.contains(decimal) || first.len() > 3 {
            return None;
        }
        digits += group;
    }
    Some((Ratio::parse(&digits.replace(decimal, "."))?, end))
}

/// Whether a blank behind these digits may part thousands.
fn begins_thousands(written: &str) -> bool {
    !written.contains(',') && written.rsplit_once('.').map_or(written.len() <= 3, |(_, group)| group.len() == 3)
}

/// Three digits, and no more.
fn is_thousands(text: &str) -> bool {
    text.chars().take_while(char::is_ascii_digit).count() == 3
}

/// Without what is polite before and after it.
pub(crate) fn without_courtesy<'a>(mut words: &'a [Word], table: &Table) -> &'a [Word] {
    while let Some(rest) =
        table.courtesy_before.iter().find_map(|phrase| behind(words, phrase)).filter(|rest| !rest.is_empty())
    {
        words = rest;
    }
    while let Some(rest) =
        table.courtesy_after.iter().find_map(|phrase| before(words, phrase)).filter(|rest| !rest.is_empty())
    {
        words = rest;
    }
    words
}

/// What is left behind a phrase that these words begin with.
pub(crate) fn behind<'a>(words: &'a [Word], phrase: &str) -> Option<&'a [Word]> {
    phrase
        .split(' ')
        .try_fold(words, |words, word| words.split_first().filter(|(first, _)| first.is(word)).map(|(_, rest)| rest))
}

/// What is left before a phrase that these words end with.
pub(crate) fn before<'a>(words: &'a [Word], phrase: &str) -> Option<&'a [Word]> {
    phrase
        .rsplit(' ')
        .try_fold(words, |words, word| words.split_last().filter(|(last, _)| last.is(word)).map(|(_, rest)| rest))
}

/// Whether the phrase is somewhere in the words.
pub(crate) fn has(words: &[Word], phrase: &str) -> bool {
    (0..words.len()).any(|from| behind(&words[from..], phrase).is_some())
}

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn small_number(word: &str) -> Option<i128> {
    let at = |list: &[&str]| list.iter().position(|known| *known == word).and_then(|index| i128::try_from(index).ok());
    at(&SMALL).or_else(|| at(&TENS).map(|index| (index + 2) * 10))
}

fn scale(word: &str) -> Option<i128> {
    match word {
        "thousand" => Some(1_000),
        "million" => Some(1_000_000),
        "billion" => Some(1_000_000_000),
        _ => None,
    }
}

/// A part of one, by its name; "quarters" as well as "quarter".
pub(crate) fn part(word: &str) -> Option<Ratio> {
    let under = match word.strip_suffix('s').unwrap_or(word) {
        "half" | "halve" => 2,
        "third" => 3,
        "quarter" | "fourth" => 4,
        "fifth" => 5,
        "sixth" => 6,
        "seventh" => 7,
        "eighth" => 8,
        "ninth" => 9,
        "tenth" => 10,
        _ => return None,
    };
    Ratio::new(1, under)
}

/// A number at the beginning of words, said or written, and what is left behind it: "2.5", "two and a half", "three hundred and
/// five", "1.2 million", "minus four", "half", "three quarters".
pub(crate) fn number_in<'a>(words: &'a [Word], table: &Table) -> Option<(Ratio, &'a [Word])> {
    if let Some(numbers) = &table.numbers {
        return spelled::number_in(words, numbers);
    }
    if let Some((first, rest)) = words.split_first()
        && (first.is("minus") || first.is("negative") || *first == Word::Sign('−'))
    {
        let (value, rest) = unsigned(rest)?;
        return Some((Ratio::ZERO.minus(value)?, rest));
    }
    unsigned(words)
}

fn unsigned(words: &[Word]) -> Option<(Ratio, &[Word])> {
    let (value, rest) = plain(words)?;
    // "two and a half", "3 1/2" is not said. Of "a million and a half" nobody knows whose half.
    if let Some((share, rest)) = behind(rest, "and").and_then(a_part) {
        return if value < Ratio::whole(1_000) { Some((value.plus(share)?, rest)) } else { None };
    }
    // "three quarters".
    if let Some((share, rest)) = rest.split_first().and_then(|(word, rest)| Some((part(word.text()?)?, rest)))
        && value.is_whole()
        && !value.is_zero()
    {
        return Some((value.times(share)?, rest));
    }
    Some((value, rest))
}

/// "a half", "half a", "a third".
pub(crate) fn a_part(words: &[Word]) -> Option<(Ratio, &[Word])> {
    let words = ["a", "an", "one"].iter().find_map(|article| behind(words, article)).unwrap_or(words);
    let (word, rest) = words.split_first()?;
    Some((part(word.text()?)?, rest))
}

/// Without parts: digits with a scale behind them, or words.
fn plain(words: &[Word]) -> Option<(Ratio, &[Word])> {
    let (first, rest) = words.split_first()?;
    if let Word::Number(value) = first {
        return match rest.split_first().and_then(|(word, rest)| Some((scale(word.text()?)?, rest))) {
            Some((scale, rest)) => Some((value.times(Ratio::whole(scale))?, rest)),
            None => Some((*value, rest)),
        };
    }
    let (whole, rest) = in_words(words)?;
    let Some(mut after) = behind(rest, "point") else { return Some((whole, rest)) };
    let (mut value, mut share) = (whole, Ratio::ONE);
    let mut any = false;
    while let Some((digit, rest)) =
        after.split_first().and_then(|(word, rest)| Some((small_number(word.text()?)?, rest)))
    {
        if digit > 9 {
            break;
        }
        share = share.divided_by(Ratio::whole(10))?;
        value = value.plus(share.times(Ratio::whole(digit))?)?;
        (after, any) = (rest, true);
    }
    any.then_some((value, after))
}

fn in_words(words: &[Word]) -> Option<(Ratio, &[Word])> {
    let (mut total, mut group, mut rest): (i128, i128, _) = (0, 0, words);
    // What the next word may be below: "twenty three" is a number, "three twenty" is two.
    let mut below = i128::MAX;
    let mut any = false;
    while let Some((word, after)) = rest.split_first() {
        let joined = if word.is("and") && any && group % 100 == 0 && (group > 0 || total > 0) { after } else { rest };
        let Some((word, after)) = joined.split_first() else { break };
        let Some(text) = word.text() else { break };
        if let Some(value) = small_number(text) {
            let fits =
                group == 0 || (value < below && (group % 100 == 0 || (group % 10 == 0 && (1..10).contains(&value))));
            if !fits {
                break;
            }
            group += value;
            below = if value >= 20 { 10 } else { 0 };
        } else if text == "hundred" && (1..100).contains(&group) {
            group *= 100;
            below = 100;
        } else if let Some(scale) = scale(text)
            && group > 0
        {
            total = total.checked_add(group.checked_mul(scale)?)?;
            (group, below) = (0, i128::MAX);
        } else if text == "a" && !any {
            // "a hundred".
            let (next, after) = after.split_first()?;
            match next.text()? {
                "hundred" => (group, below) = (100, 100),
                other => total = scale(other)?,
            }
            (rest, any) = (after, true);
            continue;
        } else {
            break;
        }
        (rest, any) = (after, true);
    }
    any.then(|| Some((Ratio::whole(total.checked_add(group)?), rest))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english() -> &'static Table {
        crate::tables::of("en").unwrap()
    }

    fn value(text: &str) -> Option<(String, usize)> {
        let words = of(text, english())?;
        let (value, rest) = number_in(&words, english())?;
        Some((value.shown()?.0, rest.len()))
    }

    #[test]
    fn numbers_are_read_as_they_are_said() {
        for (text, expected) in [
            ("17", "17"),
            ("1,234.5", "1234.5"),
            ("twenty-three", "23"),
            ("three hundred and five", "305"),
            ("a hundred", "100"),
            ("two thousand and six", "2006"),
            ("one million two hundred thousand", "1200000"),
            ("1.2 million", "1200000"),
            ("two and a half", "2.5"),
            ("three quarters", "0.75"),
            ("three point one four", "3.14"),
            ("minus four", "minus 4"),
            ("-4", "minus 4"),
            (".5", "0.5"),
        ] {
            assert_eq!(value(text), Some((expected.to_owned(), 0)), "{text}");
        }
        assert_eq!(value("three twenty"), Some(("3".into(), 1)));
        assert_eq!(value("seven and eight"), Some(("7".into(), 2)));
        assert_eq!(["", "many", "a cat", "1,23"].map(value), [None, None, None, None]);
    }

    #[test]
    fn courtesy_is_left_out() {
        let words = of("Hey Parley, could you please tell me what's 2 + 2, please?", english()).unwrap();
        let asked = without_courtesy(&words, english());
        assert!(asked[0].is("whats") && asked.len() == 4, "{asked:?}");
        assert_eq!(without_courtesy(&of("please", english()).unwrap(), english()).len(), 1);
    }
}

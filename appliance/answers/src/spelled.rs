//! Numbers in words, of languages whose cardinal numbers [`parley_speech_text`] knows: read by comparing with what it
//! says.

use std::collections::BTreeMap;

use parley_speech_text::numbers::Gender;

use crate::number::Ratio;
use crate::tables::{Numbers, Table};
use crate::words::{self, Word, behind};

/// The cardinal numbers below a thousand.
pub(crate) struct Spelled(BTreeMap<String, i128>);

/// No number below a thousand has more words: "quatre cent quatre-vingt-dix-neuf".
const MOST_WORDS: usize = 6;

impl Spelled {
    /// Of a language, as an ISO 639-1 code, with further words for one.
    pub(crate) fn new(language: &str, ones: &[&str]) -> Self {
        let Some(known) = parley_speech_text::language::of(language) else { return Self(BTreeMap::new()) };
        let numbers = known.numbers();
        // Alone, and as they count something of either gender: "veintiuno", "veintiún", "veintiuna".
        let forms = |number| {
            let counted = [Gender::Masculine, Gender::Feminine].map(|gender| numbers.counted(number, gender));
            counted.into_iter().chain([numbers.cardinal(number)]).map(move |form| (words::joined(&form), number))
        };
        Self((0..1_000).flat_map(forms).chain(ones.iter().map(|one| ((*one).to_owned(), 1))).collect())
    }

    /// With further ways to say its numbers: `others` of each number and of each way that is known.
    pub(crate) fn also(mut self, others: impl Fn(i128, &str) -> Vec<String>) -> Self {
        let further: Vec<_> = self
            .0
            .iter()
            .flat_map(|(form, number)| others(*number, form).into_iter().map(|other| (other, *number)))
            .collect();
        self.0.extend(further);
        self
    }

    fn group<'a>(&self, words: &'a [Word]) -> Option<(i128, &'a [Word])> {
        (1..=MOST_WORDS.min(words.len())).rev().find_map(|count| {
            let (begin, rest) = words.split_at_checked(count)?;
            let texts: Option<Vec<&str>> = begin.iter().map(Word::text).collect();
            Some((*self.0.get(&texts?.join(" "))?, rest))
        })
    }

    fn word(&self, text: &str) -> Option<i128> {
        self.0.get(text).copied()
    }
}

/// A number at the beginning of words, and what is left behind it.
pub(crate) fn number_in<'a>(words: &'a [Word], numbers: &Numbers) -> Option<(Ratio, &'a [Word])> {
    let below = match words.split_first() {
        Some((Word::Sign('−'), rest)) => Some(rest),
        _ => numbers.minus.iter().find_map(|minus| behind(words, minus)),
    };
    if let Some(rest) = below {
        let (value, rest) = unsigned(rest, numbers)?;
        return Some((Ratio::ZERO.minus(value)?, rest));
    }
    unsigned(words, numbers)
}

fn unsigned<'a>(words: &'a [Word], numbers: &Numbers) -> Option<(Ratio, &'a [Word])> {
    for (phrase, over, under) in numbers.parts {
        if let Some(rest) = behind(words, phrase) {
            return Some((Ratio::new(*over, *under)?, rest));
        }
    }
    // "zweieinhalb".
    if let Some((word, rest)) = words.split_first()
        && let Some(whole) = word.text().zip(numbers.half_ending).and_then(|(text, end)| text.strip_suffix(end))
    {
        let whole = numbers
            .spelled
            .word(whole)
            .or_else(|| whole.strip_suffix("und").and_then(|whole| numbers.spelled.word(whole)))?;
        return Some((Ratio::whole(whole).plus(Ratio::new(1, 2)?)?, rest));
    }
    let (mut value, last, mut rest) = scaled(words, numbers)?;
    if let Some(after) = numbers.point.iter().find_map(|point| behind(rest, point)) {
        let (decimals, after) = decimals(after, numbers)?;
        return Some((value.plus(decimals)?, after));
    }
    if let Some(after) = numbers.and_a_half.iter().find_map(|half| behind(rest, half)) {
        // "Un millón y medio": half of a million. Of "mil y medio" nobody knows whose half.
        let of = match last {
            ..1_000 => 1,
            1_000..1_000_000 => return None,
            1_000_000.. => last,
        };
        (value, rest) = (value.plus(Ratio::new(of, 2)?)?, after);
    }
    Some((value, rest))
}

/// What is said behind the point: digits, and perhaps one number at the end ("trois virgule quatorze").
fn decimals<'a>(words: &'a [Word], numbers: &Numbers) -> Option<(Ratio, &'a [Word])> {
    let (mut value, mut share, mut rest) = (Ratio::ZERO, Ratio::ONE, words);
    while let Some((digits, after)) = numbers.spelled.group(rest) {
        // "Vier vierzehn" are two numbers.
        if digits > 9 && !value.is_zero() {
            break;
        }
        for _ in 0..digits.to_string().len() {
            share = share.divided_by(Ratio::whole(10))?;
        }
        value = value.plus(share.times(Ratio::whole(digits))?)?;
        rest = after;
        if digits > 9 {
            break;
        }
    }
    (rest.len() < words.len()).then_some((value, rest))
}

/// Groups with their scales, the larger ones first: "zwei Millionen dreihundert"; and the scale of the last of them.
fn scaled<'a>(words: &'a [Word], numbers: &Numbers) -> Option<(Ratio, i128, &'a [Word])> {
    let scale_of =
        |words: &'a [Word]| numbers.scales.iter().find_map(|(name, scale)| Some((*scale, behind(words, name)?)));
    let (mut total, mut rest, mut below, mut any) = (Ratio::ZERO, words, i128::MAX, false);
    loop {
        let group = match rest.split_first() {
            Some((Word::Number(value), after)) if !any => Some((*value, after)),
            _ => {
                // "Un milione e duecentomila"; but "mille et dix" is a sum.
                let joint =
                    if any && below >= 1_000_000 { numbers.and.iter().find_map(|and| behind(rest, and)) } else { None };
                let group = joint.and_then(|rest| numbers.spelled.group(rest)).or_else(|| numbers.spelled.group(rest));
                group.map(|(value, after)| (Ratio::whole(value), after))
            }
        };
        // A scale alone is one of it: "mil".
        let Some((value, after)) = group.or_else(|| scale_of(rest).map(|_| (Ratio::ONE, rest))) else { break };
        match scale_of(after) {
            Some((scale, after)) if scale < below => {
                (total, rest, below, any) = (total.plus(value.times(Ratio::whole(scale))?)?, after, scale, true);
            }
            Some(_) => break,
            None if below > 1 && (!any || value.is_whole()) => {
                return Some((total.plus(value)?, 1, after));
            }
            None => break,
        }
    }
    any.then_some((total, below, rest))
}

/// Words that are several numbers in one, such as "zweitausenddreihundert", in their parts.
pub(crate) fn parted(words: Vec<Word>, table: &Table) -> Vec<Word> {
    let Some(numbers) = &table.numbers else { return words };
    words.into_iter().flat_map(|word| parts(&word, numbers).unwrap_or_else(|| vec![word])).collect()
}

fn parts(word: &Word, numbers: &Numbers) -> Option<Vec<Word>> {
    let text = word.text()?;
    let is_number = |text: &str| text.is_empty() || numbers.spelled.word(text).is_some();
    numbers.scales.iter().find_map(|(scale, _)| {
        let (before, after) = text.split_once(scale)?;
        let is_compound = !(before.is_empty() && after.is_empty()) && is_number(before) && is_number(after);
        let parts = [before, scale, after].into_iter().filter(|part| !part.is_empty());
        is_compound.then(|| parts.map(|part| Word::Text(part.to_owned())).collect())
    })
}

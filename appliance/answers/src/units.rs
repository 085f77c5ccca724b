//! Quantities in other units: "how many grams are in two pounds", "350 Fahrenheit in Celsius".

use crate::number::Ratio;
use crate::tables::{Table, sentence};
use crate::unit_table::{UNITS, Unit};
use crate::words::{Word, a_part, before, behind, number_in};

/// A unit, and how it is called in the language of the question.
#[derive(Debug, Clone, Copy)]
struct Called {
    unit: &'static Unit,
    one: &'static str,
    several: &'static str,
}

/// How a name is found: the units that have it, in every dimension.
type Named = Vec<Called>;

/// The answer to a question for another unit; `None` where these words are none to the last.
pub(crate) fn answer(words: &[Word], table: &Table) -> Option<String> {
    temperature(words, table).or_else(|| conversion(words, table))
}

fn conversion(words: &[Word], table: &Table) -> Option<String> {
    let (from, to) = asked(words, table)?;
    // The first dimension in which all of the names are.
    let dimension = to.iter().map(|called| called.unit.dimension).find(|dimension| {
        from.iter().all(|(_, units)| units.iter().any(|called| called.unit.dimension == *dimension))
    })?;
    let in_it = |units: &Named| units.iter().copied().find(|called| called.unit.dimension == dimension);
    let to = in_it(&to)?;
    let (mut total, mut said) = (Ratio::ZERO, String::new());
    for (count, units) in &from {
        let called = in_it(units)?;
        total = total.plus(count.times(Ratio::new(called.unit.over, called.unit.under)?)?)?;
        let joint = if said.is_empty() { String::new() } else { format!(" {} ", table.units.says_and) };
        said += &format!("{joint}{}", quantity(*count, called, table)?.0);
    }
    let value = total.divided_by(Ratio::new(to.unit.over, to.unit.under)?)?;
    let (text, exact) = quantity(value, to, table)?;
    let [one, several] = table.units.is;
    let is_one = matches!(from.as_slice(), [(count, _)] if table.is_one(*count));
    let verb = if is_one { one } else { several };
    let about = if exact { String::new() } else { format!("{} ", table.sums.about) };
    Some(format!("{} {verb} {about}{text}.", sentence(&said)))
}

fn quantity(count: Ratio, called: Called, table: &Table) -> Option<(String, bool)> {
    let (number, exact) = table.shown(count)?;
    // "About one" is one as well.
    let is_one = number == "1" || table.is_one(count);
    Some((format!("{number} {}", if is_one { called.one } else { called.several }), exact))
}

/// What is left behind the first of the phrases that these words begin with.
fn behind_one<'a>(words: &'a [Word], phrases: &[&str]) -> Option<&'a [Word]> {
    phrases.iter().find_map(|phrase| behind(words, phrase))
}

/// What is left before the first of the phrases that these words end with, else all of them.
fn without_end<'a>(words: &'a [Word], phrases: &[&str]) -> &'a [Word] {
    phrases.iter().find_map(|phrase| before(words, phrase)).unwrap_or(words)
}

/// What is to be converted, and into what.
fn asked(words: &[Word], table: &Table) -> Option<(Vec<(Ratio, Named)>, Named)> {
    let phrases = &table.units;
    // "How many grams are in two pounds?"
    if let Some((to, rest)) = behind_one(words, phrases.how_many).and_then(|rest| unit(rest, table)) {
        // The longest first that leaves a quantity: "sind" begins like "sind in".
        return phrases.middle.iter().filter_map(|phrase| behind(rest, phrase)).find_map(|rest| {
            let rest = without_end(rest, phrases.ends);
            // "A cup of milk": of what does not matter, as long as volumes stay volumes.
            let is_of = |word: &Word| phrases.of.iter().any(|of| word.is(of));
            let whole = || quantities(rest.get(..rest.iter().position(is_of)?)?, table);
            Some((quantities(rest, table).or_else(whole)?, to.clone()))
        });
    }
    // "Convert two pounds to grams", "what is two pounds in grams", "two pounds in grams".
    let begins = phrases.begins.iter().filter_map(|phrase| behind(words, phrase)).min_by_key(|rest| rest.len());
    let rest = without_end(begins.unwrap_or(words), phrases.ends_to);
    // The last of these words before the unit that is asked for.
    (1..rest.len()).rev().find_map(|at| {
        let after = behind_one(&rest[at..], phrases.into)?;
        let (to, _) = unit(after, table).filter(|(_, left)| left.is_empty())?;
        Some((quantities(without_end(&rest[..at], phrases.ends_from), table)?, to))
    })
}

/// "5 feet 10 inches", "an hour and a half", to the last word.
fn quantities(words: &[Word], table: &Table) -> Option<Vec<(Ratio, Named)>> {
    let phrases = &table.units;
    let mut found: Vec<(Ratio, Named)> = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        if let Some(after) = behind_one(rest, phrases.and)
            && !found.is_empty()
        {
            // "an hour and a half".
            let half = table.numbers.as_ref().map(|numbers| {
                let half = numbers.and_a_half.iter().any(|half| behind(rest, half).is_some_and(<[Word]>::is_empty));
                half.then(|| Ratio::new(1, 2)).flatten()
            });
            let share = match half {
                Some(half) => half,
                None => a_part(after).filter(|(_, rest)| rest.is_empty()).map(|(share, _)| share),
            };
            if let Some(share) = share {
                let (count, _) = found.last_mut()?;
                *count = count.plus(share)?;
                return Some(found);
            }
            rest = after;
        }
        let (count, after) = count(rest, table)?;
        let after = behind_one(after, phrases.between).unwrap_or(after);
        let (units, after) = unit(after, table)?;
        found.push((count, units));
        rest = after;
    }
    (!found.is_empty() && found.len() <= 4).then_some(found)
}

/// A number, or "a", "one", "half".
fn count<'a>(words: &'a [Word], table: &Table) -> Option<(Ratio, &'a [Word])> {
    if let Some((value, rest)) = number_in(words, table)
        && unit(behind_one(rest, table.units.between).unwrap_or(rest), table).is_some()
    {
        return Some((value, rest));
    }
    if table.numbers.is_none()
        && let Some((share, rest)) = a_part(words)
    {
        return Some((share, rest));
    }
    table.units.ones.iter().find_map(|article| Some((Ratio::ONE, behind(words, article)?)))
}

/// The units of the longest name that these words begin with.
fn unit<'a>(words: &'a [Word], table: &Table) -> Option<(Named, &'a [Word])> {
    let mut found: Vec<(Called, &'a [Word])> = Vec::new();
    let mut look = |called: Called, others: &'static [&'static str]| {
        let names = [called.one, called.several].into_iter().chain(others.iter().copied());
        found.extend(names.filter_map(|name| Some((called, behind(words, name)?))));
    };
    for unit in UNITS {
        if table.units.names.is_empty() {
            look(Called { unit, one: unit.one, several: unit.several }, unit.others);
        }
        for name in table.units.names.iter().filter(|name| name.unit == unit.one) {
            look(Called { unit, one: name.one, several: name.several }, name.others);
        }
    }
    let shortest = found.iter().map(|(_, rest)| rest.len()).min()?;
    found.retain(|(_, rest)| rest.len() == shortest);
    let rest = found.first()?.1;
    let mut units: Named = found.into_iter().map(|(called, _)| called).collect();
    units.dedup_by(|one, other| std::ptr::eq(one.unit, other.unit));
    Some((units, rest))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Celsius,
    Fahrenheit,
    Kelvin,
}

/// "What is 350 degrees Fahrenheit in Celsius?"
fn temperature(words: &[Word], table: &Table) -> Option<String> {
    let phrases = &table.units;
    let begins = phrases.begins.iter().chain(phrases.temperature_begins);
    let begun = begins.filter_map(|phrase| behind(words, phrase)).min_by_key(|rest| rest.len());
    let words = without_end(begun.unwrap_or(words), phrases.ends_to);
    let (degrees, rest) = number_in(words, table)?;
    let (from, rest) = scale(rest, table)?;
    let rest = behind_one(rest, phrases.into)?;
    let (to, rest) = scale(rest, table)?;
    if !rest.is_empty() || from == to {
        return None;
    }
    let (zero, half) = (Ratio::new(27_315, 100)?, Ratio::new(9, 5)?);
    let celsius = match from {
        Scale::Celsius => degrees,
        Scale::Fahrenheit => degrees.minus(Ratio::whole(32))?.divided_by(half)?,
        Scale::Kelvin => degrees.minus(zero)?,
    };
    let value = match to {
        Scale::Celsius => celsius,
        Scale::Fahrenheit => celsius.times(half)?.plus(Ratio::whole(32))?,
        Scale::Kelvin => celsius.plus(zero)?,
    };
    let ((asked, _), (found, exact)) = (table.shown(degrees)?, table.shown(value)?);
    let about = if exact { String::new() } else { format!("{} ", table.sums.about) };
    let is = phrases.temperature_is;
    Some(sentence(&format!("{asked} {} {is} {about}{found} {}.", from.name(table), to.name(table))))
}

fn scale<'a>(words: &'a [Word], table: &Table) -> Option<(Scale, &'a [Word])> {
    let phrases = &table.units;
    let words = match words.split_first() {
        Some((Word::Sign('°'), rest)) => rest,
        _ => behind_one(words, phrases.degrees).unwrap_or(words),
    };
    [(phrases.celsius, Scale::Celsius), (phrases.fahrenheit, Scale::Fahrenheit), (phrases.kelvin, Scale::Kelvin)]
        .into_iter()
        .find_map(|(names, scale)| Some((scale, behind_one(words, names)?)))
}

impl Scale {
    fn name(self, table: &Table) -> &'static str {
        let [celsius, fahrenheit, kelvin] = table.units.says_scales;
        match self {
            Self::Celsius => celsius,
            Self::Fahrenheit => fahrenheit,
            Self::Kelvin => kelvin,
        }
    }
}

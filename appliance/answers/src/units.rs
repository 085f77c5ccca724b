//! Quantities in other units: "how many grams are in two pounds", "350 Fahrenheit in Celsius".

use crate::number::Ratio;
use crate::unit_table::{UNITS, Unit};
use crate::words::{Word, a_part, before, behind, number_in};

/// How a name is found: the units that have it, in every dimension.
type Named = Vec<&'static Unit>;

/// The answer to a question for another unit; `None` where these words are none to the last.
pub(crate) fn answer(words: &[Word]) -> Option<String> {
    temperature(words).or_else(|| conversion(words))
}

fn conversion(words: &[Word]) -> Option<String> {
    let (from, to) = asked(words)?;
    // The first dimension in which all of the names are.
    let dimension = to
        .iter()
        .map(|unit| unit.dimension)
        .find(|dimension| from.iter().all(|(_, units)| units.iter().any(|unit| unit.dimension == *dimension)))?;
    let in_it = |units: &Named| units.iter().copied().find(|unit| unit.dimension == dimension);
    let to = in_it(&to)?;
    let (mut total, mut said) = (Ratio::ZERO, String::new());
    for (count, units) in &from {
        let unit = in_it(units)?;
        total = total.plus(count.times(Ratio::new(unit.over, unit.under)?)?)?;
        let joint = if said.is_empty() { "" } else { " and " };
        said += &format!("{joint}{}", quantity(*count, unit)?.0);
    }
    let value = total.divided_by(Ratio::new(to.over, to.under)?)?;
    let (text, exact) = quantity(value, to)?;
    let verb = if from.len() == 1 && from.first().is_some_and(|(count, _)| count.is_one()) { "is" } else { "are" };
    let about = if exact { "" } else { "about " };
    let mut chars = said.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    Some(format!("{}{} {verb} {about}{text}.", first.map(String::from).unwrap_or_default(), chars.as_str()))
}

fn quantity(count: Ratio, unit: &Unit) -> Option<(String, bool)> {
    let (number, exact) = count.shown()?;
    Some((format!("{number} {}", if number == "1" { unit.one } else { unit.several }), exact))
}

/// What is to be converted, and into what.
fn asked(words: &[Word]) -> Option<(Vec<(Ratio, Named)>, Named)> {
    // "How many grams are in two pounds?"
    if let Some(rest) = behind(words, "how many").or_else(|| behind(words, "how much")) {
        let (to, rest) = unit(rest)?;
        let middle = [
            "are there in",
            "is there in",
            "are in",
            "is in",
            "are",
            "is",
            "in",
            "does",
            "do",
            "make up",
            "make",
            "makes",
            "go into",
            "fit into",
            "fit in",
            "equal",
            "equals",
            "has",
            "have",
            "will",
        ];
        let rest = middle.iter().find_map(|phrase| behind(rest, phrase))?;
        let ends = ["have", "has", "equal", "make", "contain", "hold"];
        let rest = ends.iter().find_map(|phrase| before(rest, phrase)).unwrap_or(rest);
        // "A cup of milk": of what does not matter, as long as volumes stay volumes.
        let whole = || quantities(rest.get(..rest.iter().position(|word| word.is("of"))?)?);
        return Some((quantities(rest).or_else(whole)?, to));
    }
    // "Convert two pounds to grams", "what is two pounds in grams", "two pounds in grams".
    let begins = [
        "what would",
        "what is",
        "whats",
        "what are",
        "how much is",
        "how much are",
        "how long is",
        "how tall is",
        "how far is",
        "how heavy is",
        "how fast is",
        "convert",
        "change",
        "turn",
    ];
    let rest = begins.iter().find_map(|phrase| behind(words, phrase)).unwrap_or(words);
    // The last of these words before the unit that is asked for.
    (1..rest.len()).rev().find_map(|at| {
        let after = ["in", "to", "into", "as", "converted to", "expressed in"]
            .iter()
            .find_map(|word| behind(&rest[at..], word))?;
        let (to, _) = unit(after).filter(|(_, left)| left.is_empty())?;
        let from = ["be", "converted"].iter().find_map(|word| before(&rest[..at], word)).unwrap_or(&rest[..at]);
        Some((quantities(from)?, to))
    })
}

/// "5 feet 10 inches", "an hour and a half", to the last word.
fn quantities(words: &[Word]) -> Option<Vec<(Ratio, Named)>> {
    let mut found: Vec<(Ratio, Named)> = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        if let Some(after) = behind(rest, "and")
            && !found.is_empty()
        {
            // "an hour and a half".
            if let Some((share, [])) = a_part(after) {
                let (count, _) = found.last_mut()?;
                *count = count.plus(share)?;
                return Some(found);
            }
            rest = after;
        }
        let (count, after) = count(rest)?;
        let after = ["of a", "of an", "a", "an"].iter().find_map(|phrase| behind(after, phrase)).unwrap_or(after);
        let (units, after) = unit(after)?;
        found.push((count, units));
        rest = after;
    }
    (!found.is_empty() && found.len() <= 4).then_some(found)
}

/// A number, or "a", "one", "half".
fn count(words: &[Word]) -> Option<(Ratio, &[Word])> {
    if let Some((value, rest)) = number_in(words)
        && unit(rest).is_some_and(|(_, left)| left.len() < rest.len())
    {
        return Some((value, rest));
    }
    if let Some((share, rest)) = a_part(words) {
        return Some((share, rest));
    }
    ["a single", "a", "an", "one", "each"].iter().find_map(|article| Some((Ratio::ONE, behind(words, article)?)))
}

/// The units of the longest name that these words begin with.
fn unit(words: &[Word]) -> Option<(Named, &[Word])> {
    let names = |unit: &'static Unit| [unit.one, unit.several].into_iter().chain(unit.others.iter().copied());
    let all = UNITS.iter().flat_map(|unit| names(unit).map(move |name| (name, unit)));
    let begins = all.filter_map(|(name, unit)| Some((unit, behind(words, name)?)));
    let mut found: Vec<(&'static Unit, &[Word])> = begins.collect();
    let shortest = found.iter().map(|(_, rest)| rest.len()).min()?;
    found.retain(|(_, rest)| rest.len() == shortest);
    let rest = found.first()?.1;
    let mut units: Named = found.into_iter().map(|(unit, _)| unit).collect();
    units.dedup_by(|one, other| std::ptr::eq(*one, *other));
    Some((units, rest))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Celsius,
    Fahrenheit,
    Kelvin,
}

/// "What is 350 degrees Fahrenheit in Celsius?"
fn temperature(words: &[Word]) -> Option<String> {
    let begins = [
        "what is",
        "whats",
        "how much is",
        "how hot is",
        "how cold is",
        "how warm is",
        "convert",
        "what temperature is",
        "change",
    ];
    let words = begins.iter().find_map(|phrase| behind(words, phrase)).unwrap_or(words);
    let (degrees, rest) = number_in(words)?;
    let (from, rest) = scale(rest)?;
    let rest = ["in", "to", "into", "as"].iter().find_map(|word| behind(rest, word))?;
    let (to, rest) = scale(rest)?;
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
    let ((asked, _), (found, exact)) = (degrees.shown()?, value.shown()?);
    let about = if exact { "" } else { "about " };
    let mut said = format!("{asked} {} is {about}{found} {}.", from.name(), to.name());
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(said)
}

fn scale(words: &[Word]) -> Option<(Scale, &[Word])> {
    let words = match words.split_first() {
        Some((Word::Sign('°'), rest)) => rest,
        _ => behind(words, "degrees").or_else(|| behind(words, "degree")).unwrap_or(words),
    };
    let (name, rest) = words.split_first()?;
    let scale = match name.text()? {
        "celsius" | "centigrade" | "c" => Scale::Celsius,
        "fahrenheit" | "f" => Scale::Fahrenheit,
        "kelvin" | "k" => Scale::Kelvin,
        _ => return None,
    };
    Some((scale, rest))
}

impl Scale {
    fn name(self) -> &'static str {
        match self {
            Self::Celsius => "degrees Celsius",
            Self::Fahrenheit => "degrees Fahrenheit",
            Self::Kelvin => "kelvin",
        }
    }
}

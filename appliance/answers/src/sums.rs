//! Arithmetic as people say it: "what is 17 times 23", "twenty percent of 85", "the square root of 2".
//!
//! Products and quotients bind more strongly than sums and differences, as at school; "percent of" and "half of" take the
//! number that follows. What changes its meaning by who says it, such as "100 plus 20 percent", is left to the language model.

use crate::number::Ratio;
use crate::tables::{Table, sentence};
use crate::words::{Word, a_part, before, behind, number_in};

/// A value, and how it is said.
struct Term {
    value: Ratio,
    /// False where a root was rounded.
    exact: bool,
    said: String,
    /// What is said behind the value.
    behind: String,
    /// Whether anything was computed.
    computed: bool,
}

type Parsed<'a> = Option<(Term, &'a [Word])>;

/// Written so, they are no quotients.
const NAMES: &[(i128, i128)] = &[(9, 11), (11, 9), (24, 7), (50, 50)];

/// The answer to a sum; `None` where these words are none to the last.
pub(crate) fn answer(words: &[Word], table: &Table) -> Option<String> {
    let sums = &table.sums;
    let (money, bare) = without_money(words, table)?;
    let mut asked = bare.as_slice();
    // The longest first: "what is the result of" begins like "what is".
    let question = sums.questions.iter().filter_map(|phrase| behind(asked, phrase)).min_by_key(|rest| rest.len());
    asked = question.unwrap_or(asked);
    asked = sums.ends.iter().find_map(|phrase| before(asked, phrase)).unwrap_or(asked);
    if let Some((Word::Sign('='), rest)) = asked.split_last() {
        asked = rest;
    }
    let special = if table.language == "en" { special(asked, table) } else { None };
    let (term, rest) = special.or_else(|| sum(asked, table))?;
    if !rest.is_empty() || !term.computed {
        return None;
    }
    let (text, shown_exactly) = table.shown(term.value)?;
    let about = if term.exact && shown_exactly { String::new() } else { format!("{} ", sums.about) };
    let money = money.map(|name| format!(" {name}")).unwrap_or_default();
    Some(format!("{} {} {about}{text}{}{money}.", sentence(&term.said), sums.is, term.behind))
}

/// Which money is spoken of, and the words without it. `None`: there is money of several kinds, or some stands between two numbers,
/// as in "twenty dollars five".
fn without_money(words: &[Word], table: &Table) -> Option<(Option<&'static str>, Vec<Word>)> {
    let sums = &table.sums;
    let name = |word: &Word| match word {
        Word::Sign(sign) => sums.says_money.iter().find(|(of, _)| of == sign).map(|(_, name)| *name),
        Word::Text(_) => sums.money.iter().find(|name| word.is(name)).copied(),
        Word::Number(_) => None,
    };
    let is_number = |words: &[Word]| number_in(words, table).is_some();
    // "Twenty dollars and five" as well as "twenty dollars five".
    let joints = table.numbers.as_ref().map_or(&["and"] as &[&str], |numbers| numbers.and);
    let (mut money, mut bare) = (None::<&str>, Vec::with_capacity(words.len()));
    for (place, word) in words.iter().enumerate() {
        let Some(name) = name(word) else {
            bare.push(word.clone());
            continue;
        };
        // "Euro" and "Euros" are one.
        if money.is_some_and(|other| !other.starts_with(name) && !name.starts_with(other)) {
            return None;
        }
        money = money.or(Some(name));
        let behind_it = &words[place + 1..];
        let follows = is_number(behind_it) || behind_one(behind_it, joints).is_some_and(is_number);
        if follows && place > 0 && is_number(&words[place - 1..place]) {
            return None;
        }
    }
    Some((money, bare))
}

/// Whole questions with an order of their own, in English.
fn special<'a>(words: &'a [Word], table: &Table) -> Parsed<'a> {
    let number = |words: &'a [Word]| number(words, table);
    let behind_percent = |words: &'a [Word]| behind_percent(words, table);
    let words = behind(words, "the").unwrap_or(words);
    let two = |words: &'a [Word], between: &[&str]| -> Option<(Term, Term, &'a [Word])> {
        let (one, rest) = number(words)?;
        let rest = between.iter().find_map(|word| behind(rest, word))?;
        let (other, rest) = number(rest)?;
        Some((one, other, rest))
    };
    let after = |phrases: &[&str]| phrases.iter().find_map(|phrase| behind(words, phrase));
    if let Some(rest) = after(&["sum of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        return Some((one.plus(other, table)?, rest));
    }
    if let Some(rest) = after(&["difference between", "difference of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        let (more, less) = if one.value < other.value { (other, one) } else { (one, other) };
        return Some((more.minus(less, table)?, rest));
    }
    if let Some(rest) = after(&["product of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        return Some((one.times(other, table)?, rest));
    }
    if let Some(rest) = after(&["add", "adding"]) {
        let (one, other, rest) = two(rest, &["and", "to", "plus"])?;
        return Some((one.plus(other, table)?, rest));
    }
    if let Some(rest) = after(&["subtract", "subtracting", "take"]) {
        let (less, more, rest) = two(rest, &["from", "away from"])?;
        return Some((more.minus(less, table)?, rest));
    }
    if let Some(rest) = after(&["multiply", "multiplying"]) {
        let (one, other, rest) = two(rest, &["by", "and", "with", "times"])?;
        return Some((one.times(other, table)?, rest));
    }
    if let Some(rest) = after(&["divide", "dividing"]) {
        let (one, other, rest) = two(rest, &["by"])?;
        return Some((one.over(other, table)?, rest));
    }
    if let Some(rest) = after(&["how many times does", "how often does", "how many times will"]) {
        let (less, rest) = number(rest)?;
        let (more, rest) = number(behind(rest, "go into").or_else(|| behind(rest, "fit into"))?)?;
        return Some((more.over(less, table)?, rest));
    }
    // "What percent of 80 is 20?"
    if let Some(rest) = after(&["what percent of", "what percentage of", "how many percent of"]) {
        let (whole, rest) = number(rest)?;
        let (share, rest) = number(behind(rest, "is")?)?;
        return percent(share, whole, rest);
    }
    // "20 is what percent of 80?"
    if let Some((share, rest)) = number(words) {
        let asked = ["is what percent of", "is what percentage of"].iter().find_map(|phrase| behind(rest, phrase));
        if let Some(rest) = asked {
            let (whole, rest) = number(rest)?;
            return percent(share, whole, rest);
        }
        // "20 percent off 50", "a 15 percent tip on 40".
        if let Some(rest) = behind_percent(rest) {
            let off = ["off", "discount on"].iter().find_map(|phrase| behind(rest, phrase));
            let tip = ["tip on", "tip for", "of tax on", "tax on"].iter().find_map(|phrase| behind(rest, phrase));
            return match (off, tip) {
                (Some(rest), _) => {
                    let (whole, rest) = number(behind(rest, "of").unwrap_or(rest))?;
                    let kept = Ratio::ONE.minus(share.value.divided_by(Ratio::whole(100))?)?;
                    let said = format!("{} percent off {}", share.said, whole.said);
                    Some((Term { value: whole.value.times(kept)?, said, ..whole.done() }, rest))
                }
                (None, Some(rest)) => {
                    let (whole, rest) = number(rest)?;
                    let said = format!("{} percent of {}", share.said, whole.said);
                    let value = share.value.times(whole.value)?.divided_by(Ratio::whole(100))?;
                    Some((Term { value, said, ..whole.done() }, rest))
                }
                (None, None) => None,
            };
        }
    }
    behind(words, "a")
        .filter(|rest| number(rest).is_some_and(|(_, rest)| behind_percent(rest).is_some()))
        .and_then(|rest| special(rest, table))
}

fn percent(share: Term, whole: Term, rest: &[Word]) -> Parsed<'_> {
    let value = share.value.divided_by(whole.value)?.times(Ratio::whole(100))?;
    let (said, behind) = (share.said, format!(" percent of {}", whole.said));
    Some((Term { value, exact: true, said, behind, computed: true }, rest))
}

fn behind_percent<'a>(words: &'a [Word], table: &Table) -> Option<&'a [Word]> {
    match words.split_first()? {
        (Word::Sign('%'), rest) => Some(rest),
        _ => behind_one(words, table.sums.percent),
    }
}

/// What is left behind the first of the phrases that these words begin with.
fn behind_one<'a>(words: &'a [Word], phrases: &[&str]) -> Option<&'a [Word]> {
    phrases.iter().find_map(|phrase| behind(words, phrase))
}

fn sum<'a>(words: &'a [Word], table: &Table) -> Parsed<'a> {
    let (mut left, mut rest) = product(words, table)?;
    loop {
        let (adds, after) = match rest.split_first() {
            Some((Word::Sign('+'), after)) => (true, after),
            Some((Word::Sign('−'), after)) => (false, after),
            _ => match (behind_one(rest, table.sums.plus), behind_one(rest, table.sums.minus)) {
                (Some(after), _) => (true, after),
                (None, Some(after)) => (false, after),
                (None, None) => return Some((left, rest)),
            },
        };
        let (right, after) = product(after, table)?;
        // "100 plus 20 percent" is 120 to some, and 100.2 to others.
        if behind_percent(after, table).is_some() {
            return None;
        }
        left = if adds { left.plus(right, table)? } else { left.minus(right, table)? };
        rest = after;
    }
}

fn product<'a>(words: &'a [Word], table: &Table) -> Parsed<'a> {
    let (mut left, mut rest) = factor(words, table)?;
    loop {
        // "20 per cento" is no product in Italian.
        if behind_percent(rest, table).is_some() {
            return Some((left, rest));
        }
        let (times, over) = (behind_one(rest, table.sums.times), behind_one(rest, table.sums.over));
        let (multiplies, after) = match (rest.split_first(), times, over) {
            (Some((Word::Sign('*' | '×'), after)), ..) | (_, Some(after), _) => (true, after),
            (Some((Word::Sign('/' | '÷'), after)), ..) | (_, _, Some(after)) => (false, after),
            _ => return Some((left, rest)),
        };
        let (right, after) = factor(after, table)?;
        let is_name = NAMES.iter().any(|(one, other)| {
            rest.first() == Some(&Word::Sign('/'))
                && (left.value, right.value) == (Ratio::whole(*one), Ratio::whole(*other))
        });
        if is_name {
            return None;
        }
        left = if multiplies { left.times(right, table)? } else { left.over(right, table)? };
        rest = after;
    }
}

/// A number with what stands before and behind it.
fn factor<'a>(words: &'a [Word], table: &Table) -> Parsed<'a> {
    let sums = &table.sums;
    for (phrase, over, under, says) in sums.multiples {
        if let Some(rest) = behind(words, phrase) {
            let (of, rest) = factor(rest, table)?;
            let said = format!("{says} {}", of.said);
            return Some((Term { value: of.value.times(Ratio::new(*over, *under)?)?, said, ..of.done() }, rest));
        }
    }
    let words = behind_one(words, sums.articles).unwrap_or(words);
    if let Some(rest) = behind_one(words, sums.root) {
        let (of, rest) = factor(rest, table)?;
        let (value, exact) = of.value.root()?;
        let said = format!("{} {}", sums.says_root, of.said);
        return Some((Term { value, exact: exact && of.exact, said, ..of.done() }, rest));
    }
    if table.language == "en" {
        if let Some(rest) = behind(words, "square of") {
            let (of, rest) = factor(rest, table)?;
            return Some((of.power(Ratio::whole(2), table)?, rest));
        }
        if let Some((share, rest)) = a_part(words).and_then(|(share, rest)| Some((share, behind(rest, "of")?))) {
            let (of, rest) = factor(rest, table)?;
            let name = if share == Ratio::new(1, 2)? { "half".to_owned() } else { format!("1 {}", part_name(share)?) };
            let said = format!("{name} of {}", of.said);
            return Some((Term { value: of.value.times(share)?, said, ..of.done() }, rest));
        }
    }
    let (mut term, mut rest) = number(words, table)?;
    if let Some(after) = behind_percent(rest, table).and_then(|rest| behind_one(rest, sums.of)) {
        let (of, after) = factor(after, table)?;
        let said = format!("{} {} {}", term.said, sums.says_percent, of.said);
        let value = term.value.times(of.value)?.divided_by(Ratio::whole(100))?;
        return Some((Term { value, said, ..of.done() }, after));
    }
    // "three quarters of 80".
    if !term.value.is_whole()
        && table.language == "en"
        && let Some(after) = behind(rest, "of")
    {
        let (of, after) = factor(after, table)?;
        let said = format!("{} of {}", term.said, of.said);
        return Some((Term { value: term.value.times(of.value)?, said, ..of.done() }, after));
    }
    if let Some((exponent, after)) = power(rest, table) {
        (term, rest) = (term.power(exponent, table)?, after);
    }
    // "2^3^2" is 512 to some, and 64 to others.
    if power(rest, table).is_some() { None } else { Some((term, rest)) }
}

/// What raises the number before it.
fn power<'a>(words: &'a [Word], table: &Table) -> Option<(Ratio, &'a [Word])> {
    for (phrases, sign, power) in [(table.sums.squared, '²', 2), (table.sums.cubed, '³', 3)] {
        let sign = words.split_first().filter(|(first, _)| **first == Word::Sign(sign)).map(|(_, rest)| rest);
        if let Some(rest) = sign.or_else(|| behind_one(words, phrases)) {
            return Some((Ratio::whole(power), rest));
        }
    }
    let sign = words.split_first().filter(|(first, _)| **first == Word::Sign('^')).map(|(_, rest)| rest);
    number_in(sign.or_else(|| behind_one(words, table.sums.power))?, table)
}

fn part_name(share: Ratio) -> Option<&'static str> {
    ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
        .into_iter()
        .zip(2..)
        .find_map(|(name, under)| (Ratio::new(1, under)? == share).then_some(name))
}

fn number<'a>(words: &'a [Word], table: &Table) -> Parsed<'a> {
    let (value, rest) = number_in(words, table)?;
    let (said, exact) = table.shown(value)?;
    // A third has no last digit; nobody says one in a sum but as "a third of".
    exact.then_some((Term { value, exact: true, said, behind: String::new(), computed: false }, rest))
}

impl Term {
    /// What is left of it where its value and words are another's.
    fn done(self) -> Self {
        Self { computed: true, ..self }
    }

    fn joined(self, other: Self, sign: &str, value: Option<Ratio>) -> Option<Self> {
        let said = format!("{} {sign} {}", self.said, other.said);
        Some(Self { value: value?, exact: self.exact && other.exact, said, ..self.done() })
    }

    fn plus(self, other: Self, table: &Table) -> Option<Self> {
        let value = self.value.plus(other.value);
        self.joined(other, table.sums.says_plus, value)
    }

    fn minus(self, other: Self, table: &Table) -> Option<Self> {
        let value = self.value.minus(other.value);
        self.joined(other, table.sums.says_minus, value)
    }

    fn times(self, other: Self, table: &Table) -> Option<Self> {
        let value = self.value.times(other.value);
        self.joined(other, table.sums.says_times, value)
    }

    fn over(self, other: Self, table: &Table) -> Option<Self> {
        let value = self.value.divided_by(other.value);
        self.joined(other, table.sums.says_over, value)
    }

    fn power(self, power: Ratio, table: &Table) -> Option<Self> {
        let sums = &table.sums;
        let said = match table.shown(power)?.0.as_str() {
            "2" => format!("{} {}", self.said, sums.says_squared),
            "3" => format!("{} {}", self.said, sums.says_cubed),
            times => format!("{} {} {times}", self.said, sums.says_power),
        };
        Some(Self { value: self.value.power(power)?, said, ..self.done() })
    }
}

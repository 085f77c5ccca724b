//! Arithmetic as people say it: "what is 17 times 23", "twenty percent of 85", "the square root of 2".
//!
//! Products and quotients bind more strongly than sums and differences, as at school; "percent of" and "half of" take the
//! number that follows. What changes its meaning by who says it, such as "100 plus 20 percent", is left to the language model.

use crate::number::Ratio;
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

const QUESTIONS: &[&str] = &[
    "what is",
    "whats",
    "what are",
    "what does",
    "what do you get if you",
    "what do you get when you",
    "what is the result of",
    "whats the result of",
    "what is the answer to",
    "how much is",
    "how much are",
    "how much does",
    "calculate",
    "compute",
    "work out",
    "what would be",
    "what will be",
    "what number is",
    "solve",
];
const ENDS: &[&str] = &["equal", "equals", "make", "come to", "in total", "altogether", "together", "add up to"];
/// Written so, they are no quotients.
const NAMES: &[(i128, i128)] = &[(9, 11), (24, 7), (50, 50)];

/// The answer to a sum; `None` where these words are none to the last.
pub(crate) fn answer(words: &[Word]) -> Option<String> {
    let money = words.iter().find_map(|word| match word {
        Word::Sign('$') => Some("dollars"),
        Word::Sign('€') => Some("euros"),
        Word::Sign('£') => Some("pounds"),
        Word::Text(text) => ["dollars", "euros", "cents"].into_iter().find(|name| name == text),
        Word::Sign(_) | Word::Number(_) => None,
    });
    let bare: Vec<Word> = words.iter().filter(|word| !is_money(word)).cloned().collect();
    let mut asked = bare.as_slice();
    // The longest first: "what is the result of" begins like "what is".
    let question = QUESTIONS.iter().filter_map(|phrase| behind(asked, phrase)).min_by_key(|rest| rest.len());
    asked = question.unwrap_or(asked);
    asked = ENDS.iter().find_map(|phrase| before(asked, phrase)).unwrap_or(asked);
    if let Some((Word::Sign('='), rest)) = asked.split_last() {
        asked = rest;
    }
    let (term, rest) = special(asked).or_else(|| sum(asked))?;
    if !rest.is_empty() || !term.computed {
        return None;
    }
    let (text, shown_exactly) = term.value.shown()?;
    let about = if term.exact && shown_exactly { "" } else { "about " };
    let money = money.map(|name| format!(" {name}")).unwrap_or_default();
    let mut said = term.said;
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(format!("{said} is {about}{text}{}{money}.", term.behind))
}

fn is_money(word: &Word) -> bool {
    matches!(word, Word::Sign('$' | '€' | '£')) || ["dollars", "euros", "cents"].iter().any(|name| word.is(name))
}

/// Whole questions with an order of their own.
fn special(words: &[Word]) -> Parsed<'_> {
    let words = behind(words, "the").unwrap_or(words);
    let two = |words, between: &[&str]| -> Option<(Term, Term, &[Word])> {
        let (one, rest) = number(words)?;
        let rest = between.iter().find_map(|word| behind(rest, word))?;
        let (other, rest) = number(rest)?;
        Some((one, other, rest))
    };
    let after = |phrases: &[&str]| phrases.iter().find_map(|phrase| behind(words, phrase));
    if let Some(rest) = after(&["sum of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        return Some((one.plus(other)?, rest));
    }
    if let Some(rest) = after(&["difference between", "difference of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        let (more, less) = if one.value < other.value { (other, one) } else { (one, other) };
        return Some((more.minus(less)?, rest));
    }
    if let Some(rest) = after(&["product of"]) {
        let (one, other, rest) = two(rest, &["and"])?;
        return Some((one.times(other)?, rest));
    }
    if let Some(rest) = after(&["add", "adding"]) {
        let (one, other, rest) = two(rest, &["and", "to", "plus"])?;
        return Some((one.plus(other)?, rest));
    }
    if let Some(rest) = after(&["subtract", "subtracting", "take"]) {
        let (less, more, rest) = two(rest, &["from", "away from"])?;
        return Some((more.minus(less)?, rest));
    }
    if let Some(rest) = after(&["multiply", "multiplying"]) {
        let (one, other, rest) = two(rest, &["by", "and", "with", "times"])?;
        return Some((one.times(other)?, rest));
    }
    if let Some(rest) = after(&["divide", "dividing"]) {
        let (one, other, rest) = two(rest, &["by"])?;
        return Some((one.over(other)?, rest));
    }
    if let Some(rest) = after(&["how many times does", "how often does", "how many times will"]) {
        let (less, rest) = number(rest)?;
        let (more, rest) = number(behind(rest, "go into").or_else(|| behind(rest, "fit into"))?)?;
        return Some((more.over(less)?, rest));
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
        .and_then(special)
}

fn percent(share: Term, whole: Term, rest: &[Word]) -> Parsed<'_> {
    let value = share.value.divided_by(whole.value)?.times(Ratio::whole(100))?;
    let (said, behind) = (share.said, format!(" percent of {}", whole.said));
    Some((Term { value, exact: true, said, behind, computed: true }, rest))
}

fn behind_percent(words: &[Word]) -> Option<&[Word]> {
    match words.split_first()? {
        (Word::Sign('%'), rest) => Some(rest),
        _ => behind(words, "percent").or_else(|| behind(words, "per cent")),
    }
}

fn sum(words: &[Word]) -> Parsed<'_> {
    let (mut left, mut rest) = product(words)?;
    loop {
        let (adds, after) = match rest.split_first() {
            Some((Word::Sign('+'), after)) => (true, after),
            Some((Word::Sign('−'), after)) => (false, after),
            _ => match (behind(rest, "plus"), behind(rest, "minus").or_else(|| behind(rest, "less"))) {
                (Some(after), _) => (true, after),
                (None, Some(after)) => (false, after),
                (None, None) => return Some((left, rest)),
            },
        };
        let (right, after) = product(after)?;
        // "100 plus 20 percent" is 120 to some, and 100.2 to others.
        if behind_percent(after).is_some() {
            return None;
        }
        left = if adds { left.plus(right)? } else { left.minus(right)? };
        rest = after;
    }
}

fn product(words: &[Word]) -> Parsed<'_> {
    let (mut left, mut rest) = factor(words)?;
    loop {
        let times = ["times", "multiplied by", "x"].iter().find_map(|phrase| behind(rest, phrase));
        let over = ["divided by", "over"].iter().find_map(|phrase| behind(rest, phrase));
        let (multiplies, after) = match (rest.split_first(), times, over) {
            (Some((Word::Sign('*' | '×'), after)), ..) | (_, Some(after), _) => (true, after),
            (Some((Word::Sign('/' | '÷'), after)), ..) | (_, _, Some(after)) => (false, after),
            _ => return Some((left, rest)),
        };
        let (right, after) = factor(after)?;
        let is_name = NAMES.iter().any(|(one, other)| {
            rest.first() == Some(&Word::Sign('/'))
                && (left.value, right.value) == (Ratio::whole(*one), Ratio::whole(*other))
        });
        if is_name {
            return None;
        }
        left = if multiplies { left.times(right)? } else { left.over(right)? };
        rest = after;
    }
}

/// A number with what stands before and behind it.
fn factor(words: &[Word]) -> Parsed<'_> {
    let words = behind(words, "the").unwrap_or(words);
    if let Some(rest) = behind(words, "square root of").or_else(|| behind(words, "root of")) {
        let (of, rest) = factor(rest)?;
        let (value, exact) = of.value.root()?;
        let said = format!("the square root of {}", of.said);
        return Some((Term { value, exact: exact && of.exact, said, ..of.done() }, rest));
    }
    if let Some(rest) = behind(words, "square of") {
        let (of, rest) = factor(rest)?;
        return Some((of.power(Ratio::whole(2))?, rest));
    }
    for (word, times) in [("double", 2), ("twice", 2), ("triple", 3)] {
        if let Some(rest) = behind(words, word) {
            let (of, rest) = factor(rest)?;
            let said = format!("{word} {}", of.said);
            return Some((Term { value: of.value.times(Ratio::whole(times))?, said, ..of.done() }, rest));
        }
    }
    if let Some((share, rest)) = a_part(words).and_then(|(share, rest)| Some((share, behind(rest, "of")?))) {
        let (of, rest) = factor(rest)?;
        let name = if share == Ratio::new(1, 2)? { "half".to_owned() } else { format!("1 {}", part_name(share)?) };
        let said = format!("{name} of {}", of.said);
        return Some((Term { value: of.value.times(share)?, said, ..of.done() }, rest));
    }
    let (mut term, mut rest) = number(words)?;
    if let Some(after) = behind_percent(rest).and_then(|rest| behind(rest, "of")) {
        let (of, after) = factor(after)?;
        let said = format!("{} percent of {}", term.said, of.said);
        let value = term.value.times(of.value)?.divided_by(Ratio::whole(100))?;
        return Some((Term { value, said, ..of.done() }, after));
    }
    // "three quarters of 80".
    if !term.value.is_whole()
        && let Some(after) = behind(rest, "of")
    {
        let (of, after) = factor(after)?;
        let said = format!("{} of {}", term.said, of.said);
        return Some((Term { value: term.value.times(of.value)?, said, ..of.done() }, after));
    }
    while let Some((power, after)) = power(rest) {
        (term, rest) = (term.power(power)?, after);
    }
    Some((term, rest))
}

/// What raises the number before it.
fn power(words: &[Word]) -> Option<(Ratio, &[Word])> {
    for (word, sign, power) in [("squared", '²', 2), ("cubed", '³', 3)] {
        let sign = words.split_first().filter(|(first, _)| **first == Word::Sign(sign)).map(|(_, rest)| rest);
        if let Some(rest) = sign.or_else(|| behind(words, word)) {
            return Some((Ratio::whole(power), rest));
        }
    }
    let sign = words.split_first().filter(|(first, _)| **first == Word::Sign('^')).map(|(_, rest)| rest);
    let phrases = ["to the power of", "raised to the power of", "to the power"];
    number_in(sign.or_else(|| phrases.iter().find_map(|phrase| behind(words, phrase)))?)
}

fn part_name(share: Ratio) -> Option<&'static str> {
    ["half", "third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
        .into_iter()
        .zip(2..)
        .find_map(|(name, under)| (Ratio::new(1, under)? == share).then_some(name))
}

fn number(words: &[Word]) -> Parsed<'_> {
    let (value, rest) = number_in(words)?;
    let (said, exact) = value.shown()?;
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

    fn plus(self, other: Self) -> Option<Self> {
        let value = self.value.plus(other.value);
        self.joined(other, "plus", value)
    }

    fn minus(self, other: Self) -> Option<Self> {
        let value = self.value.minus(other.value);
        self.joined(other, "minus", value)
    }

    fn times(self, other: Self) -> Option<Self> {
        let value = self.value.times(other.value);
        self.joined(other, "times", value)
    }

    fn over(self, other: Self) -> Option<Self> {
        let value = self.value.divided_by(other.value);
        self.joined(other, "divided by", value)
    }

    fn power(self, power: Ratio) -> Option<Self> {
        let said = match power.shown()?.0.as_str() {
            "2" => format!("{} squared", self.said),
            "3" => format!("{} cubed", self.said),
            times => format!("{} to the power of {times}", self.said),
        };
        Some(Self { value: self.value.power(power)?, said, ..self.done() })
    }
}

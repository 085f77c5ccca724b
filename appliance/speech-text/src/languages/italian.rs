//! Italian.
//!
//! "1" before a noun is "un", "uno", "una" or "un'", by the noun's ending and first letters. Rulers and centuries are
//! ordinals: "Carlo V" is "Carlo quinto", "il XX secolo" is "il ventesimo secolo".

mod table;
mod units;
mod words;

use table::TABLE;

use super::european::{HalfOf, clock, dash, half_of, is_of_millions, magnitude, numbers, roman, stopped};
use crate::found::{Amount, Date, Found, Fraction, Joint, Time};
use crate::language::{Around, Language, Table, joined};
use crate::numbers::{Form, Gender, Noun, Numbers, Plurality, italian};
use crate::reading::{Text, has};

#[derive(Debug)]
pub(crate) struct Italian;

impl Italian {
    fn cardinal(&self, n: impl Into<i128>) -> String {
        self.numbers().cardinal(n.into())
    }

    fn ordinal_of(&self, n: u64, gender: Gender) -> String {
        self.numbers().ordinal(n, Form { gender, ..Form::default() })
    }

    /// "1º", "3ª", and "1°" where no temperature can be meant.
    fn ordinal_written(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let end = text.digits_end(at);
        let n = text.string(at, end).parse().ok().filter(|n| (1..10_000).contains(n))?;
        let following = text.next_word(end + 1);
        let article = has(
            &["il", "lo", "la", "al", "del", "nel", "dal", "sul", "l", "alla", "della", "nella"],
            &text.previous_word(at),
        );
        let month = TABLE.months.iter().any(|names| has(names, &following));
        let words = match text.at(end)? {
            'ª' => self.ordinal_of(n, Gender::Feminine),
            'º' => self.ordinal_of(n, Gender::Masculine),
            'a' if article && !text.is_alphanumeric(end + 1) => self.ordinal_of(n, Gender::Feminine),
            'o' if !text.is_alphanumeric(end + 1) => self.ordinal_of(n, Gender::Masculine),
            '°' if following.starts_with(char::is_lowercase) && (article || month) => {
                self.ordinal_of(n, Gender::Masculine)
            }
            _ => return None,
        };
        Some((Found::Words(words), end + 1))
    }

    /// "14:30", "ore 14.30", "8:00-10:00".
    fn clock(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let asked = has(words::BEFORE_TIME, &text.previous_word(at));
        let marks: &[char] = if asked { &[':', '.'] } else { &[':'] };
        let (from, end) = clock(text, at, marks)?;
        if let Some((to, end)) = dash(text, end).and_then(|at| clock(text, at, marks)) {
            let words = if has(words::BEFORE_TIME, &text.previous_word(at)) {
                joined(&[&self.time(&from), TABLE.signs.to, &self.time(&to)])
            } else {
                format!(
                    "{} {}",
                    with_hour("dalle", "dall'", &self.time(&from)),
                    with_hour("alle", "all'", &self.time(&to))
                )
            };
            return Some((Found::Words(words), end));
        }
        Some((Found::Words(self.time(&from)), end))
    }

    /// "Carlo V", "il XX secolo", "la II guerra mondiale".
    fn numeral(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let (value, end) = roman(text, at)?;
        let previous = text.previous_word(at);
        let noun = text.next_word(end);
        let ruler = TABLE.rulers.contains(&previous.as_str());
        let queen = words::QUEENS.contains(&previous.as_str());
        let century = has(&["secolo", "sec"], &previous) || has(&["secolo", "sec"], &noun);
        let feminine = has(
            &[
                "guerra",
                "edizione",
                "divisione",
                "legislatura",
                "repubblica",
                "dinastia",
                "olimpiade",
                "giornata",
                "conferenza",
                "assemblea",
                "crociata",
                "brigata",
                "legione",
            ],
            &noun,
        );
        let masculine = has(
            &[
                "congresso",
                "millennio",
                "municipio",
                "concilio",
                "festival",
                "anniversario",
                "centenario",
                "canto",
                "convegno",
            ],
            &noun,
        );
        let gender = if queen || feminine { Gender::Feminine } else { Gender::Masculine };
        (ruler || century || feminine || masculine).then(|| (Found::Words(self.ordinal_of(value, gender)), end))
    }

    /// "1/2 litro", "2 1/2 ore".
    fn half(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let noun = |word: &str| {
            let feminine = is_feminine(word) || word.ends_with('e') && !word.ends_with("one");
            (word.starts_with(char::is_lowercase) && word.chars().count() > 2)
                .then_some(if feminine { Gender::Feminine } else { Gender::Masculine })
                .filter(|_| !has(FUNCTION, word))
        };
        let HalfOf { whole, name, gender, end } = half_of(text, at, &TABLE, noun)?;
        let half = if gender == Gender::Feminine { "mezza" } else { "mezzo" };
        let elided = gender == Gender::Feminine && name.starts_with(['a', 'e', 'i', 'o', 'u']);
        let words = match whole {
            0 if elided => format!("mezz'{name}"),
            0 => format!("{half} {name}"),
            1 if elided => format!("un'{name} e {half}"),
            whole => format!("{} {name} e {half}", self.numbers().counted(whole.into(), gender)),
        };
        Some((Found::Words(words), end))
    }

    /// "1 ora": "un'" has no blank behind it.
    fn one_before_vowel(&self, text: Text<'_>, at: usize) -> Option<(Found, usize)> {
        let end = text.digits_end(at);
        let noun = text.next_word(end);
        let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && noun.chars().count() > 2;
        let fits = text.string(at, end) == "1"
            && vowel
            && is_feminine(&noun)
            && !text.before(at).is_some_and(|c| "-,.'’".contains(c));
        fits.then(|| (Found::Words(format!("un'{noun}")), end + 1 + noun.chars().count()))
    }
}

/// The article that a preposition has before an hour: "dalle due", "dall'una".
fn with_hour(plain: &str, elided: &str, hour: &str) -> String {
    if hour.starts_with("una") { format!("{elided}{hour}") } else { format!("{plain} {hour}") }
}

/// The article that a preposition has before a day or year: "dal due", "dall'otto".
fn with_number(plain: &str, elided: &str, number: &str) -> String {
    if number.starts_with(['o', 'u']) { format!("{elided}{number}") } else { format!("{plain} {number}") }
}

/// From one number to another: "da venti a venticinque minuti", but "in venti venticinque minuti" and "i venti
/// venticinque" behind what has a word for it already. Scores have none.
fn range(spoken: &str, amount: &Amount, around: &Around) -> Option<String> {
    let (_, to) = amount.more.first().filter(|(joint, _)| *joint == Joint::To)?;
    let rises = amount.first.value().zip(to.value()).is_some_and(|(from, to)| from <= to);
    if !rises || around.before == "da" || has(TABLE.before_score, &around.before) {
        return None;
    }
    let words = spoken.split_once(&format!(" {} ", TABLE.signs.to))?;
    let introduced = has(words::BEFORE_RANGE, &around.before);
    Some(if introduced { format!("{} {}", words.0, words.1) } else { format!("da {spoken}") })
}

/// "333 1234567": a mobile's number.
fn mobile(text: Text<'_>, at: usize) -> Option<(Found, usize)> {
    let (first, end) = (text.digits_end(at), text.digits_end(text.digits_end(at) + 1));
    let fits =
        text.at(at) == Some('3') && first - at == 3 && text.at(first) == Some(' ') && matches!(end - first, 7 | 8);
    let groups = vec![text.string(at, first), text.string(first + 1, end)];
    (fits && !text.is_alphanumeric(end)).then_some((Found::Digits { groups, plus: false }, end))
}

/// They are not counted by a number before them.
const FUNCTION: &[&str] = &[
    "e", "a", "o", "è", "di", "da", "in", "su", "per", "con", "tra", "fra", "che", "non", "la", "il", "ma", "alla",
    "dalla", "della", "più", "meno", "ha", "era", "sarà", "dei", "delle", "del", "sono", "al", "nel",
];

/// Whether a noun in the singular is feminine, by its ending or a list.
fn is_feminine(noun: &str) -> bool {
    let noun = noun.to_lowercase();
    let ends = ["a", "zione", "sione", "gione", "tà", "tù", "trice", "udine"].iter().any(|end| noun.ends_with(end));
    words::FEMININE.contains(&noun.as_str())
        || ends && !words::MASCULINE.contains(&noun.as_str()) && noun.chars().count() > 2
}

/// Whether the masculine article before this is "uno".
fn has_uno(noun: &str) -> bool {
    let mut letters = noun.chars();
    let (first, second) = (letters.next(), letters.next());
    match (first, second) {
        (Some('z' | 'x' | 'y'), _) => true,
        (Some('s'), Some(second)) => !"aeiouàèéìòù".contains(second),
        (Some('p'), Some('s')) | (Some('g'), Some('n')) => true,
        _ => false,
    }
}

impl Language for Italian {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn numbers(&self) -> &'static dyn Numbers {
        &italian::Italian
    }

    fn own(&self, line: &[char], at: usize) -> Option<(Found, usize)> {
        let text = Text::new(line);
        let c = text.at(at)?;
        if c.is_alphabetic() {
            return self.numeral(text, at);
        }
        if !c.is_ascii_digit() {
            return None;
        }
        let stop = || {
            let (whole, fraction, end) = stopped(text, at)?;
            Some((Found::Words(joined(&[&self.cardinal(whole), TABLE.signs.dot, &self.digits(&fraction)])), end))
        };
        None.or_else(|| self.clock(text, at))
            .or_else(|| self.ordinal_written(text, at))
            .or_else(|| self.one_before_vowel(text, at))
            .or_else(|| self.half(text, at))
            .or_else(|| mobile(text, at))
            .or_else(stop)
    }

    fn span(&self, from: &str, to: &str, before: &str) -> String {
        let da = if has(words::BEFORE_RANGE, before) || before == "da" { "" } else { "da" };
        joined(&[da, from, TABLE.signs.to, to])
    }

    fn say_between(&self, found: &Found, around: &Around) -> String {
        if let Some((amount, _)) = found.amount()
            && let Some(range) = range(&self.say(found), amount, around)
        {
            return range;
        }
        let introduced = has(words::BEFORE_RANGE, &around.before) || around.before == "da";
        if let Found::Years(from, to) = found
            && !introduced
        {
            let (from, to) = (self.numbers().year(*from), self.years_end(*from, *to));
            return format!("{} {}", with_number("dal", "dall'", &from), with_number("al", "all'", &to));
        }
        let Found::Amount(amount) = found else { return self.say(found) };
        if amount.magnitude.is_some() || !amount.is_one() || amount.first.negative {
            return self.amount(amount, Gender::Neuter);
        }
        match around.after.as_str() {
            "" => self.cardinal(1),
            after if has(FUNCTION, after) => self.cardinal(1),
            after if is_feminine(after) => "una".to_owned(),
            after if has_uno(after) => "uno".to_owned(),
            after if after.starts_with(char::is_lowercase) => "un".to_owned(),
            _ => self.cardinal(1),
        }
    }

    fn amount_of(&self, amount: &Amount, noun: &Noun, describes: bool) -> String {
        let name = self.noun(amount, noun, describes);
        if amount.is_one()
            && noun.gender == Gender::Feminine
            && name.starts_with(['a', 'e', 'i', 'o', 'u'])
            && !amount.first.negative
        {
            return format!("un'{name}");
        }
        let of = if is_of_millions(amount) { "di" } else { "" };
        joined(&[&self.amount(amount, noun.gender), of, name])
    }

    fn amount(&self, amount: &Amount, gender: Gender) -> String {
        let gender = if amount.magnitude.is_some() { Gender::Masculine } else { gender };
        let words = numbers(amount, &TABLE.signs, |number| self.count(number, gender));
        joined(&[&words, magnitude(amount, &[("milioni", "milione"), ("miliardi", "miliardo")])])
    }

    fn date(&self, date: &Date) -> String {
        let month = usize::from(date.month).checked_sub(1).and_then(|index| TABLE.months.get(index));
        let month = month.and_then(|names| names.first()).copied().unwrap_or_default();
        let day = |day: Option<u8>| match day {
            Some(1) => self.ordinal_of(1, Gender::Masculine),
            Some(day) => self.cardinal(day),
            None => String::new(),
        };
        let year = date.year.map(|year| self.numbers().year(year)).unwrap_or_default();
        let days = match (day(date.day), date.last_day) {
            (from, None) => from,
            (from, to) if date.has_article => joined(&[&from, &day(to)]),
            (from, to) => joined(&[&with_number("dal", "dall'", &from), &with_number("al", "all'", &day(to))]),
        };
        joined(&[&days, month, &year])
    }

    fn time(&self, time: &Time) -> String {
        let hour = self.numbers().counted(time.hour.into(), Gender::Feminine);
        let minute = time.minute.filter(|minute| *minute > 0 || time.second.is_some());
        let minute = minute.map(|minute| format!("e {}", self.cardinal(minute))).unwrap_or_default();
        let second = time.second.map(|second| {
            format!(
                "e {} second{}",
                self.numbers().counted(second.into(), Gender::Masculine),
                if second == 1 { "o" } else { "i" }
            )
        });
        joined(&[&hour, &minute, &second.unwrap_or_default()])
    }

    fn fraction(&self, fraction: &Fraction) -> String {
        let Fraction { negative, whole, over, under } = *fraction;
        let minus = if negative { TABLE.signs.minus } else { "" };
        let number = if over == 1 { Plurality::One } else { Plurality::Many };
        let part = match under {
            1 => return joined(&[minus, &self.cardinal(over)]),
            2 if over == 1 => "mezzo".to_owned(),
            2 => "mezzi".to_owned(),
            3..=100 | 1_000 | 1_000_000 => self.numbers().ordinal(under, Form { number, ..Form::default() }),
            under => format!("{} {}", TABLE.signs.over, self.cardinal(under)),
        };
        let over_words = self.numbers().counted(over.into(), Gender::Masculine);
        let whole = whole.map(|whole| format!("{} e", self.cardinal(whole))).unwrap_or_default();
        // "Due e mezzo".
        let over_words = if under == 2 && over == 1 && !whole.is_empty() { "" } else { over_words.as_str() };
        joined(&[minus, &whole, over_words, &part])
    }

    fn decade(&self, year: i32, _: bool) -> String {
        self.numbers().year(year)
    }
}

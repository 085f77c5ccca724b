//! Numbers in words, one file for each language.

pub(crate) mod english;
pub(crate) mod french;
pub(crate) mod german;
pub(crate) mod italian;
pub(crate) mod spanish;

/// Grammatical gender, where a language's ordinals have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gender {
    /// As in Spanish "primero".
    #[default]
    Masculine,
    /// As in Spanish "primera".
    Feminine,
    /// As in German "erstes".
    Neuter,
}

/// One or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plurality {
    /// As in Spanish "primero".
    #[default]
    One,
    /// As in Spanish "primeros".
    Many,
}

/// Grammatical case, where a language's ordinals have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As in German "der erste".
    #[default]
    Nominative,
    /// As in German "den ersten".
    Accusative,
    /// As in German "am ersten".
    Dative,
    /// As in German "des ersten".
    Genitive,
}

/// The form of an ordinal; languages that have no use for a part of it ignore that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Form {
    /// What it counts is masculine, feminine or neuter.
    pub gender: Gender,
    /// It counts one or many.
    pub number: Plurality,
    /// The place in the sentence.
    pub case: Case,
}

/// What is counted, with its gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// "hour".
    pub one: &'static str,
    /// "hours".
    pub many: &'static str,
    /// Of the thing counted; languages that have no use for it ignore it.
    pub gender: Gender,
}

/// Numbers in words of one language.
pub trait Numbers: Sync {
    /// "one thousand, two hundred and four" for 1204.
    fn cardinal(&self, n: i128) -> String;
    /// "twenty-first" for 21.
    fn ordinal(&self, n: u64, form: Form) -> String;
    /// "three point one four" for 3 and "14". `negative` counts where the whole part is zero; other characters than digits in
    /// the fraction are left out.
    fn decimal(&self, whole: i128, negative: bool, fraction_digits: &str) -> String;
    /// "nineteen forty-five" for 1945; years before Christ are negative.
    fn year(&self, year: i32) -> String;
    /// "one one two" for "112"; other characters than digits are left out.
    fn digits(&self, digits: &str) -> String;
    /// A cardinal before a noun of this gender: Spanish "veintiuna" before "libras", German "eine" before "Stunde". Where a
    /// neuter is no gender of nouns it is for what counts nothing, such as "por ciento".
    fn counted(&self, n: i128, gender: Gender) -> String;
}

/// The numbers of a language (ISO 639-1); `None` where there is no table.
pub fn of(language: &str) -> Option<&'static dyn Numbers> {
    match language {
        "en" => Some(&english::English),
        "de" => Some(&german::German),
        "es" => Some(&spanish::Spanish),
        "fr" => Some(&french::French),
        "it" => Some(&italian::Italian),
        _ => None,
    }
}

/// The groups of three digits that are not zero, highest first: its power of a thousand, and 1 to 999.
fn groups(n: u128) -> impl Iterator<Item = (usize, usize)> {
    let group = move |power: usize| (n / 1000_u128.pow(u32::try_from(power).unwrap_or(0)) % 1000) as usize;
    (0..=12).rev().map(move |power| (power, group(power))).filter(|(_, value)| *value > 0)
}

/// The digits of a text as numbers; whatever else is in it is left out.
fn digits_of(text: &str) -> impl Iterator<Item = usize> {
    text.chars().filter_map(|c| c.to_digit(10)).map(|digit| digit as usize)
}

/// The digits' words, one after the other.
fn one_by_one(text: &str, words: &[&str]) -> String {
    digits_of(text).map(|digit| words[digit]).collect::<Vec<_>>().join(" ")
}

fn signed(n: i128, minus: &str, words: impl Fn(u128) -> String) -> String {
    let of_its_size = words(n.unsigned_abs());
    if n < 0 { format!("{minus} {of_its_size}") } else { of_its_size }
}

/// The whole number, the word for the comma, and the fraction in words; without a fraction, the whole number alone.
fn with_fraction(numbers: &dyn Numbers, (whole, minus): (i128, Option<&str>), comma: &str, fraction: &str) -> String {
    let mut text = numbers.cardinal(whole);
    if let Some(minus) = minus.filter(|_| whole == 0) {
        text = format!("{minus} {text}");
    }
    if !fraction.is_empty() {
        text = format!("{text} {comma} {fraction}");
    }
    text
}

/// A fraction as people of Romance languages say it: the zeros, then the rest as one number up to three digits ("zéro
/// virgule zéro cinq", "trois virgule quatorze"), and digit by digit beyond that.
fn fraction_as_number(numbers: &dyn Numbers, fraction_digits: &str) -> String {
    let digits: Vec<usize> = digits_of(fraction_digits).collect();
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let rest = &digits[zeros..];
    if rest.is_empty() || rest.len() > 3 {
        return numbers.digits(fraction_digits);
    }
    let rest = rest.iter().fold(0, |number, digit| 10 * number + *digit as i128);
    let zero = numbers.cardinal(0);
    (0..zeros).map(|_| zero.clone()).chain([numbers.cardinal(rest)]).collect::<Vec<_>>().join(" ")
}

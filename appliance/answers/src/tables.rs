//! What each language has to know for its sums, units, dates and unanswerable questions: one table a language.
//!
//! Phrases are compared in lower case and without accents, apostrophes and hyphens; what is said keeps all of them.
//! Where an apostrophe parts two words, a phrase has a blank in its place. Of polite words the longer stand first.

mod english;
mod french;
mod german;
mod italian;
mod spanish;

use std::sync::LazyLock;

use crate::number::Ratio;
use crate::spelled::Spelled;

/// Phrases, each of one or more words.
pub(crate) type Phrases = &'static [&'static str];

/// All that is known of one language.
pub(crate) struct Table {
    /// ISO 639-1 code.
    pub(crate) language: &'static str,
    /// What stands before decimals, where digits are written; the other of full stop and comma parts thousands.
    pub(crate) decimal: char,
    /// Whether an apostrophe parts two words, as in "l'heure".
    pub(crate) elides: bool,
    /// Whether what is less than two of something is still one of it: "1,5 heure".
    pub(crate) one_below_two: bool,
    /// Polite words before and after a question.
    pub(crate) courtesy_before: Phrases,
    pub(crate) courtesy_after: Phrases,
    /// What is said before a number below zero.
    pub(crate) minus: &'static str,
    /// How numbers are said; English has rules of its own.
    pub(crate) numbers: Option<Numbers>,
    pub(crate) sums: Sums,
    pub(crate) units: Units,
    pub(crate) topics: Topics,
    pub(crate) clock: Clock,
}

/// Numbers in words, beside the cardinal numbers to 999.
pub(crate) struct Numbers {
    pub(crate) spelled: &'static LazyLock<Spelled>,
    /// What is said before a number below zero.
    pub(crate) minus: Phrases,
    /// Before decimals that are said.
    pub(crate) point: Phrases,
    /// "tausend", "mil": with the number it multiplies by, and joined to others in one word or not.
    pub(crate) scales: &'static [(&'static str, i128)],
    /// Between a scale and what is added to it: "un milione e duecentomila".
    pub(crate) and: Phrases,
    /// Parts of one that stand alone: "halb", "anderthalb".
    pub(crate) parts: &'static [(&'static str, i128, i128)],
    /// Behind a number: "y media".
    pub(crate) and_a_half: Phrases,
    /// At the end of a number: "zweieinhalb".
    pub(crate) half_ending: Option<&'static str>,
}

/// Arithmetic.
pub(crate) struct Sums {
    pub(crate) questions: Phrases,
    pub(crate) ends: Phrases,
    pub(crate) plus: Phrases,
    pub(crate) minus: Phrases,
    pub(crate) times: Phrases,
    pub(crate) over: Phrases,
    pub(crate) percent: Phrases,
    /// Between "percent" and the whole.
    pub(crate) of: Phrases,
    pub(crate) root: Phrases,
    /// "double", "half of": numerator, denominator, and how it is said.
    pub(crate) multiples: &'static [(&'static str, i128, i128, &'static str)],
    pub(crate) squared: Phrases,
    pub(crate) cubed: Phrases,
    pub(crate) power: Phrases,
    /// Before a term, and without meaning.
    pub(crate) articles: Phrases,
    pub(crate) is: &'static str,
    pub(crate) about: &'static str,
    pub(crate) says_plus: &'static str,
    pub(crate) says_minus: &'static str,
    pub(crate) says_times: &'static str,
    pub(crate) says_over: &'static str,
    pub(crate) says_percent: &'static str,
    pub(crate) says_root: &'static str,
    pub(crate) says_squared: &'static str,
    pub(crate) says_cubed: &'static str,
    pub(crate) says_power: &'static str,
    /// Currencies by their names, which are said as they were,
    pub(crate) money: Phrases,
    /// and by their signs.
    pub(crate) says_money: [(char, &'static str); 3],
}

/// What a unit is called.
pub(crate) struct Name {
    /// Its English name in the list of units.
    pub(crate) unit: &'static str,
    pub(crate) one: &'static str,
    pub(crate) several: &'static str,
    /// Further spellings and cases.
    pub(crate) others: Phrases,
}

pub(crate) const fn name(unit: &'static str, one: &'static str, several: &'static str, others: Phrases) -> Name {
    Name { unit, one, several, others }
}

/// Quantities in other units.
pub(crate) struct Units {
    /// None: those of the list of units.
    pub(crate) names: &'static [Name],
    pub(crate) how_many: Phrases,
    /// Between the unit that is asked for and the quantity.
    pub(crate) middle: Phrases,
    /// Behind the quantity.
    pub(crate) ends: Phrases,
    /// "A cup of milk": of what does not matter.
    pub(crate) of: Phrases,
    pub(crate) begins: Phrases,
    /// Before the unit that is asked for.
    pub(crate) into: Phrases,
    /// Behind the quantity, and behind the unit that is asked for.
    pub(crate) ends_from: Phrases,
    pub(crate) ends_to: Phrases,
    pub(crate) and: Phrases,
    /// One of something.
    pub(crate) ones: Phrases,
    /// Between a number and its unit: "half an".
    pub(crate) between: Phrases,
    pub(crate) degrees: Phrases,
    pub(crate) celsius: Phrases,
    pub(crate) fahrenheit: Phrases,
    pub(crate) kelvin: Phrases,
    pub(crate) temperature_begins: Phrases,
    /// Behind one, and behind several.
    pub(crate) is: [&'static str; 2],
    pub(crate) temperature_is: &'static str,
    pub(crate) says_and: &'static str,
    /// Celsius, Fahrenheit, Kelvin.
    pub(crate) says_scales: [&'static str; 3],
}

/// What nobody here can know, and how that is said.
pub(crate) struct Topics {
    pub(crate) private: &'static str,
    pub(crate) future: &'static str,
    pub(crate) today: &'static str,
    /// Advice and suppositions, which can be had without knowing.
    pub(crate) advice: Phrases,
    pub(crate) advice_begins: Phrases,
    pub(crate) asks: Phrases,
    /// How a question begins that has an answer which is right or wrong.
    pub(crate) facts: Phrases,
    /// "You", who is asked.
    pub(crate) addressed: Phrases,
    /// "My".
    pub(crate) own: Phrases,
    /// "Did I".
    pub(crate) person: Phrases,
    pub(crate) soon: Phrases,
    pub(crate) future_verbs: Phrases,
    /// How a question about the future begins.
    pub(crate) will: Phrases,
    /// That of them which is about now as little as about anything that is known.
    pub(crate) will_begins: Phrases,
    /// "Will", anywhere.
    pub(crate) going_to: Phrases,
    /// How one about the person's own begins.
    pub(crate) own_future: Phrases,
    /// What is not known of a time that is soon, whatever the verb.
    pub(crate) soon_verbs: Phrases,
    pub(crate) lottery: Phrases,
    pub(crate) predict: Phrases,
    pub(crate) now: Phrases,
    pub(crate) of_today: Phrases,
    /// Questions about now that do not say so.
    pub(crate) without_when: Phrases,
    /// A place or a time that makes weather and prices a matter of knowledge.
    pub(crate) timeless: Phrases,
    /// Words that are nobody's own.
    pub(crate) common: Phrases,
    /// Of whoever tells something of themselves.
    pub(crate) teller: Phrases,
    pub(crate) my_name: Phrases,
    pub(crate) tells_name: Phrases,
}

/// Time and date: whole questions.
pub(crate) struct Clock {
    pub(crate) time: Phrases,
    pub(crate) date: Phrases,
    pub(crate) year: Phrases,
    pub(crate) month: Phrases,
    /// From Monday on.
    pub(crate) weekdays: [&'static str; 7],
    pub(crate) months: [&'static str; 12],
}

const TABLES: [&Table; 5] = [&english::TABLE, &german::TABLE, &spanish::TABLE, &french::TABLE, &italian::TABLE];

/// The table of a language, as an ISO 639-1 code.
pub(crate) fn of(language: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|table| table.language == language)
}

impl Table {
    /// Whether so much of something is called by its name for one.
    pub(crate) fn is_one(&self, count: Ratio) -> bool {
        count.is_one() || (self.one_below_two && Ratio::whole(-2) < count && count < Ratio::whole(2))
    }

    /// A number as this language writes it, and whether it is exact.
    pub(crate) fn shown(&self, value: Ratio) -> Option<(String, bool)> {
        let (text, exact) = value.shown()?;
        let minus = if self.minus == "minus" { text } else { text.replace("minus", self.minus) };
        Some((if self.decimal == '.' { minus } else { minus.replace('.', ",") }, exact))
    }
}

/// With a capital letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

//! English, as Americans write dates and name units, and with "and" in numbers.

mod abbreviations;
mod money;
mod units;
mod words;

use crate::found::{Date, Fraction, Half, Time};
use crate::language::{Address, Language, Signs, Table, joined};
use crate::numbers::{Form, Numbers, english};

#[derive(Debug)]
pub(crate) struct English;

static TABLE: Table = Table {
    decimal: '.',
    groups: &[','],
    day_first: false,
    ordinal_stop: false,
    ordinal_endings: &["st", "nd", "rd", "th"],
    decade_endings: &["s"],
    months: [
        &["January", "Jan"],
        &["February", "Feb"],
        &["March", "Mar"],
        &["April", "Apr"],
        &["May"],
        &["June", "Jun"],
        &["July", "Jul"],
        &["August", "Aug"],
        &["September", "Sept", "Sep"],
        &["October", "Oct"],
        &["November", "Nov"],
        &["December", "Dec"],
    ],
    weekdays: &[
        ("Mon", "Monday"),
        ("Tues", "Tuesday"),
        ("Tue", "Tuesday"),
        ("Wed", "Wednesday"),
        ("Thurs", "Thursday"),
        ("Thur", "Thursday"),
        ("Thu", "Thursday"),
        ("Fri", "Friday"),
        ("Sat", "Saturday"),
        ("Sun", "Sunday"),
    ],
    halves: &[
        ("a.m.", Half::Morning),
        ("p.m.", Half::Afternoon),
        ("am", Half::Morning),
        ("pm", Half::Afternoon),
        ("a.m", Half::Morning),
        ("p.m", Half::Afternoon),
    ],
    clock: &["o'clock", "o’clock"],
    before_year: words::BEFORE_YEAR,
    before_count: words::BEFORE_COUNT,
    after_count: words::AFTER_COUNT,
    count_ending: "s",
    not_counted: words::NOT_COUNTED,
    eras: &[
        ("BCE", "B C E"),
        ("B.C.E.", "B C E"),
        ("BC", "B C"),
        ("B.C.", "B C"),
        ("CE", "C E"),
        ("AD", "A D"),
        ("A.D.", "A D"),
    ],
    before_phone: &[
        "call",
        "dial",
        "phone",
        "ring",
        "text",
        "tel",
        "telephone",
        "fax",
        "mobile",
        "cell",
        "calling",
        "dialing",
        "dialed",
        "called",
        "calls",
        "emergency",
    ],
    before_score: &[
        "won", "win", "wins", "lost", "lose", "beat", "score", "scored", "drew", "led", "leading", "final", "was",
        "finished", "ended",
    ],
    articles: &["a", "an"],
    not_described: &[
        "a", "an", "and", "as", "at", "away", "but", "by", "each", "every", "for", "from", "if", "in", "is", "less",
        "long", "more", "of", "off", "on", "or", "per", "than", "that", "the", "to", "was", "when", "with",
    ],
    magnitudes: &[
        ("thousand", "thousand"),
        ("million", "million"),
        ("billion", "billion"),
        ("trillion", "trillion"),
        ("k", "thousand"),
        ("K", "thousand"),
        ("m", "million"),
        ("M", "million"),
        ("mn", "million"),
        ("MM", "million"),
        ("b", "billion"),
        ("B", "billion"),
        ("bn", "billion"),
        ("Bn", "billion"),
        ("T", "trillion"),
        ("tn", "trillion"),
    ],
    currencies: money::CURRENCIES,
    units: units::UNITS,
    abbreviations: abbreviations::ABBREVIATIONS,
    before_roman: words::BEFORE_ROMAN,
    rulers: words::RULERS,
    signs: Signs {
        plus: "plus",
        minus: "minus",
        equals: "equals",
        unequal: "is not equal to",
        times: "times",
        divided: "divided by",
        less: "less than",
        more: "greater than",
        at_most: "less than or equal to",
        at_least: "greater than or equal to",
        about: "about",
        nearly: "is about",
        plus_minus: "plus or minus",
        to: "to",
        by: "by",
        per: "per",
        and: "and",
        at: "at",
        out_of: "out of",
        over: "over",
        squared: "squared",
        cubed: "cubed",
        power: "to the power of",
        root: "the square root of",
        section: "section",
        percent: "percent",
        dot: "point",
        others: &[
            ('©', "copyright"),
            ('∞', "infinity"),
            ('π', "pi"),
            ('∑', "the sum of"),
            ('∆', "delta"),
            ('∈', "in"),
            ('¶', "paragraph"),
            ('°', "degrees"),
            ('‰', "per mille"),
            ('¢', "cents"),
            ('€', "euros"),
            ('£', "pounds"),
            ('¥', "yen"),
        ],
    },
    article_before_day: &["the of"],
    before_date: &["on", "by", "since", "until", "before", "after", "due", "dated", "born"],
    before_day: &["on", "every", "each", "next", "last", "this", "until", "till", "from", "since", "through", "in"],
    before_duration: &[
        "in", "for", "within", "ran", "time", "took", "takes", "lasted", "lasts", "duration", "runtime", "record",
        "finished", "length",
    ],
    before_clock: &["is", "at", "by", "until", "since", "before", "after"],
    before_unit: &["per"],
    ones: &["one", "a", "an"],
    ordered: words::ORDERED,
    address: Address {
        at: "at",
        dot: "dot",
        slash: "slash",
        dash: "dash",
        underscore: "underscore",
        plus: "plus",
        colon: "colon",
        question: "question mark",
        equals: "equals",
    },
};

impl English {
    fn cardinal(&self, n: impl Into<i128>) -> String {
        self.numbers().cardinal(n.into())
    }

    fn month(month: u8) -> &'static str {
        let names = usize::from(month).checked_sub(1).and_then(|index| TABLE.months.get(index));
        names.and_then(|names| names.first()).copied().unwrap_or_default()
    }
}

impl Language for English {
    fn table(&self) -> &'static Table {
        &TABLE
    }

    fn numbers(&self) -> &'static dyn Numbers {
        &english::English
    }

    fn ruler(&self, n: u64) -> String {
        format!("the {}", self.ordinal(n))
    }

    fn date(&self, date: &Date) -> String {
        let ordinal = |day: u8| self.numbers().ordinal(day.into(), Form::default());
        let month = Self::month(date.month);
        let year = date.year.map(|year| self.numbers().year(year)).unwrap_or_default();
        let Some(day) = date.day else { return joined(&[month, &year]) };
        let days = match date.last_day {
            Some(last) => joined(&[&ordinal(day), TABLE.signs.to, &ordinal(last)]),
            None => ordinal(day),
        };
        let day = match (date.day_first, date.has_article) {
            (true, false) => format!("the {days} of {month}"),
            (true, true) => format!("{days} of {month}"),
            (false, _) => format!("{month} {days}"),
        };
        if year.is_empty() { day } else { format!("{day}, {year}") }
    }

    fn time(&self, time: &Time) -> String {
        let half = match time.half {
            Some(Half::Morning) => "A M",
            Some(Half::Afternoon) => "P M",
            None => "",
        };
        let hour = self.cardinal(time.hour);
        let clock = |minute: u8| match (time.hour, minute) {
            _ if time.has_clock => String::new(),
            (0 | 24, 0) if time.second.is_none() => String::new(),
            (1..=12, 0) if half.is_empty() => "o'clock".to_owned(),
            (_, 0) if half.is_empty() => "hundred".to_owned(),
            (_, 0) => String::new(),
            (_, 1..=9) => format!("oh {}", self.cardinal(minute)),
            _ => self.cardinal(minute),
        };
        let hour = match (time.hour, time.minute, time.second) {
            (0 | 24, Some(0), None) if half.is_empty() => "midnight".to_owned(),
            _ => hour,
        };
        let minute = time.minute.map(clock).unwrap_or_default();
        let second = time
            .second
            .map(|second| format!("and {} {}", self.cardinal(second), if second == 1 { "second" } else { "seconds" }));
        joined(&[&hour, &minute, &second.unwrap_or_default(), half])
    }

    fn fraction(&self, fraction: &Fraction) -> String {
        let Fraction { negative, whole, over, under } = *fraction;
        let minus = if negative { TABLE.signs.minus } else { "" };
        let one = over == 1;
        let under_words = match under {
            1 => return joined(&[minus, &self.cardinal(over)]),
            2 => (if one { "half" } else { "halves" }).to_owned(),
            4 => (if one { "quarter" } else { "quarters" }).to_owned(),
            101.. if ![128, 1_000, 10_000, 1_000_000].contains(&under) => {
                let said = joined(&[minus, &self.cardinal(over), TABLE.signs.over, &self.cardinal(under)]);
                return match whole {
                    Some(whole) => joined(&[&self.cardinal(whole), TABLE.signs.and, &said]),
                    None => said,
                };
            }
            under => {
                let ordinal = self.numbers().ordinal(under, Form::default());
                let ordinal = ordinal.strip_prefix("one ").map_or(ordinal.clone(), str::to_owned);
                if one { ordinal } else { format!("{ordinal}s") }
            }
        };
        match whole {
            Some(whole) => {
                let over = if one { "a".to_owned() } else { self.cardinal(over) };
                joined(&[minus, &self.cardinal(whole), TABLE.signs.and, &over, &under_words])
            }
            None => joined(&[minus, &self.cardinal(over), &under_words]),
        }
    }

    fn decade(&self, year: i32, short: bool) -> String {
        let words = match year {
            2000 => "two thousand".to_owned(),
            year if short || year % 100 != 0 => self.numbers().year(year),
            year => format!("{} hundred", self.cardinal(year / 100)),
        };
        match words.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None => format!("{words}s"),
        }
    }
}

//! Hours of the day, as an owner writes them: `"02:00-05:00"`. They are those of a clock on the wall, so a night in which
//! the clock is put forward may have fewer of them, and one in which it is put back more.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whatever the clock shows.
const ANY: &str = "any";

const DAY_MINUTES: u16 = 24 * 60;

/// What waits for its hours looks once a minute, and is busy at times.
const LEAST_MINUTES: u16 = 10;

/// Hours of the day in which something may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Hours {
    /// At any hour.
    #[default]
    Any,
    /// From a minute of the day on, up to another one, which does not belong to them; over midnight where that is earlier.
    /// Both count from midnight; the end may be 1440.
    Between {
        /// The first minute.
        from: u16,
        /// The first minute that is too late.
        to: u16,
    },
}

/// Something that names no hours of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no hours of the day: write them as in \"02:00-05:00\"")]
pub struct NoHours;

impl Hours {
    /// Whether the time that a clock shows belongs to them.
    pub fn contains(self, hour: u8, minute: u8) -> bool {
        let now = u16::from(hour) * 60 + u16::from(minute);
        match self {
            Self::Any => true,
            Self::Between { from, to } if from < to => (from..to).contains(&now),
            Self::Between { from, to } => now >= from || now < to,
        }
    }
}

impl FromStr for Hours {
    type Err = NoHours;

    fn from_str(text: &str) -> Result<Self, NoHours> {
        if text.trim() == ANY {
            return Ok(Self::Any);
        }
        let (from, to) = text.split_once('-').ok_or(NoHours)?;
        let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
        let length = if from < to { to - from } else { to + DAY_MINUTES - from };
        let is_good = from < DAY_MINUTES && from != to && length >= LEAST_MINUTES;
        is_good.then_some(Self::Between { from, to }).ok_or(NoHours)
    }
}

fn minute_of_day(text: &str) -> Result<u16, NoHours> {
    let (hour, minute) = text.trim().split_once(':').ok_or(NoHours)?;
    let number = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        let is_number = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| is_number).ok_or(NoHours)
    };
    let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    let minutes = hour * 60 + minute;
    if minute < 60 && minutes <= DAY_MINUTES { Ok(minutes) } else { Err(NoHours) }
}

impl fmt::Display for Hours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Between { from, to } = self else { return formatter.write_str(ANY) };
        write!(formatter, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl TryFrom<String> for Hours {
    type Error = NoHours;

    fn try_from(text: String) -> Result<Self, NoHours> {
        text.parse()
    }
}

impl From<Hours> for String {
    fn from(hours: Hours) -> Self {
        hours.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_read_and_what_names_no_hours_is_not() {
        for (text, read) in [
            ("any", "any"),
            ("02:00-05:00", "02:00-05:00"),
            ("2:00 - 5:00", "02:00-05:00"),
            ("23:30-00:30", "23:30-00:30"),
            ("22:00-24:00", "22:00-24:00"),
            ("00:00-24:00", "00:00-24:00"),
        ] {
            assert_eq!(text.parse::<Hours>().map(|hours| hours.to_string()).as_deref(), Ok(read), "{text}");
        }
        for text in [
            "",
            "-",
            "2-5",
            "02:00",
            "02:00-",
            "02:00-02:00",
            "02:00-02:09",
            "24:00-05:00",
            "02:60-05:00",
            "25:00-26:00",
            "02:00-05:00-06:00",
            "+2:00-05:00",
            "02:0-05:00",
            "002:00-05:00",
            "02.00-05.00",
            "night",
            "23:59-00:08",
        ] {
            assert_eq!(text.parse::<Hours>(), Err(NoHours), "{text}");
        }
    }

    #[test]
    fn the_first_minute_belongs_to_them_and_the_last_does_not() {
        let hours: Hours = "02:00-05:00".parse().expect("hours");
        let times = [(1, 59), (2, 0), (4, 59), (5, 0)].map(|(hour, minute)| hours.contains(hour, minute));
        assert_eq!(times, [false, true, true, false]);
        let night: Hours = "23:30-00:30".parse().expect("hours");
        let times = [(23, 29), (23, 30), (0, 0), (0, 29), (0, 30)].map(|(hour, minute)| night.contains(hour, minute));
        assert_eq!(times, [false, true, true, true, false]);
    }

    proptest! {
        /// Going from the first minute to the last passes exactly those that belong to them.
        #[test]
        fn a_minute_belongs_to_them_exactly_if_it_is_passed_on_the_way(from in 0..DAY_MINUTES, length in LEAST_MINUTES..DAY_MINUTES) {
            let hours = Hours::Between { from, to: (from + length) % DAY_MINUTES };
            for passed in 0..DAY_MINUTES {
                let now = (from + passed) % DAY_MINUTES;
                let (hour, minute) = (u8::try_from(now / 60).unwrap_or(0), u8::try_from(now % 60).unwrap_or(0));
                prop_assert_eq!(hours.contains(hour, minute), passed < length);
            }
            prop_assert_eq!(hours.to_string().parse(), Ok(hours));
        }

        #[test]
        fn any_text_is_read_without_harm_and_means_the_same_when_it_is_written(text in "[0-9:. -]{0,14}|\\PC{0,20}") {
            if let Ok(hours) = text.parse::<Hours>() {
                prop_assert_eq!(hours.to_string().parse(), Ok(hours));
            }
        }
    }
}

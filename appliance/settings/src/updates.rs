//! What an owner can set about updates, in the table `[updates]` of `parley.toml`.

use serde::{Deserialize, Serialize};

use crate::hours::Hours;

/// Updates of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Updates {
    /// What happens when a stick with an update is plugged in: "ask", "install" or "ignore".
    pub stick: OnStick,
    /// When the device restarts into an update that is installed: "asked" or "quiet".
    pub restart: OnInstalled,
    /// The hours in which it restarts by itself, by the device's time zone: "any", or two times of day.
    pub hours: Hours,
}

/// When nobody is to be disturbed, whatever else the owner says: ten in the evening to seven in the morning.
const NIGHT: Hours = Hours::Between { from: 22 * 60, to: 7 * 60 };

impl Updates {
    /// Whether the time that a clock on the wall shows is in the owner's night: at the usual hours, and in those in which the
    /// device may restart by itself, where somebody has named any.
    pub fn is_night(&self, hour: u8, minute: u8) -> bool {
        let is_named = match self.hours {
            Hours::Any => false,
            hours @ Hours::Between { .. } => hours.contains(hour, minute),
        };
        is_named || NIGHT.contains(hour, minute)
    }
}

/// What happens when a stick with an update is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnStick {
    /// Somebody has to say yes.
    #[default]
    Ask,
    /// It is installed, and the device restarts.
    Install,
    /// Nothing.
    Ignore,
}

/// When the device restarts into an update that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInstalled {
    /// Somebody has to say so. A trial that a power cut interrupted is tried again when nobody talks.
    #[default]
    Asked,
    /// When nobody talks: for fleets.
    Quiet,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_that_of_the_clock_and_of_the_owner() {
        let nights = |hours: &str, times: &[(u8, u8)]| {
            let updates = Updates { hours: hours.parse().expect("hours"), ..Updates::default() };
            times.iter().map(|(hour, minute)| updates.is_night(*hour, *minute)).collect::<Vec<_>>()
        };
        let times = [(6, 59), (7, 0), (12, 0), (21, 59), (22, 0), (3, 0)];
        assert_eq!(nights("any", &times), [true, false, false, false, true, true]);
        assert_eq!(nights("11:00-13:00", &times), [true, false, true, false, true, true]);
    }
}

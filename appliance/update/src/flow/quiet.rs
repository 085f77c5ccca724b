//! When the device restarts into an installed update by itself: when somebody wants that, nobody talks, and in the owner's
//! hours. Pure.

use std::time::Duration;

use jiff::civil::Time;
use parley_settings::{OnInstalled, Updates};

/// Nobody has talked for this long: a restart disturbs nobody.
const QUIET: Duration = Duration::from_secs(600);

/// What is seen at a look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Trials that a power cut or a reset ended before: they are tried again whoever is to be asked.
    pub(super) interrupted: bool,
    /// Since the last word of a conversation, in seconds. A daemon that says nothing talks to nobody.
    pub(super) nobody_spoke_s: Option<f64>,
    /// How long the device runs. By then, somebody who tells the time has been asked.
    pub(super) since_start: Duration,
    /// What a clock on the wall shows.
    pub(super) clock: Time,
}

/// Whether the device restarts into what is prepared.
pub(super) fn may_restart(updates: &Updates, look: Look) -> bool {
    let wanted = updates.restart == OnInstalled::Quiet || look.interrupted;
    let quiet = look.nobody_spoke_s.is_none_or(|quiet_s| quiet_s >= QUIET.as_secs_f64());
    let (hour, minute) = (look.clock.hour().unsigned_abs(), look.clock.minute().unsigned_abs());
    wanted && quiet && look.since_start >= QUIET && updates.hours.contains(hour, minute)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan};
    use parley_settings::Hours;
    use proptest::prelude::*;

    use super::*;

    const QUIET_LOOK: Look =
        Look { interrupted: false, nobody_spoke_s: Some(600.0), since_start: QUIET, clock: Time::constant(3, 0, 0, 0) };

    fn updates(hours: &str) -> Updates {
        let hours = hours.parse().expect("hours");
        Updates { restart: OnInstalled::Quiet, hours, ..Updates::default() }
    }

    #[test]
    fn every_reason_to_wait_is_enough_alone() {
        let night = updates("02:00-05:00");
        assert!(may_restart(&night, QUIET_LOOK));
        assert!(may_restart(&night, Look { nobody_spoke_s: None, ..QUIET_LOOK }));
        assert!(!may_restart(&night, Look { nobody_spoke_s: Some(599.9), ..QUIET_LOOK }));
        assert!(!may_restart(&night, Look { since_start: QUIET - Duration::from_secs(1), ..QUIET_LOOK }));
        assert!(!may_restart(&night, Look { clock: Time::constant(5, 0, 0, 0), ..QUIET_LOOK }));
        let asked = Updates { restart: OnInstalled::Asked, ..night };
        assert!(!may_restart(&asked, QUIET_LOOK));
        let again = Look { interrupted: true, ..QUIET_LOOK };
        assert!(may_restart(&asked, again));
        assert!(
            !may_restart(&asked, Look { clock: Time::constant(12, 0, 0, 0), ..again }),
            "for it, the hours hold too"
        );
    }

    /// The minutes of a day, from noon to noon, in which the device would restart.
    fn minutes_of_night(noon: &str, hours: &Updates) -> usize {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a time zone");
        let noon: Timestamp = noon.parse().expect("an instant");
        let at = |minute: i64| (noon + minute.minutes()).to_zoned(berlin.clone()).time();
        (0..24 * 60).filter(|minute| may_restart(hours, Look { clock: at(*minute), ..QUIET_LOOK })).count()
    }

    #[test]
    fn a_night_in_which_the_clock_is_changed_has_the_hours_that_the_clock_shows() {
        let night = updates("02:00-05:00");
        assert_eq!(minutes_of_night("2026-06-01T11:00:00Z", &night), 180);
        assert_eq!(minutes_of_night("2026-03-28T11:00:00Z", &night), 120, "from two to three there is no hour");
        assert_eq!(minutes_of_night("2026-10-24T11:00:00Z", &night), 240, "and here there is one twice");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        /// Whatever hours an owner writes, in any two days there are some.
        #[test]
        fn no_device_waits_for_ever(day in 0..20_000_i64, from in 0..1440_u16, length in 10..1440_u16) {
            let hours = Hours::Between { from, to: (from + length) % 1440 };
            let updates = Updates { hours, ..updates("any") };
            let day = Timestamp::from_second(day * 86_400).expect("an instant");
            let count = |day: Timestamp| minutes_of_night(&day.to_string(), &updates);
            prop_assert!(count(day) + count(day + 24.hours()) >= usize::from(length));
        }
    }
}

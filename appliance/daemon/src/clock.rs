//! The time of day, for whoever asks for it: the only place where the daemon looks at a wall clock to tell somebody.
//!
//! A board without a battery begins with the time at which it was switched off, or with 1970. Its clock is believed where
//! - it is not older than this program,
//! - a time server has been asked since the start, or a battery's clock says the same,
//! - and it is known where the device stands.

use std::path::Path;
use std::{env, fs};

use jiff::Zoned;
use parley_answers::Now;

/// A battery's clock and the system's are read one after the other, and each has whole seconds.
const SAME_S: i64 = 60;
/// Names of no place: what a system says that was never told where it stands.
const NOWHERE: [&str; 4] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/Unknown"];

/// What speaks for a clock.
#[derive(Debug, Clone, Default)]
struct Signs {
    /// When this program was made, in seconds since 1970.
    made: i64,
    /// Whether a time server has been asked since the start.
    synchronised: bool,
    /// What the clocks with a battery say, in seconds since 1970.
    batteries: Vec<i64>,
    /// The time zone by its name in the zoneinfo database.
    zone: Option<String>,
    /// Whether this process was told the zone.
    zone_told: bool,
}

/// The time where the device stands; `None` where its clock may be wrong.
pub fn now() -> Option<Now> {
    let now = Zoned::now();
    let mut signs = Signs::below(Path::new("/"));
    signs.zone = now.time_zone().iana_name().map(str::to_owned);
    signs.zone_told = env::var_os("TZ").is_some_and(|zone| !zone.is_empty()) && !now.time_zone().is_unknown();
    signs.believes(now.timestamp().as_second()).then(|| shown(&now))?
}

impl Signs {
    fn below(root: &Path) -> Self {
        let made = env::current_exe().and_then(fs::metadata).and_then(|program| program.modified()).ok();
        let made = made.and_then(|made| jiff::Timestamp::try_from(made).ok()).map_or(0, jiff::Timestamp::as_second);
        let batteries = fs::read_dir(root.join("sys/class/rtc")).into_iter().flatten().flatten();
        let says = |clock: fs::DirEntry| fs::read_to_string(clock.path().join("since_epoch")).ok()?.trim().parse().ok();
        Self {
            made,
            // systemd-timesyncd makes it when a server has answered.
            synchronised: root.join("run/systemd/timesync/synchronized").exists(),
            batteries: batteries.filter_map(says).collect(),
            ..Self::default()
        }
    }

    fn believes(&self, now: i64) -> bool {
        let is_somewhere = self.zone.as_ref().is_some_and(|zone| !NOWHERE.contains(&zone.as_str()));
        let agrees = |battery: &i64| battery.checked_sub(now).is_some_and(|apart| apart.saturating_abs() <= SAME_S);
        now >= self.made && (self.synchronised || self.batteries.iter().any(agrees)) && (self.zone_told || is_somewhere)
    }
}

fn shown(now: &Zoned) -> Option<Now> {
    Some(Now {
        year: now.year().try_into().ok()?,
        month: now.month().try_into().ok()?,
        day: now.day().try_into().ok()?,
        weekday: now.weekday().to_monday_zero_offset().try_into().ok()?,
        hour: now.hour().try_into().ok()?,
        minute: now.minute().try_into().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn signs() -> Signs {
        let zone = Some("Europe/Berlin".to_owned());
        Signs { made: NOW - 1_000, synchronised: true, batteries: Vec::new(), zone, zone_told: false }
    }

    #[test]
    fn a_clock_that_was_set_is_believed() {
        assert!(signs().believes(NOW));
        assert!(Signs { synchronised: false, batteries: vec![0, NOW + 3], ..signs() }.believes(NOW));
        assert!(Signs { zone: Some("UTC".into()), zone_told: true, ..signs() }.believes(NOW));
    }

    #[test]
    fn a_clock_that_nobody_set_is_not() {
        assert!(!Signs { synchronised: false, ..signs() }.believes(NOW));
        // The clock of a board whose battery is missing begins in 1970, and the system goes on where it was switched off.
        assert!(!Signs { synchronised: false, batteries: vec![40, i64::MIN], ..signs() }.believes(NOW));
        assert!(!Signs { made: NOW + 1, ..signs() }.believes(NOW));
        for zone in [None, Some("UTC".to_owned()), Some("Etc/Unknown".to_owned())] {
            assert!(!Signs { zone, ..signs() }.believes(NOW));
        }
    }

    #[test]
    fn what_a_machine_says_is_read() {
        let root = tempfile::tempdir().expect("a folder");
        assert!(!Signs::below(root.path()).synchronised);
        for (file, text) in [
            ("run/systemd/timesync/synchronized", ""),
            ("sys/class/rtc/rtc0/since_epoch", "1800000000\n"),
            ("sys/class/rtc/rtc1/since_epoch", "never"),
        ] {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        let signs = Signs::below(root.path());
        assert!(signs.synchronised && signs.batteries == [NOW] && signs.made > 1_700_000_000, "{signs:?}");
    }

    #[test]
    fn the_time_is_that_of_the_place() {
        let berlin = jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let now = jiff::Timestamp::from_second(1_795_968_240).expect("a time").to_zoned(berlin);
        let expected = Now { year: 2026, month: 11, day: 29, weekday: 6, hour: 17, minute: 4 };
        assert_eq!(shown(&now), Some(expected));
    }
}

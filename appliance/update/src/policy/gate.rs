//! The gate: may a slot that is being tried be committed?
//!
//! Rules: a limit that is exceeded fails the gate at once, for every second counts towards the way back; a measurement
//! that is missing fails it only when the time is over; nothing here ever needs the internet.

use std::time::Duration;

use super::table::{Exceeded, Rule, Table, YES};

/// A service that restarts within this time of the start of a trial fails it.
pub const QUIET_TIME: Duration = Duration::from_secs(60);

/// What has not been measured by then counts as failed.
pub const TIME_LIMIT: Duration = Duration::from_secs(120);

/// A measurement that must be there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GateLimit {
    /// Its name in the table.
    pub name: &'static str,
    /// What it must keep to.
    pub rule: Rule,
    /// What it means when it does not.
    pub means: &'static str,
}

const fn limit(name: &'static str, rule: Rule, means: &'static str) -> GateLimit {
    GateLimit { name, rule, means }
}

/// Every limit of the gate. A new part of the appliance adds its line here.
pub const LIMITS: &[GateLimit] = &[
    limit("slot-identity", YES, "the device did not start the system that was installed"),
    limit("verity", YES, "the installed system is not checked for damage, or is damaged"),
    limit("data-writable", YES, "the device cannot save anything"),
    limit("migration", YES, "your data could not be taken over by the new version"),
    limit("sound-card", YES, "the new version cannot use the microphone or the loudspeaker"),
    // From the canned wake word to the first sound of the answer.
    limit("self-test-s", Rule::AtMost(10.0), "the new version did not answer its own test question in time"),
    limit("restarts", Rule::AtMost(0.0), "a part of the new version stopped working and had to be started again"),
    limit(
        "quiet-s",
        Rule::AtLeast(QUIET_TIME.as_secs() as f64),
        "the new version did not run for a minute without trouble",
    ),
    limit("updater", YES, "the new version could not be updated again"),
];

/// What the gate says.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are named for what they hold")]
pub enum GateVerdict {
    /// Nothing is wrong yet, but not everything is measured.
    Waiting { missing: Vec<&'static str> },
    /// The slot may be committed.
    Passed,
    /// Back to the other slot.
    Failed(Vec<Exceeded>),
}

/// Judges what was measured until now.
pub fn judge(limits: &[GateLimit], table: &Table, since_start: Duration) -> GateVerdict {
    let (mut exceeded, mut missing) = (Vec::new(), Vec::new());
    for limit in limits {
        let say = |value| Exceeded { name: limit.name.into(), value, means: limit.means.into() };
        match table.get(limit.name).map(|measured| measured.value) {
            Some(value) if limit.rule.allows(value) => {}
            // A time that is still running has not fallen short of anything.
            Some(value) if limit.name == "quiet-s" && since_start < TIME_LIMIT && value >= 0.0 => {
                missing.push(limit.name)
            }
            Some(value) => exceeded.push(say(Some(value))),
            None if since_start >= TIME_LIMIT => exceeded.push(say(None)),
            None => missing.push(limit.name),
        }
    }
    if !exceeded.is_empty() {
        GateVerdict::Failed(exceeded)
    } else if missing.is_empty() {
        GateVerdict::Passed
    } else {
        GateVerdict::Waiting { missing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy() -> Table {
        let mut table = Table::default();
        for limit in LIMITS {
            table.note(limit.name, limit.rule.limit());
        }
        table
    }

    #[test]
    fn a_healthy_slot_passes() {
        assert_eq!(judge(LIMITS, &healthy(), QUIET_TIME), GateVerdict::Passed);
    }

    #[test]
    fn each_limit_alone_fails_the_gate_and_names_itself() {
        for limit in LIMITS {
            let mut table = healthy();
            table.note(limit.name, limit.rule.broken());
            let GateVerdict::Failed(exceeded) = judge(LIMITS, &table, TIME_LIMIT) else {
                panic!("{} was let through", limit.name);
            };
            assert_eq!(exceeded.len(), 1);
            assert_eq!((exceeded[0].name.as_str(), exceeded[0].means.as_str()), (limit.name, limit.means));
        }
    }

    #[test]
    fn each_measurement_alone_is_waited_for_and_then_fails() {
        for limit in LIMITS {
            let mut table = healthy();
            table.0.remove(limit.name);
            let early = judge(LIMITS, &table, QUIET_TIME);
            assert_eq!(early, GateVerdict::Waiting { missing: vec![limit.name] });
            assert!(matches!(judge(LIMITS, &table, TIME_LIMIT), GateVerdict::Failed(_)), "{}", limit.name);
        }
    }

    #[test]
    fn the_quiet_minute_is_waited_for() {
        let mut table = healthy();
        table.note("quiet-s", 20.0);
        let verdict = judge(LIMITS, &table, Duration::from_secs(20));
        assert_eq!(verdict, GateVerdict::Waiting { missing: vec!["quiet-s"] });
    }

    #[test]
    fn no_limit_needs_the_internet() {
        let needs =
            |limit: &GateLimit| ["network", "internet", "server", "cloud"].iter().any(|word| limit.name.contains(word));
        assert!(!LIMITS.iter().any(needs));
    }
}

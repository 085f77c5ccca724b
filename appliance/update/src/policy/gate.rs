//! The gate: may a slot that is being tried be committed?
//!
//! Rules: a limit that is exceeded fails the gate at once, for every second counts towards the way back; a measurement
//! that is missing fails it only when the time is over; a device that has no microphone or no loudspeaker, as before, is
//! judged by all the rest; what cannot be measured at all neither passes nor fails: the trial has no verdict, and the
//! version no blame; nothing here ever needs the internet.

use std::time::Duration;

use super::echo::{ECHO_LOST_DB, MUCH_LESS_DB};
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
    /// What it needs beside a version that works.
    pub needs: &'static [Needs],
}

/// What a measurement needs beside a version that works. Where it needs nothing and is missing, the version is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A microphone and a loudspeaker.
    SoundDevices,
    /// Room on the data partition. Where that is missing, nobody knows.
    Room,
    /// Somebody of the system who tells: a program, or a file of the kernel. Where that is missing, nobody knows.
    Witness,
    /// An echo that the version before has measured too, and an hour at which a sound may be made. Where that is missing, it is
    /// neither waited for nor missed.
    Echo,
}

use Needs::{Echo, Room, SoundDevices, Witness};

/// What became of microphone and loudspeaker with the restart into the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Devices {
    /// They are there, or lost: whatever does not work, the version has to answer for it.
    Expected,
    /// One is missing, as before: no version can use it.
    MissingAsBefore,
    /// One was missing in this start and has come since, or nobody knows what was there before: what failed meanwhile
    /// says nothing.
    Unclear,
}

const fn limit(name: &'static str, rule: Rule, needs: &'static [Needs], means: &'static str) -> GateLimit {
    GateLimit { name, rule, means, needs }
}

/// Every limit of the gate. A new part of the appliance adds its line here.
pub const LIMITS: &[GateLimit] = &[
    limit("slot-identity", YES, &[], "the device did not start the system that was installed"),
    limit("verity", YES, &[Witness], "the installed system is not checked for damage, or is damaged"),
    limit("boot-watchdog", YES, &[Witness], "a start of the new version that hangs would not be noticed"),
    limit("data-writable", YES, &[], "the device cannot save anything"),
    limit("migration", YES, &[Room], "your data could not be taken over by the new version"),
    limit("sound-card", YES, &[SoundDevices], "the new version cannot use the microphone or the loudspeaker"),
    // From the canned wake word to the first sound of the answer. It is asked and answered in memory.
    limit("self-test-s", Rule::AtMost(10.0), &[], "the new version did not answer its own test question in time"),
    // Told with the self-test, so that it need not be waited for.
    limit(
        ECHO_LOST_DB,
        Rule::AtMost(MUCH_LESS_DB),
        &[SoundDevices, Echo],
        "the new version hears far more of its own voice than the one before",
    ),
    // A version that cannot live without a microphone is started again and again while it finds none.
    limit(
        "restarts",
        Rule::AtMost(0.0),
        &[SoundDevices, Witness],
        "a part of the new version stopped working and had to be started again",
    ),
    limit(
        "quiet-s",
        Rule::AtLeast(QUIET_TIME.as_secs() as f64),
        &[],
        "the new version did not run for a minute without trouble",
    ),
    limit("updater", YES, &[], "the new version could not be updated again"),
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
    /// Back to the other slot, and nobody knows whether the version is good.
    NotJudged(Vec<Exceeded>),
}

/// Judges what was measured until now. `since` counts from when userspace could work: what repairing the data partition
/// takes is not the version's.
pub fn judge(limits: &[GateLimit], table: &Table, since: Duration, devices: Devices) -> GateVerdict {
    let (mut exceeded, mut missing, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for limit in limits {
        let say = |value| Exceeded { name: limit.name.into(), value, means: limit.means.into() };
        match table.get(limit.name).map(|measured| measured.value) {
            Some(value) if limit.rule.allows(value) => {}
            None if limit.needs.contains(&Echo) => {}
            // A time that is still running has not fallen short of anything.
            Some(value) if limit.name == "quiet-s" && since < TIME_LIMIT && value >= 0.0 => missing.push(limit.name),
            value if devices != Devices::Expected && limit.needs.contains(&SoundDevices) => {
                if devices == Devices::Unclear {
                    open.push(say(value));
                }
            }
            Some(value) => exceeded.push(say(Some(value))),
            None if since < TIME_LIMIT => missing.push(limit.name),
            None if limit.needs.contains(&Witness) || limit.needs.contains(&Room) => open.push(say(None)),
            None => exceeded.push(say(None)),
        }
    }
    if !exceeded.is_empty() {
        GateVerdict::Failed(exceeded)
    } else if missing.is_empty() && open.is_empty() {
        GateVerdict::Passed
    } else if since < TIME_LIMIT {
        // What came late may still be measured.
        missing.extend(limits.iter().map(|limit| limit.name).filter(|name| open.iter().any(|open| open.name == *name)));
        GateVerdict::Waiting { missing }
    } else {
        GateVerdict::NotJudged(open)
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
        assert_eq!(judge(LIMITS, &healthy(), QUIET_TIME, Devices::Expected), GateVerdict::Passed);
    }

    #[test]
    fn each_limit_alone_fails_the_gate_and_names_itself() {
        for limit in LIMITS {
            let mut table = healthy();
            table.note(limit.name, limit.rule.broken());
            let GateVerdict::Failed(exceeded) = judge(LIMITS, &table, TIME_LIMIT, Devices::Expected) else {
                panic!("{} was let through", limit.name);
            };
            assert_eq!(exceeded.len(), 1);
            assert_eq!((exceeded[0].name.as_str(), exceeded[0].means.as_str()), (limit.name, limit.means));
        }
    }

    #[test]
    fn each_measurement_alone_is_waited_for_and_then_fails_or_leaves_the_verdict_open() {
        for limit in LIMITS.iter().filter(|limit| !limit.needs.contains(&Echo)) {
            let mut table = healthy();
            table.0.remove(limit.name);
            let early = judge(LIMITS, &table, QUIET_TIME, Devices::Expected);
            assert_eq!(early, GateVerdict::Waiting { missing: vec![limit.name] });
            let late = judge(LIMITS, &table, TIME_LIMIT, Devices::Expected);
            let known = matches!(&late, GateVerdict::Failed(exceeded) if exceeded[0].name == limit.name);
            let open =
                matches!(&late, GateVerdict::NotJudged(open) if open[0].name == limit.name && open[0].value.is_none());
            // What the version itself has to tell is its fault; who else tells may be missing for other reasons.
            let others = [Witness, Room].iter().any(|other| limit.needs.contains(other));
            assert!(if others { open } else { known }, "{}: {late:?}", limit.name);
        }
    }

    #[test]
    fn an_echo_that_cannot_be_compared_is_neither_waited_for_nor_missed() {
        let mut table = healthy();
        table.0.remove(ECHO_LOST_DB);
        for devices in [Devices::Expected, Devices::MissingAsBefore, Devices::Unclear] {
            assert_eq!(judge(LIMITS, &table, QUIET_TIME, devices), GateVerdict::Passed, "{devices:?}");
            assert_eq!(judge(LIMITS, &table, TIME_LIMIT, devices), GateVerdict::Passed, "{devices:?}");
        }
    }

    /// The daemon finds no microphone, and is started again and again.
    fn deaf() -> Table {
        let mut table = healthy();
        table.0.remove("sound-card");
        table.note("restarts", 5.0);
        table
    }

    #[test]
    fn a_device_without_a_microphone_as_before_is_judged_by_all_the_rest() {
        assert!(matches!(judge(LIMITS, &deaf(), QUIET_TIME, Devices::Expected), GateVerdict::Failed(_)), "it is lost");
        assert_eq!(judge(LIMITS, &deaf(), QUIET_TIME, Devices::MissingAsBefore), GateVerdict::Passed);
        for limit in LIMITS.iter().filter(|limit| !limit.needs.contains(&SoundDevices)) {
            let mut table = deaf();
            table.note(limit.name, limit.rule.broken());
            let verdict = judge(LIMITS, &table, TIME_LIMIT, Devices::MissingAsBefore);
            assert!(matches!(&verdict, GateVerdict::Failed(because) if because[0].name == limit.name), "{verdict:?}");
        }
        let mut table = deaf();
        table.0.remove("self-test-s");
        let early = judge(LIMITS, &table, QUIET_TIME, Devices::MissingAsBefore);
        assert_eq!(early, GateVerdict::Waiting { missing: vec!["self-test-s"] }, "its engines are judged");
        assert!(matches!(judge(LIMITS, &table, TIME_LIMIT, Devices::MissingAsBefore), GateVerdict::Failed(_)));
    }

    #[test]
    fn hardware_that_came_late_is_waited_for_and_then_leaves_the_verdict_open() {
        let missing = vec!["sound-card", "restarts"];
        assert_eq!(judge(LIMITS, &deaf(), QUIET_TIME, Devices::Unclear), GateVerdict::Waiting { missing });
        let GateVerdict::NotJudged(open) = judge(LIMITS, &deaf(), TIME_LIMIT, Devices::Unclear) else {
            panic!("it was judged")
        };
        let names: Vec<_> = open.iter().map(|open| open.name.as_str()).collect();
        assert_eq!(names, ["sound-card", "restarts"]);
        let mut table = deaf();
        table.note("data-writable", 0.0);
        assert!(matches!(judge(LIMITS, &table, QUIET_TIME, Devices::Unclear), GateVerdict::Failed(_)), "the rest is");
        assert_eq!(judge(LIMITS, &healthy(), TIME_LIMIT, Devices::Unclear), GateVerdict::Passed, "it was plugged in");
    }

    #[test]
    fn the_quiet_minute_is_waited_for() {
        let mut table = healthy();
        table.note("quiet-s", 20.0);
        let verdict = judge(LIMITS, &table, Duration::from_secs(20), Devices::Expected);
        assert_eq!(verdict, GateVerdict::Waiting { missing: vec!["quiet-s"] });
    }

    #[test]
    fn no_limit_needs_the_internet() {
        let needs =
            |limit: &GateLimit| ["network", "internet", "server", "cloud"].iter().any(|word| limit.name.contains(word));
        assert!(!LIMITS.iter().any(needs));
    }
}

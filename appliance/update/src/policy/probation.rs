//! Probation: for a day after its commit, a version is compared with what the old slot did itself.
//!
//! Rules: a value counts only with enough samples behind it; a limit that the old slot broke as well is not the
//! update's fault; faults that nothing excuses need no comparison; some values only warn.

use std::time::Duration;

use super::table::Rule::{self, AtLeast, AtMost};
use super::table::{Exceeded, Table};

/// How long a version is watched.
pub const LENGTH: Duration = Duration::from_secs(24 * 60 * 60);

/// A limit of probation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbationLimit {
    /// Its name in the table.
    pub name: &'static str,
    /// What it must keep to.
    pub rule: Rule,
    /// Fewer observations say nothing.
    pub min_samples: u32,
    /// What follows.
    pub consequence: Consequence,
    /// What it means, for the owner.
    pub means: &'static str,
}

/// What follows when a limit is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Back to the old slot, whatever that one did.
    GoBack,
    /// Back to the old slot, unless that one was no better.
    GoBackIfWorse,
    /// It is written down.
    Warn,
}

use Consequence::{GoBack, GoBackIfWorse, Warn};

const fn limit(
    name: &'static str,
    rule: Rule,
    min_samples: u32,
    consequence: Consequence,
    means: &'static str,
) -> ProbationLimit {
    ProbationLimit { name, rule, min_samples, consequence, means }
}

/// Every limit of probation.
pub const LIMITS: &[ProbationLimit] = &[
    limit("panics", AtMost(0.0), 1, GoBack, "the new version made the device crash"),
    // One may be the hardware's; the second within an hour is a habit.
    limit("resets-per-hour", AtMost(1.0), 1, GoBack, "the new version restarted the device by itself"),
    limit("verity-errors", AtMost(0.0), 1, GoBack, "the new version's files are damaged"),
    // The third restart is 4 to 8 s after the first crash, which leaves time for the way back in thirty.
    limit("restarts-per-hour", AtMost(2.0), 1, GoBack, "parts of the new version kept failing"),
    limit("error-rate", AtMost(0.05), 20, GoBackIfWorse, "the new version failed to answer too often"),
    // The quickest answer of the last minute: above the limit means that none was in time.
    limit("quickest-answer-of-a-minute-s", AtMost(2.0), 3, GoBackIfWorse, "the new version answered too slowly"),
    limit("tool-accuracy", AtLeast(0.9), 10, GoBackIfWorse, "the new version did the wrong thing in its own tests"),
    limit("signal-to-noise-db", AtLeast(20.0), 10, GoBackIfWorse, "the microphone sounds worse with the new version"),
    limit("processor-share", AtMost(0.8), 10, Warn, "the new version keeps the processor busy"),
    limit("memory-mb", AtMost(400.0), 10, Warn, "the new version needs much memory"),
    limit("slowest-answer-s", AtMost(5.0), 1, Warn, "single answers took unusually long"),
];

/// What probation says.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbationVerdict {
    /// The version stays for now, with these warnings.
    Watching(Vec<Exceeded>),
    /// The version stays.
    Passed,
    /// Back to the old slot.
    GoBack(Vec<Exceeded>),
}

/// Compares what was measured since the commit with what the old slot measured in its own time.
pub fn compare(limits: &[ProbationLimit], table: &Table, baseline: &Table, since_commit: Duration) -> ProbationVerdict {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    for limit in limits {
        let enough = |measured: &super::table::Measured| measured.samples >= limit.min_samples;
        let Some(measured) = table.get(limit.name).filter(enough) else { continue };
        if limit.rule.allows(measured.value) {
            continue;
        }
        let old_broke_it = baseline.get(limit.name).filter(enough).is_some_and(|old| !limit.rule.allows(old.value));
        let exceeded = Exceeded { name: limit.name.into(), value: Some(measured.value), means: limit.means.into() };
        match limit.consequence {
            GoBack => faults.push(exceeded),
            GoBackIfWorse if !old_broke_it => faults.push(exceeded),
            GoBackIfWorse | Warn => warnings.push(exceeded),
        }
    }
    if !faults.is_empty() {
        ProbationVerdict::GoBack(faults)
    } else if since_commit >= LENGTH {
        ProbationVerdict::Passed
    } else {
        ProbationVerdict::Watching(warnings)
    }
}

/// What is known of the old slot: of each value that probation compares, the last one with enough samples behind it.
pub fn baseline(limits: &[ProbationLimit], known: &Table, measured: &Table) -> Table {
    let mut baseline = known.clone();
    for limit in limits.iter().filter(|limit| limit.consequence == GoBackIfWorse) {
        if let Some(new) = measured.get(limit.name).filter(|new| new.samples >= limit.min_samples) {
            baseline.note_many(limit.name, new.value, new.samples);
        }
    }
    baseline
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn table(limit: &ProbationLimit, value: f64, samples: u32) -> Table {
        let mut table = Table::default();
        table.note_many(limit.name, value, samples);
        table
    }

    #[test]
    fn each_limit_alone_has_its_consequence() {
        for limit in LIMITS {
            let measured = table(limit, limit.rule.broken(), limit.min_samples);
            let verdict = compare(LIMITS, &measured, &Table::default(), HOUR);
            match limit.consequence {
                GoBack | GoBackIfWorse => {
                    assert!(
                        matches!(&verdict, ProbationVerdict::GoBack(faults) if faults[0].name == limit.name),
                        "{verdict:?}"
                    );
                }
                Warn => {
                    assert!(matches!(&verdict, ProbationVerdict::Watching(warnings) if warnings[0].name == limit.name));
                }
            }
        }
    }

    #[test]
    fn a_value_at_its_limit_is_allowed() {
        for limit in LIMITS {
            let verdict = compare(LIMITS, &table(limit, limit.rule.limit(), 1_000), &Table::default(), HOUR);
            assert_eq!(verdict, ProbationVerdict::Watching(vec![]), "{}", limit.name);
        }
    }

    #[test]
    fn too_few_samples_say_nothing() {
        for limit in LIMITS.iter().filter(|limit| limit.min_samples > 1) {
            let measured = table(limit, limit.rule.broken(), limit.min_samples - 1);
            let verdict = compare(LIMITS, &measured, &Table::default(), HOUR);
            assert_eq!(verdict, ProbationVerdict::Watching(vec![]), "{}", limit.name);
        }
    }

    #[test]
    fn what_the_old_slot_did_no_better_is_not_the_updates_fault_but_a_crash_always_is() {
        for limit in LIMITS {
            let bad = table(limit, limit.rule.broken(), limit.min_samples);
            let verdict = compare(LIMITS, &bad, &bad, HOUR);
            let goes_back = matches!(verdict, ProbationVerdict::GoBack(_));
            assert_eq!(goes_back, limit.consequence == GoBack, "{}", limit.name);
        }
    }

    #[test]
    fn a_baseline_of_too_few_samples_excuses_nothing() {
        for limit in LIMITS.iter().filter(|limit| limit.consequence == GoBackIfWorse) {
            let bad = table(limit, limit.rule.broken(), limit.min_samples);
            let thin = table(limit, limit.rule.broken(), limit.min_samples - 1);
            assert!(matches!(compare(LIMITS, &bad, &thin, HOUR), ProbationVerdict::GoBack(_)), "{}", limit.name);
        }
    }

    #[test]
    fn a_minute_of_silence_does_not_wipe_out_what_is_known_of_the_old_slot() {
        for limit in LIMITS.iter().filter(|limit| limit.consequence == GoBackIfWorse) {
            let bad = table(limit, limit.rule.broken(), limit.min_samples);
            let known = baseline(LIMITS, &Table::default(), &bad);
            let silent = table(limit, limit.rule.limit(), limit.min_samples - 1);
            assert_eq!(baseline(LIMITS, &known, &silent), bad, "{}", limit.name);
            let enough = table(limit, limit.rule.limit(), limit.min_samples);
            assert_eq!(baseline(LIMITS, &known, &enough), enough, "{}", limit.name);
        }
    }

    #[test]
    fn a_day_without_a_fault_is_passed() {
        assert_eq!(compare(LIMITS, &Table::default(), &Table::default(), LENGTH), ProbationVerdict::Passed);
    }
}

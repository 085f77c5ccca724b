//! What the cases found: which passed, and the figures that docs and tables show.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::Scenario;

/// From the moment that a failure sets in to the first answered command on the good slot.
pub const ROLLBACK_BUDGET: Duration = Duration::from_secs(30);
/// What the Pi's firmware takes of it, and the emulator does not play. An estimate, from the design: 6 to 9 s.
pub const FIRMWARE: Duration = Duration::from_secs(9);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    pub failure: String,
    /// From the failure to the first answered command on the good slot, seconds of the guest's time: measured.
    pub measured_s: f64,
    /// What a Pi's firmware adds, seconds: an estimate.
    pub firmware_s: f64,
    /// What the measured time may be, seconds.
    pub limit_s: f64,
}

/// The latest figures of each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub rollbacks: BTreeMap<String, Rollback>,
    /// Whatever else was measured: name, and value with its unit.
    pub others: BTreeMap<String, String>,
}

impl Figures {
    pub fn update(&mut self, newer: &Self) {
        self.rollbacks.extend(newer.rollbacks.clone());
        self.others.extend(newer.others.clone());
    }

    /// A table for a terminal, which is also Markdown.
    pub fn table(&self) -> String {
        let mut lines = vec![
            "| failure | to the first answer, measured | + firmware of a Pi, estimated | limit |".to_owned(),
            "|---|---|---|---|".to_owned(),
        ];
        lines.extend(self.rollbacks.values().map(|row| {
            let sum = row.measured_s + row.firmware_s;
            format!("| {} | {:.1} s | {sum:.1} s | {:.0} s |", row.failure, row.measured_s, row.limit_s)
        }));
        if !self.others.is_empty() {
            lines.extend([String::new(), "| figure | measured |".to_owned(), "|---|---|".to_owned()]);
            lines.extend(self.others.iter().map(|(name, value)| format!("| {name} | {value} |")));
        }
        lines.join("\n")
    }
}

pub struct Report {
    scenario: &'static Scenario,
    outcomes: Vec<(&'static str, Result<String>)>,
    pub figures: Figures,
}

impl Report {
    pub fn new(scenario: &'static Scenario) -> Self {
        Self { scenario, outcomes: Vec::new(), figures: Figures::default() }
    }

    /// Notes how a case went; whether it passed. The words are what was seen.
    pub fn case(&mut self, name: &'static str, outcome: Result<String>) -> bool {
        debug_assert!(self.scenario.cases.iter().any(|case| case.name == name), "{name} is not of this scenario");
        let passed = outcome.is_ok();
        self.outcomes.push((name, outcome));
        passed
    }

    pub fn figure(&mut self, name: &str, value: String) {
        self.figures.others.insert(name.to_owned(), value);
    }

    /// Notes how long a way back took.
    ///
    /// # Errors
    /// When it took too long.
    pub fn rollback(&mut self, failure: &str, measured: Duration) -> Result<String> {
        let (failure, measured_s) = (failure.to_owned(), (measured.as_secs_f64() * 10.0).round() / 10.0);
        let words = format!("{failure}: answered again after {measured_s:.1} s");
        let (firmware_s, limit_s) = (FIRMWARE.as_secs_f64(), ROLLBACK_BUDGET.as_secs_f64());
        let rollback = Rollback { failure: failure.clone(), measured_s, firmware_s, limit_s };
        self.figures.rollbacks.insert(failure, rollback);
        ensure!(measured_s <= limit_s, "{words}: too late");
        Ok(words)
    }

    pub fn failures(&self) -> impl Iterator<Item = &'static str> {
        let failed = self.outcomes().filter(|(_, outcome)| !outcome.is_some_and(Result::is_ok));
        failed.map(|(name, _)| name)
    }

    /// Every case of the scenario with its outcome; `None` for one that was not reached.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, Option<&Result<String>>)> {
        self.scenario.cases.iter().map(|case| {
            // A case may be noted for each of its parts: the first failure counts.
            let mut noted = self.outcomes.iter().filter(|(name, _)| *name == case.name).map(|(_, outcome)| outcome);
            let first = noted.next();
            (case.name, noted.find(|outcome| outcome.is_err() && first.is_some_and(Result::is_ok)).or(first))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::SCENARIOS;
    use super::*;

    #[test]
    fn a_case_that_was_not_reached_is_told() {
        let mut report = Report::new(SCENARIOS[0]);
        let name = SCENARIOS[0].cases[0].name;
        assert!(report.case(name, Ok(String::new())));
        assert!(!report.case(name, Err(anyhow::anyhow!("late"))));
        let outcomes: Vec<_> = report.outcomes().collect();
        assert!(outcomes[0].1.is_some_and(Result::is_err), "one failed part fails the case");
        assert!(outcomes[1..].iter().all(|(_, outcome)| outcome.is_none()));
    }

    #[test]
    fn a_way_back_that_takes_too_long_fails_and_is_still_a_figure() {
        let mut report = Report::new(SCENARIOS[0]);
        assert!(report.rollback("panic", Duration::from_secs(20)).is_ok());
        assert!(report.rollback("freeze", Duration::from_secs(31)).is_err());
        assert_eq!(report.figures.rollbacks.len(), 2);
        assert!(report.figures.table().contains("| freeze | 31.0 s | 40.0 s | 30 s |"));
    }
}

//! What a check did, found and left out: for people while it runs, and as JSON for programs.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::Serialize;

use super::rules::Finding;

#[derive(Debug, Serialize)]
pub struct Skipped {
    /// The step, or the part of it.
    pub what: String,
    /// What would have to be there.
    pub why: String,
}

#[derive(Debug, Serialize)]
struct Done {
    step: String,
    seconds: f64,
    findings: usize,
    skipped: usize,
    said: String,
}

#[derive(Debug, Default, Serialize)]
pub struct Report {
    steps: Vec<Done>,
    pub findings: Vec<Finding>,
    skipped: Vec<Skipped>,
}

impl Report {
    pub fn find(&mut self, rule: &'static str, place: impl Into<String>, problem: impl Into<String>) {
        self.findings.push(Finding { rule, place: place.into(), problem: problem.into() });
    }

    /// All of these are wrong, in one place.
    pub fn find_all(&mut self, rule: &'static str, place: &str, problems: impl IntoIterator<Item = String>) {
        problems.into_iter().for_each(|problem| self.find(rule, place, problem));
    }

    /// Something is not done. A step of which nothing is done has nothing to say.
    pub fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) -> String {
        self.skipped.push(Skipped { what: what.into(), why: why.into() });
        String::new()
    }

    /// Runs a step, tells about it, and keeps what it says. A step that cannot be carried out is a finding: it proved nothing.
    pub fn step(&mut self, name: &str, run: impl FnOnce(&mut Self) -> Result<String>) {
        println!("== {name}");
        let (start, findings, skipped) = (Instant::now(), self.findings.len(), self.skipped.len());
        let said = run(self).unwrap_or_else(|problem| {
            self.find("the step came to no end", name, format!("{problem:#}"));
            String::new()
        });
        let seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        for skipped in &self.skipped[skipped..] {
            println!("   Skipped: {}: {}", skipped.what, skipped.why);
        }
        for finding in &self.findings[findings..] {
            println!("   {finding}");
        }
        let (findings, skipped) = (self.findings.len() - findings, self.skipped.len() - skipped);
        if !said.is_empty() || findings > 0 {
            println!("   {seconds} s, {findings} findings; {said}");
        }
        self.steps.push(Done { step: name.to_owned(), seconds, findings, skipped, said });
    }

    pub fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn a_step_that_came_to_no_end_is_a_finding() {
        let mut report = Report::default();
        report.step("graph", |_| bail!("no memory"));
        assert_eq!(report.findings.len(), 1);
        assert!(report.findings[0].problem.contains("no memory"), "{report:?}");
    }

    #[test]
    fn programs_read_steps_findings_and_what_was_left_out() {
        let mut report = Report::default();
        report.step("licences", |report| {
            report.find("bitbake", "sonic", "wrong");
            report.skip("voice-models", "no network");
            Ok("2 recipes".to_owned())
        });
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("report.json");
        report.write(&file).expect("written");
        let read: serde_json::Value = serde_json::from_slice(&std::fs::read(file).expect("the file")).expect("JSON");
        assert_eq!(read["steps"][0]["findings"], 1);
        assert_eq!(read["steps"][0]["said"], "2 recipes");
        assert_eq!(read["findings"][0]["place"], "sonic");
        assert_eq!(read["skipped"][0]["what"], "voice-models");
    }
}

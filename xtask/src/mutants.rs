//! `cargo xtask mutants`: bugs are planted one at a time, and the tests have to notice.

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;
use xtask::tally::Tally;
use xtask::{build, places, process, tools};

/// Where bugs are planted when nothing is named.
const PACKAGES: &[&str] = &[
    "parley-answers",
    "parley-audio",
    "parley-conversation",
    "parley-engines",
    "parley-model-file",
    "parley-models",
    "parley-update",
];

/// Where none are planted: tests, and the engines of tests.
const LEFT_OUT: [&str; 4] = ["--exclude", "**/tests/**", "--exclude", "**/scripted/**"];

/// Options of the mutants.
#[derive(Args)]
pub struct Options {
    /// Crates to plant bugs in; by default the core, the update crate, audio, engines and models
    packages: Vec<String>,
    /// How many of each crate's possible bugs are tried
    #[arg(long, default_value_t = 40, conflicts_with = "all")]
    sample: usize,
    /// Chooses the sample: the same seed plants the same bugs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// All that are possible: many hours
    #[arg(long)]
    all: bool,
    /// The least share that has to be noticed, in percent
    #[arg(long, default_value_t = 90.0)]
    at_least: f64,
}

/// Plants them, and counts those that the crate's own tests notice.
pub fn run(options: &Options, _install: bool) -> Result<()> {
    let program = tools::MUTANTS.program()?;
    let packages: Vec<&str> = match options.packages.as_slice() {
        [] => PACKAGES.to_vec(),
        named => named.iter().map(String::as_str).collect(),
    };
    let mut too_few = Vec::new();
    let mut tally = Tally::default();
    for package in packages {
        let folder = places::target().join("mutants").join(package);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut mutants = build::cargo_helper(&program);
        mutants.arg("mutants").args(LEFT_OUT).args(["--package", package]);
        let all = process::output(mutants.args(["--list", "--json"]))?;
        let mut names: Vec<String> = serde_json::from_str::<Vec<Value>>(&all)?
            .iter()
            .filter_map(|mutant| Some(mutant["name"].as_str()?.to_owned()))
            .collect();
        ensure!(!names.is_empty(), "no bug can be planted in {package}");
        if !options.all {
            fastrand::Rng::with_seed(options.seed).shuffle(&mut names);
            names.truncate(options.sample);
        }
        let mut mutants = build::cargo_helper(&program);
        mutants.args(["mutants", "--no-shuffle"]).args(LEFT_OUT).args(["--package", package, "--output"]).arg(&folder);
        for name in &names {
            mutants.args(["--re", &format!("^{}$", escaped(name))]);
        }
        // It fails whenever one was missed; what counts is in its report.
        let _ = process::run(&mut mutants);
        let report = folder.join("mutants.out/outcomes.json");
        let report = std::fs::read(&report).with_context(|| format!("{} was not written", report.display()))?;
        let report: Value = serde_json::from_slice(&report)?;
        let count = |kind: &str| report[kind].as_u64().unwrap_or_default() as usize;
        let (noticed, missed) = (count("caught") + count("timeout"), count("missed"));
        let share = 100.0 * noticed as f64 / (noticed + missed).max(1) as f64;
        println!("{package}: {noticed} of {} planted bugs were noticed, {share:.0} %", noticed + missed);
        tally.add(noticed, missed, package);
        tally.skip(count("unviable"), "do not compile");
        if share < options.at_least {
            too_few.push(format!("{package} {share:.0} %"));
        }
    }
    println!("{tally}");
    ensure!(too_few.is_empty(), "fewer than {} % were noticed: {}", options.at_least, too_few.join(", "));
    Ok(())
}

/// The name as a regular expression that matches it alone. Angle brackets mean themselves, and behind a backslash the
/// border of a word.
fn escaped(name: &str) -> String {
    let is_special = |letter: char| letter.is_ascii_punctuation() && !"<>_".contains(letter);
    name.chars().flat_map(|letter| is_special(letter).then_some('\\').into_iter().chain([letter])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_matches_itself_alone() {
        assert_eq!(
            escaped("a/b.rs:1:2: replace f -> Vec<u8> with vec![]"),
            "a\\/b\\.rs\\:1\\:2\\: replace f \\-> Vec<u8> with vec\\!\\[\\]"
        );
    }
}

//! `cargo xtask coverage`: which lines of our crates the tests run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;

use xtask::{places, process, system, tools};

use crate::Built;

/// Our crates, and the tests of them all together. Two workers are left out: they are mostly calls into whisper.cpp and
/// llama.cpp.
const PACKAGES: &[&str] = &[
    "parley",
    "parley-audio",
    "parley-answers",
    "parley-conversation",
    "parley-daemon",
    "parley-e2e",
    "parley-engines",
    "parley-model-file",
    "parley-models",
    "parley-restart",
    "parley-settings",
    "parley-setup",
    "parley-update",
    "parley-worker-piper",
    "parley-worker-smart-turn",
];

/// What the product does not hold, and the workers that are left out.
const NOT_COUNTED: &[&str] =
    &["tests/*", "xtask/*", "ota/*", "appliance/workers/whisper/*", "appliance/workers/llama/*"];

/// Options of the coverage run.
#[derive(Args)]
pub struct Options {
    /// The least share of lines, in percent
    #[arg(long, default_value_t = 80.0)]
    at_least: f64,
}

/// Measures the line coverage of our crates, those apart that are mostly calls into native libraries.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let built = Built::workspace(&[parley_speech::SYSTEM_PACKAGES, system::UPDATE_TESTS].concat(), install)?;
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    parley_speech::prepare(&parley_speech::default_folder())?;
    let tarpaulin = tools::TARPAULIN.program()?;
    let report = places::workspace().join("target/coverage");
    std::fs::create_dir_all(&report)?;
    let mut command = Command::new(tarpaulin);
    built.same_environment(&mut command);
    command.current_dir(places::workspace());
    command.args(["tarpaulin", "--release", "--engine", "llvm", "--skip-clean", "--timeout", "1800"]);
    for package in PACKAGES {
        command.args(["--packages", package]);
    }
    for files in NOT_COUNTED {
        command.args(["--exclude-files", files]);
    }
    command.args(["--out", "Json", "--out", "Html", "--output-dir"]).arg(&report);
    let target = places::target().join("coverage");
    place_workers(&built, &target.join("release"))?;
    command.arg("--target-dir").arg(target);
    process::run(&mut command)?;
    let json = std::fs::read(report.join("tarpaulin-report.json")).context("tarpaulin wrote no report")?;
    let json: serde_json::Value = serde_json::from_slice(&json)?;
    let percent = json["coverage"].as_f64().context("the report names no coverage")?;
    println!("{percent:.1} % of the lines are covered; {} shows which", report.join("tarpaulin-report.html").display());
    ensure!(percent >= options.at_least, "{percent:.1} % is less than {} %", options.at_least);
    Ok(())
}

/// The workers that are not counted, and what all workers need, for the tests that run the whole product.
fn place_workers(built: &Built, programs: &Path) -> Result<()> {
    std::fs::create_dir_all(programs)?;
    for worker in ["parley-worker-whisper", "parley-worker-llama"] {
        std::fs::copy(places::programs().join(worker), programs.join(worker))
            .with_context(|| format!("cannot copy {worker}"))?;
    }
    built.place_data_beside(programs)
}

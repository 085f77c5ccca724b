//! `cargo xtask check`: what can be known about a change within a minute.

use anyhow::Result;
use clap::Args;
use xtask::tally::Tally;
use xtask::{build, process, system, tools};

/// Tested here: what needs no engine, no image and no model. Clippy looks at everything but the workers.
const PURE: &[&str] = &[
    "parley",
    "parley-audio",
    "parley-answers",
    "parley-conversation",
    "parley-daemon",
    "parley-door",
    "parley-door-client",
    "parley-engines",
    "parley-gateway",
    "parley-model-file",
    "parley-models",
    "parley-settings",
    "parley-setup",
    "xtask",
];

/// Options of the check.
#[derive(Args)]
pub struct Options {
    /// Only tests whose name contains this
    filter: Option<String>,
}

/// Formatting, lints, and the tests of the pure crates, in the quick profile.
pub fn run(options: &Options, install: bool) -> Result<()> {
    system::ensure(system::CHECK, install)?;
    let nextest = tools::NEXTEST.program()?;
    let mut tally = Tally::default();
    if options.filter.is_none() {
        tally.step("formatting", || process::run(build::cargo().args(["fmt", "--all", "--check"])));
        tally.step("lints", || {
            let mut clippy = build::cargo();
            clippy.args(["clippy", "--quiet", "--locked", "--workspace", "--all-targets"]);
            for worker in build::workers()? {
                clippy.args(["--exclude", &worker]);
            }
            process::run(clippy.args(["--", "-D", "warnings"]))
        });
    }
    let mut tests = build::cargo_helper(nextest);
    tests.args(["nextest", "run", "--locked", "--no-fail-fast", "--status-level", "fail"]).args(&options.filter);
    for package in PURE {
        tests.args(["--package", package]);
    }
    tally.runner("tests", &mut tests)?;
    tally.close()
}

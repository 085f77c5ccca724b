//! `cargo xtask test`: everything that a change must pass.

use std::process::Command;

use anyhow::Result;
use clap::Args;
use parley_speech as speech;

use crate::{build, device, measure, process, system, tools};

/// Options of the test run.
#[derive(Args)]
pub struct Options {
    /// Only tests whose name contains this; formatting, lints, licences and the virtual device are left out
    filter: Option<String>,
}

/// Formatting, lints, licences, all tests, real conversations, and the virtual device's cases of every change.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let built = build::ready(&[speech::SYSTEM_PACKAGES, system::UPDATE_TESTS, system::DEVICE].concat(), install)?;
    if options.filter.is_none() {
        process::run(built.cargo().args(["fmt", "--all", "--check"]))?;
        process::run(built.cargo().args([
            "clippy",
            "--release",
            "--locked",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))?;
        process::run(
            built
                .cargo()
                .args(["doc", "--release", "--locked", "--workspace", "--no-deps", "--quiet"])
                .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"),
        )?;
        let deny = tools::DENY.program()?;
        process::run(
            Command::new(deny).current_dir(crate::places::workspace()).args(["check", "licenses", "bans", "sources"]),
        )?;
    }
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    speech::prepare(&speech::default_folder())?;
    let nextest = tools::NEXTEST.program()?;
    let mut tests = Command::new(nextest);
    built.same_environment(&mut tests);
    tests.current_dir(crate::places::workspace()).args([
        "nextest",
        "run",
        "--release",
        "--locked",
        "--workspace",
        "--no-fail-fast",
    ]);
    tests.args(&options.filter);
    process::run(&mut tests)?;
    if options.filter.is_none() {
        process::run(built.cargo().args(["test", "--release", "--locked", "--workspace", "--doc", "--quiet"]))?;
        let soak = ["soak", "--turns", "25", "--kill-every", "5", "--threads", "1"];
        measure::run_with(&soak.map(str::to_owned), install)?;
        device::test_every_change()?;
    }
    Ok(())
}

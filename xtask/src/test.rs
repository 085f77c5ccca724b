//! `cargo xtask test`: everything that a change must pass.

use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;
use parley_speech as speech;
use xtask::tally::Tally;
use xtask::{build, places, process, system, tools};

use crate::peers::{self, PEERS};
use crate::{Built, image};

/// Options of the test run.
#[derive(Args)]
pub struct Options {
    /// Only tests whose name contains this; formatting, lints, licences and the virtual device are left out
    filter: Option<String>,
    /// Only the tests with big peers, which every other run leaves out
    #[arg(long, conflicts_with = "filter")]
    peers: bool,
}

/// Formatting, lints, licences, all tests, real conversations, and the virtual device's cases of every change.
pub fn run(options: &Options, install: bool) -> Result<()> {
    let built = Built::workspace(&[speech::SYSTEM_PACKAGES, system::UPDATE_TESTS, system::DEVICE].concat(), install)?;
    let mut tally = Tally::default();
    if options.peers {
        with_peers(&built, &mut tally)?;
        return tally.close();
    }
    if options.filter.is_none() {
        quality(&built, &mut tally);
    }
    process::run(Command::new(&built.parley).args(["models", "fetch"]))?;
    speech::prepare(&speech::default_folder())?;
    tally.runner("tests", nextest(&built)?.arg("--workspace").args(&options.filter))?;
    if options.filter.is_none() {
        let mut documentation = built.cargo();
        tally.runner(
            "examples in the documentation",
            documentation.args(["test", "--release", "--locked", "--workspace", "--doc", "--quiet"]),
        )?;
        tally.step("soak", || {
            let soak = ["soak", "--turns", "25", "--kill-every", "5", "--threads", "1"];
            process::run(Command::new(places::programs().join("measure")).args(soak))
        });
        tally.runner(
            "virtual device",
            &mut image::command(&["device", "test", "--if-possible"].map(str::to_owned), install),
        )?;
        for (reason, count) in peers::ignored()? {
            tally.skip(count, &format!("{reason} (test --peers)"));
        }
    }
    tally.close()
}

/// Formatting, lints, documentation and licences.
fn quality(built: &Built, tally: &mut Tally) {
    tally.step("formatting", || process::run(built.cargo().args(["fmt", "--all", "--check"])));
    let everything = ["--release", "--locked", "--workspace"];
    tally.step("lints", || {
        process::run(built.cargo().arg("clippy").args(everything).args(["--all-targets", "--", "-D", "warnings"]))
    });
    tally.step("documentation", || {
        let mut doc = built.cargo();
        doc.arg("doc").args(everything).args(["--no-deps", "--quiet"]);
        process::run(doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links"))
    });
    tally.step("licences and bans", || {
        let mut deny = build::cargo_helper(tools::DENY.program()?);
        process::run(deny.args(["check", "licenses", "bans", "sources"]))
    });
}

fn with_peers(built: &Built, tally: &mut Tally) -> Result<()> {
    let ignored = peers::ignored()?;
    for peer in PEERS {
        if peer.is_here() {
            if !peer.models.is_empty() {
                process::run(Command::new(&built.parley).args(["models", "fetch"]).args(peer.models))?;
            }
            let tests = ["--run-ignored", "only", "--filterset", peer.tests];
            tally.runner(peer.tests, nextest(built)?.arg("--workspace").args(tests))?;
        } else {
            tally.skip(ignored.get(peer.reason).copied().unwrap_or_default(), peer.reason);
        }
    }
    Ok(())
}

fn nextest(built: &Built) -> Result<Command> {
    let mut tests = build::cargo_helper(tools::NEXTEST.program().context("cannot have the test runner")?);
    built.same_environment(&mut tests);
    tests.args(["nextest", "run", "--release", "--locked", "--no-fail-fast"]);
    Ok(tests)
}

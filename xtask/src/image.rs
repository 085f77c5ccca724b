//! `cargo xtask bundle|device|layer|release`: handed on to the program of `ota/image`, which is only then compiled.

use std::process::Command;

use anyhow::Result;
use xtask::{build, process};

/// The program with these arguments, to be run by cargo.
pub fn command(arguments: &[String], install: bool) -> Command {
    let mut cargo = build::cargo();
    cargo.args(["run", "--quiet", "--release", "--locked", "--package", "parley-image", "--"]).args(arguments);
    if !install {
        cargo.arg("--no-install");
    }
    cargo
}

/// Runs it.
pub fn run(arguments: &[String], install: bool) -> Result<()> {
    process::replace(&mut command(arguments, install))
}

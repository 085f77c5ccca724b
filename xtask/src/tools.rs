//! Cargo's helpers, at versions that are known to work, in a folder of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::{places, process};

/// A helper of cargo.
pub struct Tool {
    /// The crate and program.
    name: &'static str,
    version: &'static str,
}

/// The test runner.
pub const NEXTEST: Tool = Tool { name: "cargo-nextest", version: "0.9.143" };
/// Licences and bans.
pub const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
/// Planted bugs.
pub const MUTANTS: Tool = Tool { name: "cargo-mutants", version: "27.1.0" };
/// Fuzzing.
pub const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.1" };
/// Coverage.
pub const TARPAULIN: Tool = Tool { name: "cargo-tarpaulin", version: "0.37.5" };

impl Tool {
    /// The program: one that is installed, whatever its version, or ours, installed when first needed.
    pub fn program(&self) -> Result<PathBuf> {
        // As cargo calls it, with its command first.
        let command = self.name.trim_start_matches("cargo-");
        if Command::new(self.name).args([command, "--version"]).output().is_ok_and(|output| output.status.success()) {
            return Ok(self.name.into());
        }
        let root = places::cache()?.join("tools").join(format!("{}-{}", self.name, self.version));
        let program = root.join("bin").join(self.name);
        if !program.is_file() {
            println!("Installing {} {} (once, some minutes)", self.name, self.version);
            let mut install = Command::new("cargo");
            install.args(["install", "--quiet", "--locked", "--version", self.version, self.name]);
            // A build folder of its own, so that an interrupted installation goes on where it stopped.
            install.arg("--root").arg(&root).arg("--target-dir").arg(places::cache()?.join("tools/target"));
            process::run(&mut install)?;
        }
        Ok(program)
    }
}

//! The program: fetched, unpacked and configured by bitbake, and then built from that very tree by this machine's cargo, which may not fetch anything.
//! What is missing in the crate list is missing there.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Build, mirror, recipes, run};
use crate::layer::check::Check;
use crate::layer::report::Report;
use crate::{places, process};

const RECIPE: &str = "meta-voice/recipes-parley/parley/parley_0.1.0.bb";
/// What is built here. The workers' native libraries take longer than everything else, and are built by `cargo xtask build` from the same crates.
const PACKAGES: &[&str] = &["parley-restart", "parley-setup", "parley-update", "parley"];
/// What is not.
const WORKERS: &str = "parley-engine-ears, -llama, -piper and -whisper";

/// Fetch, unpack and configure.
pub fn configure(check: &mut Check<'_>, report: &mut Report) -> Result<String> {
    let checkout = check.checkout;
    let sources = check.sources().map(std::path::Path::to_owned);
    let build = check.build()?;
    let crates = mirror::fill(checkout, build, sources.as_deref())?;
    let (said, succeeded) = build.task(RECIPE, "configure")?;
    let missing = recipes::unreachable(&said);
    ensure!(
        missing.is_empty(),
        "cargo has fetched what Cargo.lock lists, and bitbake still wants {}",
        missing.join(" ")
    );
    let complaints = run::complaints(&said);
    ensure!(succeeded || !complaints.is_empty(), "bitbake -c configure failed:\n{said}");
    for complaint in complaints {
        report.find("bitbake -c configure", RECIPE, complaint);
    }
    Ok(format!("{crates} crates; {}", run::summary(&said, "NOTE: Tasks Summary: ")))
}

/// The tree that bitbake has made, and the part of its configuration of cargo that holds on this machine.
fn tree(build: &Build) -> Result<(PathBuf, String)> {
    let values = build.environment(RECIPE)?;
    let source = PathBuf::from(run::expect_value(&values, "S")?);
    let home = PathBuf::from(run::expect_value(&values, "CARGO_HOME")?);
    let text = fs::read_to_string(home.join("config.toml"))
        .context("bitbake has not configured the program: run the step `appliance` first")?;
    Ok((source, sources_only(&text)?))
}

/// Where crates come from. Compilers and linkers of the device are left out.
fn sources_only(config: &str) -> Result<String> {
    let config: toml::Table = config.parse().context("bitbake's configuration of cargo cannot be read")?;
    let source = config.get("source").context("bitbake's configuration of cargo names no source")?.clone();
    Ok(toml::to_string(&toml::Table::from_iter([("source".to_owned(), source)]))?)
}

/// Builds that tree, offline and with nothing but its crates.
pub fn frozen(check: &mut Check<'_>, report: &mut Report) -> Result<String> {
    let (source, config) = tree(check.build()?)?;
    let home = tempfile::tempdir_in(places::cache()?)?;
    fs::write(home.path().join("config.toml"), config)?;
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new("nice");
        cargo.args(["-n", "19", "cargo"]).args(arguments).current_dir(&source);
        cargo.env("CARGO_HOME", home.path()).env("CARGO_TARGET_DIR", places::target().join("layer"));
        cargo
    };
    // Every crate of the workspace, for every platform.
    let metadata = process::output(&mut cargo(&["metadata", "--frozen", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo prints JSON")?;
    let packages = metadata["packages"].as_array().map_or(0, Vec::len);
    let mut arguments = vec!["build", "--frozen", "--release"];
    arguments.extend(PACKAGES.iter().flat_map(|package| ["--package", package]));
    process::run(&mut cargo(&arguments))?;
    report.skip(
        format!("building {WORKERS}"),
        "their C++ takes longer than all the rest; cargo xtask build builds them from the same crates",
    );
    Ok(format!("{packages} packages resolved; built: {}", PACKAGES.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sources_of_bitbakes_configuration_hold_on_this_machine() {
        let config = "paths = [\n]\n[source.bitbake]\ndirectory = \"/x\"\n[source.crates-io]\nreplace-with = \"bitbake\"\n\
                      [target.aarch64-voice-linux-gnu]\nlinker = \"cross\"\n[build]\ntarget-dir = \"/y\"\n";
        let ours = sources_only(config).expect("sources");
        assert!(ours.contains("directory = \"/x\"") && ours.contains("replace-with"), "{ours}");
        assert!(!ours.contains("cross") && !ours.contains("target-dir"), "{ours}");
        assert!(sources_only("[build]\n").is_err());
    }
}

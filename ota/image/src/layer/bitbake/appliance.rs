//! The program: fetched, unpacked and configured by bitbake, and then built from that very tree by this machine's cargo, which may not fetch anything.
//! What is missing in the crate list is missing there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Build, recipes, run};
use crate::layer::check::Check;
use crate::layer::report::Report;
use xtask::{onnxruntime, places, process, system};

const RECIPE: &str = "meta-voice/recipes-parley/parley/parley_0.1.0.bb";

pub fn configure(check: &mut Check<'_>, report: &mut Report) -> Result<String> {
    let (build, crates) = check.build_with_sources()?;
    let (said, succeeded) = build.task(RECIPE, "configure")?;
    let missing = recipes::unreachable(&said);
    ensure!(
        missing.is_empty(),
        "cargo has fetched what Cargo.lock lists, and bitbake still wants {}",
        missing.join(" ")
    );
    run::judge(&said, succeeded, "bitbake -c configure", RECIPE, report);
    Ok(format!("{crates} crates; {}", run::summary(&said, "NOTE: Tasks Summary: ")))
}

/// Where the program's source is, the part of its configuration of cargo that holds on this machine, and the packages that are built.
fn tree(build: &Build) -> Result<(PathBuf, String, Vec<String>)> {
    let values = build.environment(RECIPE)?;
    let value = |name| run::expect_value(&values, name);
    let text = fs::read_to_string(PathBuf::from(value("CARGO_HOME")?).join("config.toml"))
        .context("bitbake has not configured the program: run the step `appliance` first")?;
    let packages = selected(&value("CARGO_BUILD_FLAGS")?);
    ensure!(!packages.is_empty(), "the recipe builds no package of the workspace by its name");
    Ok((value("S")?.into(), sources_only(&text)?, packages))
}

/// The packages that flags of `cargo build` select.
fn selected(flags: &str) -> Vec<String> {
    let flags: Vec<&str> = flags.split_whitespace().collect();
    flags.windows(2).filter(|pair| ["-p", "--package"].contains(&pair[0])).map(|pair| pair[1].to_owned()).collect()
}

/// Where crates come from. Compilers and linkers of the device are left out.
fn sources_only(config: &str) -> Result<String> {
    let config: toml::Table = config.parse().context("bitbake's configuration of cargo cannot be read")?;
    let source = config.get("source").context("bitbake's configuration of cargo names no source")?.clone();
    Ok(toml::to_string(&toml::Table::from_iter([("source".to_owned(), source)]))?)
}

/// Builds that tree, offline and with nothing but its crates, and the native libraries that the recipe gets from others from this machine.
pub fn frozen(check: &mut Check<'_>) -> Result<String> {
    system::ensure(system::BUILD, check.install)?;
    let onnxruntime = onnxruntime::ensure()?;
    let (source, config, packages) = tree(check.build()?)?;
    let home = tempfile::tempdir_in(places::cache()?)?;
    fs::write(home.path().join("config.toml"), config)?;
    let Metadata { packages: resolved, own } = metadata(&source, home.path())?;
    // Its files are as old as their commit: cargo would take what another tree has left for theirs.
    let mut clean = cargo(&source, home.path());
    process::run(
        clean.args(["clean", "--quiet", "--frozen", "--release"]).args(own.iter().flat_map(|name| ["--package", name])),
    )?;
    let mut build = cargo(&source, home.path());
    build.args(["build", "--frozen", "--release"]).env("ORT_LIB_LOCATION", onnxruntime);
    build.args(packages.iter().flat_map(|package| ["--package", package]));
    process::run(&mut build)?;
    Ok(format!("{resolved} packages resolved; built: {}", packages.join(", ")))
}

/// cargo in that tree, with that configuration and no other.
fn cargo(source: &Path, home: &Path) -> Command {
    let mut cargo = Command::new("nice");
    cargo.args(["-n", "19", "cargo"]).current_dir(source);
    cargo.env("CARGO_HOME", home).env("CARGO_TARGET_DIR", places::target().join("layer"));
    cargo
}

/// What cargo makes of the tree.
struct Metadata {
    /// How many packages the workspace needs, for every platform; each of them has to be there.
    packages: usize,
    /// The names of those that are the workspace's own.
    own: Vec<String>,
}

fn metadata(source: &Path, home: &Path) -> Result<Metadata> {
    #[derive(serde::Deserialize)]
    struct Told {
        packages: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        name: String,
        source: Option<String>,
    }
    let told = process::output(cargo(source, home).args(["metadata", "--frozen", "--format-version", "1"]))?;
    let Told { packages } = serde_json::from_str(&told).context("cargo prints JSON")?;
    let own = packages.iter().filter(|package| package.source.is_none()).map(|package| package.name.clone()).collect();
    Ok(Metadata { packages: packages.len(), own })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_missing_in_the_tree_or_is_another_version_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n");
        let sum = "0".repeat(64);
        let from = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        write("tree/Cargo.toml", &(package("own") + "[dependencies]\nother = \"1\"\n"));
        write("tree/src/lib.rs", "");
        write(
            "tree/Cargo.lock",
            &format!(
                "version = 4\n[[package]]\nname = \"other\"\nversion = \"1.0.0\"\n{from}\nchecksum = \"{sum}\"\n\
                 [[package]]\nname = \"own\"\nversion = \"1.0.0\"\ndependencies = [\"other\"]\n"
            ),
        );
        write("crates/other-1.0.0/Cargo.toml", &package("other"));
        write("crates/other-1.0.0/src/lib.rs", "");
        write("crates/other-1.0.0/.cargo-checksum.json", &format!("{{\"files\":{{}},\"package\":\"{sum}\"}}"));
        let crates = folder.path().join("crates");
        let config = format!(
            "[source.bitbake]\ndirectory = \"{}\"\n[source.crates-io]\nreplace-with = \"bitbake\"\n",
            crates.display()
        );
        write("home/config.toml", &config);
        let resolved =
            || metadata(&folder.path().join("tree"), &folder.path().join("home")).map(|metadata| metadata.packages);
        assert_eq!(resolved().expect("resolved"), 2);
        write("crates/other-1.0.0/Cargo.toml", &package("other").replace("1.0.0", "1.0.1"));
        assert!(resolved().is_err());
        fs::remove_dir_all(crates.join("other-1.0.0")).expect("removed");
        assert!(resolved().is_err());
    }

    #[test]
    fn packages_are_what_the_flags_select() {
        let flags = "-v --frozen --target aarch64-x --release --manifest-path=/s/Cargo.toml  -p parley   --package parley-setup ";
        assert_eq!(selected(flags), ["parley", "parley-setup"]);
        assert!(selected("--release --workspace -p").is_empty());
    }

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

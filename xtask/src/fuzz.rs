//! `cargo xtask fuzz`: the targets of tests/fuzz, guided by coverage.

use anyhow::{Context, Result, ensure};
use clap::Args;
use xtask::tally::Tally;
use xtask::{build, places, process, system, tools};

/// Options of the fuzzers.
#[derive(Args)]
pub struct Options {
    /// Targets by their names; all of them by default
    targets: Vec<String>,
    /// How long each target runs, in seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
}

/// Runs each target for a while. It begins with tests/fuzz/seeds; what it finds is kept in tests/fuzz/artifacts,
/// and what widens the coverage in the cache.
pub fn run(options: &Options, install: bool) -> Result<()> {
    system::ensure(system::FUZZ, install)?;
    let folder = places::workspace().join("tests/fuzz");
    let known = targets(&folder)?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        anyhow::bail!("there is no target {unknown}; there are {}", known.join(", "));
    }
    let mut tally = Tally::default();
    let fuzzer = tools::FUZZ.program()?;
    for target in known.iter().filter(|name| options.targets.is_empty() || options.targets.contains(name)) {
        let corpus = places::cache()?.join("fuzz").join(target);
        std::fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
        tally.step(target, || {
            let mut fuzz = build::cargo_helper(&fuzzer);
            // No sanitizer: our code is safe Rust, and they need an unstable compiler.
            fuzz.args(["fuzz", "run", "--features", "fuzzer", "--sanitizer", "none", "--fuzz-dir"]).arg(&folder);
            fuzz.arg(target).arg(&corpus).arg(folder.join("seeds").join(target));
            let time = format!("-max_total_time={}", options.seconds);
            process::run(fuzz.args(["--", &time, "-timeout=10", "-rss_limit_mb=1024"]))
        });
    }
    tally.close()
}

fn targets(folder: &std::path::Path) -> Result<Vec<String>> {
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
    let manifest: toml::Table = manifest.parse()?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).context("tests/fuzz/Cargo.toml has no targets")?;
    let names: Vec<String> = bins.iter().filter_map(|bin| Some(bin.get("name")?.as_str()?.to_owned())).collect();
    ensure!(!names.is_empty(), "tests/fuzz/Cargo.toml names no targets");
    Ok(names)
}

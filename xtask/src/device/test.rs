//! `cargo xtask device test`: the named cases, on freshly built disks.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use clap::Args;
use parley_device::cases::{Bench, CASES, Case};

use super::disk;

/// Which cases.
#[derive(Args)]
pub struct Options {
    /// Only cases whose name contains this; then all of them, not only those of every change
    filter: Option<String>,
    /// All cases: an hour at most
    #[arg(long)]
    full: bool,
    /// How many power cuts of a recording are checked, instead of 1,000
    #[arg(long)]
    cuts: Option<u64>,
    /// Check the one power cut of this seed, which a failure has printed
    #[arg(long)]
    seed: Option<u64>,
    /// Only name the cases and what they expect
    #[arg(long)]
    list: bool,
}

/// Runs them, one after the other: they share two cores with nobody.
pub fn run(options: &Options) -> Result<()> {
    let named = |case: &&Case| options.filter.as_ref().is_none_or(|filter| case.name.contains(filter.as_str()));
    let wanted = |case: &&Case| options.full || options.filter.is_some() || case.always;
    let cases: Vec<&Case> = CASES.iter().filter(named).filter(wanted).collect();
    ensure!(!cases.is_empty(), "no case has such a name; see --list");
    if options.list {
        cases.iter().for_each(|case| println!("{}: {}", case.name, case.expects));
        return Ok(());
    }
    let built = disk::ready()?;
    let folder = super::folder()?.join("cases");
    let bench = Bench {
        layout: super::layout()?,
        disk: built.disk,
        bundles: built.bundles,
        cuts: options.cuts,
        seed: options.seed,
        folder,
    };
    let mut failed = Vec::new();
    for case in &cases {
        println!("{} … {}", case.name, case.expects);
        let begun = Instant::now();
        let outcome = (case.run)(&bench);
        let seconds = begun.elapsed().as_secs();
        match outcome {
            Ok(measured) => {
                measured.iter().for_each(|line| println!("    {line}"));
                println!("    ok ({seconds} s)");
                super::make::remove(&bench.folder(case.name))?;
            }
            Err(error) => {
                println!(
                    "    FAILED ({seconds} s): {error:#}\n    its consoles are in {}",
                    bench.folder(case.name).display()
                );
                failed.push(case.name);
            }
        }
    }
    println!("{} passed, {} failed", cases.len() - failed.len(), failed.len());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

//! `cargo xtask device test`: the named cases, on freshly built disks.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use clap::Args;
use parley_device::cases::{Bench, Figures, Report, SCENARIOS, Scenario};
use parley_device::range_server;

use super::disk;

/// Which cases.
#[derive(Args)]
pub struct Options {
    /// One scenario by its name, or all cases whose name contains this; not only those of every change
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

/// Shows the figures that the last runs measured.
#[derive(Args)]
pub struct FiguresOptions {
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Prints them.
pub fn figures(options: &FiguresOptions) -> Result<()> {
    let figures = known_figures(&figures_file()?)?;
    println!("{}", if options.json { serde_json::to_string_pretty(&figures)? } else { figures.table() });
    Ok(())
}

/// What one connection is served from.
#[derive(Args)]
pub struct ServeOptions {
    folder: PathBuf,
    log: PathBuf,
}

/// Serves one connection over standard input and output.
pub fn serve(options: &ServeOptions) -> Result<()> {
    let log = fs::OpenOptions::new().append(true).create(true).open(&options.log)?;
    Ok(range_server::serve(&options.folder, std::io::stdin().lock(), std::io::stdout().lock(), log)?)
}

fn figures_file() -> Result<PathBuf> {
    Ok(super::folder()?.join("figures.json"))
}

fn known_figures(file: &Path) -> Result<Figures> {
    if file.exists() { Ok(serde_json::from_slice(&fs::read(file)?)?) } else { Ok(Figures::default()) }
}

/// Runs them, one after the other: they share two cores with nobody.
pub fn run(options: &Options) -> Result<()> {
    let is_scenario = |name: &str| SCENARIOS.iter().any(|scenario| scenario.name == name);
    let named = |scenario: &&&Scenario| {
        options.filter.as_ref().is_none_or(|filter| {
            if is_scenario(filter) {
                return scenario.name == filter;
            }
            let names = scenario.cases.iter().map(|case| case.name).chain([scenario.name]);
            names.into_iter().any(|name| name.contains(filter.as_str()))
        })
    };
    // A replay without a recording says nothing: it runs only when it is asked for.
    let wanted =
        |scenario: &&&Scenario| options.filter.is_some() || scenario.always || (options.full && scenario.starts > 0);
    let scenarios: Vec<&Scenario> = SCENARIOS.iter().filter(named).filter(wanted).copied().collect();
    ensure!(!scenarios.is_empty(), "no case has such a name; see --list");
    if options.list {
        for case in scenarios.iter().flat_map(|scenario| scenario.cases) {
            println!("{}: {}", case.name, case.expects);
        }
        return Ok(());
    }
    let built = disk::ready()?;
    let folder = super::folder()?.join("cases");
    let bench = Bench {
        layout: super::layout()?,
        disk: built.disk,
        bundles: built.bundles,
        served: built.served,
        stick: built.stick,
        server: format!("{} device serve", std::env::current_exe()?.display()),
        cuts: options.cuts,
        seed: options.seed,
        folder,
    };
    let (mut passed, mut failed) = (0, Vec::new());
    let begun = Instant::now();
    let standstill = Standstill::watch();
    for scenario in scenarios {
        let before = standstill.count();
        let mut report = run_one(&bench, scenario)?;
        if standstill.count() != before && report.outcomes().any(|(_, outcome)| !outcome.is_some_and(Result::is_ok)) {
            println!("    the host stood still meanwhile, and the guest's clocks with it did not: once more");
            report = run_one(&bench, scenario)?;
        }
        let failures = report.outcomes().filter(|(_, outcome)| !outcome.is_some_and(Result::is_ok));
        let failures: Vec<&str> = failures.map(|(name, _)| name).collect();
        passed += scenario.cases.len() - failures.len();
        if failures.is_empty() {
            super::make::remove(&bench.folder(scenario.name))?;
        } else {
            println!("    its consoles are in {}", bench.folder(scenario.name).display());
        }
        failed.extend(failures);
        let mut figures = known_figures(&figures_file()?)?;
        figures.update(&report.figures);
        fs::write(figures_file()?, serde_json::to_vec_pretty(&figures)?)?;
    }
    println!("{passed} passed, {} failed, in {} s", failed.len(), begun.elapsed().as_secs());
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Notices when this host stops programs for a while: a guest that waited then sees its time jump, and its watchdogs bite.
struct Standstill(Arc<AtomicU64>);

impl Standstill {
    /// How often is looked, and what counts as standing still.
    const LOOK: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(5);

    fn watch() -> Standstill {
        let count = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            loop {
                let before = Instant::now();
                std::thread::sleep(Standstill::LOOK);
                if before.elapsed() > Standstill::LONGEST {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Standstill(count)
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

fn run_one(bench: &Bench, scenario: &'static Scenario) -> Result<Report> {
    println!("{} ({} starts)", scenario.name, scenario.starts);
    let begun = Instant::now();
    let mut report = Report::new(scenario);
    super::make::remove(&bench.folder(scenario.name))?;
    let ended = (scenario.run)(bench, &mut report);
    for (name, outcome) in report.outcomes() {
        match outcome {
            Some(Ok(words)) => println!("    ok      {name}  {}", words.replace('\n', "\n            ")),
            Some(Err(error)) => println!("    FAILED  {name}  {error:#}"),
            None => println!("    FAILED  {name}  was not reached"),
        }
    }
    if let Err(error) = ended {
        println!("    the scenario ended early: {error:#}");
    }
    println!("    {} s", begun.elapsed().as_secs());
    Ok(report)
}

//! `cargo xtask device test`: the named cases, on freshly built disks.

mod order;
mod standstill;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use clap::Args;
use parley_device::cases::{Bench, Figures, Report, SCENARIOS, Scenario};
use parley_device::range_server;

use self::order::{Next, Order};
use self::standstill::Standstill;
use super::{cross, disk, versions};
use crate::files;

#[derive(Args, Default)]
pub struct Options {
    /// Scenarios by their names, or all cases whose names contain this; not only those of every change
    filters: Vec<String>,
    /// All cases: an hour at most
    #[arg(long)]
    full: bool,
    /// Check the one power cut of this seed, which a failure has printed
    #[arg(long)]
    seed: Option<u64>,
    /// How many scenarios run side by side; by default one for each processor of this host
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Leave them all out, and say so, where the virtual device cannot be built
    #[arg(long)]
    if_possible: bool,
    /// Only name the cases and what they expect; with --full all of them
    #[arg(long)]
    list: bool,
}

pub fn figures(json: bool) -> Result<()> {
    let figures = known_figures(&figures_file()?)?;
    println!("{}", if json { serde_json::to_string_pretty(&figures)? } else { figures.table() });
    Ok(())
}

/// Serves one connection over standard input and output.
pub fn serve(folder: &Path, log: &Path) -> Result<()> {
    let mut log = fs::OpenOptions::new().append(true).create(true).open(log)?;
    let count = |sent| writeln!(log, "{sent}");
    Ok(range_server::serve(folder, std::io::stdin().lock(), std::io::stdout().lock(), count)?)
}

fn figures_file() -> Result<PathBuf> {
    Ok(super::folder()?.join("figures.json"))
}

fn known_figures(file: &Path) -> Result<Figures> {
    if file.exists() { Ok(serde_json::from_slice(&fs::read(file)?)?) } else { Ok(Figures::default()) }
}

pub fn run(options: &Options) -> Result<()> {
    let is_scenario = |name: &str| SCENARIOS.iter().any(|scenario| scenario.name == name);
    let named = |scenario: &&&Scenario| {
        let names = || scenario.cases.iter().map(|case| case.name).chain([scenario.name]);
        let means = |filter: &String| match is_scenario(filter) {
            true => scenario.name == filter,
            false => names().any(|name| name.contains(filter.as_str())),
        };
        options.filters.is_empty() || options.filters.iter().any(means)
    };
    // A replay without a recording says nothing: it runs only when it is asked for.
    let wanted =
        |scenario: &&&Scenario| !options.filters.is_empty() || scenario.always || (options.full && scenario.starts > 0);
    let scenarios: Vec<&'static Scenario> = SCENARIOS.iter().filter(named).filter(wanted).copied().collect();
    ensure!(!scenarios.is_empty(), "no case has such a name; see --list");
    if options.list {
        for case in scenarios.iter().flat_map(|scenario| scenario.cases) {
            println!("{}: {}", case.name, case.expects);
        }
        return Ok(());
    }
    if options.if_possible && !cross::is_possible() {
        let cases: usize = scenarios.iter().map(|scenario| scenario.cases.len()).sum();
        println!("0 passed, 0 failed, {cases} skipped: {}", cross::IMPOSSIBLE);
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
        seed: options.seed,
        folder,
    };
    let processors = || std::thread::available_parallelism().map_or(1, |count| count.get());
    let jobs = options.jobs.map_or_else(processors, usize::from);
    let run = Run {
        bench: &bench,
        begun: Instant::now(),
        standstill: Standstill::watch(),
        order: Mutex::new(Order::of(scenarios)),
        changed: Condvar::new(),
        outcome: Mutex::default(),
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(|| run.work())).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a scenario panicked"))?)
    })?;
    let (passed, failed) = run.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{}", versions::compared(&built.userland)?);
    println!("took {} s", run.begun.elapsed().as_secs());
    println!("{passed} passed, {} failed, 0 skipped", failed.len());
    ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
    Ok(())
}

/// Scenarios on their way, side by side: each is a device of its own.
struct Run<'a> {
    bench: &'a Bench,
    begun: Instant,
    standstill: Standstill,
    order: Mutex<Order>,
    /// A scenario has ended: another one may have waited for it.
    changed: Condvar,
    /// How many cases passed, and which failed.
    outcome: Mutex<(usize, Vec<&'static str>)>,
}

impl Run<'_> {
    /// One worker: takes scenarios until none is left.
    fn work(&self) -> Result<()> {
        while let Some(scenario) = self.take() {
            let done = self.report(scenario);
            lock(&self.order).end(scenario);
            self.changed.notify_all();
            done?;
        }
        Ok(())
    }

    fn take(&self) -> Option<&'static Scenario> {
        let mut order = lock(&self.order);
        loop {
            match order.take() {
                Next::Now(scenario) => return Some(scenario),
                Next::Later => order = self.changed.wait(order).unwrap_or_else(PoisonError::into_inner),
                Next::Never => return None,
            }
        }
    }

    fn report(&self, scenario: &'static Scenario) -> Result<()> {
        let before = self.standstill.count();
        let mut report = self.run_one(scenario)?;
        if self.standstill.count() != before && report.failures().next().is_some() {
            println!("    the host stood still meanwhile, and the guest's clocks with it did not: once more");
            report = self.run_one(scenario)?;
        }
        let failures: Vec<&str> = report.failures().collect();
        if failures.is_empty() {
            files::remove(&self.bench.folder(scenario.name))?;
        } else {
            println!("    its consoles are in {}", self.bench.folder(scenario.name).display());
        }
        let mut outcome = lock(&self.outcome);
        outcome.0 += scenario.cases.len() - failures.len();
        outcome.1.extend(failures);
        let mut figures = known_figures(&figures_file()?)?;
        figures.update(&report.figures);
        Ok(fs::write(figures_file()?, serde_json::to_vec_pretty(&figures)?)?)
    }

    fn run_one(&self, scenario: &'static Scenario) -> Result<Report> {
        let at = |instant: Instant| format!("{:5} s", instant.duration_since(self.begun).as_secs());
        let begun = Instant::now();
        println!("{}  {} begins ({} starts)", at(begun), scenario.name, scenario.starts);
        let mut report = Report::new(scenario);
        files::remove(&self.bench.folder(scenario.name))?;
        let ended = (scenario.run)(self.bench, &mut report);
        // In one piece: others may print meanwhile.
        let mut lines = vec![format!("{}  {} took {} s", at(Instant::now()), scenario.name, begun.elapsed().as_secs())];
        for (name, outcome) in report.outcomes() {
            lines.push(match outcome {
                Some(Ok(words)) => format!("    ok      {name}  {}", words.replace('\n', "\n            ")),
                Some(Err(error)) => format!("    FAILED  {name}  {error:#}"),
                None => format!("    FAILED  {name}  was not reached"),
            });
        }
        if let Err(error) = ended {
            lines.push(format!("    the scenario ended early: {error:#}"));
        }
        println!("{}", lines.join("\n"));
        Ok(report)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

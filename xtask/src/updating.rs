//! `cargo xtask bench --while-updating`: are answers as quick while an update installs?
//!
//! An installation reads a bundle, unpacks it, hashes every block for the index, and writes to the card; RAUC's service does that at the
//! weights of its unit. The load here does the same work with the same tools at the same weights, beside the bench. The kernel's dm-verity
//! hashes what is read on threads that have no unit and no niceness, so a second load does that.
//!
//! Rule: the load must really have run, or the comparison is worth nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{build, places, process, system};

/// How much slower an answer may be.
pub const LIMIT: f64 = 1.5;

/// The bundle is synced to the card this often, as RAUC's writing is by the kernel.
const SYNC_EVERY: u64 = 16 * 1024 * 1024;

/// The content is made of models, and cut here.
const CONTENT_BYTES: u64 = 400_000_000;

/// The weights of RAUC's service.
const UNIT: &str = include_str!("../../rootfs-overlay/usr/lib/systemd/system/rauc.service.d/10-parley.conf");

/// Options of the load.
#[derive(Args)]
pub struct LoadOptions {
    /// What to install, a squashfs with one file
    bundle: PathBuf,
    /// Where to write it, again and again
    to: PathBuf,
}

/// Runs the bench twice, alone and beside an installation, and compares.
pub fn run(questions: &Path, further: &[String], install: bool) -> Result<()> {
    system::ensure(&["squashfs-tools", "util-linux"], install)?;
    let built = build::ready(install)?;
    let folder = places::cache()?.join("updating");
    let bundle = content(&folder)?;
    let bench = |name: &str| -> Result<Value> {
        let mut bench = Command::new(&built.parley);
        bench.arg("bench").arg("--questions").arg(questions).args(["--json", "--once", "--idle", "1"]).args(further);
        println!("measuring {name}");
        Ok(serde_json::from_str(&process::output(&mut bench)?)?)
    };
    let alone = bench("alone")?;
    let load = Load::start(&bundle, &folder)?;
    let busy = bench("while an update installs")?;
    let (written, seconds) = load.stop()?;
    let report = report(&alone, &busy, written as f64 / 1e6 / seconds)?;
    println!("{report:#}");
    let worst = ["p50", "p95"].iter().filter_map(|of| report["ratio"][of].as_f64()).fold(0.0, f64::max);
    ensure!(worst <= LIMIT, "answers took {worst:.2} times as long while an update installed; {LIMIT} is the limit");
    Ok(())
}

fn report(alone: &Value, busy: &Value, written_mb_per_s: f64) -> Result<Value> {
    let of = |report: &Value, rank: &str| {
        report["first_audio_ms"][rank].as_f64().filter(|ms| *ms > 0.0).context("the bench measured nothing")
    };
    ensure!(written_mb_per_s > 1.0, "the load stood still ({written_mb_per_s:.1} MB/s), so nothing was compared");
    let ranks =
        |report: &Value| -> Result<Value> { Ok(json!({ "p50": of(report, "p50")?, "p95": of(report, "p95")? })) };
    let ratio = |rank: &str| -> Result<f64> { Ok((of(busy, rank)? / of(alone, rank)? * 100.0).round() / 100.0) };
    Ok(json!({
        "machine": alone["machine"],
        "questions": alone["questions"],
        "first_audio_ms_alone": ranks(alone)?,
        "first_audio_ms_while_updating": ranks(busy)?,
        "ratio": { "p50": ratio("p50")?, "p95": ratio("p95")? },
        "limit": LIMIT,
        "installed_mb_per_s": (written_mb_per_s * 10.0).round() / 10.0,
    }))
}

/// A squashfs of models, as a bundle is.
fn content(folder: &Path) -> Result<PathBuf> {
    let bundle = folder.join("content.squashfs");
    if bundle.exists() {
        return Ok(bundle);
    }
    fs::create_dir_all(folder)?;
    let models = places::cache()?.join("models");
    let (image, unfinished) = (folder.join("root.img"), folder.join("content.part"));
    let mut out = File::create(&image)?;
    let mut left = CONTENT_BYTES;
    let mut files: Vec<PathBuf> = fs::read_dir(&models)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    while left > 0 {
        let before = left;
        for file in files.iter().filter(|file| file.is_file()) {
            left -= std::io::copy(&mut File::open(file)?.take(left), &mut out)?;
        }
        ensure!(left < before, "there are no models in {}; `parley models fetch` fetches them", models.display());
    }
    fs::remove_file(&unfinished).ok();
    process::run(Command::new("mksquashfs").arg(&image).arg(&unfinished).args(["-quiet", "-no-progress"]))?;
    fs::remove_file(&image)?;
    fs::rename(&unfinished, &bundle)?;
    Ok(bundle)
}

/// An installation without end.
struct Load {
    installing: Child,
    written: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
    begun: Instant,
    target: PathBuf,
}

impl Load {
    fn start(bundle: &Path, folder: &Path) -> Result<Load> {
        let target = folder.join("slot");
        let mut command = Command::new("nice");
        command.args(["-n", &setting("Nice")?, "ionice", "-c", idle_class(&setting("IOSchedulingClass")?)]);
        command.arg(std::env::current_exe()?).arg("updating-load").arg(bundle).arg(&target);
        let mut installing = command.stdout(Stdio::piped()).spawn().context("cannot start nice and ionice")?;
        match weigh(installing.id()) {
            Ok(()) => println!("the load runs at the unit's CPUWeight and IOWeight"),
            Err(error) => println!("the load runs at the unit's niceness; its weights cannot be set here ({error:#})"),
        }
        let (written, ends) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let told = BufReader::new(installing.stdout.take().context("it has an output")?);
        let (own_written, own_ends, bundle) = (Arc::clone(&written), Arc::clone(&ends), bundle.to_owned());
        std::thread::spawn(move || {
            let mut verity = Verity::open(&bundle)?;
            for line in told.lines() {
                let bytes: u64 = line?.parse()?;
                let share = bytes.saturating_sub(own_written.swap(bytes, Ordering::Relaxed));
                verity.hash(share)?;
                if own_ends.load(Ordering::Relaxed) {
                    break;
                }
            }
            anyhow::Ok(())
        });
        Ok(Load { installing, written, ends, begun: Instant::now(), target })
    }

    /// Bytes written, and seconds.
    fn stop(mut self) -> Result<(u64, f64)> {
        self.ends.store(true, Ordering::Relaxed);
        let still_ran = self.installing.try_wait()?.is_none();
        self.installing.kill().ok();
        self.installing.wait()?;
        fs::remove_file(&self.target).ok();
        ensure!(still_ran, "the load ended before the bench did");
        Ok((self.written.load(Ordering::Relaxed), self.begun.elapsed().as_secs_f64()))
    }
}

/// What dm-verity does for as many bytes: a hash of every block that is read.
struct Verity {
    bundle: File,
    path: PathBuf,
}

impl Verity {
    fn open(bundle: &Path) -> Result<Verity> {
        Ok(Verity { bundle: File::open(bundle)?, path: bundle.to_owned() })
    }

    fn hash(&mut self, bytes: u64) -> Result<()> {
        let mut block = [0; 4096];
        for _ in 0..bytes / 4096 {
            if self.bundle.read(&mut block)? == 0 {
                self.bundle = File::open(&self.path)?;
            }
            std::hint::black_box(Sha256::digest(block));
        }
        Ok(())
    }
}

/// A setting of RAUC's service.
fn setting(name: &str) -> Result<String> {
    let value = UNIT.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    Ok(value.with_context(|| format!("RAUC's unit sets no {name}"))?.to_owned())
}

fn idle_class(class: &str) -> &'static str {
    if class == "idle" { "3" } else { "2" }
}

/// Puts a process into a control group of its own with the unit's weights, where this machine lets us.
fn weigh(process: u32) -> Result<()> {
    let group = Path::new("/sys/fs/cgroup/parley-updating");
    fs::create_dir_all(group)?;
    fs::write(group.join("cpu.weight"), setting("CPUWeight")?).context("no processor weights")?;
    fs::write(group.join("io.weight"), setting("IOWeight")?).context("no weights for the card")?;
    Ok(fs::write(group.join("cgroup.procs"), process.to_string())?)
}

/// The load itself: unpacks, hashes and writes until it is killed, and tells how much it has written.
pub fn load(options: &LoadOptions) -> Result<()> {
    let mut written = 0;
    loop {
        let mut unsquashfs = Command::new("unsquashfs");
        unsquashfs.args(["-processors", "1", "-cat"]).arg(&options.bundle).arg("root.img");
        let mut unpacking = unsquashfs.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut content = unpacking.stdout.take().context("it has an output")?;
        let mut slot = OpenOptions::new().create(true).truncate(false).write(true).open(&options.to)?;
        let (mut block, mut unsynced) = ([0; 4096], 0);
        while content.read_exact(&mut block).is_ok() {
            std::hint::black_box(Sha256::digest(block));
            slot.write_all(&block)?;
            unsynced += block.len() as u64;
            if unsynced >= SYNC_EVERY {
                slot.sync_data()?;
                written += std::mem::take(&mut unsynced);
                println!("{written}");
            }
        }
        let status = unpacking.wait()?;
        ensure!(status.success(), "unsquashfs ended with {status}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(p50: f64, p95: f64) -> Value {
        json!({ "machine": {}, "questions": 20, "first_audio_ms": { "p50": p50, "p95": p95 } })
    }

    #[test]
    fn the_weights_are_those_of_raucs_unit() {
        assert_eq!(setting("Nice").expect("it is set"), "19");
        assert_eq!(idle_class(&setting("IOSchedulingClass").expect("it is set")), "3");
        for weight in ["CPUWeight", "IOWeight"] {
            assert_eq!(setting(weight).expect("it is set"), "10");
        }
    }

    #[test]
    fn the_report_compares_both_ranks() {
        let report = report(&bench(800.0, 1_000.0), &bench(1_000.0, 1_600.0), 20.0).expect("both measured");
        assert_eq!((report["ratio"]["p50"].as_f64(), report["ratio"]["p95"].as_f64()), (Some(1.25), Some(1.6)));
    }

    #[test]
    fn a_load_that_stood_still_compares_nothing() {
        assert!(report(&bench(800.0, 1_000.0), &bench(800.0, 1_000.0), 0.2).is_err());
        assert!(report(&bench(800.0, 1_000.0), &bench(0.0, 0.0), 20.0).is_err());
    }
}

//! Building the program and its workers, with what they need beside them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use parley_models::Manifest;
use serde_json::Value;

use crate::{onnxruntime, places, process, system};

/// A built product.
pub struct Built {
    /// The `parley` program; its workers lie beside it.
    pub parley: PathBuf,
    /// Where ONNX Runtime lies, for further builds.
    onnxruntime: PathBuf,
    /// The phoneme tables that the build of espeak-ng made.
    espeak_data: PathBuf,
}

impl Built {
    /// Sees to packages, `further` ones too, so that all that are missing are named at once, and to ONNX Runtime;
    /// builds the program and the workers that the model manifest names.
    pub fn product(further: &[&str], install: bool) -> Result<Self> {
        let mut packages = vec!["--package=parley".to_owned()];
        packages.extend(workers()?.into_iter().map(|worker| format!("--package={worker}")));
        Self::with(further, install, &packages)
    }

    /// The same with everything else in the workspace.
    pub fn workspace(further: &[&str], install: bool) -> Result<Self> {
        Self::with(further, install, &["--workspace".to_owned()])
    }

    fn with(further: &[&str], install: bool, selection: &[String]) -> Result<Self> {
        let packages = [system::BUILD, system::FETCH, further].concat();
        system::ensure(&packages, install)?;
        let onnxruntime = onnxruntime::ensure()?;
        let mut build = cargo_with(&onnxruntime);
        build.args(["build", "--release", "--locked", "--message-format=json-render-diagnostics"]).args(selection);
        let messages = process::output(&mut build)?;
        let programs = places::programs();
        let built = Self { parley: programs.join("parley"), onnxruntime, espeak_data: espeak_data(&messages)? };
        built.place_data_beside(&programs)?;
        if has_avx512() {
            built.for_avx512(&programs)?;
        }
        Ok(built)
    }

    /// Builds the workers on ggml once more, for this machine's processor; the program takes them where it can run them.
    fn for_avx512(&self, programs: &Path) -> Result<()> {
        const FOLDER: &str = "avx512";
        let target = places::target().join(FOLDER);
        let mut build = self.cargo();
        build.args(["build", "--release", "--locked", "--target-dir"]).arg(&target).env("PARLEY_AVX512", "ON");
        process::run(build.args(ON_GGML.map(|worker| format!("--package={worker}"))))?;
        let folder = programs.join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        for worker in ON_GGML {
            // Whole or not at all, and also where the old one runs.
            let unfinished = folder.join(worker).with_extension("part");
            std::fs::copy(target.join("release").join(worker), &unfinished)?;
            std::fs::rename(&unfinished, folder.join(worker))?;
        }
        Ok(())
    }

    /// Cargo with the environment that the workers' build scripts need.
    pub fn cargo(&self) -> Command {
        cargo_with(&self.onnxruntime)
    }

    /// The same environment for a helper of cargo's, so that what one of them has built is fresh to the other.
    pub fn same_environment(&self, helper: &mut Command) {
        for (name, value) in self.cargo().get_envs() {
            match value {
                Some(value) => helper.env(name, value),
                None => helper.env_remove(name),
            };
        }
    }

    /// Puts what the workers look for beside themselves into a folder of programs.
    pub fn place_data_beside(&self, programs: &Path) -> Result<()> {
        for data in [&self.onnxruntime.join(onnxruntime::SONAME), &self.espeak_data] {
            let copy = programs.join(data.file_name().context("what is copied has a name")?);
            // A newer library has another size; a folder stays as it is.
            let same_size = |a: &Path, b: &Path| Some(a.metadata().ok()?.len() == b.metadata().ok()?.len());
            if copy.is_dir() || same_size(data, &copy) == Some(true) {
                continue;
            }
            // Whole or not at all.
            let unfinished = copy.with_extension("part");
            std::fs::remove_dir_all(&unfinished).ok();
            process::run(Command::new("cp").args(["-r", "-L"]).arg(data).arg(&unfinished))?;
            std::fs::rename(&unfinished, &copy)?;
        }
        Ok(())
    }
}

/// The workers whose engine is ggml's.
const ON_GGML: [&str; 2] = ["parley-worker-whisper", "parley-worker-llama"];

/// What `appliance/ggml.cmake` compiles them for, and the daemon asks for before it takes them.
fn has_avx512() -> bool {
    const WANTED: [&str; 7] = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512vbmi", "avx512_vnni"];
    let flags = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = flags.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    WANTED.iter().all(|wanted| flags.split_whitespace().any(|flag| flag == *wanted))
}

/// The packages and programs of all workers.
pub fn workers() -> Result<BTreeSet<String>> {
    Ok(Manifest::embedded()?.workers().into_iter().map(str::to_owned).collect())
}

fn cargo_with(onnxruntime: &Path) -> Command {
    let mut cargo = cargo();
    cargo.env("ORT_LIB_LOCATION", onnxruntime);
    cargo
}

/// Cargo, for what needs no worker.
pub fn cargo() -> Command {
    cargo_helper("cargo")
}

/// A helper of cargo, with what a build script must not see removed.
pub fn cargo_helper(program: impl AsRef<OsStr>) -> Command {
    let mut helper = Command::new(program);
    // `cargo xtask` has set these for itself; a build script that sees them change is run again.
    helper.current_dir(places::workspace()).env_remove("CARGO_MANIFEST_DIR");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        helper.env_remove(name);
    }
    helper
}

/// The phoneme tables that the build of espeak-ng made.
fn espeak_data(messages: &str) -> Result<PathBuf> {
    let out_dir = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find_map(|message| {
        let ours = message["package_id"].as_str()?.contains("espeak-rs-sys");
        (ours && message["reason"] == "build-script-executed")
            .then(|| PathBuf::from(message["out_dir"].as_str().unwrap_or_default()))
    });
    Ok(out_dir.context("cargo did not say where it built espeak-ng")?.join("share/espeak-ng-data"))
}

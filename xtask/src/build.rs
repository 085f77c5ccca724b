//! Building the program and its workers, with what they need beside them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{onnxruntime, places, process, system};

/// The packages that make up the product.
const PRODUCT: &[&str] = &["parley", "parley-engine-whisper", "parley-engine-llama", "parley-engine-piper", "parley-engine-ears"];

/// A built product.
pub struct Built {
    /// The `parley` program; its workers lie beside it.
    pub parley: PathBuf,
    /// Where ONNX Runtime lies, for further builds.
    onnxruntime: PathBuf,
}

/// Sees to packages and ONNX Runtime, and builds the product.
pub fn ready(install: bool) -> Result<Built> {
    let onnxruntime = prepare(install)?;
    let packages = PRODUCT.iter().flat_map(|package| ["-p", package]);
    process::run(cargo(&onnxruntime).args(["build", "--release", "--locked"]).args(packages))?;
    let programs = places::programs();
    place_beside(&onnxruntime.join(onnxruntime::SONAME), &programs)?;
    Ok(Built { parley: programs.join("parley"), onnxruntime })
}

impl Built {
    /// Cargo with the environment that the workers' build scripts need.
    pub fn cargo(&self) -> Command {
        cargo(&self.onnxruntime)
    }
}

/// Sees to packages and ONNX Runtime; the folder of the latter.
fn prepare(install: bool) -> Result<PathBuf> {
    let packages: Vec<&str> = [system::BUILD, system::FETCH].concat();
    system::ensure(&packages, install)?;
    onnxruntime::ensure()
}

fn cargo(onnxruntime: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(places::workspace())
        .env("ORT_LIB_LOCATION", onnxruntime)
        .env("ORT_PREFER_DYNAMIC_LINK", "1")
        // `cargo xtask` has set these for itself; a build script that sees them change is run again.
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_PKG_NAME");
    cargo
}

/// Puts a copy of a library into the programs' folder, where their run path finds it.
fn place_beside(library: &Path, programs: &Path) -> Result<()> {
    let name = library.file_name().context("the library has a name")?;
    let copy = programs.join(name);
    let same_size = |a: &Path, b: &Path| Some(a.metadata().ok()?.len() == b.metadata().ok()?.len());
    if same_size(library, &copy) != Some(true) {
        let unfinished = programs.join("libonnxruntime.part");
        std::fs::copy(library, &unfinished).with_context(|| format!("cannot copy {}", library.display()))?;
        std::fs::rename(&unfinished, &copy)?;
    }
    Ok(())
}

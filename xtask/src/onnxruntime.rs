//! ONNX Runtime: a published library that the workers for Piper and smart-turn are linked with. It is taken out of its
//! Python wheel, since Debian's is too old, and nothing of Python is used.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use parley_models::{PinnedFile, Store};

use crate::places;

/// The name under which programs look for the library.
pub const SONAME: &str = "libonnxruntime.so.1";
/// The name that a linker looks for.
const LINK_NAME: &str = "libonnxruntime.so";
const FILE: &str = "libonnxruntime.so.1.24.4";

/// Processor architectures, each with size and checksum of its library.
const BUILDS: &[(&str, u64, &str)] = &[
    ("x86_64", 22_159_232, "2d518e11c7767f9fdc4413bdbeb45acf30db504ff76a82fc19d9238a3f9f6c24"),
    ("aarch64", 18_625_376, "f373ae5fd4d878ed17ebea26e5480bd3d0a15e3bd6bc94b878e6c1b73998d22a"),
];

/// Fetches the library for this machine; the folder that it lies in, under all its names.
pub fn ensure() -> Result<PathBuf> {
    let architecture = std::env::consts::ARCH;
    let Some((_, bytes, sha256)) = BUILDS.iter().find(|(built_for, ..)| *built_for == architecture) else {
        bail!("no ONNX Runtime is pinned for {architecture}; add one to xtask/src/onnxruntime.rs");
    };
    let folder = places::cache()?.join("onnxruntime");
    let wheel = format!("onnxruntime==1.24.4@cp311-manylinux_2_28_{architecture}");
    let file = PinnedFile::new(FILE, *bytes, sha256, &format!("pypi:{wheel}#onnxruntime/capi/{FILE}"))?;
    let store = Store::new(&folder)?;
    store.ensure(&file, &mut |_| {}).context("cannot fetch ONNX Runtime")?;
    for name in [SONAME, LINK_NAME] {
        link(&folder.join(name), Path::new(FILE))?;
    }
    Ok(folder)
}

fn link(name: &Path, to: &Path) -> Result<()> {
    if std::fs::read_link(name).is_ok_and(|present| present == to) {
        return Ok(());
    }
    std::fs::remove_file(name).ok();
    std::os::unix::fs::symlink(to, name).with_context(|| format!("cannot make {}", name.display()))
}

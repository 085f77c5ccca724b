//! Debian packages that recordings are unpacked from, without installing them.
//!
//! The models' registry clients are not used: they fetch single members that are pinned by checksum, and here whole
//! packages of any version are unpacked; what both share is one call of `apt-get`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Packages to install: the voices.
pub const SYSTEM_PACKAGES: &[&str] = &["espeak-ng", "flite"];

/// The folder with a package's files, downloaded and unpacked below `folder` unless it is there already.
///
/// # Errors
/// When the package cannot be downloaded or unpacked, or `folder` cannot be written.
pub fn unpacked(package: &str, folder: &Path) -> Result<PathBuf> {
    let files = folder.join(package);
    if files.is_dir() {
        return Ok(files);
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // Complete or absent: a download that breaks off leaves only the temporary folder, which goes by itself.
    let workshop = tempfile::tempdir_in(folder)?;
    run(Command::new("apt-get").args(["--quiet", "--quiet", "download", package]).current_dir(&workshop))
        .with_context(|| format!("cannot download {package}: run `apt-get update` as root and try again"))?;
    let archive = std::fs::read_dir(&workshop)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .with_context(|| format!("apt-get downloaded no .deb file for {package}"))?;
    let tree = workshop.path().join("tree");
    run(Command::new("dpkg-deb").arg("--extract").arg(&archive).arg(&tree))?;
    std::fs::rename(&tree, &files).with_context(|| format!("cannot move {package} to {}", files.display()))?;
    Ok(files)
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or fails; the error carries what it wrote to its standard error.
pub fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!("{program} is not installed: install it"),
        Err(error) => return Err(error).with_context(|| format!("cannot start {program}")),
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed ({}): {}", output.status, complaint.trim());
    Ok(())
}

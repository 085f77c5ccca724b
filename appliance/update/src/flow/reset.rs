//! `parley update reset`: back to what the device was when it was new, with the version that runs.
//!
//! Everything that people told the device goes; the boot chain's journal and the ledger stay, for they are about the
//! card and not about anybody. The wish is written down first and fulfilled by the next start, before anything has
//! opened its files: a cut in between begins it once more.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::files;
use crate::output;
use crate::system::{self, System};

/// The wish, in the folder of [`System::state`].
const WISH: &str = "reset";

/// What goes, below `/var`: all that people or their networks told the device. A folder itself stays, with its owner.
const FORGOTTEN: &[&str] =
    &["lib/parley", "cache/parley", "log", "lib/NetworkManager", "lib/iwd", "lib/bluetooth", "lib/systemd/coredump"];

/// What stays in them.
const KEPT: &[&str] = &["lib/parley/update"];

pub(super) fn ask(system: &System, yes: bool) -> Result<ExitCode> {
    super::standing(system)?;
    if !yes {
        bail!("this forgets everything that people told the device; `parley update reset --yes` does it");
    }
    files::replace(&system.state().path(WISH), b"")?;
    system::restart(None)?;
    Ok(ExitCode::SUCCESS)
}

/// Fulfils a wish that was written down.
pub(super) fn fulfil(system: &System) -> Result<()> {
    let wish = system.state().path(WISH);
    if wish.exists() {
        forget(&system.path("/var"))?;
        fs::remove_file(wish)?;
        output::remark("the device was reset");
    }
    Ok(())
}

fn forget(var: &Path) -> io::Result<()> {
    let kept: Vec<_> = KEPT.iter().map(|kept| var.join(kept)).collect();
    for folder in FORGOTTEN {
        let Ok(entries) = fs::read_dir(var.join(folder)) else { continue };
        for entry in entries {
            let path = entry?.path();
            if kept.contains(&path) {
                continue;
            }
            // A link is removed and not followed.
            if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_told_goes_and_the_boot_chains_memory_stays() {
        let var = tempfile::tempdir().unwrap();
        let put = |name: &str| files::replace(&var.path().join(name), b"x").unwrap();
        let there = |name: &str| var.path().join(name).exists();
        let (told, kept) = (
            ["lib/parley/data/history/v1/today", "lib/parley/.config/parley.toml", "lib/iwd/home.psk", "log/journal/x"],
            ["lib/parley/update/boot.json", "lib/parley/update/ledger.json", "lib/rauc/central.conf"],
        );
        told.iter().chain(&kept).for_each(|name| put(name));
        std::os::unix::fs::symlink(var.path().join("lib/rauc"), var.path().join("log/link")).unwrap();
        for _ in 0..2 {
            forget(var.path()).unwrap();
            assert!(!told.iter().any(|name| there(name)), "a cut begins it once more");
            assert!(kept.iter().all(|name| there(name)));
        }
        assert!(there("lib/parley"), "its owner stays");
    }
}

//! Debian packages for arm64, unpacked and never run: no maintainer script runs, so no other machine has to be emulated.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::make::Recipe;
use crate::files;
use xtask::process;

/// The release that the virtual device is made of: systemd 257, RAUC 1.13, Linux 6.12.
const SUITE: &str = "trixie";
/// What the product has too, and nothing that only makes an emulated start slower.
const PACKAGES: &str = "
    ?essential alsa-utils busybox-static cryptsetup-bin dbus dbus-system-bus-common dmsetup dosfstools e2fsprogs
    iproute2 kmod libnss-systemd linux-image-arm64 mount passwd rauc rauc-service systemd systemd-repart
    systemd-sysv udev util-linux
";

pub fn ready(folder: &Path) -> Result<PathBuf> {
    Recipe::default()
        .words([SUITE])
        .words(PACKAGES.split_whitespace())
        .make(folder, "userland", |to| debian(folder, SUITE, &["arm64"], PACKAGES, to))
}

/// Unpacks Debian packages and what they depend on into a tar archive, from wherever the user's apt gets Debian.
pub fn debian(folder: &Path, suite: &str, architectures: &[&str], packages: &str, to: &Path) -> Result<()> {
    let scratch = folder.join("scratch");
    files::remove(&scratch)?;
    std::fs::create_dir_all(&scratch)?;
    let mut debootstrap = Command::new("nice");
    debootstrap.args(["mmdebstrap", "--variant=extract", "--format=tar", "--skip=check/qemu"]).env("TMPDIR", &scratch);
    debootstrap.arg(format!("--architectures={}", architectures.join(",")));
    debootstrap.args(packages.split_whitespace().map(|package| format!("--include={package}")));
    debootstrap
        .args(["doc", "info", "locale", "man"].map(|share| format!("--dpkgopt=path-exclude=/usr/share/{share}/*")));
    // A mirror that stands still for some days is good enough for a virtual device.
    debootstrap.args(["--aptopt=Apt::Install-Recommends \"false\"", "--aptopt=Acquire::Check-Valid-Until \"false\""]);
    process::run(debootstrap.arg(suite).arg(to))?;
    files::remove(&scratch)
}

pub fn unpack(archive: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    process::run(Command::new("tar").arg("-C").arg(to).arg("-xf").arg(archive))
}

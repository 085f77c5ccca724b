//! Debian packages for arm64, unpacked and never run: no maintainer script runs, so no other machine has to be emulated.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::make::Recipe;
use super::root::LIBRARIES;
use super::versions;
use crate::contents::BUSYBOX;
use crate::files;
use crate::packages::{self, Packages};
use xtask::{places, process};

/// The release that the virtual device is made of; `versions` says how it differs from the product.
const SUITE: &str = "trixie";
/// Of the emulated board, where the product has its own.
const KERNEL: &str = "linux-image-arm64";
/// What the cases do in the guest: programs of packages that the product has not whole, and busybox by these names. They lie where only the
/// cases look, so that the product finds just what the image has.
const TOOLS: &str = "usr/lib/device/bin";
const PROGRAMS: &[(&str, &str)] = &[("alsa-utils", "aplay arecord"), ("util-linux", "setpriv")];
const APPLETS: &str = "
    [ awk basename cat chmod chown cmp cp cut date dd df dirname dmesg du env expr fallocate find fsfreeze grep head hostname id ip kill ln ls
    mkdir mktemp mount mv od printf ps readlink rm rmdir sed seq sh sha256sum sleep sort stat sync tail tar test
    timeout touch tr true truncate umount uniq unshare wc
";

/// The shared objects of each library package, a line each: the package, and the file's name.
pub const BROUGHT: &str = "usr/lib/device/libraries";

/// An archive of the image's root as Debian has it: the packages and libraries that `ota/packages.toml` names, and nothing else.
pub fn ready(folder: &Path) -> Result<PathBuf> {
    let table = places::workspace().join(packages::FILE);
    let packages = Packages::of_this_clone()?;
    let recipe = Recipe::default().words([SUITE, KERNEL]).path(&table)?.path(&super::disk::maker("userland.rs"))?;
    recipe.make(folder, "userland", |to| image_root(folder, &packages, to))
}

fn image_root(folder: &Path, packages: &Packages, to: &Path) -> Result<()> {
    let (fetched, root, one) = (folder.join("fetched"), folder.join("userland.d"), folder.join("unpacked"));
    for left in [&fetched, &root] {
        files::remove(left)?;
    }
    fs::create_dir_all(&fetched)?;
    fs::create_dir_all(root.join(TOOLS))?;
    let wanted = packages.debian();
    let (mut versions, mut libraries) = (String::new(), String::new());
    let names: Vec<&str> = wanted.keys().copied().chain([KERNEL]).collect();
    let mut fetch = debootstrap(folder, &["arm64"], &names)?;
    let out = format!("copy-out /var/cache/apt/archives {}", fetched.display());
    process::run(fetch.args(["--format=null", &format!("--extract-hook={out}"), SUITE, "/dev/null"]))?;
    for deb in fs::read_dir(fetched.join("archives")).context("no packages were fetched")? {
        let deb = deb?.path();
        let file = deb.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((name, version)) = file.trim_end_matches("_arm64.deb").split_once('_') else { continue };
        let kept = wanted.get(name);
        let is_library = packages.library.contains_key(name);
        if kept.is_none() && !is_library && !name.starts_with("linux-image-") {
            continue;
        }
        versions += &format!("{name} {version}\n");
        files::remove(&one)?;
        process::output(Command::new("dpkg-deb").arg("-x").arg(&deb).arg(&one))?;
        if is_library {
            libraries += &objects(name, &one)?;
        }
        if let Some(Some(kept)) = kept {
            let tools = PROGRAMS.iter().find(|(package, _)| *package == name).map_or("", |(_, programs)| programs);
            keep(&one, kept, tools, &root.join(TOOLS))?;
        }
        let mut merge = Command::new("cp");
        process::output(merge.args(["-a", "--no-preserve=ownership", "-T"]).arg(&one).arg(&root))?;
    }
    for share in ["doc", "info", "locale", "man"] {
        files::remove(&root.join("usr/share").join(share))?;
    }
    let applets = packages.files().filter(|(file, package)| *package == "busybox" && *file != BUSYBOX);
    for (applet, _) in applets {
        files::link(BUSYBOX, &root.join(applet.trim_start_matches('/')))?;
    }
    for applet in APPLETS.split_whitespace() {
        files::link(BUSYBOX, &root.join(TOOLS).join(applet))?;
    }
    fs::write(root.join(versions::IN_THE_DEVICE), versions)?;
    fs::write(root.join(BROUGHT), libraries)?;
    process::run(Command::new("tar").arg("-C").arg(&root).args(["--owner=0", "--group=0", "-cf"]).arg(to).arg("."))?;
    [&fetched, &root, &one, &folder.join("scratch")].into_iter().try_for_each(|left| files::remove(left))
}

/// The shared objects of an unpacked library package.
fn objects(package: &str, folder: &Path) -> Result<String> {
    let mut found = String::new();
    for entry in LIBRARIES.iter().filter_map(|place| fs::read_dir(folder.join(place)).ok()).flatten() {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && name.contains(".so") {
            found += &format!("{package} {name}\n");
        }
    }
    ensure!(!found.is_empty(), "Debian's {package} has no library");
    Ok(found)
}

/// Takes the programs out of an unpacked package that the image's has not; the cases' tools go into their folder.
fn keep(package: &Path, kept: &BTreeSet<&str>, tools: &str, folder: &Path) -> Result<()> {
    for place in ["usr/bin", "usr/sbin"] {
        let Ok(programs) = fs::read_dir(package.join(place)) else { continue };
        for program in programs {
            let program = program?;
            let name = program.file_name().to_string_lossy().into_owned();
            if tools.split(' ').any(|tool| tool == name) {
                fs::rename(program.path(), folder.join(&name))?;
            } else if !kept.contains(name.as_str()) {
                fs::remove_file(program.path())?;
            }
        }
    }
    Ok(())
}

/// Unpacks Debian packages and what they depend on into a tar archive.
pub fn debian(folder: &Path, suite: &str, architectures: &[&str], packages: &str, to: &Path) -> Result<()> {
    debian_with(folder, suite, architectures, packages, "", to)
}

/// The same with a further package, without what that depends on.
pub fn debian_with(
    folder: &Path,
    suite: &str,
    architectures: &[&str],
    packages: &str,
    alone: &str,
    to: &Path,
) -> Result<()> {
    let names: Vec<&str> = packages.split_whitespace().collect();
    let mut debootstrap = debootstrap(folder, architectures, &names)?;
    if !alone.is_empty() {
        let fetch = format!("APT_CONFIG=\"$MMDEBSTRAP_APT_CONFIG\" apt-get download {alone}");
        debootstrap.arg(format!("--extract-hook=cd \"$1\" && {fetch} && dpkg-deb -x ./*.deb . && rm ./*.deb"));
    }
    debootstrap
        .args(["doc", "info", "locale", "man"].map(|share| format!("--dpkgopt=path-exclude=/usr/share/{share}/*")));
    process::run(debootstrap.args(["--format=tar", suite]).arg(to))?;
    files::remove(&folder.join("scratch"))
}

/// The program that fetches packages and what they depend on, from wherever the user's apt gets Debian.
fn debootstrap(folder: &Path, architectures: &[&str], packages: &[&str]) -> Result<Command> {
    let scratch = folder.join("scratch");
    files::remove(&scratch)?;
    fs::create_dir_all(&scratch)?;
    let mut debootstrap = Command::new("nice");
    debootstrap.args(["mmdebstrap", "--variant=extract", "--skip=check/qemu"]).env("TMPDIR", &scratch);
    debootstrap.arg(format!("--architectures={}", architectures.join(",")));
    debootstrap.args(packages.iter().map(|package| format!("--include={package}")));
    // A mirror that stands still for some days is good enough for a virtual device.
    debootstrap.args(["--aptopt=Apt::Install-Recommends \"false\"", "--aptopt=Acquire::Check-Valid-Until \"false\""]);
    Ok(debootstrap)
}

pub fn unpack(archive: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    process::run(Command::new("tar").arg("-C").arg(to).arg("-xf").arg(archive))
}

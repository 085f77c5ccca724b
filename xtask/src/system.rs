//! The Debian packages that a fresh machine lacks.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::process;

/// For building the program and its workers.
pub const BUILD: &[&str] =
    &["g++", "cmake", "make", "pkg-config", "libclang-dev", "libasound2-dev", "libsonic-dev", "libssl-dev"];

/// For compiling everything but the workers.
pub const CHECK: &[&str] = &["pkg-config", "libasound2-dev", "libssl-dev"];

/// For the fuzzers, whose library is C++.
pub const FUZZ: &[&str] = &["g++", "pkg-config", "libasound2-dev"];

/// For fetching models and the ONNX Runtime.
pub const FETCH: &[&str] = &["python3-pip"];

/// For building the virtual device and running it.
pub const DEVICE: &[&str] = &[
    "bubblewrap",
    "cpio",
    "device-tree-compiler",
    "cryptsetup-bin",
    "debian-archive-keyring",
    "dosfstools",
    "e2fsprogs",
    "erofs-utils",
    "fdisk",
    "kmod",
    "mmdebstrap",
    "mtools",
    "openssl",
    "qemu-system-arm",
    "rauc",
    "squashfs-tools",
    "systemd",
    "xz-utils",
];

/// For the tests of updates: RAUC itself, a bus for it, file systems of a PC, what stands for a hardware token, and the judge of units.
pub const UPDATE_TESTS: &[&str] = &[
    "rauc",
    "squashfs-tools",
    "openssl",
    "dbus-daemon",
    "dbus-bin",
    "dosfstools",
    "e2fsprogs",
    "softhsm2",
    "libengine-pkcs11-openssl",
    "systemd",
];

/// Sees to it that these packages are installed; without `install`, names the missing ones.
pub fn ensure(packages: &[&str], install: bool) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    let apt = || Command::new("apt-get").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !install || !apt() {
        bail!(
            "these system packages are missing (names as in Debian):\n  {list}\ninstall them, for example with: apt-get install {list}"
        );
    }
    println!("Installing system packages: {list}");
    let root = nix_is_root();
    let apt_get = |arguments: &[&str]| {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.arg("apt-get");
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut command)
    };
    apt_get(&["update", "-qq"])?;
    apt_get(&[&["install", "-qq", "-y", "--no-install-recommends"], missing.as_slice()].concat())
}

fn is_installed(package: &str) -> bool {
    let query =
        Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status} ", package]).stderr(Stdio::null()).output();
    query.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).split_whitespace().any(|status| status == "installed")
    })
}

fn nix_is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0")
}

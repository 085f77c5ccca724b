//! The Debian packages that a fresh machine lacks.

use std::os::unix::fs::MetadataExt as _;
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
    "exfatprogs",
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

/// For putting a release together.
pub const RELEASE: &[&str] = &["bmap-tools", "xz-utils"];

/// For the tests of updates and releases: RAUC itself, a bus for it, file systems of a PC, what stands for a hardware token, and the
/// judge of units.
pub const UPDATE_TESTS: &[&str] = &[
    "bmap-tools",
    "rauc",
    "busybox",
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
    if !install || !is_on_path("apt-get") {
        bail!(
            "these system packages are missing (names as in Debian):\n  {list}\ninstall them, for example with: apt-get install {list}"
        );
    }
    println!("Installing system packages: {list}");
    let sudo: &[&str] = if is_root() { &[] } else { &["sudo"] };
    let apt_get = |arguments: &[&str]| {
        let words = [sudo, &["apt-get"], arguments].concat();
        process::run(Command::new(words[0]).args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
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

/// Whether a program is on the path.
pub fn is_on_path(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

/// Whether this process is root's.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

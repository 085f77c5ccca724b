//! The product's programs for arm64. The Rust toolchain of the host has one target; Debian has a compiler with the standard library of the
//! other one, so the build runs in a root folder of Debian packages, with the host's own crates and this clone bound into it, without network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

use super::make::Recipe;
use super::userland;
use xtask::{places, process};

/// Where Debian's compiler is new enough for this workspace.
const SUITE: &str = "sid";
const PACKAGES: &str = "
    base-files cargo coreutils dash gcc gcc-aarch64-linux-gnu libasound2-dev:arm64 libc6-dev libc6-dev:arm64
    libstd-rust-dev:arm64 pkgconf rustc
";
/// What there is to say where it is not possible.
pub const IMPOSSIBLE: &str = "this machine lets no program make namespaces, as in most containers, and the virtual device's programs are built in a \
                              root folder of their own (bubblewrap); run it on a machine of its own, or in a container that may";
/// Where the clone and the build output are, seen from inside.
const WORKSPACE: &str = "/workspace";
const BUILT: &str = "/built";
const TARGET: &str = "aarch64-unknown-linux-gnu";
/// All programs: package, binary, features, and the file in the folder of the programs. Two versions of the updater, each with a
/// version of the data that the cases migrate: so the second version differs in a program from the first, as a release would.
const PROGRAMS: &[(&str, &str, &str, &str)] = &[
    ("parley-restart", STATIC, "", STATIC),
    ("parley-update", "parley-tryboot", "", "parley-tryboot"),
    ("parley-device", "device-engine", "", "device-engine"),
    ("parley-device", KNOCK, "", KNOCK),
    ("parley-device", PRESS, "", PRESS),
    ("parley", "parley", "", "parley"),
    ("parley-setup", "parley-setup", "", "parley-setup"),
    ("parley-update", "parley-update", "probe-schema-1", OLDER_UPDATER),
    ("parley-update", "parley-update", "probe-schema-2", NEWER_UPDATER),
];
/// The updater of the first version.
pub const OLDER_UPDATER: &str = "parley-update-schema-1";
/// The updater of the versions after it.
pub const NEWER_UPDATER: &str = "parley-update-schema-2";
/// Of the cases: it is no part of the product.
pub const KNOCK: &str = "device-knock";
/// Of the cases as well.
pub const PRESS: &str = "device-press";
/// The one that runs in the initramfs, where there are no libraries.
const STATIC: &str = "parley-restart";

/// The C library that the programs are linked with is newer than the guest's, so it goes with them, into this folder.
pub const LIBRARIES: &str = "libraries";
const C_LIBRARY: &str = "
    ld-linux-aarch64.so.1 libanl.so.1 libc.so.6 libdl.so.2 libm.so.6 libmvec.so.1 libnss_compat.so.2 libnss_dns.so.2
    libnss_files.so.2 libpthread.so.0 libresolv.so.2 librt.so.1 libutil.so.1
";

/// Whether this machine lets a program have a root folder of its own; a container often does not.
pub fn is_possible() -> bool {
    let mut bwrap = Command::new("bwrap");
    bwrap.args(["--unshare-all", "--ro-bind", "/", "/", "--", "true"]).stderr(Stdio::null());
    bwrap.status().is_ok_and(|status| status.success())
}

/// The folder of the built programs.
pub fn ready(folder: &Path) -> Result<PathBuf> {
    ensure!(is_possible(), "{IMPOSSIBLE}");
    let root =
        Recipe::default().words([SUITE]).words(PACKAGES.split_whitespace()).make(folder, "cross-root", |to| {
            let archive = folder.join("cross-root.tar");
            userland::debian(folder, SUITE, &["amd64", "arm64"], PACKAGES, &archive)?;
            userland::unpack(&archive, to)?;
            Ok(fs::remove_file(archive)?)
        })?;
    for mount_point in [WORKSPACE, BUILT] {
        fs::create_dir_all(root.join(mount_point.trim_start_matches('/')))?;
    }
    let built = folder.join("cross-target");
    fs::create_dir_all(&built)?;
    let workspace = places::workspace();
    // Fetched by the host's cargo, whose settings say where from.
    process::run(Command::new("cargo").current_dir(&workspace).args(["fetch", "--quiet", "--locked"]))?;
    let programs = folder.join("programs");
    fs::create_dir_all(&programs)?;
    for (package, binary, features, named) in PROGRAMS {
        let mut cargo = inside(&root, &workspace, &built)?;
        let is_static = binary == &STATIC;
        if is_static {
            // What the linker says of libc's own name look-ups does not matter to a program that looks up no names.
            cargo.args(["--setenv", "RUSTFLAGS", "-C target-feature=+crt-static -A linker-messages"]);
        }
        // Other flags would build everything anew each time.
        let output = if is_static { format!("{BUILT}/static") } else { BUILT.to_owned() };
        cargo.args(["--", "nice", "cargo", "build", "--quiet", "--offline", "--locked", "--release"]);
        cargo.args(["--target", TARGET, "--target-dir", &output]);
        cargo.args(["--package", package, "--bin", binary, "--features", features]);
        process::run(&mut cargo)?;
        let from = format!("{output}/{TARGET}/release/{binary}");
        // Without names and lines: a start under emulation reads every byte.
        let mut strip = inside(&root, &workspace, &built)?;
        let stripped = format!("{BUILT}/{named}.stripped");
        strip.args(["--", "aarch64-linux-gnu-strip", "-o", stripped.as_str()]);
        process::run(strip.arg(from))?;
        fs::copy(built.join(format!("{named}.stripped")), programs.join(named))?;
    }
    let libraries = programs.join(LIBRARIES);
    fs::create_dir_all(&libraries)?;
    for name in C_LIBRARY.split_whitespace() {
        fs::copy(root.join("usr/lib/aarch64-linux-gnu").join(name), libraries.join(name))?;
    }
    Ok(programs)
}

/// A command inside the root, to be completed with `--` and what it runs.
fn inside(root: &Path, workspace: &Path, target: &Path) -> Result<Command> {
    let mut bwrap = Command::new("bwrap");
    bwrap.args(["--unshare-all", "--die-with-parent", "--clearenv", "--ro-bind"]).arg(root).arg("/");
    bwrap.args(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--tmpfs", "/root"]);
    bwrap.arg("--ro-bind").arg(workspace).arg(WORKSPACE);
    bwrap.arg("--ro-bind").arg(places::registry()?).arg("/root/.cargo/registry");
    bwrap.arg("--bind").arg(target).arg(BUILT);
    let variables = [
        ("CARGO_BUILD_JOBS", std::env::var("CARGO_BUILD_JOBS").unwrap_or_default()),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc".to_owned()),
        // What is stripped anyway need not be made.
        ("CARGO_PROFILE_RELEASE_DEBUG", "false".to_owned()),
        // No maintainer script has made the link `cc`.
        ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "gcc".to_owned()),
        ("HOST_CC", "gcc".to_owned()),
        ("TARGET_CC", "aarch64-linux-gnu-gcc".to_owned()),
        ("HOME", "/root".to_owned()),
        ("PATH", "/usr/bin".to_owned()),
        ("PKG_CONFIG_ALLOW_CROSS", "1".to_owned()),
        ("PKG_CONFIG_PATH_aarch64_unknown_linux_gnu", "/usr/lib/aarch64-linux-gnu/pkgconfig".to_owned()),
    ];
    for (name, value) in variables.iter().filter(|(_, value)| !value.is_empty()) {
        bwrap.args(["--setenv", name, value]);
    }
    bwrap.args(["--chdir", WORKSPACE]);
    Ok(bwrap)
}

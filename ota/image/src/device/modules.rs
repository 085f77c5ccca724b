//! Modules that Debian's kernel has not: the kernel's own simulation of lines and of chips on I²C, from Debian's package of the kernel's source,
//! built against Debian's headers by Debian's compiler. Only the virtual device has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use xtask::process;

use super::make::Recipe;
use super::userland;
use crate::files;

const SUITE: &str = "trixie";
/// Beside those with the kernel's version in their names.
const PACKAGES: &str = "
    base-files coreutils dash findutils gawk gcc gcc-aarch64-linux-gnu grep libc6-dev linux-source-6.12 make sed tar xz-utils
";
/// What the kernel's source calls them, each with the files that it is made of.
const SOURCES: &[&str] = &["drivers/gpio/gpio-sim.c", "kernel/irq/irq_sim.c", "drivers/i2c/i2c-stub.c"];
/// A module has the name of none of its parts.
const MAKEFILE: &str = "obj-m := gpio-sim.o i2c-stub.o\ngpio-sim-y := gpio-sim-main.o irq_sim.o\n";
/// The kernel hands the first one out to nobody; both find the same.
const NOT_EXPORTED: (&str, &str) = ("irq_to_desc(irqnum)", "irq_data_to_desc(irq_get_irq_data(irqnum))");
pub const MODULES: [&str; 2] = ["gpio-sim", "i2c-stub"];

/// A folder with [`MODULES`] for the kernel in an archive of the root.
pub fn ready(folder: &Path, archive: &Path) -> Result<PathBuf> {
    let version = kernel_version(archive)?;
    let recipe =
        Recipe::default().words([SUITE, PACKAGES, version.as_str()]).path(&super::disk::maker("modules.rs"))?;
    recipe.make(folder, "modules", |to| build(folder, &version, to))
}

/// As in `6.12.118+deb13-arm64`.
fn kernel_version(archive: &Path) -> Result<String> {
    const PLACE: &str = "./usr/lib/modules/";
    let listed = process::output(Command::new("tar").arg("-tf").arg(archive))?;
    let mut names = listed.lines().filter_map(|name| name.strip_prefix(PLACE)?.split('/').next().map(str::to_owned));
    names.find(|name| !name.is_empty()).context("the archive has no kernel modules")
}

fn build(folder: &Path, version: &str, to: &Path) -> Result<()> {
    let release = version.trim_end_matches("-arm64");
    let (archive, root) = (folder.join("modules-root.tar"), folder.join("modules-root"));
    files::remove(&root)?;
    let packages = format!("{PACKAGES} linux-kbuild-{release} linux-headers-{release}-common");
    // By itself: it wants a compiler that runs on arm64.
    let headers = format!("linux-headers-{version}");
    userland::debian_with(folder, SUITE, &["amd64", "arm64"], &packages, &format!("{headers}:arm64"), &archive)?;
    userland::unpack(&archive, &root)?;
    fs::remove_file(archive)?;
    // No maintainer script has made the link.
    files::link("gawk", &root.join("usr/bin/awk"))?;
    let inside = root.join("modules");
    fs::create_dir_all(&inside)?;
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&inside).args(["--strip-components=1", "-xf"]).arg(root.join("usr/src/linux-source-6.12.tar.xz"));
    process::run(tar.args(SOURCES.iter().map(|source| format!("linux-source-6.12/{source}"))))?;
    for source in SOURCES {
        let text = fs::read_to_string(inside.join(source))?.replace(NOT_EXPORTED.0, NOT_EXPORTED.1);
        let name = Path::new(source).file_name().context("a source has a name")?.to_string_lossy();
        fs::write(inside.join(name.replace("gpio-sim.c", "gpio-sim-main.c")), text)?;
    }
    fs::write(inside.join("Makefile"), MAKEFILE)?;
    let mut make = Command::new("bwrap");
    make.args(["--unshare-all", "--die-with-parent", "--clearenv", "--ro-bind"]).arg(&root).arg("/");
    make.args(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--bind"]).arg(&inside).arg("/modules");
    make.args(["--setenv", "PATH", "/usr/bin", "--", "nice", "make", "--silent", "-C"]);
    make.args([&format!("/usr/src/{headers}"), "M=/modules", "ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-"]);
    // Types for programs in the kernel would need another tool, and nobody reads them here.
    process::run(make.args(["CONFIG_DEBUG_INFO_BTF_MODULES=", "INSTALL_MOD_STRIP=1", "modules"]))?;
    fs::create_dir_all(to)?;
    for module in MODULES {
        let file = format!("{module}.ko");
        let mut strip = Command::new("bwrap");
        strip.args(["--unshare-all", "--die-with-parent", "--ro-bind"]).arg(&root).arg("/");
        strip.arg("--bind").arg(&inside).args(["/modules", "--", "aarch64-linux-gnu-strip", "--strip-debug"]);
        process::run(strip.arg(format!("/modules/{file}")))?;
        fs::copy(inside.join(&file), to.join(&file))?;
    }
    files::remove(&root)
}

//! The archive that the kernel starts from: `ota/initramfs/init`, busybox, dmsetup and the few modules that Debian's kernel needs for the disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::root::Root;
use crate::layer::rules::program::APPLETS;
use crate::reproducible;
use xtask::{places, process};

/// Debian's kernel has these as modules; the product's has them built in.
const MODULES: &str = "virtio_mmio virtio_blk dm-verity erofs";

/// Makes it from a root tree whose modules are indexed.
pub fn make(root: &Root, restart: &Path, starts: &str, scratch: &Path, to: &Path) -> Result<()> {
    for folder in ["bin", "dev", "etc", "lib", "modules", "proc", "root", "sys"] {
        fs::create_dir_all(scratch.join(folder))?;
    }
    let copy = |from: &Path, to: &str| {
        let copied = fs::copy(from, scratch.join(to));
        copied.map(|_| ()).with_context(|| format!("cannot copy {}", from.display()))
    };
    copy(&places::workspace().join("ota/initramfs/init"), "init")?;
    fs::write(scratch.join("etc/starts"), starts)?;
    copy(&root.path("usr/bin/busybox"), "bin/busybox")?;
    for applet in APPLETS.split_whitespace() {
        symlink("busybox", scratch.join("bin").join(applet))?;
    }
    copy(restart, "bin/parley-restart")?;
    copy(&root.path("usr/sbin/dmsetup"), "bin/dmsetup")?;
    for library in root.libraries_of("usr/sbin/dmsetup")? {
        let name = library.file_name().context("a library has a name")?.to_string_lossy().into_owned();
        copy(&library, &format!("lib/{name}"))?;
    }
    for (index, module) in root.modules_for(MODULES)?.iter().enumerate() {
        let name = module.file_name().context("a module has a name")?.to_string_lossy().into_owned();
        copy(module, &format!("modules/{index:02}-{name}"))?;
    }
    reproducible::touch(scratch)?;
    // Not compressed: reading it costs the emulator nothing, and unpacking would cost the guest a tenth of a second.
    let archive = "find . -print0 | sort -z | cpio --null --create --format=newc --quiet --reproducible --owner=0:0";
    let output = fs::File::create(to)?;
    process::run(reproducible::command("sh").args(["-c", archive]).current_dir(scratch).stdout(output))
}

//! The archive that the kernel starts from: what `ota/initramfs/contents` lists, busybox, dmsetup, and the few modules that Debian's kernel needs
//! for the disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use super::root::Root;
use crate::contents::{self, Contents};
use crate::reproducible;
use xtask::{places, process};

/// Debian's kernel has these as modules; the product's has them built in.
const MODULES: &str = "virtio_mmio virtio_blk dm-verity erofs";

/// Makes it from a root tree whose modules are indexed.
pub fn make(root: &Root, restart: &Path, starts: &str, scratch: &Path, to: &Path) -> Result<()> {
    let sources = places::workspace().join("ota/initramfs");
    let contents = Contents::parse(&fs::read_to_string(places::workspace().join(contents::FILE))?)?;
    contents.make(&sources, scratch)?;
    fs::write(scratch.join("etc/starts"), starts)?;
    // Where the image's packages have them.
    for folder in ["usr/bin", "usr/lib", "usr/sbin"] {
        fs::create_dir_all(scratch.join(folder))?;
    }
    symlink("usr/lib", scratch.join("lib"))?;
    let copy = |from: &Path, to: &str| {
        let copied = fs::copy(from, scratch.join(to));
        copied.map(|_| ()).with_context(|| format!("cannot copy {}", from.display()))
    };
    copy(&root.path("usr/bin/busybox"), "usr/bin/busybox")?;
    copy(restart, "usr/bin/parley-restart")?;
    copy(&root.path("usr/sbin/dmsetup"), "usr/sbin/dmsetup")?;
    for library in root.libraries_of("usr/sbin/dmsetup")? {
        let name = library.file_name().context("a library has a name")?.to_string_lossy().into_owned();
        copy(&library, &format!("usr/lib/{name}"))?;
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

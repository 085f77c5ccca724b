//! A slot's root file system: Debian's packages without what a device has no use for, the product's own files over them, and the few
//! files by which a test talks to the guest.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::userland;
use crate::packages::{self, Packages};
use crate::{files, reproducible};
use xtask::process;

/// Modules for the hardware of the emulated board, and for what the driver plays. Those of the product are in `ota/packages.toml`.
const OF_THE_BOARD: &str = "
    ccm cmac configfs ctr i6300esb mac80211_hwsim qemu_fw_cfg snd-aloop snd-hda-codec-generic snd-hda-intel virtio-rng virtio_blk
    virtio_console virtio_mmio virtio_net virtio_pci xhci-pci
";
/// Modules of the product beside the drivers of HiFiBerry's cards that only a Raspberry Pi's kernel has.
const OF_THE_PI: &[&str] = &["designware_i2s", "snd-soc-ma120x0p"];
/// Folders of Debian's that the product's image has not, or that lie on the data partition.
const LEFT_OUT: &str = "
    boot var usr/include usr/lib/systemd/boot usr/lib/aarch64-linux-gnu/gconv usr/lib/aarch64-linux-gnu/perl-base
    usr/share/bash-completion usr/share/i18n usr/share/perl5 usr/share/zsh usr/lib/udev/hwdb.d
";
/// Generators and udev's rules for what neither the board nor the product's image has: each is paid for at every start, the rules once
/// for each of some hundred devices.
const NOT_OF_THIS_BOARD: &[(&str, &str)] = &[
    (
        "usr/lib/systemd/system-generators/systemd-",
        "
        hibernate-resume-generator rc-local-generator ssh-generator system-update-generator sysv-generator
        tpm2-generator
        ",
    ),
    (
        "usr/lib/udev/rules.d/",
        "
        60-autosuspend.rules 60-cdrom_id.rules 60-dmi-id.rules 60-drm.rules 60-evdev.rules 60-fido-id.rules
        60-infiniband.rules 60-input-id.rules 60-persistent-input.rules 60-persistent-storage-mtd.rules
        60-persistent-storage-tape.rules 60-persistent-v4l.rules 60-sensor.rules 64-btrfs.rules 70-camera.rules
        70-joystick.rules 70-memory.rules 70-mouse.rules 70-power-switch.rules 70-touchpad.rules
        70-uaccess.rules 71-seat.rules 73-seat-late.rules 75-probe_mtd.rules 80-debian-compat.rules
        81-net-dhcp.rules 90-iocost.rules 96-e2scrub.rules
        ",
    ),
];
/// Units that would only make an emulated start slower, or have nothing to do on a read-only root.
const MASKED: &str = "
    apt-daily-upgrade.timer apt-daily.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer getty@.service
    ldconfig.service serial-getty@.service systemd-firstboot.service systemd-hwdb-update.service
    systemd-pcrphase.service systemd-update-done.service sys-fs-fuse-connections.mount
    systemd-journal-catalog-update.service systemd-binfmt.service dev-hugepages.mount dev-mqueue.mount
    sys-kernel-debug.mount sys-kernel-tracing.mount modprobe@configfs.service modprobe@drm.service
    proc-sys-fs-binfmt_misc.automount sys-kernel-config.mount systemd-ask-password-console.path
    systemd-ask-password-wall.path systemd-creds.socket systemd-initctl.socket systemd-pcrextend.socket
    systemd-pcrlock.socket systemd-remount-fs.service systemd-sysext.socket systemd-udev-load-credentials.service
    systemd-user-sessions.service
";

/// Where Debian's programs find their libraries.
pub const LIBRARIES: &[&str] = &["usr/lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu/systemd", "usr/lib"];

pub struct Root {
    folder: PathBuf,
    kernel_version: String,
}

impl Root {
    /// Unpacks the packages into a new folder, and leaves out what is not needed. The kernel image is put beside it.
    pub fn unpack(archive: &Path, folder: &Path, packages: &Packages) -> Result<Self> {
        userland::unpack(archive, folder)?;
        let modules = folder.join("usr/lib/modules");
        let first = fs::read_dir(&modules)?.next().context("the packages brought no kernel modules")??;
        let kernel_version = first.file_name().to_string_lossy().into_owned();
        let root = Self { folder: folder.to_owned(), kernel_version };
        fs::rename(root.path(&format!("boot/vmlinuz-{}", root.kernel_version)), folder.with_extension("kernel"))?;
        for left_out in LEFT_OUT.split_whitespace() {
            files::remove(&root.path(left_out))?;
        }
        for (place, names) in NOT_OF_THIS_BOARD {
            for name in names.split_whitespace() {
                files::remove(&root.path(&format!("{place}{name}")))?;
            }
        }
        files::remove(&root.path(&format!("usr/lib/linux-image-{}", root.kernel_version)))?;
        root.keep_needed_modules(packages)?;
        for mount_point in ["boot", "data", "run", "var"] {
            fs::create_dir_all(root.path(mount_point))?;
        }
        // An empty one: this start's own, in memory.
        fs::write(root.path("etc/machine-id"), "")?;
        fs::write(root.path("etc/hostname"), "parley\n")?;
        fs::write(root.path("etc/fstab"), "")?;
        files::link("../proc/self/mounts", &root.path("etc/mtab"))?;
        for unit in MASKED.split_whitespace() {
            files::link("/dev/null", &root.path(&format!("etc/systemd/system/{unit}")))?;
        }
        files::link("/usr/lib/systemd/system/multi-user.target", &root.path("etc/systemd/system/default.target"))?;
        Ok(root)
    }

    pub fn kernel(&self) -> PathBuf {
        self.folder.with_extension("kernel")
    }

    pub fn path(&self, inside: &str) -> PathBuf {
        self.folder.join(inside)
    }

    /// Puts a folder's files over the tree; they belong to root.
    pub fn overlay(&self, files: &Path) -> Result<()> {
        let mut copy = Command::new("cp");
        copy.args(["-a", "--no-preserve=ownership", "--remove-destination", "-T"]);
        process::run(copy.arg(files).arg(&self.folder))
    }

    /// Switches on every unit of an overlay that says what wants it, as its presets would.
    pub fn enable_all(&self, overlay: &Path) -> Result<()> {
        for entry in fs::read_dir(overlay.join("usr/lib/systemd/system"))? {
            let unit = entry?.path();
            if unit.is_file() && fs::read_to_string(&unit)?.contains("[Install]") {
                let name = unit.file_name().context("a unit has a name")?;
                let mut systemctl = Command::new("systemctl");
                process::run(systemctl.arg("--root").arg(&self.folder).args(["--quiet", "enable"]).arg(name))?;
            }
        }
        Ok(())
    }

    /// These modules and all that they depend on, in the order in which they are loaded. Built-in ones need nothing.
    pub fn modules_for(&self, names: &str) -> Result<Vec<PathBuf>> {
        let mut modules: Vec<PathBuf> = Vec::new();
        for name in names.split_whitespace() {
            let mut depends = Command::new("modprobe");
            depends.arg("-d").arg(&self.folder).args(["-S", &self.kernel_version, "--show-depends", name]);
            for line in process::output(&mut depends)?.lines() {
                let Some(path) = line.strip_prefix("insmod ") else { continue };
                let path = PathBuf::from(path.trim());
                if !modules.contains(&path) {
                    modules.push(path);
                }
            }
        }
        Ok(modules)
    }

    /// Whatever `ota/packages.toml` lists is there, and every program finds its libraries.
    pub fn check(&self, packages: &Packages) -> Result<()> {
        let there = |file: &str| self.path(file.trim_start_matches('/')).symlink_metadata().is_ok();
        let of_the_board =
            |package: &str| packages.package[package].debian().next().is_none() && !package.starts_with("parley");
        let missing: Vec<_> =
            packages.files().filter(|(file, package)| !there(file) && !of_the_board(package)).collect();
        ensure!(missing.is_empty(), "the root lacks {missing:?}");
        let mut needed = BTreeSet::new();
        for place in ["usr/bin", "usr/sbin", "usr/lib/systemd", "usr/lib/parley", "usr/lib/udev", "usr/lib/device/bin"]
        {
            for entry in fs::read_dir(self.path(place))? {
                let program = entry?.path();
                let is_program = program.symlink_metadata()?.is_file() && fs::read(&program)?.starts_with(b"\x7fELF");
                let inside = program.strip_prefix(&self.folder)?.to_string_lossy().into_owned();
                if is_program {
                    needed.extend(self.libraries_of(&inside)?);
                }
            }
        }
        let unused = unused(&fs::read_to_string(self.path(userland::BROUGHT))?, &needed)?;
        ensure!(
            unused.is_empty(),
            "no program of the root needs a library of {unused:?}: take it out of {}",
            packages::FILE
        );
        Ok(())
    }

    /// The shared libraries that a program of the tree needs, however far down, with the loader.
    pub fn libraries_of(&self, program: &str) -> Result<BTreeSet<PathBuf>> {
        let mut found = BTreeSet::new();
        let mut open = vec![self.path(program)];
        while let Some(binary) = open.pop() {
            let dynamic = process::output(Command::new("readelf").args(["--dynamic", "--wide"]).arg(&binary))?;
            let names = dynamic
                .lines()
                .filter(|line| line.contains("(NEEDED)"))
                .filter_map(|line| line.split(['[', ']']).nth(1));
            for name in names {
                let mut places = LIBRARIES.iter().map(|place| self.path(place).join(name));
                let library = places.find(|library| library.exists());
                let library = library.with_context(|| format!("{} needs {name}", binary.display()))?;
                if found.insert(library.clone()) {
                    open.push(library);
                }
            }
        }
        Ok(found)
    }

    /// The board's modules, and those of the product that Debian's kernel has: HiFiBerry's cards are known to the Pi's alone.
    fn keep_needed_modules(&self, packages: &Packages) -> Result<()> {
        self.index_modules()?;
        let folder = self.path("usr/lib/modules").join(&self.kernel_version);
        let kept = folder.join("kept");
        let known = fs::read_to_string(folder.join("modules.dep"))?.replace('_', "-");
        let is_known = |module: &&str| known.contains(&format!("/{}.ko", module.replace('_', "-")));
        let unknown = |(module, symbol): &(&String, &String)| {
            !is_known(&module.as_str()) && !OF_THE_PI.contains(&module.as_str()) && !symbol.contains("HIFIBERRY")
        };
        let misspelt: Vec<_> = packages.module.iter().filter(unknown).collect();
        ensure!(misspelt.is_empty(), "Debian's kernel has no module {misspelt:?}");
        let of_the_product = packages.module.keys().map(String::as_str).filter(is_known);
        let built_in = packages.built_in.keys().map(String::as_str);
        let needed: Vec<&str> = OF_THE_BOARD.split_whitespace().chain(built_in).chain(of_the_product).collect();
        for module in self.modules_for(&needed.join(" "))? {
            let inside = module
                .strip_prefix(folder.join("kernel"))
                .or_else(|_| module.strip_prefix(self.path("lib/modules").join(&self.kernel_version).join("kernel")));
            let target = kept.join(inside.with_context(|| format!("{} is no module of the tree", module.display()))?);
            fs::create_dir_all(target.parent().context("a module lies in a folder")?)?;
            fs::copy(&module, &target)?;
            process::run(Command::new("xz").arg("--decompress").arg(&target))?;
        }
        fs::remove_dir_all(folder.join("kernel"))?;
        fs::rename(kept, folder.join("kernel"))?;
        self.index_modules()
    }

    /// Adds the modules that lie in a folder.
    pub fn add_modules(&self, from: &Path) -> Result<()> {
        let to = self.path("usr/lib/modules").join(&self.kernel_version).join("kernel/device");
        fs::create_dir_all(&to)?;
        for module in fs::read_dir(from)? {
            let module = module?;
            fs::copy(module.path(), to.join(module.file_name()))?;
        }
        self.index_modules()
    }

    fn index_modules(&self) -> Result<()> {
        process::run(Command::new("depmod").arg("-b").arg(&self.folder).arg(&self.kernel_version))
    }

    /// Makes the users that the packages and the product describe: no maintainer script has.
    pub fn make_users(&self) -> Result<()> {
        for (master, to) in [("passwd.master", "etc/passwd"), ("group.master", "etc/group")] {
            let accounts = fs::read_to_string(self.path("usr/share/base-passwd").join(master))?;
            fs::write(self.path(to), accounts.replace(":*:", ":x:"))?;
        }
        // An older systemd on the host does not know the mark of accounts that nobody may ever log into.
        for file in fs::read_dir(self.path("usr/lib/sysusers.d"))? {
            let file = file?.path();
            let lines = fs::read_to_string(&file)?.replace("\nu! ", "\nu ");
            fs::write(file, lines)?;
        }
        process::run(reproducible::command("systemd-sysusers").arg("--root").arg(&self.folder))
    }
}

/// Packages of a list of libraries (a line each: the package, and a file's name) of which no file is needed.
fn unused(brought: &str, needed: &BTreeSet<PathBuf>) -> Result<BTreeSet<String>> {
    let files = needed.iter().map(|library| Ok(library.canonicalize()?.file_name().map(ToOwned::to_owned)));
    let files = files.collect::<Result<BTreeSet<_>>>()?;
    let pairs = || brought.lines().filter_map(|line| line.split_once(' '));
    let is_used = |(package, file): (&str, &str)| files.contains(&Some(file.into())).then(|| package.to_owned());
    let used: BTreeSet<String> = pairs().filter_map(is_used).collect();
    Ok(pairs().map(|(package, _)| package.to_owned()).filter(|package| !used.contains(package)).collect())
}

/// Makes the read-only file system with its hash tree behind it; the kernel command line's word by which the initramfs opens it, with its data
/// blocks of 4096 bytes. The hash tree's header is the block behind them.
pub fn seal(root: &Path, image: &Path, salt: &str, compression: &str) -> Result<String> {
    let mut mkfs = Command::new("nice");
    mkfs.args(["mkfs.erofs", "--quiet", compression, "--all-root", "-T0", "-U00000000-0000-4000-8000-000000000001"]);
    process::run(mkfs.args([image, root]))?;
    let size = fs::metadata(image)?.len().next_multiple_of(4096);
    fs::OpenOptions::new().write(true).open(image)?.set_len(size)?;
    let mut format = Command::new("veritysetup");
    format.args(["format", "--salt", salt, "--uuid=00000000-0000-4000-8000-000000000002"]);
    let printed = process::output(format.arg(format!("--hash-offset={size}")).args([image, image]))?;
    let hash =
        printed.lines().find_map(|line| line.strip_prefix("Root hash:")).context("veritysetup printed no root hash")?;
    Ok(format!("parley.verity={},{salt},{}", size / 4096, hash.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_nothing_needs_is_found_by_its_package() {
        let folder = tempfile::tempdir().unwrap();
        let (library, name) = (folder.path().join("liba.so.1.2"), folder.path().join("liba.so.1"));
        fs::write(&library, "").unwrap();
        std::os::unix::fs::symlink("liba.so.1.2", &name).unwrap();
        let brought = "liba1 liba.so.1.2\nliba1 libaa.so.1\nlibb2 libb.so.2\n";
        assert_eq!(unused(brought, &BTreeSet::from([name])).unwrap(), BTreeSet::from(["libb2".to_owned()]));
    }
}

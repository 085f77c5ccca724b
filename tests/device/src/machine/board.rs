//! The emulated board as QEMU is told to play it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use super::{DiskHarm, Plugged};
use crate::firmware::Told;

/// The guest's memory, MiB: far less than the board's 8 GiB, enough without models.
const MEMORY_MIB: u32 = 768;

/// The board's number, as the firmware of a Pi writes it.
const SERIAL_NUMBER: &str = "10000000abcdef12";

/// QEMU with the board, the processor and the guest's time. As nice as whoever starts it: a guest that is kept from the processor while it
/// waits finds that its time has gone on.
pub fn qemu() -> Command {
    let mut command = Command::new("qemu-system-aarch64");
    command.args(["-machine", "virt", "-cpu", "cortex-a76", "-smp", "1"]);
    command.args(["-m", &MEMORY_MIB.to_string(), "-accel", "tcg,thread=single", "-icount", "shift=0,sleep=on"]);
    command.args(["-nodefaults", "-display", "none"]);
    command
}

/// The board's device tree, with what the Pi's firmware adds to it.
pub fn device_tree(to: &Path, told: Told, firmware_built: u32) -> Result<()> {
    let dump = qemu().args(["-machine", &format!("dumpdtb={}", to.display())]).output().context("cannot start QEMU")?;
    if !dump.status.success() {
        bail!("QEMU gives no device tree: {}", String::from_utf8_lossy(&dump.stderr));
    }
    // What the board itself has.
    fdtput(to, &["-t", "s"], &["/", "serial-number", SERIAL_NUMBER])?;
    let values = [
        ("tryboot", u32::from(told.choice.tryboot)),
        ("partition", told.choice.partition),
        ("rsts", told.reset_status),
        ("count", told.starts),
        ("build-timestamp", firmware_built),
    ];
    for (name, value) in values {
        fdtput(to, &["-p", "-t", "u"], &["/chosen/bootloader", name, &value.to_string()])?;
    }
    Ok(())
}

fn fdtput(tree: &Path, options: &[&str], words: &[&str]) -> Result<()> {
    let put = Command::new("fdtput").args(options).arg(tree).args(words).output();
    let put = put.context("cannot start fdtput; is device-tree-compiler installed?")?;
    ensure!(put.status.success(), "fdtput failed: {}", String::from_utf8_lossy(&put.stderr));
    Ok(())
}

/// A layer over a file that fails as the disk is to fail.
fn broken(file: &str, harm: &DiskHarm) -> serde_json::Value {
    let errors: Vec<_> = match harm {
        DiskHarm::Unreadable(sectors) => {
            sectors.iter().map(|sector| json!({ "event": "read_aio", "iotype": "read", "sector": sector })).collect()
        }
        DiskHarm::ReadOnly => vec![json!({ "event": "write_aio", "iotype": "write" })],
    };
    json!({ "driver": "blkdebug", "node-name": "broken", "image": file, "inject-error": errors })
}

/// Flushes end at the emulator: the guest's are in the recording, and a host that writes its page cache out would only take time.
pub fn plug_disks(command: &mut Command, disk: &Path, record: Option<&Path>, plugged: &Plugged) {
    let file = |name: &str, image: &Path| {
        format!("driver=file,cache.no-flush=on,node-name={name},filename={}", image.display())
    };
    let name = if record.is_some() { "recorded" } else { "disk" };
    command.args(["-blockdev", &file(&format!("{name}-file"), disk)]);
    let below = match &plugged.harm {
        Some(harm) => {
            command.args(["-blockdev", &broken(&format!("{name}-file"), harm).to_string()]);
            "broken".to_owned()
        }
        None => format!("{name}-file"),
    };
    command.args(["-blockdev", &format!("driver=raw,node-name={name},file={below}")]);
    if let Some(record) = record {
        command.args(["-blockdev", &file("log", record)]);
        command.args(["-blockdev", "driver=blklogwrites,node-name=disk,file=recorded,log=log"]);
    }
    // A card cannot write zeroes by itself either; and in a log they would be two writes, the second by `fallocate`.
    command.args(["-device", "virtio-blk-device,drive=disk,serial=card,write-zeroes=off"]);
    if let Some(bundles) = &plugged.bundles {
        let file = format!("driver=file,node-name=bundles-file,read-only=on,filename={}", bundles.display());
        command.args(["-blockdev", &file, "-blockdev", "driver=raw,node-name=bundles,read-only=on,file=bundles-file"]);
        command.args(["-device", "virtio-blk-device,drive=bundles,serial=bundles"]);
    }
}

//! `cargo xtask device card`: a card as the Yocto layer lays it out, started here.
//!
//! Partition table, boot images with their completed command lines, hash tree and `autoboot.txt` are made by the layer's own functions and
//! `.wks`, in the product's sizes. Root, kernel and initramfs are those of the virtual device's own disk, because no bitbake has built others.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use parley_device::cases::{COMMIT_BUDGET, START_BUDGET, STARTED};
use parley_device::disk::BootFiles;
use parley_device::layout::{Layout, SlotName};
use parley_device::virtual_device::VirtualDevice;

use super::disk;
use crate::layer::card::Contents;
use crate::{files, layer};
use xtask::{places, process};

/// What the emulated board's kernel is told beside the card's own line: its serial port has another name.
const WORDS: &str = "console=ttyAMA0 systemd.getty_auto=0";
/// A card is larger than its image: the last partition takes the rest.
const CARD_BYTES: u64 = 16 << 30;
/// How long an installation may take, of the guest's time.
const INSTALL_BUDGET: Duration = Duration::from_secs(600);

#[derive(Args)]
pub struct Options {
    /// A folder with bitbake, and openembedded-core's branch whinlatter as `wic-whinlatter` (docs/YOCTO.md says how to get both)
    #[arg(long, value_name = "FOLDER")]
    layers: PathBuf,
    /// The virtual device's images from before, instead of building them: a folder with disk.img and bundles.img
    #[arg(long, value_name = "FOLDER")]
    images: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<()> {
    let (disk, bundles, _alone) = match &options.images {
        Some(folder) => (folder.join("disk.img"), folder.join("bundles.img"), None),
        None => {
            let built = disk::ready()?;
            (built.disk, built.bundles, Some(built.alone))
        }
    };
    let folder = super::folder()?.join("card");
    fs::create_dir_all(&folder)?;
    let card = folder.join("card.img");
    let contents = take_out(&disk, &super::layout()?, &folder)?;
    layer::make_card(&options.layers, Some(contents), Some(&card))?;
    File::options().write(true).open(&card)?.set_len(CARD_BYTES)?;
    let layout = Layout::parse_product(&fs::read_to_string(places::workspace().join("ota/layout.toml"))?)?;
    let mut device = VirtualDevice::new(layout, &card, &folder.join("run"))?;
    fs::remove_file(&card)?;
    device.plugged.words = WORDS.to_owned();
    device.plugged.bundles = Some(bundles);
    let done = check(&mut device);
    if done.is_err() {
        println!("{}", device.last_words());
    }
    done
}

/// The start, and an update to its commit.
fn check(device: &mut VirtualDevice) -> Result<()> {
    device.power_on()?;
    started(device, SlotName::A)?;
    // The first start has given the last partition the rest of the card, behind five others of 8.2 GiB.
    let data = device.run("blockdev --getsize64 /dev/disk/by-parley/data")?;
    let data: u64 = data.trim().parse().with_context(|| format!("the data partition has {data:?} bytes"))?;
    ensure!(data > CARD_BYTES / 3, "the data partition has not grown: {data} bytes");
    println!("The data partition has grown to {} MiB", data >> 20);
    committed(device, SlotName::A)?;
    device.run("mkdir -p /run/bundles && mount -t erofs -o ro /dev/disk/by-id/virtio-bundles /run/bundles")?;
    device.run_within("parley update install /run/bundles/good.raucb", INSTALL_BUDGET)?;
    device.begin("parley update install --restart")?;
    started(device, SlotName::B)?;
    device.run("grep -qx 'IMAGE_VERSION=1.1.0' /etc/os-release")?;
    committed(device, SlotName::B)?;
    println!("The card has taken an update");
    Ok(())
}

fn started(device: &mut VirtualDevice, slot: SlotName) -> Result<()> {
    let said = device.wait(STARTED, START_BUDGET)?;
    ensure!(device.slot() == Some(slot), "{:?} started, not {slot}", device.slot());
    println!("Slot {slot} started, {} s after power-on", said.at.as_secs());
    Ok(())
}

/// Waits until the start is confirmed, and looks at what the firmware would take next.
fn committed(device: &mut VirtualDevice, slot: SlotName) -> Result<()> {
    device.run_within("systemctl start parley-commit.service", COMMIT_BUDGET)?;
    ensure!(device.committed()? == Some(slot), "{:?} is committed, not {slot}", device.committed()?);
    println!("Slot {slot} is committed");
    Ok(())
}

/// Root, kernel and initramfs out of a disk of the virtual device.
fn take_out(disk: &Path, layout: &Layout, folder: &Path) -> Result<Contents> {
    let file = File::open(disk).with_context(|| format!("cannot read {}", disk.display()))?;
    let boot = BootFiles::read(&file, layout, layout.boot(SlotName::A)?)?;
    let contents =
        Contents { root: folder.join("root"), kernel: folder.join("kernel"), initramfs: folder.join("initramfs") };
    fs::write(&contents.kernel, boot.kernel)?;
    fs::write(&contents.initramfs, boot.initramfs)?;
    let (partition, image) = (layout.root(SlotName::A)?, folder.join("root.img"));
    let mib = |bytes: u64| (bytes >> 20).to_string();
    process::run(Command::new("dd").args(["status=none", "conv=sparse", "bs=1M"]).args([
        format!("if={}", disk.display()),
        format!("of={}", image.display()),
        format!("skip={}", mib(partition.start)),
        format!("count={}", mib(partition.size)),
    ]))?;
    files::remove(&contents.root)?;
    let mut extract = Command::new("nice");
    extract.args(["-n", "19", "fsck.erofs", "--preserve"]).arg(format!("--extract={}", contents.root.display()));
    process::run(extract.arg(&image))?;
    fs::remove_file(image)?;
    Ok(contents)
}

//! The whole disk image, partition by partition, without loop devices or mounts.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use parley_device::disk::{CONFIG, INITRAMFS, KERNEL};
use parley_device::layout::{Layout, Partition, SlotName};
use parley_update::bootchain::slot::Slot;
use parley_update::bootchain::sound_card;

use super::bundles::{self, Signers};
use super::make::{self, Recipe};
use super::root::{Root, seal};
use super::{cross, initramfs, modules, product, userland};
use crate::layer::checkout::Checkout;
use crate::layer::metadata;
use crate::packages::Packages;
use crate::{files, reproducible};
use xtask::{places, process};

/// What the kernel of the virtual device is told beside the product's own line. `mitigations=off nokaslr`: nobody attacks a test, and the
/// kernel's separate page tables make every call into it dear under emulation.
const ALSO: &str = "mitigations=off nokaslr systemd.getty_auto=0";
/// The console of the board, and of the emulated one.
const CONSOLES: (&str, &str) = ("console=serial0,115200", "console=ttyAMA0");

pub struct Built {
    /// The disk as it leaves the bench: version 1 in both slots, A committed.
    pub disk: PathBuf,
    /// A disk with the bundles of the cases.
    pub bundles: PathBuf,
    pub served: PathBuf,
    pub stick: PathBuf,
    /// The archive that the root was made from.
    pub userland: PathBuf,
    /// Keeps other processes from replacing them, and from the folders of the cases.
    pub alone: File,
}

/// The version on the card as it leaves the bench.
const FIRST: &str = "1.0.0";
/// The one that the bundles bring. It differs in its program, `/etc/os-release` and the salt of the hash tree.
const NEXT: &str = "1.1.0";
/// Its image once more, compressed otherwise: no block is like the first version's, so an installation writes them all.
pub const RECOMPRESSED: &str = "1.1.0-recompressed";
const STICK_BYTES: u64 = 256 << 20;
/// The parts of this program that decide what is in the images.
const MAKERS: &str = "bundles.rs disk.rs initramfs.rs product.rs root.rs userland.rs versions.rs ../bundle.rs ../contents.rs ../packages.rs ../recipe.rs ../reproducible.rs";

/// What the recipe of the first partition puts there for the owner to copy.
const EXAMPLE: &str = "parley-setup.example.toml";
const EXAMPLE_FROM: &str = "meta-voice/recipes-bsp/parley-autoboot/files";
const DATA_UUID: &str = "00000000-0000-4000-8000-000000000003";

struct Sources {
    layout: Layout,
    userland: PathBuf,
    modules: PathBuf,
    programs: PathBuf,
    signers: PathBuf,
}

impl Sources {
    fn ready(folder: &Path) -> Result<Self> {
        let makers = Recipe::default().path(&maker("bundles.rs"))?.path(&maker("../bundle/authority.rs"))?;
        let signers = makers.make(folder, "signers", Signers::make)?;
        let (userland, programs) = (userland::ready(folder)?, cross::ready(folder)?);
        let modules = modules::ready(folder, &userland)?;
        Ok(Self { layout: super::layout()?, userland, modules, programs, signers })
    }
}

/// A part of this program.
pub fn maker(file: &str) -> PathBuf {
    places::workspace().join("ota/image/src/device").join(file)
}

/// The layer's template of the command line, for this board.
fn cmdline() -> Result<String> {
    let metadata = metadata::read(&Checkout::new(&places::workspace()))?;
    let class = metadata.get("meta-voice/classes-recipe/parley_slot_images.bbclass");
    let line = class.and_then(|class| class.value("PARLEY_CMDLINE")).context("the layer has no PARLEY_CMDLINE")?;
    ensure!(line.contains(CONSOLES.0), "PARLEY_CMDLINE has no {}", CONSOLES.0);
    Ok(format!("{} {ALSO}", line.replace(CONSOLES.0, CONSOLES.1)))
}

/// What the guest has beside the product.
fn guest() -> PathBuf {
    places::workspace().join("tests/device/guest")
}

pub fn ready() -> Result<Built> {
    let folder = super::folder()?;
    let alone = make::alone(&folder)?;
    let sources = Sources::ready(&folder)?;
    let workspace = places::workspace();
    let images = Recipe::default()
        .words([
            cmdline()?.as_str(),
            sources.userland.to_string_lossy().as_ref(),
            sources.modules.to_string_lossy().as_ref(),
            sources.signers.to_string_lossy().as_ref(),
        ])
        .path(&sources.programs)?
        .path(&guest())?
        .path(&workspace.join("ota"))?
        .path(&workspace.join("meta-voice"))?
        .path(&workspace.join("rootfs-overlay"))?;
    let images = MAKERS.split(' ').try_fold(images, |recipe, file| recipe.path(&maker(file)))?;
    let images = images.make(&folder, "images", |to| make_images(&sources, to))?;
    Ok(Built {
        disk: images.join("disk.img"),
        bundles: images.join("bundles.img"),
        served: images.join("served"),
        stick: images.join("stick.img"),
        userland: sources.userland,
        alone,
    })
}

/// Makes the images once more, and compares them byte by byte; of a bundle what is signed, because every signature is another.
pub fn compare_with_a_second(first: &Built) -> Result<()> {
    let folder = super::folder()?;
    let second = folder.join("second");
    files::remove(&second)?;
    make_images(&Sources::ready(&folder)?, &second)?;
    let images = first.disk.parent().context("the disk lies in a folder")?;
    let mut differ = Vec::new();
    for file in ["disk.img", "initramfs", "kernel.gz", "served/good.raucb"] {
        let is_same = reproducible::is_same(&images.join(file), &second.join(file))?;
        println!("{file}: {}", if is_same { "the same bytes" } else { "other bytes" });
        if !is_same {
            differ.push(file);
        }
    }
    ensure!(differ.is_empty(), "{} differ; the second ones are in {}", differ.join(", "), second.display());
    files::remove(&second)
}

fn make_images(sources: &Sources, to: &Path) -> Result<()> {
    let Sources { layout, userland, modules, programs, signers } = sources;
    let (guest, packages) = (guest(), &Packages::of_this_clone()?);
    fs::create_dir_all(to)?;
    let signers = Signers::made(signers)?;
    let root = Root::unpack(userland, &to.join("root"), packages)?;
    root.add_modules(modules)?;
    let (product, keyring) = (to.join("product"), to.join("keyring.pem"));
    fs::create_dir_all(&product)?;
    fs::write(&keyring, &signers.keyring)?;
    product::recipes(&keyring, &product)?;
    root.overlay(&product)?;
    product::install(&root, programs)?;
    root.overlay(&guest)?;
    root.make_users()?;
    for units in [&product, &guest] {
        root.enable_all(units)?;
    }
    product::install_version(&root, programs, true)?;
    root.check(packages)?;
    let kernel = to.join("kernel.gz");
    let mut gzip = Command::new("nice");
    process::run(gzip.args(["gzip", "-6", "-n", "-c"]).arg(root.kernel()).stdout(File::create(&kernel)?))?;
    let initramfs = to.join("initramfs");
    let starts = layout.unconfirmed_starts.shell();
    initramfs::make(&root, &programs.join("parley-restart"), &starts, &to.join("initramfs.d"), &initramfs)?;
    let slots = |version: &str, name: &str, compression: &str| -> Result<()> {
        // A link into /usr in Debian's packages; here a file of this version.
        let release = root.path("etc/os-release");
        files::remove(&release)?;
        let debian = fs::read_to_string(root.path("usr/lib/os-release"))?;
        fs::write(release, format!("{debian}IMAGE_VERSION={version}\n"))?;
        product::install_version(&root, programs, version == FIRST)?;
        let image = to.join(format!("root-{name}.img"));
        let verity = seal(&root.path(""), &image, &salt(version), compression)?;
        make_boot(layout, &kernel, &initramfs, &verity, &to.join(format!("boot-{name}.img")))
    };
    slots(FIRST, FIRST, "-zlz4")?;
    slots(NEXT, NEXT, "-zlz4")?;
    slots(NEXT, RECOMPRESSED, "-zlz4hc,1")?;
    fs::remove_dir_all(root.path(""))?;
    fs::remove_file(root.kernel())?;
    fs::remove_dir_all(to.join("initramfs.d"))?;
    assemble(layout, to, FIRST)?;
    let scratch = to.join("scratch");
    bundles::make(layout, to, NEXT, &signers, &scratch, &to.join("bundles.img"))?;
    let served = to.join("served");
    fs::create_dir_all(&served)?;
    for name in ["good.raucb", "damaged-stream.raucb"] {
        fs::rename(scratch.join("bundles").join(name), served.join(name))?;
    }
    let good = served.join("good.raucb");
    let stick = Partition { size: STICK_BYTES, ..layout.partition("autoboot")?.clone() };
    make_fat(&stick, &[(&good, "good.raucb")], &to.join("stick.img"))?;
    fs::remove_dir_all(scratch)?;
    for name in [FIRST, NEXT, RECOMPRESSED] {
        fs::remove_file(to.join(format!("root-{name}.img")))?;
        fs::remove_file(to.join(format!("boot-{name}.img")))?;
    }
    Ok(())
}

/// A salt need not be secret; one that follows from the version makes the same image twice.
fn salt(version: &str) -> String {
    version.bytes().chain([0; 32]).take(32).map(|byte| format!("{byte:02x}")).collect()
}

/// One boot image for both slots, its command line a template.
fn make_boot(layout: &Layout, kernel: &Path, initramfs: &Path, verity: &str, to: &Path) -> Result<()> {
    let template = format!("{} {verity}", cmdline()?);
    let cmdline = parley_update::bootchain::cmdline::padded(&template)
        .context("the command line is too long for its template")?;
    ensure!(cmdline.len() == layout.cmdline.bytes, "the template has {} bytes", cmdline.len());
    let [cmdline_file, config_file, card_file] = ["cmdline", "config", "card"].map(|end| to.with_extension(end));
    fs::write(&cmdline_file, cmdline)?;
    fs::write(&config_file, config()?)?;
    fs::write(&card_file, sound_card::render(&sound_card::OnPins::default()).context("a file without a card")?)?;
    let files = [
        (kernel, KERNEL),
        (initramfs, INITRAMFS),
        (&cmdline_file, &layout.cmdline.file),
        (&config_file, CONFIG),
        (&card_file, sound_card::FILE),
    ];
    make_fat(layout.boot(SlotName::A)?, &files, to)?;
    [cmdline_file, config_file, card_file].iter().try_for_each(|file| Ok(fs::remove_file(file)?))
}

/// What the layer says in `config.txt`. The emulated firmware reads which overlays it names, and passes over the rest.
fn config() -> Result<String> {
    let metadata = metadata::read(&Checkout::new(&places::workspace()))?;
    let distro = metadata.get("meta-voice/conf/distro/voice.conf");
    let config =
        distro.and_then(|distro| distro.value("RPI_EXTRA_CONFIG")).context("the distro has no RPI_EXTRA_CONFIG")?;
    Ok(config.replace("\\n", "\n") + "\n")
}

fn make_fat(partition: &Partition, files: &[(&Path, &str)], to: &Path) -> Result<()> {
    File::create(to)?.set_len(partition.size)?;
    let label = partition.filesystem_label.as_deref().unwrap_or("PARLEY");
    let mut format = Command::new("mkfs.vfat");
    process::run(format.args(["--invariant", "-n", label, "-i", "50415231"]).arg(to).stdout(Stdio::null()))?;
    for (file, name) in files {
        reproducible::touch(file)?;
        process::run(reproducible::command("mcopy").arg("-m").arg("-i").arg(to).arg(file).arg(format!("::{name}")))?;
    }
    Ok(())
}

/// Puts the partitions' contents into their places.
fn assemble(layout: &Layout, images: &Path, version: &str) -> Result<()> {
    let disk = images.join("disk.img");
    File::create(&disk)?.set_len(layout.disk_size())?;
    let mut sfdisk =
        Command::new("sfdisk").args(["--quiet", "--no-reread"]).arg(&disk).stdin(Stdio::piped()).spawn()?;
    sfdisk.stdin.take().context("sfdisk listens")?.write_all(layout.sfdisk_script().as_bytes())?;
    ensure!(sfdisk.wait()?.success(), "sfdisk failed");
    let autoboot = images.join("autoboot.txt");
    fs::write(&autoboot, layout.autoboot_txt(layout.autoboot.committed)?)?;
    let fat = images.join("autoboot.img");
    let example = images.join(EXAMPLE);
    fs::copy(places::workspace().join(EXAMPLE_FROM).join(EXAMPLE), &example)?;
    let files: [(&Path, &str); 2] = [(&autoboot, &layout.autoboot.file), (&example, EXAMPLE)];
    make_fat(layout.partition("autoboot")?, &files, &fat)?;
    fs::remove_file(example)?;
    place(&disk, layout.partition("autoboot")?, &fat)?;
    for (name, slot) in [(SlotName::A, Slot::A), (SlotName::B, Slot::B)] {
        let boot = images.join("boot.part");
        fs::copy(images.join(format!("boot-{version}.img")), &boot)?;
        parley_update::bootchain::cmdline::complete(&boot, slot)?;
        place(&disk, layout.boot(name)?, &boot)?;
        fs::remove_file(boot)?;
        place(&disk, layout.root(name)?, &images.join(format!("root-{version}.img")))?;
    }
    let data = layout.partition("data")?;
    let (content, image) = (images.join("data.d"), images.join("data.img"));
    fs::create_dir_all(&content)?;
    File::create(&image)?.set_len(data.size)?;
    reproducible::touch(&content)?;
    let mut format = reproducible::command("mkfs.ext4");
    format.args(["-q", "-F", "-L", "data", "-U", DATA_UUID, "-E", &format!("root_owner=0:0,hash_seed={DATA_UUID}")]);
    process::run(format.arg("-d").arg(&content).arg(&image))?;
    place(&disk, data, &image)?;
    fs::remove_dir_all(content)?;
    fs::remove_file(image)?;
    fs::remove_file(autoboot)?;
    Ok(fs::remove_file(fat)?)
}

/// Copies an image into its partition; runs of zeros stay holes.
fn place(disk: &Path, partition: &Partition, image: &Path) -> Result<()> {
    let size = fs::metadata(image)?.len();
    let Partition { label, size: room, .. } = partition;
    ensure!(size <= *room, "{} has {size} bytes, its partition {label} only {room}", image.display());
    let mut dd = Command::new("dd");
    dd.args(["status=none", "bs=1M", "oflag=seek_bytes", "conv=sparse,notrunc"]);
    dd.arg(format!("seek={}", partition.start));
    process::run(dd.arg(format!("if={}", image.display())).arg(format!("of={}", disk.display())))
}

//! The kernel fragment against what the device's parts need of a kernel.

use std::collections::BTreeMap;

use anyhow::Result;
use parley_board::SOUND_CARDS;

use super::{Findings, Layer, lines};
use crate::layer::kernel::FRAGMENT;

/// What has to be there, and why.
type Needs = Vec<(String, String)>;

const INIT: &str = "ota/initramfs/init";
const SERVICE: &str = "rootfs-overlay/usr/lib/systemd/system/parley.service";
const BOARD: &str = "rootfs-overlay/usr/lib/systemd/system/parley-board.service";
const SYSTEM: &str = "rootfs-overlay/usr/lib/systemd/system.conf.d/10-parley.conf";
/// A file, a word in it, and the symbols that it needs built in.
const BUILT_IN: &[(&str, &str, &str)] = &[
    ("ota/layout.toml", "table = \"gpt\"", "EFI_PARTITION MMC_BLOCK"),
    (INIT, " verity ", "BLK_DEV_DM DM_VERITY"),
    (INIT, "sha256", "CRYPTO_SHA256"),
    (INIT, "mount -t devtmpfs", "DEVTMPFS"),
    (INIT, "sysrq-trigger", "MAGIC_SYSRQ"),
    ("meta-voice/recipes-core/images/parley-initramfs.bb", "cpio.gz", "BLK_DEV_INITRD RD_GZIP"),
    ("ota/manifest.raucm", "format=verity", "BLK_DEV_LOOP DM_VERITY SQUASHFS"),
    ("ota/system.conf", "[streaming]", "BLK_DEV_NBD"),
    (SYSTEM, "RuntimeWatchdogSec", "WATCHDOG BCM2835_WDT"),
    ("meta-voice/conf/distro/voice.conf", "dtoverlay=parley-ramoops", "PSTORE PSTORE_RAM"),
    (BOARD, "char-gpiochip", "GPIO_CDEV GPIO_CDEV_V1"),
    (
        "rootfs-overlay/usr/lib/udev/rules.d/80-parley-board.rules",
        "spidev",
        "SPI SPI_DESIGNWARE SPI_DW_MMIO SPI_SPIDEV",
    ),
    (SERVICE, "char-input", "INPUT_EVDEV"),
    (SERVICE, "MemoryMax", "MEMCG"),
    (SERVICE, "IPAddressDeny", "CGROUP_BPF BPF_SYSCALL"),
];
/// The same for symbols that may be modules.
const PRESENT: &[(&str, &str, &str)] =
    &[("rootfs-overlay/usr/lib/udev/rules.d/80-parley-stick.rules", "exfat", "EXFAT_FS")];

/// The fragment is read, reaches the kernel, and has what file systems, initramfs, updates and units of the checkout need.
pub fn symbols(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let text = layer.checkout.read(FRAGMENT)?;
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    for (place, line) in lines(FRAGMENT, &text).filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
        let Some((symbol, value)) = line.strip_prefix("CONFIG_").and_then(|line| line.split_once('=')) else {
            findings.add(place, format!("{line} sets no symbol"));
            continue;
        };
        let well = symbol.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        findings.expect(well && matches!(value, "y" | "m" | "n"), &place, format!("{line} sets no symbol"));
        findings.expect(set.insert(symbol, value).is_none(), &place, format!("{symbol} is set twice"));
    }
    let appends = layer.metadata.iter().filter(|(path, _)| path.contains("recipes-kernel/linux/linux-raspberrypi"));
    let mut sources = appends.flat_map(|(_, metadata)| metadata.words_of("SRC_URI"));
    let used = sources.any(|word| word == "file://parley.cfg");
    findings.expect(used, FRAGMENT, "no bbappend gives the fragment to the kernel");
    let (built_in, present) = needs(layer)?;
    for (symbol, why) in built_in {
        findings.expect(set.get(symbol.as_str()) == Some(&"y"), FRAGMENT, format!("{symbol}=y is missing: {why}"));
    }
    for (symbol, why) in present {
        findings.expect(set.contains_key(symbol.as_str()), FRAGMENT, format!("{symbol} is missing: {why}"));
    }
    Ok(())
}

/// What must be built in, since there are no modules yet, and what may be a module.
fn needs(layer: &Layer<'_>) -> Result<(Needs, Needs)> {
    let because = |symbols: &str, why: String| -> Needs {
        symbols.split_whitespace().map(|symbol| (symbol.to_owned(), why.clone())).collect()
    };
    let of = |table: &[(&str, &str, &str)]| -> Result<Needs> {
        let mut needs = Vec::new();
        for (file, word, symbols) in table {
            if layer.checkout.read(file)?.contains(word) {
                needs.extend(because(symbols, format!("{file} has {word}")));
            }
        }
        Ok(needs)
    };
    let (mut built_in, mut present) = (of(BUILT_IN)?, of(PRESENT)?);
    for partition in &layer.disk.partitions {
        let symbols = match partition.filesystem.as_str() {
            "erofs" => "EROFS_FS EROFS_FS_ZIP",
            "ext4" => "EXT4_FS",
            "vfat" => "VFAT_FS NLS_CODEPAGE_437 NLS_ISO8859_1",
            _ => "",
        };
        built_in.extend(because(symbols, format!("{} is {}", partition.label, partition.filesystem)));
    }
    present
        .extend(SOUND_CARDS.iter().map(|card| (card.driver.to_owned(), format!("an owner may name {}", card.overlay))));
    present.push(("SND_USB_AUDIO".to_owned(), "without a HiFiBerry card sound is on USB".to_owned()));
    Ok((built_in, present))
}

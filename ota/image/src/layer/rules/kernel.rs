//! The kernel fragment against what the device's parts need of a kernel.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Findings, Layer};
use crate::layer::kernel::FRAGMENT;

/// What has to be there, and why.
type Needs = Vec<(&'static str, String)>;

/// The fragment is read, reaches the kernel, and has what file systems, initramfs, updates and units of the checkout need.
pub fn symbols(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let text = layer.checkout.read(FRAGMENT)?;
    let mut set: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
        let place = format!("{FRAGMENT}:{}", index + 1);
        let Some((symbol, value)) = line.strip_prefix("CONFIG_").and_then(|line| line.split_once('=')) else {
            findings.add(place, format!("{line} sets no symbol"));
            continue;
        };
        let well = symbol.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        findings.expect(well && matches!(value, "y" | "m" | "n"), &place, format!("{line} sets no symbol"));
        findings.expect(set.insert(symbol, value).is_none(), &place, format!("{symbol} is set twice"));
    }
    let appends = layer.metadata.iter().filter(|(path, _)| path.contains("recipes-kernel/linux/linux-raspberrypi"));
    let used = appends
        .flat_map(|(_, metadata)| metadata.of("SRC_URI"))
        .any(|a| a.words().any(|word| word == "file://parley.cfg"));
    findings.expect(used, FRAGMENT, "no bbappend gives the fragment to the kernel");
    let (built_in, present) = needs(layer)?;
    for (symbol, why) in built_in {
        findings.expect(set.get(symbol) == Some(&"y"), FRAGMENT, format!("{symbol}=y is missing: {why}"));
    }
    for (symbol, why) in present {
        findings.expect(set.contains_key(symbol), FRAGMENT, format!("{symbol} is missing: {why}"));
    }
    Ok(())
}

/// What must be built in, since there are no modules yet, and what may be a module.
fn needs(layer: &Layer<'_>) -> Result<(Needs, Needs)> {
    let mut built_in: Needs = Vec::new();
    let mut present: Needs = Vec::new();
    for partition in &layer.disk.partition {
        let symbols: &[&str] = match partition.filesystem.as_str() {
            "erofs" => &["EROFS_FS", "EROFS_FS_ZIP"],
            "ext4" => &["EXT4_FS"],
            "vfat" => &["VFAT_FS", "NLS_CODEPAGE_437", "NLS_ISO8859_1"],
            _ => &[],
        };
        built_in
            .extend(symbols.iter().map(|symbol| (*symbol, format!("{} is {}", partition.label, partition.filesystem))));
    }
    let when = |file: &str, word: &str, list: &mut Needs, symbols: &[&'static str]| -> Result<()> {
        if layer.checkout.read(file)?.contains(word) {
            list.extend(symbols.iter().map(|symbol| (*symbol, format!("{file} has {word}"))));
        }
        Ok(())
    };
    when("ota/layout.toml", "table = \"gpt\"", &mut built_in, &["EFI_PARTITION", "MMC_BLOCK"])?;
    when("ota/initramfs/init", " verity ", &mut built_in, &["BLK_DEV_DM", "DM_VERITY"])?;
    when("ota/initramfs/init", "sha256", &mut built_in, &["CRYPTO_SHA256"])?;
    when("ota/initramfs/init", "mount -t devtmpfs", &mut built_in, &["DEVTMPFS"])?;
    when("ota/initramfs/init", "sysrq-trigger", &mut built_in, &["MAGIC_SYSRQ"])?;
    when(
        "meta-voice/recipes-core/images/parley-initramfs.bb",
        "cpio.gz",
        &mut built_in,
        &["BLK_DEV_INITRD", "RD_GZIP"],
    )?;
    when("ota/manifest.raucm", "format=verity", &mut built_in, &["BLK_DEV_LOOP", "DM_VERITY", "SQUASHFS"])?;
    when("ota/system.conf", "[streaming]", &mut built_in, &["BLK_DEV_NBD"])?;
    when(
        "rootfs-overlay/usr/lib/systemd/system.conf.d/10-parley.conf",
        "RuntimeWatchdogSec",
        &mut built_in,
        &["WATCHDOG", "BCM2835_WDT"],
    )?;
    when(
        "rootfs-overlay/usr/lib/systemd/system/parley.service",
        "char-gpiochip",
        &mut built_in,
        &["GPIO_CDEV", "GPIO_CDEV_V1"],
    )?;
    when(
        "rootfs-overlay/usr/lib/systemd/system/parley.service",
        "IPAddressDeny",
        &mut built_in,
        &["CGROUP_BPF", "BPF_SYSCALL"],
    )?;
    when("rootfs-overlay/usr/lib/udev/rules.d/80-parley-stick.rules", "exfat", &mut present, &["EXFAT_FS"])?;
    for path in layer.checkout.files("kas")?.into_keys() {
        let variants = [
            ("dacplusadcpro", "DACPLUSADCPRO"),
            ("dacplusadc", "DACPLUSADC"),
            ("dacplus", "DACPLUS"),
            ("dac", "DAC"),
            ("digi", "DIGI"),
            ("amp", "AMP"),
        ];
        if let Some((_, driver)) = path
            .strip_prefix("kas/hifiberry-")
            .and_then(|rest| variants.iter().find(|(name, _)| rest.trim_end_matches(".yml") == *name))
        {
            let symbol: &'static str = match *driver {
                "DACPLUSADCPRO" => "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADCPRO",
                "DACPLUSADC" => "SND_BCM2708_SOC_HIFIBERRY_DACPLUSADC",
                "DACPLUS" => "SND_BCM2708_SOC_HIFIBERRY_DACPLUS",
                "DAC" => "SND_BCM2708_SOC_HIFIBERRY_DAC",
                "DIGI" => "SND_BCM2708_SOC_HIFIBERRY_DIGI",
                _ => "SND_BCM2708_SOC_HIFIBERRY_AMP",
            };
            present.push((symbol, format!("{path} offers the card")));
        }
    }
    present.push(("SND_USB_AUDIO", "without a HiFiBerry card sound is on USB".to_owned()));
    Ok((built_in, present))
}

//! What the images are, and are not.

use anyhow::{Context, Result};

use super::{Findings, Layer, lines, place_of};
use crate::layer::metadata::Metadata;

/// What a feature of the image would open or make writable.
const UNWANTED: &[(&str, &str)] = &[
    ("allow-empty-password", "anybody could log in"),
    ("allow-root-login", "root could log in with a password"),
    ("debug-tweaks", "anybody could log in"),
    ("empty-root-password", "anybody could log in"),
    ("overlayfs-etc", "its preinit remounts the root writable, and what it keeps hides updates"),
    ("package-management", "packages cannot be installed on a root behind dm-verity"),
    ("serial-autologin-root", "whoever has a serial cable is root"),
    ("stateless-rootfs", "the units that are switched on would not be"),
];
/// Packages that listen on the network.
const SERVERS: &str = "
    avahi bluez connman cups dropbear gdbserver mosquitto networkmanager nfs openssh rpcbind samba telnet vsftpd
";
pub const DISTRO: &str = "meta-voice/conf/distro/voice.conf";
/// The only image that may have a way in.
const DEVELOPMENT: &str = "voice-image-dev";

/// The images that go onto a card, with everything that they include.
fn images<'a>(layer: &'a Layer<'_>) -> impl Iterator<Item = (&'a str, Metadata)> {
    let wholes = layer.recipes().map(|(path, _)| (path.as_str(), layer.whole(path)));
    wholes.filter(|(_, whole)| whole.includes("core-image") && whole.of("WKS_FILE").next().is_some())
}

/// The root cannot be written, and says so to everyone who asks.
pub fn read_only(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, whole) in images(layer) {
        let features: Vec<_> = whole.words_of("IMAGE_FEATURES").collect();
        let place = place_of(&whole, "IMAGE_FEATURES", path);
        findings.expect(features.contains(&"read-only-rootfs"), &place, "IMAGE_FEATURES lacks read-only-rootfs");
        for (unwanted, why) in UNWANTED.iter().filter(|(unwanted, _)| features.contains(unwanted)) {
            findings.add(&place, format!("{unwanted}: {why}"));
        }
        let mut types = whole.value("IMAGE_FSTYPES").unwrap_or_default().split_whitespace();
        let place = place_of(&whole, "IMAGE_FSTYPES", path);
        let root = layer.disk.partition("root_a")?;
        let sealed = types.any(|kind| kind.starts_with(&root.filesystem) && kind.ends_with(".verity"));
        findings.expect(sealed, place, format!("no {} with its hash tree is made", root.filesystem));
        let words: Vec<_> = whole.value("PARLEY_CMDLINE").unwrap_or_default().split_whitespace().collect();
        let place = place_of(&whole, "PARLEY_CMDLINE", path);
        for needed in ["gpt", "ro", "root={root}", "rauc.slot={slot}", "panic=1", "watchdog.open_timeout=15"] {
            findings.expect(words.contains(&needed), &place, format!("the template lacks {needed}"));
        }
        findings.expect(!words.contains(&"rw"), &place, "the kernel is told that the root is writable");
    }
    const FSTAB: &str = "meta-voice/recipes-core/base-files/files/fstab";
    for line in layer.checkout.read(FSTAB)?.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let fields: Vec<_> = line.split_whitespace().collect();
        let sealed = fields.get(3).is_some_and(|options| options.split(',').any(|option| option == "ro"));
        findings.expect(fields.get(1) != Some(&"/") || sealed, FSTAB, "systemd would remount the root writable");
    }
    Ok(())
}

/// The root's files have the time of the clone, and with them systemd's `/usr/lib/clock-epoch`: no start takes an earlier time to
/// be, so that certificates hold before anybody has told the time.
pub fn clock(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    const TIME: &str = "${REPRODUCIBLE_TIMESTAMP_ROOTFS}";
    for (path, whole) in images(layer) {
        let stands = |name: &str, wanted: &str| {
            whole.assignments.iter().any(|assignment| assignment.base() == name && assignment.value.contains(wanted))
        };
        let option = format!("-T{TIME}");
        for (name, wanted, why) in [
            ("PARLEY_TIME", "parley_time(d)", "nothing says when the clone was last changed"),
            ("REPRODUCIBLE_TIMESTAMP_ROOTFS", "${PARLEY_TIME}", "the root's files have another time than the clone"),
            ("EXTRA_IMAGECMD", option.as_str(), "the file system sets a time of its own"),
        ] {
            let place = place_of(&whole, name, path);
            findings.expect(stands(name, wanted), place, format!("{name} lacks {wanted}: {why}"));
        }
    }
    Ok(())
}

/// Settings of units that the kernel passes over without its memory controller.
const OF_MEMORY: &[&str] = &["MemoryMax", "MemoryHigh", "MemorySwapMax", "MemoryLow", "MemoryMin", "OOMPolicy"];

/// A unit's limit of memory has an effect: the board's firmware switches the controller off, and the command line on.
pub fn memory(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let passed_over: Vec<_> = images(layer)
        .filter(|(_, whole)| !whole.words_of("PARLEY_CMDLINE").any(|word| word == "cgroup_enable=memory"))
        .map(|(path, _)| path)
        .collect();
    for (path, text) in layer.checkout.files("rootfs-overlay")?.into_iter().chain(layer.checkout.files("meta-voice")?) {
        let limits = lines(&path, &text)
            .filter(|(_, line)| line.split_once('=').is_some_and(|(key, _)| OF_MEMORY.contains(&key)));
        for (place, line) in limits {
            for image in &passed_over {
                findings
                    .add(&place, format!("{line} has no effect in {image}: PARLEY_CMDLINE lacks cgroup_enable=memory"));
            }
        }
    }
    Ok(())
}

/// Every part has a limit that is enforced, and fits into its partition.
pub fn sizes(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let models = layer.metadata.get(super::super::generate::MODELS).context("the list of models is missing")?;
    let largest = models.of_flagged("VOICE_MODELS_KIB").filter_map(|a| a.value.parse::<u64>().ok()).max().unwrap_or(0);
    for (path, whole) in images(layer) {
        let mut expect = |name: &str, holds: fn(&str) -> bool, problem: &str| {
            let holds = whole.value(name).is_some_and(holds);
            findings.expect(holds, place_of(&whole, name, path), format!("{name}: {problem}"));
        };
        let limit = "has to be ${PARLEY_ROOT_BUDGET}, which limits it";
        expect("IMAGE_ROOTFS_MAXSIZE", |value| value.contains("PARLEY_ROOT_BUDGET"), limit);
        expect("PARLEY_ROOT_BUDGET", |value| value.parse::<u64>().is_ok(), "is no number of KiB");
        let room = "has to be 1.0: a read-only root does not grow";
        expect("IMAGE_OVERHEAD_FACTOR", |value| value.parse() == Ok(1.0_f64), room);
        let budget = whole.value("PARLEY_ROOT_BUDGET").and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
        let fits = path.contains(DEVELOPMENT) || budget <= 250 * 1024;
        findings.expect(fits, place_of(&whole, "PARLEY_ROOT_BUDGET", path), "the root without models may have 250 MiB");
        let fits = (budget + largest) / 1024 < layer.disk.partition("root_a")?.size_mib;
        findings.expect(fits, path, "root and models are larger than their partition");
    }
    let (path, initramfs) = layer.needed("parley-initramfs")?;
    findings.expect(initramfs.value("INITRAMFS_MAXSIZE").is_some(), path, "INITRAMFS_MAXSIZE limits nothing");
    Ok(())
}

/// Nothing listens on the product, and nobody is asked whom the owner has not named.
pub fn network(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, whole) in images(layer).filter(|(path, _)| !path.contains(DEVELOPMENT)) {
        let groups =
            layer.recipes().filter(|(path, _)| path.contains("packagegroup")).map(|(path, _)| layer.whole(path));
        let all: Vec<Metadata> = std::iter::once(whole).chain(groups).collect();
        let listed = all.iter().flat_map(|m| m.assignments.iter()).filter(|a| {
            matches!(a.base(), "IMAGE_INSTALL" | "IMAGE_FEATURES" | "RDEPENDS" | "NETWORK" | "SOUND" | "UPDATES")
                && a.flag.is_none()
        });
        for assignment in listed {
            for word in assignment.words() {
                let server =
                    SERVERS.split_whitespace().any(|server| word.contains(server)) || word.starts_with("ssh-server");
                findings.expect(!server, &assignment.place, format!("{word} listens on the network; {path} must not"));
            }
        }
    }
    let systemd: Vec<_> = layer
        .assignments()
        .filter(|a| a.name.starts_with("PACKAGECONFIG:append") && a.name.contains("systemd"))
        .collect();
    for needed in ["no-dns-fallback", "no-ntp-fallback"] {
        let said = systemd.iter().any(|a| a.words().any(|word| word == needed));
        if !said {
            findings.add(DISTRO, format!("without {needed} systemd asks servers that nobody chose"));
        }
    }
    for (path, text) in layer.checkout.files("rootfs-overlay")?.into_iter().chain(layer.checkout.files("meta-voice")?) {
        for (place, line) in lines(&path, &text) {
            let listens = ["ListenStream=", "ListenDatagram="].iter().find_map(|key| line.trim().strip_prefix(key));
            let local = listens.is_none_or(|address| {
                address.is_empty() || address.starts_with(['/', '@', '%']) || address.starts_with("127.")
            });
            findings.expect(local, place, "this listens on the network");
        }
    }
    Ok(())
}

/// Distro, recipes and the program have one version.
pub fn version(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let cargo = layer.cargo()?;
    let version = cargo["workspace"]["package"]["version"].as_str().context("the workspace has no version")?;
    let distro = layer.metadata.get(DISTRO).context("there is no distro voice")?;
    if distro.value("DISTRO_VERSION") != Some(version) {
        let place = place_of(distro, "DISTRO_VERSION", DISTRO);
        findings.add(place, format!("DISTRO_VERSION is not {version}, as in Cargo.toml"));
    }
    for (path, whole) in layer.recipes().map(|(path, _)| (path, layer.whole(path))) {
        if whole.includes("parley_source") && !path.ends_with(&format!("_{version}.bb")) {
            findings.add(path, format!("builds the workspace, whose version is {version}"));
        }
    }
    Ok(())
}

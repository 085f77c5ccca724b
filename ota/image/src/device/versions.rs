//! What the virtual device and the product are versions of: a case proves something of the product as far as these are the same.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::versions::Versions;
use xtask::process;

/// Where the device keeps the names and versions of Debian's packages, in the archive of its root.
pub const IN_THE_DEVICE: &str = "usr/lib/device/versions";
/// What an update goes through: its name, the image's package, and how the name of Debian's begins.
const COMPARED: &[(&str, &str, &str)] =
    &[("RAUC", "rauc", "rauc "), ("systemd", "systemd", "systemd "), ("Linux", "kernel-modules", "linux-image-")];

/// One line for each, from an archive of the device's root.
pub fn compared(archive: &Path) -> Result<String> {
    let mut tar = Command::new("tar");
    let inside = format!("./{IN_THE_DEVICE}");
    let devices = process::output(tar.arg("--to-stdout").arg("--file").arg(archive).args(["--extract", &inside]))?;
    Ok(table(&devices, &Versions::of_this_clone()?))
}

fn table(devices: &str, product: &Versions) -> String {
    let mut lines = vec!["versions of the virtual device, and of the product:".to_owned()];
    for (name, package, beginning) in COMPARED {
        let devices = devices.lines().find(|line| line.starts_with(beginning)).and_then(|line| line.split(' ').nth(1));
        let (devices, product) = (devices.unwrap_or("unknown"), product.of(package).unwrap_or("unknown"));
        let is_same = makers(devices) == product;
        lines.push(format!("  {name}: {devices}, {product}{}", if is_same { "" } else { ": they differ" }));
    }
    lines.join("\n")
}

/// Without Debian's own number and what it adds before that.
fn makers(version: &str) -> &str {
    let version = version.split_once("%3a").map_or(version, |(_, version)| version);
    version.split(['-', '~', '+']).next().unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said_whoever_packaged_it() {
        let product = Versions::of_this_clone().unwrap();
        let (rauc, linux) = (product.of("rauc").unwrap(), product.of("kernel-modules").unwrap());
        let devices =
            format!("rauc-service 9-1\nrauc {rauc}-1\nsystemd 1%3a257.8-1~deb13u2\nlinux-image-6.12-arm64 {linux}-1\n");
        let table = table(&devices, &product);
        let lines: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(lines[0], format!("  RAUC: {rauc}-1, {rauc}"));
        assert!(lines[1].starts_with("  systemd: 1%3a257.8-1~deb13u2, ") && lines[1].ends_with(": they differ"));
        assert!(!lines[2].contains("differ"), "{table}");
        assert_eq!(super::table("", &product).matches("unknown").count(), 3, "{}", super::table("", &product));
    }

    #[test]
    fn the_archive_is_read_as_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root").join(IN_THE_DEVICE);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "rauc 1.2.3-4\n").unwrap();
        let archive = folder.path().join("root.tar");
        let mut tar = Command::new("tar");
        process::run(tar.arg("-C").arg(folder.path().join("root")).arg("-cf").arg(&archive).arg(".")).unwrap();
        assert!(compared(&archive).unwrap().contains("RAUC: 1.2.3-4, "));
    }

    /// The page says it once more, for whoever reads before running.
    #[test]
    fn the_page_of_the_device_names_the_products_versions() {
        let page = include_str!("../../../../docs/DEVICE.md");
        let product = Versions::of_this_clone().unwrap();
        for (name, package, _) in COMPARED {
            let version = product.of(package).unwrap();
            assert!(page.contains(&format!("{name} {version}")), "docs/DEVICE.md does not say {name} {version}");
        }
    }
}

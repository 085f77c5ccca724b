//! `cargo xtask bundle`: makes and signs what a device installs.

pub mod authority;
pub mod signature;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::Args;
use parley_board::SOUND_CARDS;
use parley_models::Manifest;
use parley_update::policy::downgrade::{NONE, Range};
use parley_update::policy::manifest::BundleManifest;
use parley_update::policy::offers::Offers;

use crate::release::boards;
use crate::{files, reproducible};
use xtask::{places, process, system};

pub const PACKAGES: &[&str] = &["rauc", "squashfs-tools", "openssl"];

/// RAUC's `--mksquashfs-args` that leave everything as it is: half a second instead of ten, for bundles that are thrown away.
pub const FAST: &str = "-noD -noF -noI -noX";

#[derive(Args)]
pub struct Options {
    /// The root file system with its hash tree: what a build calls ….erofs-lz4.verity
    #[arg(long, value_name = "FILE", required_unless_present = "keys")]
    root: Option<PathBuf>,
    /// The FAT of the boot partition, with the template of the command line: what a build calls ….bootslot
    #[arg(long, value_name = "FILE", required_unless_present = "keys")]
    boot: Option<PathBuf>,
    /// The version; devices compare it (semantic versioning)
    #[arg(long, required_unless_present = "keys")]
    version: Option<String>,
    /// Let devices go back to this version from newer ones: a range that ends, as in ">=1.4.0,<1.4.3"
    #[arg(long, value_name = "RANGE")]
    allow_downgrade_from: Option<String>,
    /// The profile of models that the root holds: devices compare their memory with it
    #[arg(long, default_value = "tiny")]
    models_profile: String,
    /// The signing certificate [default: the throw-away development authority's]
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Its key: a file, or a PKCS#11 address of a token
    #[arg(long, value_name = "FILE", requires = "keyring")]
    key: Option<String>,
    /// The PKCS#11 module of a token's maker; its PIN comes from RAUC_PKCS11_PIN, or is asked for
    #[arg(long, value_name = "FILE", requires = "key")]
    pkcs11_module: Option<PathBuf>,
    /// What the devices trust, with the list of revoked certificates
    #[arg(long, value_name = "FILE", requires = "cert")]
    keyring: Option<PathBuf>,
    /// Where to put the bundle
    #[arg(long, value_name = "FILE", default_value = "target/parley.raucb")]
    out: PathBuf,
    /// Only make or change the development authority, and say where its keyring lies
    #[arg(long, value_enum)]
    keys: Option<authority::Change>,
}

pub fn run(options: &Options, install: bool) -> Result<()> {
    system::ensure(PACKAGES, install)?;
    let signer = match (&options.cert, &options.key, &options.keyring) {
        (Some(cert), Some(key), Some(keyring)) => {
            let module = options.pkcs11_module.iter().map(|path| ("RAUC_PKCS11_MODULE".into(), path.into())).collect();
            Signer { cert: cert.clone(), key: key.clone(), keyring: keyring.clone(), environment: module }
        }
        _ => {
            let folder = places::cache()?.join("update-authority");
            authority::development(&folder, options.keys.unwrap_or(authority::Change::Keep))?
        }
    };
    let (Some(root), Some(boot), Some(version)) = (&options.root, &options.boot, &options.version) else {
        println!("devices trust {}", signer.keyring.display());
        return Ok(());
    };
    let (compatible, downgrade_from) = (compatible()?, options.allow_downgrade_from.as_deref());
    let offers = offers(&options.models_profile)?;
    let build = &commit();
    let content = Content { compatible: &compatible, root, boot, version, build, downgrade_from, offers: &offers };
    make(&content, &signer, false, &options.out)?;
    println!("{} is signed by {}", options.out.display(), signer.cert.display());
    Ok(())
}

#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// The kind of device.
    pub compatible: &'a str,
    pub root: &'a Path,
    pub boot: &'a Path,
    pub version: &'a str,
    /// What it was built from. RAUC would put the time there, and two builds of one content would differ.
    pub build: &'a str,
    /// Which newer versions it may replace.
    pub downgrade_from: Option<&'a str>,
    /// What the root offers.
    pub offers: &'a Offers,
}

/// What an image of this clone offers with these models.
pub fn offers(models_profile: &str) -> Result<Offers> {
    let sound_cards = SOUND_CARDS.iter().map(|card| card.overlay.to_owned()).collect();
    let least_board_gb = boards::least(&Manifest::embedded()?, models_profile)?;
    Ok(Offers { sound_cards, fleet: true, least_board_gb })
}

pub struct Signer {
    pub cert: PathBuf,
    /// The key: a file or a PKCS#11 address.
    pub key: String,
    pub keyring: PathBuf,
    /// How a token is reached; empty for a file.
    pub environment: Vec<(String, OsString)>,
}

/// The commit of the repository, and whether it was changed since; "unknown" without git.
fn commit() -> String {
    let mut git = Command::new("git");
    let described =
        git.current_dir(places::workspace()).args(["describe", "--always", "--dirty", "--abbrev=12"]).output();
    let described = described.ok().filter(|output| output.status.success());
    described.map_or_else(|| "unknown".into(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Makes and signs a bundle, and verifies it as a device will.
///
/// # Errors
/// A version that devices cannot compare, missing images, or a signature that a device would refuse.
pub fn make(content: &Content<'_>, signer: &Signer, fast: bool, out: &Path) -> Result<()> {
    let folder = out.with_extension("content");
    fill(content, &folder)?;
    files::remove(out)?;
    // RAUC verifies its own signature by these settings before it is done.
    let settings = out.with_extension("conf");
    fs::write(&settings, device_settings(&signer.keyring)?)?;
    let mut rauc = reproducible::command("rauc");
    rauc.arg("--conf").arg(&settings).arg("bundle").arg("--cert").arg(&signer.cert).arg("--key").arg(&signer.key);
    rauc.envs(signer.environment.iter().map(|(name, value)| (name, value)));
    if fast {
        rauc.arg(format!("--mksquashfs-args={FAST}"));
    }
    process::run(rauc.arg(&folder).arg(out))?;
    fs::remove_file(&settings)?;
    let written = BundleManifest::parse(&signature::manifest_of(out)?);
    ensure!(
        content.downgrade_from.is_none_or(|from| written.downgrade_from == from),
        "this machine's RAUC leaves out the section [meta.parley], so no device would go back with this bundle; RAUC 1.9 or newer is needed"
    );
    if written.offers != *content.offers {
        println!(
            "This machine's RAUC leaves out the section [meta.parley] (1.9 or newer is needed): devices whose owner has named a sound card, or \
             that belong to a fleet, refuse this bundle."
        );
    }
    Ok(fs::remove_dir_all(&folder)?)
}

/// Puts what RAUC makes a bundle of into a new folder.
pub fn fill(content: &Content<'_>, folder: &Path) -> Result<()> {
    let manifest = manifest(content)?;
    files::remove(folder)?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("manifest.raucm"), manifest)?;
    fs::copy(places::workspace().join("ota/hook"), folder.join("hook"))?;
    for (image, name) in [(content.root, "root.img"), (content.boot, "boot.img")] {
        let image = fs::canonicalize(image).with_context(|| format!("there is no image {}", image.display()))?;
        process::run(Command::new("cp").args(["--sparse=always", "--reflink=auto"]).arg(image).arg(folder.join(name)))?;
    }
    reproducible::touch(folder)
}

/// How a device verifies: the product's keyring settings with a keyring of this machine. RAUC's defaults ask for another purpose of the
/// certificate, and look at no list of revoked ones.
fn device_settings(keyring: &Path) -> Result<String> {
    let keyring = fs::canonicalize(keyring).with_context(|| format!("there is no keyring {}", keyring.display()))?;
    let product = fs::read_to_string(places::workspace().join("ota/system.conf"))?;
    let section =
        product.lines().skip_while(|line| *line != "[keyring]").skip(1).take_while(|line| !line.starts_with('['));
    let settings: String = section.filter(|line| !line.starts_with("path=")).map(|line| format!("{line}\n")).collect();
    let path = keyring.display();
    Ok(format!("[system]\ncompatible=none\nbootloader=noop\n\n[keyring]\npath={path}\n{settings}"))
}

/// The kind of device that ota/system.conf is for.
pub fn compatible() -> Result<String> {
    let configuration = fs::read_to_string(places::workspace().join("ota/system.conf"))?;
    let compatible = configuration.lines().find_map(|line| line.strip_prefix("compatible="));
    Ok(compatible.context("no compatible")?.to_owned())
}

/// ota/manifest.raucm, with what it is completed with.
pub fn manifest(content: &Content<'_>) -> Result<String> {
    let Content { compatible, version, build, downgrade_from, offers, .. } = *content;
    semver::Version::parse(version)
        .with_context(|| format!("devices cannot compare the version {version:?}; write it like 1.4.0"))?;
    downgrade_from.map(Range::parse).transpose().map_err(anyhow::Error::msg)?;
    let template = fs::read_to_string(places::workspace().join("ota/manifest.raucm"))?;
    let mut filled = template
        .replace("{compatible}", compatible)
        .replace("{version}", version)
        .replace("{build}", build)
        .replace("{allow-downgrade-from}", downgrade_from.unwrap_or(NONE));
    for (key, value) in offers.keys() {
        filled = filled.replace(&format!("{{{key}}}"), &value);
    }
    ensure!(!filled.contains('{'), "ota/manifest.raucm has a word in braces that nobody fills");
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(compatible: &str, version: &str, build: &str, downgrade_from: Option<&str>) -> Result<String> {
        let (root, boot, offers) = (Path::new("root.img"), Path::new("boot.img"), &offers("tiny")?);
        super::manifest(&Content { compatible, root, boot, version, build, downgrade_from, offers })
    }

    #[test]
    fn a_manifest_says_what_the_device_judges() {
        let read = |downgrade_from| {
            let compatible = compatible().expect("a kind of device");
            BundleManifest::parse(&manifest(&compatible, "1.4.0", "test", downgrade_from).expect("it can be filled"))
        };
        let manifest = read(None);
        assert_eq!(manifest.compatible, "parley-raspberrypi5");
        assert_eq!(manifest.version().map(|version| version.to_string()), Some("1.4.0".into()));
        let newer = semver::Version::new(1, 5, 1);
        assert!(!manifest.may_replace(&newer));
        assert!(read(Some(">=1.5.0,<1.5.2")).may_replace(&newer));
        let offers = offers("tiny").expect("a profile");
        assert_eq!((&manifest.offers, offers.fleet, offers.least_board_gb), (&offers, true, Some(2)));
        assert!(offers.sound_cards.iter().any(|card| card == "hifiberry-dacplus"));
    }

    #[test]
    fn a_version_that_devices_cannot_compare_is_refused() {
        assert!(manifest("toaster", "tuesday", "test", None).is_err());
    }

    #[test]
    fn a_permission_that_never_ends_is_not_signed() {
        assert!(manifest("toaster", "1.4.0", "test", Some(">=1.5.0")).is_err());
    }
}

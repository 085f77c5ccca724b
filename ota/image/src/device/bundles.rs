//! Bundles for the cases: a good one, and one for each way of being bad. Signed by certificates that are made on the spot.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use parley_device::layout::{Layout, SlotName};
use parley_update::policy::manifest::BundleManifest;
use parley_update::policy::offers::Offers;

use crate::bundle::authority::{self, Change};
use crate::bundle::{self, Content, Signer, signature};
use crate::reproducible;
use xtask::process;

/// The signers of the cases; made before the images, whose keyring names them. Their keys never leave the cache.
pub struct Signers {
    good: Signer,
    revoked: Signer,
    stranger: Signer,
    /// For the image.
    pub keyring: Vec<u8>,
}

impl Signers {
    /// Makes them, once: the keyring is in the images.
    pub fn make(folder: &Path) -> Result<()> {
        let ours = folder.join("ours");
        authority::development(&ours, Change::Keep)?;
        // Whoever has the lost key signs with it all the same.
        for ending in ["pem", "key"] {
            fs::copy(ours.join("signer").with_extension(ending), ours.join("lost").with_extension(ending))?;
        }
        authority::development(&ours, Change::Revoke)?;
        authority::development(&folder.join("strangers"), Change::Keep).map(|_| ())
    }

    /// Those that were made in a folder.
    pub fn made(folder: &Path) -> Result<Self> {
        let [ours, strangers] = ["ours", "strangers"].map(|name| folder.join(name));
        let (good, revoked) = (authority::signer(&ours, "signer"), authority::signer(&ours, "lost"));
        let keyring = fs::read(&good.keyring)?;
        Ok(Self { good, revoked, stranger: authority::signer(&strangers, "signer"), keyring })
    }
}

/// Makes a disk with all bundles, as the guest sees it.
pub fn make(layout: &Layout, images: &Path, version: &str, signers: &Signers, scratch: &Path, to: &Path) -> Result<()> {
    let folder = scratch.join("bundles");
    fs::create_dir_all(&folder)?;
    let pair = |name: &str| (images.join(format!("root-{name}.img")), images.join(format!("boot-{name}.img")));
    let ((root, boot), (root_again, boot_again)) = (pair(version), pair(super::disk::RECOMPRESSED));
    let small = scratch.join("small.img");
    fs::write(&small, [0x42; 64 * 1024])?;
    let large = scratch.join("large.img");
    File::create(&large)?.set_len(layout.root(SlotName::A)?.size + (1 << 20))?;
    let compatible = &bundle::compatible()?;
    // The cases tell bundles apart by their names: one word for what they were built from makes the same content the same bundle.
    let (root, boot, build) = (&root, &boot, "virtual");
    // The emulated board is smaller than any that is sold.
    let offers = &Offers { least_board_gb: Some(1), ..bundle::offers(super::product::PROFILE)? };
    let good = Content { compatible, version, build, downgrade_from: None, root, boot, offers };
    let refused = Content { root: &small, boot: &small, ..good };
    let bundle = |name: &str, content: &Content<'_>, signer: &Signer| -> Result<PathBuf> {
        let bundle = folder.join(format!("{name}.raucb"));
        sign(content, signer, &scratch.join("content"), &bundle)?;
        Ok(bundle)
    };
    let whole = bundle("good", &good, &signers.good)?;
    let every_block = bundle("recompressed", &Content { root: &root_again, boot: &boot_again, ..good }, &signers.good)?;
    bundle("older-allowed", &Content { version: "0.9.0", downgrade_from: Some("<2.0.0"), ..refused }, &signers.good)?;
    bundle("stranger", &refused, &signers.stranger)?;
    bundle("revoked", &refused, &signers.revoked)?;
    bundle("other-device", &Content { compatible: "toaster", ..refused }, &signers.good)?;
    bundle("older", &Content { version: "0.9.0", ..refused }, &signers.good)?;
    bundle(
        "other-sound-cards",
        &Content { offers: &Offers { sound_cards: Vec::new(), ..offers.clone() }, ..refused },
        &signers.good,
    )?;
    bundle("no-fleet", &Content { offers: &Offers { fleet: false, ..offers.clone() }, ..refused }, &signers.good)?;
    bundle(
        "larger-board",
        &Content { offers: &Offers { least_board_gb: Some(64), ..offers.clone() }, ..refused },
        &signers.good,
    )?;
    bundle("too-large", &Content { root: &large, ..refused }, &signers.good)?;
    damage(&whole, &folder.join("damaged.raucb"))?;
    // An adaptive download leaves out what the device has: here that is nothing.
    damage(&every_block, &folder.join("damaged-stream.raucb"))?;
    let unsigned = folder.join("unsigned.raucb");
    fs::copy(folder.join("older.raucb"), &unsigned)?;
    // The signature is at the end of the file.
    fs::OpenOptions::new().write(true).open(&unsigned)?.set_len(unsigned.metadata()?.len() - 1024)?;
    process::run(Command::new("mkfs.erofs").args(["--quiet", "-T0"]).arg(to).arg(&folder))
}

/// A copy of a bundle with some wrong bytes in its middle.
fn damage(bundle: &Path, to: &Path) -> Result<()> {
    fs::copy(bundle, to)?;
    let length = to.metadata()?.len();
    Ok(fs::OpenOptions::new().write(true).open(to)?.write_all_at(b"rot", length / 2)?)
}

fn sign(content: &Content<'_>, signer: &Signer, scratch: &Path, to: &Path) -> Result<()> {
    bundle::fill(content, scratch)?;
    let wanted = bundle::manifest(content)?;
    let (_, ours) = wanted.split_once(OURS).context("ota/manifest.raucm has no section of ours")?;
    let ours = format!("\n{OURS}{ours}");
    // Without the settings by which RAUC would verify: not every signer is one to trust.
    let mut rauc = reproducible::command("nice");
    rauc.args(["rauc", "bundle"]).arg(format!("--mksquashfs-args={}", bundle::FAST));
    rauc.env("PATH", path_with_ours(&scratch.with_extension("programs"), &ours)?);
    process::run(rauc.arg("--cert").arg(&signer.cert).arg("--key").arg(&signer.key).arg(scratch).arg(to))?;
    let manifest = signature::manifest_of(to)?;
    if BundleManifest::parse(&manifest).offers != *content.offers {
        signature::replace(to, &(manifest + &ours), &signer.cert, Path::new(&signer.key))?;
    }
    Ok(())
}

/// The beginning of our section in a manifest. RAUC before 1.9, which Debian 12 has, leaves it out of both: of the manifest that it signs, and of
/// the one in the bundle, which a device's handler reads.
const OURS: &str = "[meta.parley]";

/// A search path on which the `mksquashfs` that RAUC calls puts the section back first.
fn path_with_ours(programs: &Path, ours: &str) -> Result<OsString> {
    fs::create_dir_all(programs)?;
    fs::write(programs.join("section"), ours)?;
    let wrapper = programs.join("mksquashfs");
    let script = "#!/bin/sh\nset -eu\nPATH=${PATH#*:}\nmanifest=$1/manifest.raucm\n\
                  grep -qF '[meta.parley]' \"$manifest\" || cat \"${0%/*}/section\" >> \"$manifest\"\n\
                  exec mksquashfs \"$@\"\n";
    fs::write(&wrapper, script)?;
    fs::set_permissions(&wrapper, Permissions::from_mode(0o755))?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    Ok(std::env::join_paths(std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path)))?)
}

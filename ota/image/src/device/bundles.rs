//! Bundles for the cases: a good one, and one for each way of being bad. Signed by certificates that are made on the spot.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use parley_device::layout::{Layout, SlotName};
use parley_update::manifest::Manifest;

use crate::bundle::signature;
use crate::reproducible;
use xtask::{places, process};

/// The kind of device, as in `ota/system.conf`.
const COMPATIBLE: &str = "parley-raspberrypi5";
/// Making them takes seconds instead of minutes; they are larger.
const FAST_SQUASHFS: &str = "--mksquashfs-args=-noD -noF -noI -noX";
/// Longer than any clone lives, and over at the clock of the case `a_certificate_that_has_expired_since_is_no_reason`.
const DAYS: &str = "3650";

struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificate {
    fn named(folder: &Path, name: &str) -> Certificate {
        Certificate { certificate: folder.join(format!("{name}.pem")), key: folder.join(format!("{name}.key")) }
    }
}

/// A certificate authority of the virtual device alone.
pub struct Authority {
    folder: PathBuf,
    own: Certificate,
}

impl Authority {
    /// Makes one. Its keys never leave the cache.
    pub fn make(folder: &Path) -> Result<Authority> {
        fs::create_dir_all(folder)?;
        let own = Certificate::named(folder, "ca");
        let configuration = "[ca]\ndefault_ca=this\n[this]\ndatabase=index.txt\nserial=serial\ncrlnumber=crlnumber\ndefault_md=sha256\n\
             default_crl_days=3650\nunique_subject=no\npolicy=any\nnew_certs_dir=.\n[any]\ncommonName=supplied\n\
             [signer]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,codeSigning\n\
             authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n\
             [req]\ndistinguished_name=dn\n[dn]\n[authority]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
        fs::write(folder.join("openssl.cnf"), configuration)?;
        fs::write(folder.join("index.txt"), "")?;
        fs::write(folder.join("serial"), "01\n")?;
        fs::write(folder.join("crlnumber"), "01\n")?;
        let authority = Authority { folder: folder.to_owned(), own };
        authority.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            DAYS,
            "-subj",
            "/CN=Parley virtual device",
            "-extensions",
            "authority",
        ])?;
        Ok(authority)
    }

    /// What a device trusts: the certificate with its list of revoked ones.
    pub fn keyring(&self) -> Result<Vec<u8>> {
        self.openssl(&["ca", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "crl.pem"])?;
        Ok([fs::read(&self.own.certificate)?, fs::read(self.folder.join("crl.pem"))?].concat())
    }

    fn signer(&self, name: &str) -> Result<Certificate> {
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let subject = format!("/CN={name}");
        self.openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject])?;
        self.openssl(&[
            "ca",
            "-batch",
            "-notext",
            "-cert",
            "ca.pem",
            "-keyfile",
            "ca.key",
            "-in",
            &request,
            "-out",
            &certificate,
            "-days",
            DAYS,
            "-extensions",
            "signer",
        ])?;
        Ok(Certificate::named(&self.folder, name))
    }

    fn revoke(&self, signer: &Certificate) -> Result<()> {
        let certificate = signer.certificate.to_string_lossy().into_owned();
        self.openssl(&["ca", "-cert", "ca.pem", "-keyfile", "ca.key", "-revoke", &certificate])
    }

    fn openssl(&self, arguments: &[&str]) -> Result<()> {
        let (command, rest) = arguments.split_first().context("openssl needs a command")?;
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&self.folder).arg(command).args(["-config", "openssl.cnf"]).args(rest);
        let output = openssl.output().context("cannot start openssl")?;
        anyhow::ensure!(
            output.status.success(),
            "openssl {command} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

/// The signers of the cases; made before the images, whose keyring names them.
pub struct Signers {
    good: Certificate,
    revoked: Certificate,
    stranger: Certificate,
    /// For the image.
    pub keyring: Vec<u8>,
}

impl Signers {
    /// Makes them, once: the keyring is in the images.
    pub fn make(folder: &Path) -> Result<()> {
        let ours = Authority::make(&folder.join("ours"))?;
        ours.signer("release")?;
        ours.revoke(&ours.signer("lost-token")?)?;
        fs::write(folder.join("keyring.pem"), ours.keyring()?)?;
        Authority::make(&folder.join("strangers"))?.signer("release").map(|_| ())
    }

    /// Those that were made in a folder.
    pub fn made(folder: &Path) -> Result<Signers> {
        let ours = |name| Certificate::named(&folder.join("ours"), name);
        let stranger = Certificate::named(&folder.join("strangers"), "release");
        let keyring = fs::read(folder.join("keyring.pem"))?;
        Ok(Signers { good: ours("release"), revoked: ours("lost-token"), stranger, keyring })
    }
}

#[derive(Clone, Copy)]
struct Contents<'a> {
    compatible: &'a str,
    version: &'a str,
    allow_downgrade: bool,
    root: &'a Path,
    boot: &'a Path,
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
    let good = Contents { compatible: COMPATIBLE, version, allow_downgrade: false, root: &root, boot: &boot };
    let refused = Contents { root: &small, boot: &small, ..good };
    let bundle = |name: &str, contents: &Contents, signer: &Certificate| -> Result<PathBuf> {
        let bundle = folder.join(format!("{name}.raucb"));
        sign(contents, signer, &scratch.join("content"), &bundle)?;
        Ok(bundle)
    };
    let whole = bundle("good", &good, &signers.good)?;
    let every_block =
        bundle("recompressed", &Contents { root: &root_again, boot: &boot_again, ..good }, &signers.good)?;
    bundle("older-allowed", &Contents { version: "0.9.0", allow_downgrade: true, ..refused }, &signers.good)?;
    bundle("stranger", &refused, &signers.stranger)?;
    bundle("revoked", &refused, &signers.revoked)?;
    bundle("other-device", &Contents { compatible: "toaster", ..refused }, &signers.good)?;
    bundle("older", &Contents { version: "0.9.0", ..refused }, &signers.good)?;
    bundle("too-large", &Contents { root: &large, ..refused }, &signers.good)?;
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

fn sign(contents: &Contents, signer: &Certificate, scratch: &Path, to: &Path) -> Result<()> {
    super::make::remove(scratch)?;
    fs::create_dir_all(scratch)?;
    let ota = places::workspace().join("ota");
    let allow_downgrade = contents.allow_downgrade.to_string();
    let values = [
        ("compatible", contents.compatible),
        ("version", contents.version),
        // The cases tell bundles apart by their names: one word makes the same content the same bundle.
        ("build", "virtual"),
        ("allow-downgrade", allow_downgrade.as_str()),
    ];
    let template = fs::read_to_string(ota.join("manifest.raucm"))?;
    let manifest = values.iter().fold(template, |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
    fs::write(scratch.join("manifest.raucm"), manifest)?;
    fs::copy(ota.join("hook"), scratch.join("hook"))?;
    for (image, name) in [(contents.root, "root.img"), (contents.boot, "boot.img")] {
        process::run(Command::new("cp").arg("--sparse=always").arg(image).arg(scratch.join(name)))?;
    }
    reproducible::touch(scratch)?;
    let mut rauc = reproducible::command("nice");
    rauc.args(["rauc", "bundle", FAST_SQUASHFS]).arg("--cert").arg(&signer.certificate).arg("--key").arg(&signer.key);
    process::run(rauc.arg(scratch).arg(to))?;
    if contents.allow_downgrade {
        // RAUC before 1.9, which Debian 12 has, leaves our section out.
        let manifest = signature::manifest_of(to)?;
        if !Manifest::parse(&manifest).allow_downgrade {
            let with_ours = format!("{manifest}\n[meta.parley]\nallow-downgrade=true\n");
            signature::replace(to, &with_ours, &signer.certificate, &signer.key)?;
        }
    }
    Ok(())
}

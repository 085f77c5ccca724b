//! The development authority: made on the spot, never in the repository, and worth nothing to anyone else.
//!
//! A product's authority lives on hardware tokens; docs/UPDATES.md shows how.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use parley_update::keyring::DEVELOPMENT_AUTHORITY;

use super::Signer;

/// Longer than any clone lives, and over at the clock of the case `a_certificate_that_has_expired_since_is_no_reason`.
const DAYS: &str = "3650";

/// The list of revoked certificates counts from here. A device judges a signature at the time of signing, so the list must not be younger
/// than the oldest bundle.
const LIST_FROM: &str = "20200101000000Z";
const LIST_UNTIL: &str = "20991231235959Z";

const CONFIGURATION: &str = "\
[ca]
default_ca = this
[this]
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Change {
    /// Make one where there is none.
    Keep,
    /// A new signing key; the old one stays good.
    Rotate,
    /// A new signing key, and the old one is revoked.
    Revoke,
}

/// The development authority in a folder, made where it is missing.
pub fn development(folder: &Path, change: Change) -> Result<Signer> {
    if !folder.join("keyring.pem").exists() {
        make(folder)?;
    } else if change != Change::Keep {
        if change == Change::Revoke {
            openssl(folder, &["ca", "-revoke", "signer.pem", "-cert", "ca.pem", "-keyfile", "ca.key"])?;
        }
        issue_signer(folder)?;
        write_keyring(folder)?;
    }
    Ok(signer(folder, "signer"))
}

/// A signer whose certificate and key have that name in the folder of its authority.
pub fn signer(folder: &Path, name: &str) -> Signer {
    let key = folder.join(format!("{name}.key")).to_string_lossy().into_owned();
    let (cert, keyring) = (folder.join(format!("{name}.pem")), folder.join("keyring.pem"));
    Signer { cert, key, keyring, environment: Vec::new() }
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    for (name, content) in
        [("openssl.cnf", CONFIGURATION), ("index.txt", ""), ("serial", "01\n"), ("crlnumber", "01\n")]
    {
        fs::write(folder.join(name), content)?;
    }
    make_key(folder, "ca.key")?;
    // A product refuses it by this name.
    let subject = format!("/CN={DEVELOPMENT_AUTHORITY}");
    let make = ["req", "-x509", "-key", "ca.key", "-out", "ca.pem", "-days", DAYS, "-subj", &subject];
    openssl(folder, &[make.as_slice(), &["-extensions", "authority"]].concat())?;
    issue_signer(folder)?;
    write_keyring(folder)
}

fn issue_signer(folder: &Path) -> Result<()> {
    make_key(folder, "signer.key")?;
    let subject = "/CN=Parley development signer";
    openssl(folder, &["req", "-new", "-key", "signer.key", "-out", "signer.csr", "-subj", subject])?;
    let issue = ["ca", "-batch", "-notext", "-in", "signer.csr", "-out", "signer.pem", "-days", DAYS];
    openssl(folder, &[issue.as_slice(), &["-extensions", "signer", "-cert", "ca.pem", "-keyfile", "ca.key"]].concat())
}

/// The certificate and the list of revoked ones, in one file as RAUC takes it.
fn write_keyring(folder: &Path) -> Result<()> {
    let list = ["ca", "-gencrl", "-cert", "ca.pem", "-keyfile", "ca.key", "-out", "crl.pem"];
    openssl(folder, &[list.as_slice(), &["-crl_lastupdate", LIST_FROM, "-crl_nextupdate", LIST_UNTIL]].concat())?;
    let keyring = [fs::read(folder.join("ca.pem"))?, fs::read(folder.join("crl.pem"))?].concat();
    Ok(fs::write(folder.join("keyring.pem"), keyring)?)
}

fn make_key(folder: &Path, name: &str) -> Result<()> {
    // Nobody else can read it, from its first byte on.
    let path = folder.join(name);
    fs::write(&path, "")?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    openssl(folder, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name])?;
    Ok(fs::set_permissions(&path, Permissions::from_mode(0o600))?)
}

fn openssl(folder: &Path, arguments: &[&str]) -> Result<()> {
    let (command, rest) = arguments.split_first().context("openssl needs a command")?;
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).arg(command);
    if matches!(*command, "ca" | "req") {
        openssl.args(["-config", "openssl.cnf"]);
    }
    let output = openssl.args(rest).output().context("cannot start openssl")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl {command} failed: {said}");
    Ok(())
}
#[cfg(test)]
mod tests;

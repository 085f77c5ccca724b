//! What a bundle's signature holds: in the format `verity` the manifest itself, behind the images.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// The signature's size lies in the last bytes of the bundle.
const SIZE_BYTES: u64 = 8;

/// The manifest that was signed, without asking by whom.
pub fn manifest_of(bundle: &Path) -> Result<String> {
    let (begin, end) = place(bundle)?;
    let mut signature = vec![0; (end - begin) as usize];
    File::open(bundle)?.read_exact_at(&mut signature, begin)?;
    openssl(&["cms", "-verify", "-noverify", "-inform", "DER", "-binary"], &signature)
        .map(|manifest| String::from_utf8_lossy(&manifest).into_owned())
}

/// Signs another manifest over the same images, with a key in a file.
pub fn replace(bundle: &Path, manifest: &str, cert: &Path, key: &Path) -> Result<()> {
    let (begin, _) = place(bundle)?;
    let (cert, key) = (cert.to_string_lossy(), key.to_string_lossy());
    let sign = ["cms", "-sign", "-nodetach", "-binary", "-nosmimecap", "-outform", "DER", "-md", "sha256"];
    let arguments = [&sign[..], &["-signer", cert.as_ref(), "-inkey", key.as_ref()]].concat();
    let signature = openssl(&arguments, manifest.as_bytes())?;
    let file = OpenOptions::new().write(true).open(bundle)?;
    file.set_len(begin)?;
    let size = (signature.len() as u64).to_be_bytes();
    Ok(file.write_all_at(&[&signature[..], &size].concat(), begin)?)
}

/// Where the signature begins and ends.
fn place(bundle: &Path) -> Result<(u64, u64)> {
    let file = File::open(bundle).with_context(|| format!("there is no bundle {}", bundle.display()))?;
    let end = file.metadata()?.len().checked_sub(SIZE_BYTES).context("this is no bundle")?;
    let mut size = [0; SIZE_BYTES as usize];
    file.read_exact_at(&mut size, end)?;
    let begin = end.checked_sub(u64::from_be_bytes(size)).context("this is no bundle")?;
    Ok((begin, end))
}

fn openssl(arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut openssl = Command::new("openssl");
    openssl.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = openssl.spawn().context("cannot start openssl")?;
    running.stdin.take().context("openssl listens")?.write_all(input)?;
    let output = running.wait_with_output()?;
    ensure!(output.status.success(), "openssl cms failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

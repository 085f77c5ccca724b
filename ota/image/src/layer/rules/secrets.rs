//! Nothing secret lies in the layer.

use anyhow::Result;

use super::{Findings, Layer, lines};

/// Endings of files that hold keys or certificates: those come from whoever builds.
const ENDINGS: &[&str] = &[".cer", ".crt", ".der", ".key", ".p12", ".pem", ".pfx"];

pub fn none(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for folder in ["meta-voice", "kas"] {
        for (path, text) in layer.checkout.files(folder)? {
            if ENDINGS.iter().any(|ending| path.ends_with(ending)) {
                findings.add(&path, "keys and certificates come from outside of the layer");
            }
            let bytes = std::fs::read(layer.checkout.path(&path))?;
            let binary = text.is_empty() && !bytes.is_empty();
            findings.expect(!binary, &path, "is no text: nobody can review it");
            for (place, line) in lines(&path, &text) {
                let armour = line.contains("-----BEGIN ") && !line.contains("PUBLIC");
                findings.expect(!armour, place, "key material belongs to whoever builds, not into the layer");
            }
        }
    }
    let wanted = ["ROOT_PASSWORD", "EXTRA_USERS_PARAMS", "INHERIT_EXTRAUSERS"];
    for assignment in layer.assignments().filter(|assignment| wanted.contains(&assignment.base())) {
        findings.add(&assignment.place, "a password in the layer is on every device");
    }
    Ok(())
}

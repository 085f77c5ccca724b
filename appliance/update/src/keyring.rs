//! Whom the device trusts, as far as it can be told by names: the throw-away authority of a development build lies with
//! whoever made the build, and must not rule over a product.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The name of every development authority, in its certificate. `cargo xtask bundle` makes it so.
pub const DEVELOPMENT_AUTHORITY: &str = "Parley development (throw-away)";

/// Whether one of the certificates of a keyring is of a development authority.
pub fn trusts_development(keyring: &str) -> bool {
    let name = DEVELOPMENT_AUTHORITY.as_bytes();
    certificates(keyring).any(|certificate| certificate.windows(name.len()).any(|bytes| bytes == name))
}

/// The certificates, decoded. What is none is passed over.
fn certificates(keyring: &str) -> impl Iterator<Item = Vec<u8>> {
    keyring.split("-----BEGIN CERTIFICATE-----").skip(1).filter_map(|rest| {
        let (block, _) = rest.split_once("-----END CERTIFICATE-----")?;
        let text: String = block.split_whitespace().collect();
        STANDARD.decode(text).ok()
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// A certificate that names itself so.
    fn certificate(name: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let (key, out) = (folder.path().join("key.pem"), folder.path().join("ca.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout"])
            .arg(&key)
            .args(["-days", "2", "-subj", &format!("/CN={name}"), "-out"])
            .arg(&out)
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{made:?}");
        std::fs::read_to_string(out).unwrap()
    }

    #[test]
    fn a_development_authority_is_found_wherever_it_stands_in_the_keyring() {
        let (ours, theirs) = (certificate(DEVELOPMENT_AUTHORITY), certificate("Parley updates"));
        assert!(!trusts_development(&theirs) && !trusts_development(""));
        assert!(!trusts_development(DEVELOPMENT_AUTHORITY), "a remark is no certificate");
        for keyring in [ours.clone(), format!("{theirs}{ours}"), format!("# x\n{ours}{theirs}")] {
            assert!(trusts_development(&keyring));
        }
    }

    /// The recipe's own lines, on the same keyrings.
    #[test]
    fn an_image_is_not_made_with_it_outside_development() {
        let recipe = include_str!("../../../meta-voice/recipes-core/rauc/parley-rauc-conf_1.0.bb");
        let command = recipe.lines().find(|line| line.contains("openssl crl2pkcs7")).expect("the recipe looks");
        let command = command.trim().trim_start_matches("if ").trim_end_matches("; then");
        assert!(command.contains(DEVELOPMENT_AUTHORITY));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keyring.pem");
        let (ours, theirs) = (certificate(DEVELOPMENT_AUTHORITY), certificate("Parley updates"));
        for (keyring, development, refused) in
            [(format!("{theirs}{ours}"), "", true), (ours.clone(), "0", true), (ours, "1", false), (theirs, "", false)]
        {
            std::fs::write(&file, keyring).unwrap();
            let line = command.replace("${PARLEY_KEYRING_FILE}", &file.to_string_lossy());
            let line = line.replace("${VOICE_DEVELOPMENT}", development);
            let found = Command::new("sh").args(["-c", &line]).status().unwrap().success();
            assert_eq!(found, refused, "{line}");
        }
        assert!(include_str!("../../../kas/development.yml").contains("VOICE_DEVELOPMENT = \"1\""));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "(-----BEGIN CERTIFICATE-----|-----END CERTIFICATE-----|[A-Za-z0-9+/=\n]{0,40}|.{0,20}){0,6}") {
            let _ = trusts_development(&text);
        }
    }
}

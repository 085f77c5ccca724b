//! With RAUC itself: what a device would say of each signature. The packages are those of [`xtask::system::UPDATE_TESTS`].

use std::path::PathBuf;
use std::process::Output;

use super::super::{Content, compatible, make, offers, signature};
use super::*;
use crate::reproducible;
use parley_update::rauc::Problem;

fn bench() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for image in ["root.img", "boot.img"] {
        fs::write(folder.path().join(image), vec![7; 256 * 1024]).expect("it can be written");
    }
    folder
}

fn make_bundle(folder: &Path, signer: &Signer, downgrade_from: Option<&str>, out: &Path) -> Result<()> {
    let (root, boot) = (&folder.join("root.img"), &folder.join("boot.img"));
    let compatible = &compatible()?;
    let offers = &offers("tiny")?;
    let content = Content { compatible, root, boot, version: "1.4.0", build: "test", downgrade_from, offers };
    make(&content, signer, true, out)
}

fn bundle(folder: &Path, signer: &Signer, name: &str) -> PathBuf {
    let out = folder.join(name);
    make_bundle(folder, signer, None, &out).expect("it can be signed");
    out
}

fn ours(folder: &Path) -> Signer {
    development(&folder.join("ours"), Change::Keep).expect("it can be made")
}

/// What a device with the product's own keyring settings says.
fn device_says(folder: &Path, keyring: &Path, bundle: &Path) -> Output {
    let product = include_str!("../../../../system.conf");
    let conf = folder.join("system.conf");
    fs::write(&conf, product.replace("/etc/rauc/keyring.pem", &keyring.to_string_lossy())).expect("it can be written");
    Command::new("rauc").arg("--conf").arg(conf).arg("info").arg(bundle).output().expect("RAUC runs")
}

fn refusal(output: &Output) -> Problem {
    assert!(!output.status.success(), "it was not refused");
    Problem::of(&String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_permission_to_go_back_is_under_the_signature_or_the_bundle_is_refused() {
    let bench = bench();
    let folder = bench.path();
    let (ours, out) = (ours(folder), folder.join("back.raucb"));
    let made = make_bundle(folder, &ours, Some("<1.5.0"), &out);
    let manifest = signature::manifest_of(&out).expect("it is signed");
    assert_eq!(made.is_ok(), manifest.contains("allow-downgrade-from=<1.5.0"), "{made:?}");
    // What an older RAUC leaves out. A newer one does not read a key that is there twice.
    let lacks = if made.is_ok() { "" } else { "\n[meta.parley]\nallow-downgrade-from=<1.5.0\n" };
    let permitted = format!("{}{lacks}", manifest.trim_end());
    signature::replace(&out, &permitted, &ours.cert, Path::new(&ours.key)).expect("it can be signed again");
    let said = device_says(folder, &ours.keyring, &out);
    assert!(said.status.success(), "devices take the other signature: {}", String::from_utf8_lossy(&said.stderr));
    assert!(signature::manifest_of(&out).expect("it is signed").contains("allow-downgrade-from=<1.5.0"));
}

#[test]
fn keys_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    development(&folder.path().join("authority"), Change::Keep).expect("it can be made");
    for key in ["ca.key", "signer.key"] {
        let mode = fs::metadata(folder.path().join("authority").join(key)).expect("the key").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn a_device_takes_its_makers_bundle_and_no_strangers() {
    let bench = bench();
    let folder = bench.path();
    let ours = ours(folder);
    let theirs = development(&folder.join("theirs"), Change::Keep).expect("it can be made");
    let good = bundle(folder, &ours, "good.raucb");
    let said = device_says(folder, &ours.keyring, &good);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let strange = bundle(folder, &theirs, "strange.raucb");
    assert_eq!(refusal(&device_says(folder, &ours.keyring, &strange)), Problem::UntrustedSigner);

    let unsigned = folder.join("unsigned.raucb");
    fs::write(&unsigned, vec![0; 64 * 1024]).expect("it can be written");
    assert_eq!(refusal(&device_says(folder, &ours.keyring, &unsigned)), Problem::NotSigned);
    let cut = fs::read(&good).expect("the bundle");
    fs::write(&unsigned, &cut[..cut.len() - 1024]).expect("it can be written");
    assert_eq!(refusal(&device_says(folder, &ours.keyring, &unsigned)), Problem::NotSigned);
}

#[test]
fn after_a_rotation_both_keys_are_good_and_after_a_revocation_only_the_new_one() {
    let bench = bench();
    let folder = bench.path();
    let authority = folder.join("ours");
    let signer = development(&authority, Change::Keep).expect("it can be made");
    let first = bundle(folder, &signer, "first.raucb");
    let signer = development(&authority, Change::Rotate).expect("it can be rotated");
    let second = bundle(folder, &signer, "second.raucb");
    for bundle in [&first, &second] {
        assert!(device_says(folder, &signer.keyring, bundle).status.success(), "{}", bundle.display());
    }
    let signer = development(&authority, Change::Revoke).expect("it can be revoked");
    let third = bundle(folder, &signer, "third.raucb");
    assert_eq!(refusal(&device_says(folder, &signer.keyring, &second)), Problem::Revoked);
    for bundle in [&first, &third] {
        assert!(device_says(folder, &signer.keyring, bundle).status.success(), "older bundles stay good");
    }
}

/// The signing key on a token: SoftHSM stands for the hardware.
fn on_token(folder: &Path, signer: &Signer) -> Signer {
    const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
    let (conf, tokens) = (folder.join("softhsm2.conf"), folder.join("tokens"));
    fs::create_dir_all(&tokens).expect("it can be made");
    fs::write(&conf, format!("directories.tokendir = {}\n", tokens.display())).expect("it can be written");
    let hsm = |arguments: &[&str]| {
        let output = Command::new("softhsm2-util").env("SOFTHSM2_CONF", &conf).args(arguments).output();
        let output = output.expect("softhsm2-util is installed (package softhsm2)");
        assert!(output.status.success(), "{output:?}");
    };
    hsm(&["--init-token", "--free", "--label", "parley", "--pin", "1234", "--so-pin", "1234"]);
    hsm(&["--token", "parley", "--label", "signer", "--id", "01", "--pin", "1234", "--import", &signer.key]);
    Signer {
        cert: signer.cert.clone(),
        key: "pkcs11:token=parley;object=signer;type=private".into(),
        keyring: signer.keyring.clone(),
        environment: vec![
            ("RAUC_PKCS11_MODULE".into(), MODULE.into()),
            ("RAUC_PKCS11_PIN".into(), "1234".into()),
            ("SOFTHSM2_CONF".into(), conf.into()),
        ],
    }
}

#[test]
fn a_token_signs_without_giving_its_key_away() {
    let bench = bench();
    let folder = bench.path();
    let signer = ours(folder);
    let token = on_token(folder, &signer);
    fs::remove_file(&signer.key).expect("only the token has the key now");
    let signed = bundle(folder, &token, "token.raucb");
    let said = device_says(folder, &token.keyring, &signed);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn a_bundle_brings_a_hash_index_for_each_image_and_no_time() {
    let bench = bench();
    let folder = bench.path();
    let signer = ours(folder);
    let bundle = bundle(folder, &signer, "good.raucb");
    let listed = Command::new("unsquashfs").arg("-l").arg(&bundle).output().expect("it can be listed");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    for index in ["root.img.block-hash-index", "boot.img.block-hash-index"] {
        assert!(listed.contains(index), "{listed}");
    }
    let said = device_says(folder, &signer.keyring, &bundle);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("test"), "the build is what it was told, not the time:\n{said}");
}

#[test]
fn the_same_images_make_the_same_bundle_whoever_signs_and_whenever() {
    let bench = bench();
    let folder = bench.path();
    let signer = |name: &str| development(&folder.join(name), Change::Keep).expect("it can be made");
    let one = bundle(folder, &signer("ours"), "one.raucb");
    // A file system keeps whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let other = bundle(folder, &signer("others"), "other.raucb");
    assert!(reproducible::is_same(&one, &other).expect("compared"));
    assert_ne!(fs::read(one).expect("read"), fs::read(other).expect("read"));
}

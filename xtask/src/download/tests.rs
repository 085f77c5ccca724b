//! On real bundles of RAUC.

use super::*;
use crate::bundle::authority::{Change, development};
use crate::bundle::{Content, make};

const MIB: usize = 1024 * 1024;

/// Bytes that cannot be compressed, as models and programs hardly can.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length / 8).flat_map(|_| next().to_le_bytes()).collect()
}

fn bundle(folder: &Path, root: &[u8], fast: bool) -> PathBuf {
    let signer = development(&folder.join("authority"), Change::Keep).expect("it can be made");
    let (new_root, boot, out) = (folder.join("root.img"), folder.join("boot.img"), folder.join("new.raucb"));
    fs::write(&new_root, root).expect("it can be written");
    fs::write(&boot, noise(3, MIB)).expect("it can be written");
    let content = Content { root: &new_root, boot: &boot, version: "1.4.0", build: "test", allow_downgrade: false };
    make(&content, &signer, fast, &out).expect("it can be signed");
    out
}

/// A root of which a program in the middle differs, and everything behind it lies one block further on.
fn roots() -> (Vec<u8>, Vec<u8>) {
    let models = noise(1, 24 * MIB);
    let old = [&noise(21, MIB), &models[..], &vec![0; MIB]].concat();
    let new = [&noise(31, MIB + BLOCK), &models[..], &vec![0; MIB - BLOCK]].concat();
    (old, new)
}

#[test]
fn an_update_of_the_program_alone_downloads_a_tenth_at_most() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (old, new) = roots();
    for fast in [false, true] {
        let bundle = bundle(folder.path(), &new, fast);
        let has = folder.path().join("has.img");
        fs::write(&has, &old).expect("it can be written");
        let download = measure(&bundle, &[&has, &folder.path().join("boot.img")]).expect("it can be measured");
        assert_eq!(download.missing_blocks, (MIB / BLOCK + 1) as u64, "{download}");
        assert!(download.share() <= LIMIT, "{download}");
        assert!(download.bytes > MIB as u64, "the program itself is new: {download}");
    }
}

#[test]
fn a_device_that_has_nothing_downloads_everything() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bundle = bundle(folder.path(), &noise(5, 8 * MIB), false);
    let nothing = folder.path().join("nothing.img");
    fs::write(&nothing, b"").expect("it can be written");
    let download = measure(&bundle, &[&nothing]).expect("it can be measured");
    assert!(download.share() > 0.99 && download.share() < 1.1, "{download}");
    assert_eq!(download.missing_blocks, download.blocks);
}

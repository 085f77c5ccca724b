//! A release from a small card, with the tools that its users have.

use super::*;

fn options(from: &Path, out: &Path) -> Options {
    Options { from: from.into(), out: out.into(), address: "https://example.org/parley/".into(), json: false }
}

/// A card of 12 MiB, most of it holes.
fn card(folder: &Path) -> PathBuf {
    let path = folder.join(format!("{IMAGE}.wic"));
    fs::write(&path, b"partition table".repeat(9_000)).unwrap();
    File::options().write(true).open(&path).unwrap().set_len(12 << 20).unwrap();
    path
}

#[test]
fn a_release_can_be_checked_unpacked_and_written_by_other_programs() {
    let [from, out, work] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let card = card(from.path());
    fs::write(from.path().join(BUNDLE), "signed").unwrap();
    fs::write(from.path().join(format!("{IMAGE}.spdx.json")), "{}").unwrap();
    let items = make(&options(from.path(), out.path()), "1.2.3").unwrap();
    assert!(items.iter().all(|item| item.bytes.is_some()) && items.len() == 8, "{items:?}");

    let checked = Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(out.path()).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(checked.stdout.iter().filter(|byte| **byte == b'\n').count(), 7);

    let written = work.path().join("written");
    let mut bmaptool = Command::new("bmaptool");
    bmaptool.arg("copy").arg(out.path().join("parley-1.2.3.wic.xz")).arg(&written);
    assert!(bmaptool.output().unwrap().status.success(), "it finds the block map beside it, and every checksum holds");
    assert_eq!(fs::read(&written).unwrap(), fs::read(&card).unwrap());

    let list: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.path().join("os_list.json")).unwrap()).unwrap();
    let entry = &list["os_list"][0];
    assert_eq!(entry["url"], "https://example.org/parley/parley-1.2.3.wic.xz");
    let sum = Command::new("sha256sum").arg(&card).output().unwrap();
    assert!(String::from_utf8(sum.stdout).unwrap().starts_with(entry["extract_sha256"].as_str().unwrap()));
    assert_eq!(entry["extract_size"], 12 << 20);
    let compressed = fs::metadata(out.path().join("parley-1.2.3.wic.xz")).unwrap().len();
    assert_eq!(entry["image_download_size"], compressed);

    // The same card again: the same bytes.
    let first = fs::read(out.path().join("SHA256SUMS")).unwrap();
    make(&options(from.path(), out.path()), "1.2.3").unwrap();
    assert_eq!(fs::read(out.path().join("SHA256SUMS")).unwrap(), first);
}

#[test]
fn without_a_build_everything_is_named_with_what_makes_it() {
    let [from, out] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let items = make(&options(from.path(), out.path()), "1.2.3").unwrap();
    let missing: Vec<_> = items.iter().filter(|item| item.bytes.is_none()).collect();
    assert!(missing.len() == 5 && items.len() == 8 && missing.iter().all(|item| item.made_by.is_some()), "{items:?}");
}

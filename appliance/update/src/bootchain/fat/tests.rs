use proptest::prelude::*;

use super::*;

const MIB: u64 = 1024 * 1024;

/// A partition of 16 MiB with one file.
fn partition(content: &[u8]) -> tempfile::NamedTempFile {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(16 * MIB).unwrap();
    make_anew(image.path(), "AUTOBOOT", "autoboot.txt", content).unwrap();
    image
}

#[test]
fn a_file_is_found_with_its_place() {
    let image = partition(b"some words");
    let found = find(image.path(), "autoboot.txt").unwrap();
    assert_eq!(found.content, b"some words");
    let raw = std::fs::read(image.path()).unwrap();
    assert!(raw[usize::try_from(found.offset).unwrap()..].starts_with(b"some words"));
    assert_eq!(found.offset % 512, 0, "a file begins with a sector");
}

#[test]
fn reading_changes_nothing() {
    let image = partition(b"some words");
    let before = std::fs::read(image.path()).unwrap();
    find(image.path(), "autoboot.txt").unwrap();
    assert!(before == std::fs::read(image.path()).unwrap());
}

#[test]
fn a_file_of_64_kib_is_the_longest() {
    let image = partition(b"x");
    create(image.path(), "long.txt", &[7; 64 * 1024]).unwrap();
    create(image.path(), "longer.txt", &[7; 64 * 1024 + 1]).unwrap();
    assert_eq!(find(image.path(), "long.txt").unwrap().content.len(), 64 * 1024);
    assert_eq!(find(image.path(), "longer.txt").unwrap_err().kind(), io::ErrorKind::InvalidData);
}

#[test]
fn what_lies_there_is_listed() {
    let image = partition(b"some words");
    create(image.path(), "A longer name.toml.txt", b"").unwrap();
    change(image.path(), |root| root.create_dir("folder").map(drop)).unwrap();
    let listed = entries(image.path()).unwrap();
    let entry = |name: &str, is_folder, bytes| DirectoryEntry { name: name.into(), is_folder, bytes };
    assert_eq!(
        listed,
        [entry("autoboot.txt", false, 10), entry("A longer name.toml.txt", false, 0), entry("folder", true, 0)]
    );
}

#[test]
fn overwriting_changes_the_file_and_nothing_else_of_its_length() {
    let image = partition(b"some words");
    overwrite(image.path(), "autoboot.txt", b"more words").unwrap();
    assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"more words");
    assert!(overwrite(image.path(), "autoboot.txt", b"a longer text").is_err());
}

#[test]
fn a_missing_file_is_said_to_be_missing_and_can_be_created() {
    let image = partition(b"x");
    let error = find(image.path(), "cmdline.txt").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    create(image.path(), "cmdline.txt", b"root=").unwrap();
    assert_eq!(find(image.path(), "cmdline.txt").unwrap().content, b"root=");
    assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"x");
}

#[test]
fn file_systems_of_a_pc_are_read() {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(64 * MIB).unwrap();
    let made = std::process::Command::new("mkfs.vfat").args(["-n", "BOOT"]).arg(image.path()).output();
    let Ok(made) = made else { return };
    assert!(made.status.success());
    create(image.path(), "cmdline.txt", &[b' '; 1024]).unwrap();
    assert_eq!(find(image.path(), "cmdline.txt").unwrap().content.len(), 1024);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_garbled_file_system_is_an_error_and_no_panic(
        changes in proptest::collection::vec((0u64..4096, any::<u8>()), 1..40),
        root in proptest::collection::vec((0u64..128 * 1024, any::<u8>()), 0..40),
    ) {
        let image = partition(b"some words");
        for (offset, byte) in changes.into_iter().chain(root) {
            std::os::unix::fs::FileExt::write_all_at(image.as_file(), &[byte], offset).unwrap();
        }
        let _ = find(image.path(), "autoboot.txt");
        let _ = entries(image.path());
        let _ = read_all(image.path());
        let _ = overwrite(image.path(), "autoboot.txt", b"more words");
    }
}

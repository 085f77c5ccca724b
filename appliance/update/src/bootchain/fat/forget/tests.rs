use std::os::unix::fs::FileExt;

use proptest::prelude::*;

use super::super::{create, find};
use super::*;

const MIB: u64 = 1024 * 1024;
const SECRET: &[u8] = b"[wifi]\nnetwork = 'home'\npassword = 'correct horse'\n";

/// The kinds of tables, each with the length of a partition that has it.
const KINDS: [(fatfs::FatType, u64); 3] =
    [(fatfs::FatType::Fat12, 2 * MIB), (fatfs::FatType::Fat16, 16 * MIB), (fatfs::FatType::Fat32, 40 * MIB)];

/// A partition on which only the firmware's file is.
fn of_kind((kind, bytes): (fatfs::FatType, u64)) -> tempfile::NamedTempFile {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(bytes).unwrap();
    let options = fatfs::FormatVolumeOptions::new().fat_type(kind);
    let options = if kind == fatfs::FatType::Fat32 { options.bytes_per_cluster(512) } else { options };
    fatfs::format_volume(image.as_file(), options).unwrap();
    create(image.path(), "autoboot.txt", b"[all]").unwrap();
    image
}

fn partition() -> tempfile::NamedTempFile {
    of_kind(KINDS[1])
}

fn content(image: &tempfile::NamedTempFile) -> Vec<u8> {
    std::fs::read(image.path()).unwrap()
}

/// How often the password can be read, wherever it is.
fn secrets(image: &tempfile::NamedTempFile) -> usize {
    const SOUGHT: &[u8] = b"correct horse";
    let content = content(image);
    let blocks = (0..content.len()).step_by(4096).filter(|at| content[*at..at + 4096] != [0; 4096]);
    let of_block = |at: usize| &content[at..content.len().min(at + 4096 + SOUGHT.len() - 1)];
    blocks.map(|at| of_block(at).windows(SOUGHT.len()).filter(|bytes| *bytes == SOUGHT).count()).sum()
}

fn forget_owners(image: &tempfile::NamedTempFile) {
    forget(image.path(), |path| path.ends_with("parley-setup.toml")).unwrap();
}

#[test]
fn what_is_meant_is_a_comment_of_the_same_length_and_nothing_of_it_is_left() {
    let image = partition();
    let secret = SECRET.repeat(2_000);
    let sizes = [7, 100, secret.len()];
    for size in sizes {
        create(image.path(), &format!("parley-setup.{size}.toml"), &secret[..size]).unwrap();
    }
    let before = content(&image);
    forget(image.path(), |name| name.starts_with("parley-setup")).unwrap();
    assert_eq!(secrets(&image), 0, "it is gone from the partition");
    assert_eq!(before.len(), content(&image).len());
    for size in &sizes[..2] {
        let found = find(image.path(), &format!("parley-setup.{size}.toml")).unwrap().content;
        let text = String::from_utf8(found).unwrap();
        assert!(text.len() == *size && text.lines().all(|line| line.starts_with('#')), "{text}");
    }
    assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"[all]");
}

#[test]
fn a_file_that_was_removed_is_gone_and_everything_else_is_where_it_was() {
    for (kind, bytes) in KINDS {
        let image = of_kind((kind, bytes));
        let made = FileSystem::new(image.reopen().unwrap(), FsOptions::new()).unwrap().fat_type();
        assert_eq!(made, kind);
        // Longer than any cluster, with other files before and behind it.
        create(image.path(), "before.txt", &[7; 70_000]).unwrap();
        create(image.path(), "parley-setup.toml", &SECRET.repeat(1_500)).unwrap();
        create(image.path(), "behind.txt", &[8; 70_000]).unwrap();
        change(image.path(), |root| root.remove("parley-setup.toml")).unwrap();
        let before = content(&image);
        assert!(secrets(&image) >= 1_000, "to remove is not to overwrite");
        forget_owners(&image);
        assert_eq!(secrets(&image), 0, "{kind:?}");
        let now = content(&image);
        let sectors = now.chunks(512).zip(before.chunks(512)).filter(|(now, before)| now != before).count();
        assert_eq!(sectors, (SECRET.len() * 1_500).div_ceil(512), "{kind:?}");
        for (name, byte) in [("before.txt", 7), ("behind.txt", 8)] {
            change(image.path(), |root| {
                let mut read = Vec::new();
                root.open_file(name)?.read_to_end(&mut read)?;
                assert!(read == vec![byte; 70_000], "{kind:?}: {name}");
                Ok(())
            })
            .unwrap();
        }
        assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"[all]");
        assert_eq!(super::super::read_all(image.path()).unwrap(), ["autoboot.txt", "before.txt", "behind.txt"]);
    }
}

#[test]
fn files_in_folders_are_reached_and_folders_stay() {
    let image = partition();
    let deep = ".Trash-1000/files/a/b/c/d";
    change(image.path(), |root| {
        for folder in deep.match_indices('/').map(|(end, _)| &deep[..end]).chain([deep]) {
            root.create_dir(folder)?;
        }
        Ok(())
    })
    .unwrap();
    for path in ["/parley-setup.toml", "/note.txt"].map(|name| format!("{deep}{name}")) {
        create(image.path(), &path, SECRET).unwrap();
    }
    let mut asked = Vec::new();
    let seen = std::cell::RefCell::new(&mut asked);
    forget(image.path(), |path| {
        seen.borrow_mut().push(path.to_owned());
        path.starts_with(".Trash-")
    })
    .unwrap();
    assert!(asked.contains(&format!("{deep}/note.txt")), "{asked:?}");
    assert_eq!(secrets(&image), 0);
    assert_eq!(find(image.path(), &format!("{deep}/note.txt")).unwrap().content.len(), SECRET.len());
}

#[test]
fn an_older_longer_version_of_a_file_that_stays_is_gone() {
    let image = partition();
    create(image.path(), "notes.txt", SECRET).unwrap();
    change(image.path(), |root| {
        let mut file = root.open_file("notes.txt")?;
        file.write_all(b"short")?;
        file.truncate()
    })
    .unwrap();
    assert_eq!(secrets(&image), 1, "behind its end");
    forget_owners(&image);
    assert_eq!(secrets(&image), 0);
    assert_eq!(find(image.path(), "notes.txt").unwrap().content, b"short");
}

/// As a card that was pulled before the PC had written everything.
#[test]
fn clusters_that_the_table_says_are_taken_and_no_file_has_are_overwritten() {
    let image = partition();
    create(image.path(), "parley-setup.toml", SECRET).unwrap();
    let place = content(&image).windows(11).position(|name| name == b"PARLEY~1TOM").unwrap();
    image.as_file().write_all_at(&[0xe5], place as u64).unwrap();
    forget_owners(&image);
    assert_eq!(secrets(&image), 0);
}

#[test]
fn a_table_that_forgot_a_file_costs_it_nothing() {
    let image = partition();
    let boot = content(&image);
    let tables = u64::from(u16::from_le_bytes([boot[14], boot[15]])) * 512;
    // All entries but the two that are none: as if every cluster were free.
    for copy in 0..u64::from(boot[16]) {
        let length = u64::from(u16::from_le_bytes([boot[22], boot[23]])) * 512;
        image.as_file().write_all_at(&[0; 400], tables + copy * length + 4).unwrap();
    }
    forget_owners(&image);
    assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"[all]");
}

#[test]
fn what_is_clean_is_not_written() {
    let image = partition();
    image.as_file().set_modified(std::time::UNIX_EPOCH).unwrap();
    forget_owners(&image);
    assert_eq!(image.as_file().metadata().unwrap().modified().unwrap(), std::time::UNIX_EPOCH);
}

#[test]
fn a_file_system_of_a_pc_is_forgotten_too() {
    let image = tempfile::NamedTempFile::new().unwrap();
    image.as_file().set_len(16 * MIB).unwrap();
    let Ok(made) = std::process::Command::new("mkfs.vfat").args(["-n", "AUTOBOOT"]).arg(image.path()).output() else {
        return;
    };
    assert!(made.status.success());
    create(image.path(), "autoboot.txt", b"[all]").unwrap();
    create(image.path(), "parley-setup.toml", SECRET).unwrap();
    change(image.path(), |root| root.remove("parley-setup.toml")).unwrap();
    forget_owners(&image);
    assert_eq!(secrets(&image), 0);
    assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"[all]");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    /// Files come and go; then all that could be read before can be read, and no password.
    #[test]
    fn whatever_people_do_there_files_stay_and_what_was_removed_goes(
        steps in proptest::collection::vec((0..6_u8, 0..9_000_usize, any::<bool>()), 1..24),
        kind in 0..3_usize,
    ) {
        let image = of_kind(KINDS[kind]);
        let mut kept = std::collections::BTreeMap::new();
        for (name, length, removes) in steps {
            let path = format!("file-{name}.txt");
            if removes {
                if kept.remove(&path).is_some() {
                    change(image.path(), |root| root.remove(&path)).unwrap();
                }
            } else {
                // What is there at the end holds no password, and what was there before does.
                create(image.path(), &path, &SECRET.repeat(200)).unwrap();
                let content = vec![name + 1; length];
                create(image.path(), &path, &content).unwrap();
                kept.insert(path, content);
            }
        }
        forget_owners(&image);
        prop_assert_eq!(secrets(&image), 0);
        for (path, content) in kept {
            let mut read = Vec::new();
            change(image.path(), |root| root.open_file(&path)?.read_to_end(&mut read).map(drop)).unwrap();
            prop_assert!(read == content, "{}", path);
        }
        prop_assert_eq!(find(image.path(), "autoboot.txt").unwrap().content, b"[all]");
    }

    /// Whatever has become of the tables and the folder: a file that could be read can be read.
    #[test]
    fn on_a_garbled_file_system_no_file_that_can_be_read_is_lost(
        changes in proptest::collection::vec((0..4096_u64, any::<u8>()), 0..40),
        folder in proptest::collection::vec((0..96 * 1024_u64, any::<u8>()), 0..40),
    ) {
        let image = partition();
        create(image.path(), "removed.txt", SECRET).unwrap();
        change(image.path(), |root| root.remove("removed.txt")).unwrap();
        for (offset, byte) in changes.into_iter().chain(folder) {
            image.as_file().write_all_at(&[byte], offset).unwrap();
        }
        let before = find(image.path(), "autoboot.txt").ok();
        let _ = forget(image.path(), |path| path.ends_with("parley-setup.toml"));
        prop_assert_eq!(find(image.path(), "autoboot.txt").ok(), before);
    }
}

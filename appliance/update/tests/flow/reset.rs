//! A reset to what the image brings.

use std::io::Write;
use std::path::Path;

use super::*;

#[test]
fn a_reset_wants_a_yes_and_is_fulfilled_by_the_next_start() {
    let bench = Bench::new();
    bench.device.write("var/lib/parley/data/history/v1/today", "what was said");
    bench.done(&["install", BUNDLE]);
    assert!(bench.says(&["reset"]).err.contains("`parley update reset --yes` does it"));
    bench.done(&["started"]);
    assert!(bench.device.path("var/lib/parley/data/history").exists());
    bench.done(&["reset", "--yes"]);
    assert_eq!(bench.device.reboots(), ["reboot"]);
    assert!(bench.device.path("var/lib/parley/data/history").exists(), "its files are open");
    bench.device.write("var/lib/parley-setup/wpa_supplicant-wlan0.conf", "psk");
    let setup = "[wifi]\nnetwork = 'home'\npassword = 'correct horse'\n";
    let card = bench.device.partition("autoboot");
    fat::create(&card, "parley-setup.toml.txt", setup.as_bytes()).unwrap();
    assert!(bench.says(&["started"]).err.contains("the device was reset"));
    assert_eq!(bench.device.reboots(), ["reboot"], "what was running knew things");
    assert!(!bench.device.path("var/lib/parley-setup/wpa_supplicant-wlan0.conf").exists());
    let blanked = fat::find(&card, "parley-setup.toml.txt").unwrap().content;
    assert!(blanked.len() == setup.len() && blanked.starts_with(b"# "), "it is not applied once more");
    assert_eq!(bench.device.named(), Some(Slot::A));
    assert!(!bench.device.path("var/lib/parley/data").exists());
    assert_eq!(bench.happened(), ["installed"], "what is about the card stays");
    assert!(!bench.says(&["started"]).err.contains("reset"));
}

#[test]
fn a_reset_leaves_no_password_on_the_card_whatever_a_pc_has_made_of_the_file() {
    let bench = Bench::new();
    let card = bench.device.partition("autoboot");
    let of_a_pc = [".Trash-1000", ".Trash-1000/files", ".Trashes", "notes"];
    let files = [
        "parley-setup.toml~",
        "._parley-setup.toml",
        ".parley-setup.toml.swp",
        "Copy of Parley_Setup (2).txt",
        ".Trash-1000/files/wifi.toml",
        ".Trashes/501",
        "notes/parley-setup.toml",
    ];
    let example = "parley-setup.example.toml";
    let secret = "[wifi]\nnetwork = 'home'\npassword = 'correct horse'\n";
    with_card(&card, |root| {
        for folder in of_a_pc {
            root.create_dir(folder).unwrap();
        }
        for file in files.iter().chain([&"parley-setup.toml", &"notes/mine.txt", &example]) {
            let content = if *file == example || *file == "notes/mine.txt" { "something else" } else { secret };
            root.create_file(file).unwrap().write_all(content.as_bytes()).unwrap();
        }
        // As the instructions tell the owner.
        root.remove("parley-setup.toml").unwrap();
    });
    bench.done(&["reset", "--yes"]);
    assert!(bench.says(&["started"]).err.contains("the device was reset"));
    let raw = std::fs::read(&card).unwrap();
    assert!(!raw.windows(13).any(|bytes| bytes == b"correct horse"));
    assert_eq!(bench.device.named(), Some(Slot::A));
    for file in [example, "notes/mine.txt"] {
        assert_eq!(fat::find(&card, file).unwrap().content, b"something else", "{file}");
    }
}

/// What a PC does there.
fn with_card(card: &Path, work: impl FnOnce(&fatfs::Dir<'_, std::fs::File>)) {
    let file = std::fs::File::options().read(true).write(true).open(card).unwrap();
    let filesystem = fatfs::FileSystem::new(file, fatfs::FsOptions::new()).unwrap();
    work(&filesystem.root_dir());
    filesystem.unmount().unwrap();
}

#[test]
fn a_reset_that_cannot_be_fulfilled_is_wished_for_until_it_can() {
    let bench = Bench::new();
    bench.device.write("var/lib/parley/data/history", "what was said");
    bench.done(&["reset", "--yes"]);
    let card = bench.device.partition("autoboot");
    let aside = bench.device.path("autoboot");
    std::fs::rename(&card, &aside).unwrap();
    // Whoever cannot overwrite a password forgets nothing else first: nothing would say that it is not done.
    std::fs::create_dir(&card).unwrap();
    let refused = bench.says(&["started"]);
    assert!(!refused.err.contains("was reset"), "{refused:?}");
    std::fs::remove_dir(&card).unwrap();
    std::fs::rename(&aside, &card).unwrap();
    let said = bench.says(&["started"]);
    assert!(said.err.contains("the device was reset"), "{said:?}");
    assert!(!bench.device.path("var/lib/parley/data/history").exists());
}

//! What becomes of a data partition that is damaged: `open-data` with a partition in a file, in a folder that is laid out like a device. Its file
//! systems are real; in place of the kernel, which mounts only for root, debugfs reads them and mkfs writes them.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use parley_update::announcements;

const SIZE: u64 = 16 << 20;
/// Reads what is there, as the kernel would mount it; what was written into a folder becomes a file system when it is unmounted.
const MOUNT: &str = r#"#!/bin/sh
case $* in
*ro,noload*) dumpe2fs -h "$5" && debugfs -R "rdump / $6" "$5" ;;
*"-o ro "*) e2fsck -n "$5" ;;
*) echo "$3" > "$here/mounted" ;;
esac
"#;
const UNMOUNT: &str = r#"#!/bin/sh
[ -e "$here/mounted" ] && mkfs.ext4 -q -F -d "$1" "$(cat "$here/mounted")"
rm -f "$here/mounted"
/usr/bin/find "$1" -mindepth 1 -delete
"#;
/// As on the device, they are busybox's.
const TOOLS: &str = "cmp cp dd du find ln ls mkdir mv readlink rm sed sleep";
const SYSTEMCTL: &str = "#!/bin/sh\necho \"$*\" >> \"$here/systemctl\"\n";

struct Card {
    folder: tempfile::TempDir,
}

impl Card {
    /// A card whose data partition holds a file of the owner's, and one that the card has lost when `rotten` says so.
    fn new() -> Self {
        let card = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["bin", "dev", "run", "tools", "firmware", "sys/class/block", "sys/devices/disk/data", "content"]
        {
            fs::create_dir_all(card.path(folder)).unwrap();
        }
        for folder in ["content/lib/parley-setup", "content/lib/parley/deep", "content/lib/other"] {
            fs::create_dir_all(card.path(folder)).unwrap();
        }
        fs::write(card.path("content/lib/parley-setup/hostname"), "kitchen\n").unwrap();
        fs::write(card.path("content/lib/parley/deep/rotten"), "half of a word\n").unwrap();
        fs::write(card.path("content/lib/other/file"), "not ours\n").unwrap();
        symlink("../../devices/disk/data", card.path("sys/class/block/data")).unwrap();
        fs::File::create(card.path("dev/disk")).unwrap().set_len(2 << 20).unwrap();
        fs::File::create(card.path("dev/data")).unwrap().set_len(SIZE).unwrap();
        for tool in TOOLS.split_whitespace() {
            symlink("/bin/busybox", card.path("bin").join(tool)).unwrap();
        }
        for (name, script) in [("mount", MOUNT), ("umount", UNMOUNT), ("systemctl", SYSTEMCTL)] {
            card.program(&format!("bin/{name}"), script);
        }
        fs::copy(overlay("repair-data"), card.path("tools/repair-data")).unwrap();
        let content = card.path("content");
        card.run(&[
            "mkfs.ext4",
            "-q",
            "-F",
            "-d",
            &content.to_string_lossy(),
            &card.path("dev/data").to_string_lossy(),
        ]);
        card
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn program(&self, path: &str, script: &str) {
        let _ = fs::remove_file(self.path(path));
        fs::write(self.path(path), script).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn run(&self, words: &[&str]) -> bool {
        let path = format!("{}:{}:/usr/sbin:/sbin", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("PATH", path).env("here", self.folder.path());
        command.output().unwrap_or_else(|error| panic!("{} (package e2fsprogs): {error}", words[0])).status.success()
    }

    fn wipe(&self) -> &Self {
        let data = fs::OpenOptions::new().write(true).open(self.path("dev/data")).unwrap();
        data.write_all_at(&vec![0; SIZE as usize], 0).unwrap();
        self
    }

    /// Nothing puts it right, and its files can still be read.
    fn beyond_repair(&self) -> &Self {
        self.program("tools/repair-data", "#!/bin/sh\n[ -e \"$here/fresh\" ] || exit 4\n");
        self.program("bin/mkfs.ext4", "#!/bin/sh\ntouch \"$here/fresh\"\nexec /sbin/mkfs.ext4 \"$@\"\n");
        self.program("bin/cmp", "#!/bin/sh\ncase $* in *rotten*) exit 1 ;; esac\nexec /bin/busybox cmp \"$@\"\n");
        self
    }

    /// What everybody is told after one start: the data's state.
    fn start(&self) -> String {
        let here = self.folder.path().display().to_string();
        let mut script = fs::read_to_string(overlay("open-data")).unwrap();
        script = script.replace("/proc/device-tree/chosen/bootloader", "$here/firmware");
        script = script.replace("/sys/class/block", "$here/sys/class/block").replace("=/dev/", "=$here/dev/");
        let _ = fs::remove_file(self.path("run/parley-data/state.json"));
        let _ = fs::remove_dir_all(self.path("run/parley-announcements"));
        let _ = fs::remove_file(self.path("run/parley-data/device"));
        let _ = fs::remove_file(self.path("run/parley-data/memory"));
        let program = format!("{here}/tools/open-data");
        let data = format!("{here}/dev/data");
        self.run(&["/bin/sh", "-c", &script, &program, &data, &format!("{here}/run")]);
        let told = fs::read(self.path("run/parley-data/state.json")).unwrap_or(b"{}".to_vec());
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        told["data"].as_str().unwrap_or_default().to_owned()
    }

    /// What the assistant says aloud at this start.
    fn said(&self) -> String {
        let said = announcements::read(&self.path("run/parley-announcements"));
        assert!(said.values().all(|announcement| announcement.every_start), "{said:?}");
        said.into_values().map(|announcement| announcement.text).collect()
    }

    fn is_mounted_from_the_card(&self) -> bool {
        let link = fs::read_link(self.path("run/parley-data/device")).ok();
        link == Some(self.path("dev/data")) && !self.in_memory().exists()
    }

    /// What makes var.mount take a folder in memory.
    fn in_memory(&self) -> PathBuf {
        self.path("run/systemd/system/var.mount.d/50-memory.conf")
    }

    fn counted(&self) -> String {
        let mut sector = [0; 512];
        fs::File::open(self.path("dev/disk")).unwrap().read_exact_at(&mut sector, 2056 * 512).unwrap();
        String::from_utf8_lossy(&sector).trim_matches([' ', '\0', '\n']).to_owned()
    }

    fn systemctl(&self) -> String {
        fs::read_to_string(self.path("systemctl")).unwrap_or_default()
    }

    fn is_whole(&self) -> bool {
        self.run(&["e2fsck", "-f", "-n", &self.path("dev/data").to_string_lossy()])
    }

    /// A file of the partition.
    fn holds(&self, file: &str) -> String {
        let (data, out) = (self.path("dev/data"), self.path("out"));
        let _ = fs::remove_file(&out);
        self.run(&["debugfs", "-R", &format!("dump {file} {}", out.display()), &data.to_string_lossy()]);
        fs::read_to_string(out).unwrap_or_default()
    }

    fn remembers(&self, file: &str) -> String {
        fs::read_to_string(self.path("run/parley-data/memory").join(file)).unwrap_or_default()
    }
}

fn overlay(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rootfs-overlay/usr/lib/parley").join(program)
}

#[test]
fn a_partition_that_is_whole_is_mounted_and_nothing_is_counted() {
    let card = Card::new();
    assert_eq!((card.start(), card.said()), ("whole".to_owned(), String::new()));
    assert!(card.is_mounted_from_the_card());
    assert_eq!((card.counted(), card.systemctl()), (String::new(), String::new()));
}

#[test]
fn a_torn_superblock_is_put_right_and_the_files_are_there() {
    let card = Card::new();
    let data = fs::OpenOptions::new().write(true).open(card.path("dev/data")).unwrap();
    data.write_all_at(&[0; 512], 1536).unwrap();
    assert_eq!((card.start(), card.said()), ("repaired".to_owned(), String::new()), "nothing is lost");
    assert!(card.is_mounted_from_the_card() && card.is_whole());
    assert_eq!(card.holds("lib/parley-setup/hostname"), "kitchen\n");
    assert_eq!(card.counted(), "");
    assert_eq!(card.start(), "whole", "it is said of the start that did it");
}

#[test]
fn a_wiped_partition_is_replaced_by_memory_twice_and_then_by_a_fresh_one() {
    let card = Card::new();
    card.wipe();
    for start in 1..=2 {
        assert_eq!(card.start(), "memory");
        assert!(
            card.said().contains("because it cannot be opened") && card.said().contains("forget"),
            "{}",
            card.said()
        );
        assert!(!card.is_mounted_from_the_card());
        let unit = fs::read_to_string(card.in_memory()).unwrap();
        assert!(unit.contains("Type=none\nOptions=bind,nosuid,nodev"), "{unit}");
        assert!(unit.contains(&format!("What={}", card.path("run/parley-data/memory").display())), "{unit}");
        assert_eq!(card.counted(), format!("unopened={start}"));
    }
    assert_eq!(card.systemctl(), "daemon-reload\ndaemon-reload\n");
    assert_eq!(card.start(), "fresh");
    assert!(card.said().contains("made it anew"), "{}", card.said());
    assert!(card.is_mounted_from_the_card() && card.is_whole());
    assert_eq!(card.counted(), "unopened=0");
    assert_eq!((card.start(), card.said()), ("whole".to_owned(), String::new()), "said once");
}

#[test]
fn a_start_that_opens_it_ends_the_count() {
    let card = Card::new();
    let good = fs::read(card.path("dev/data")).unwrap();
    card.wipe();
    card.start();
    card.start();
    fs::write(card.path("dev/data"), good).unwrap();
    assert_eq!(card.start(), "whole");
    card.wipe();
    assert_eq!(card.start(), "memory", "the first in a row");
}

#[test]
fn files_that_can_be_read_whole_outlive_the_file_system() {
    let card = Card::new();
    card.beyond_repair();
    assert_eq!(card.start(), "memory");
    assert_eq!(card.remembers("lib/parley-setup/hostname"), "kitchen\n");
    assert_eq!(card.remembers("lib/parley/deep/rotten"), "", "half a file is none");
    assert!(!card.path("run/parley-data/memory/lib/other").exists());
    assert_eq!((card.start(), card.start()), ("memory".into(), "fresh".into()));
    assert!(card.is_whole());
    assert_eq!(card.holds("lib/parley-setup/hostname"), "kitchen\n");
    assert_eq!(card.holds("lib/parley/deep/rotten"), "");
    assert!(!card.path("run/parley-data/set-aside").exists());
}

#[test]
fn a_trial_leaves_everything_as_it_is_and_ends() {
    let card = Card::new();
    card.wipe();
    fs::write(card.path("firmware/tryboot"), 1_u32.to_be_bytes()).unwrap();
    for _ in 0..4 {
        assert_eq!(card.start(), "");
    }
    assert_eq!(card.systemctl(), "--force reboot\n".repeat(4));
    assert_eq!(card.counted(), "");
    assert!(fs::read(card.path("dev/data")).unwrap().iter().all(|byte| *byte == 0), "it was written");
    fs::write(card.path("firmware/tryboot"), 0_u32.to_be_bytes()).unwrap();
    assert_eq!(card.start(), "memory");
}

#[test]
fn a_card_that_takes_no_write_is_read_and_never_counted() {
    let card = Card::new();
    fs::create_dir_all(card.path("run/parley-data")).unwrap();
    fs::write(card.path("run/parley-data/card-is-read-only"), "\n").unwrap();
    for _ in 0..4 {
        assert_eq!(card.start(), "memory");
        assert!(card.said().contains("because the card takes no write"), "{}", card.said());
        assert_eq!(card.remembers("lib/parley-setup/hostname"), "kitchen\n");
    }
    assert_eq!(card.counted(), "");
}

#[test]
fn without_a_partition_and_without_a_new_file_system_the_device_comes_up() {
    let card = Card::new();
    fs::remove_file(card.path("dev/data")).unwrap();
    card.program("bin/sleep", "#!/bin/sh\n");
    assert_eq!(card.start(), "memory");
    assert!(card.said().contains("because the card has no partition for data"), "{}", card.said());
    let card = Card::new();
    card.wipe().program("bin/mkfs.ext4", "#!/bin/sh\nexit 1\n");
    for _ in 0..5 {
        assert_eq!(card.start(), "memory");
    }
    assert_eq!(card.counted(), "unopened=2", "every start tries once more");
}

#[test]
fn the_counter_has_a_sector_of_its_own_in_the_gap() {
    let layout = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ota/layout.toml")).unwrap();
    let layout: toml::Table = layout.parse().unwrap();
    let starts = layout["unconfirmed-starts"]["offset-bytes"].as_integer().unwrap();
    let align = layout["align-mib"].as_integer().unwrap() << 20;
    let script = fs::read_to_string(overlay("open-data")).unwrap();
    let place = script.lines().find_map(|line| line.strip_prefix("counter=")).unwrap();
    let place = 512 * place.parse::<i64>().unwrap();
    assert_eq!(place, starts + 4096);
    assert!(place + 512 <= align, "it lies in the first partition");
}

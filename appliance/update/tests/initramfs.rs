//! The first program of a slot, `ota/initramfs/init`, in a folder that is laid out like a board: which disk it takes, what it leaves to the
//! system, and when it waits. Its tools are busybox's, as on the device; whatever would change this machine only notes that it was called.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const TOOLS: &str = "basename cat dd dirname grep hexdump ln mkdir readlink sed sha256sum";
const BUSYBOX: &str = "/bin/busybox";

struct Board {
    folder: tempfile::TempDir,
}

/// What became of a start.
struct Started {
    /// The tools that were called, in order, with their arguments.
    calls: Vec<String>,
    said: String,
}

impl Started {
    fn called(&self, words: &str) -> bool {
        self.calls.iter().any(|call| call.contains(words))
    }

    /// Its restart, where it did not come up.
    fn restart(&self) -> Option<&str> {
        self.calls.iter().find_map(|call| call.strip_prefix("parley-restart "))
    }
}

impl Board {
    /// A board whose kernel has the command line of slot A, and no disk.
    fn new() -> Self {
        let board = Self { folder: tempfile::tempdir().unwrap() };
        for folder in ["bin", "dev/mapper", "etc", "modules", "proc/device-tree/chosen/bootloader", "sys/class/block"] {
            fs::create_dir_all(board.path(folder)).unwrap();
        }
        for folder in ["run", "etc", "usr/lib/systemd"] {
            fs::create_dir_all(board.path("root").join(folder)).unwrap();
        }
        board.put("proc/cmdline", b"quiet root=PARTLABEL=root_a rauc.slot=A parley.verity=10,ab,cd\n");
        board.put("proc/device-tree/serial-number", b"10000000abcdef12\0");
        board.put("etc/starts", b"offset=1048576\nlimit=3\n");
        board.put("dev/kmsg", b"");
        board.put("root/usr/lib/systemd/systemd", b"");
        for tool in TOOLS.split_whitespace() {
            symlink(BUSYBOX, board.path("bin").join(tool)).unwrap();
        }
        for tool in ["dmsetup", "insmod", "mount", "parley-restart", "sleep", "switch_root"] {
            // A restart ends everything that runs.
            let end = if tool == "parley-restart" { "kill $PPID" } else { "" };
            let script = format!("#!/bin/sh\necho \"{tool} $*\" >> {}/calls\n{end}\n", board.path("").display());
            board.put(&format!("bin/{tool}"), script.as_bytes());
            fs::set_permissions(board.path("bin").join(tool), fs::Permissions::from_mode(0o755)).unwrap();
        }
        board
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn put(&self, path: &str, content: &[u8]) {
        fs::write(self.path(path), content).unwrap();
    }

    /// Plugs a disk in whose partitions have those names.
    fn disk(&self, name: &str, partition: &str, labels: &[&str]) -> &Self {
        let devices = format!("sys/devices/{name}");
        for (index, label) in labels.iter().enumerate() {
            let own = format!("{name}{partition}{}", index + 1);
            fs::create_dir_all(self.path(&devices).join(&own)).unwrap();
            self.put(&format!("{devices}/{own}/uevent"), format!("DEVTYPE=partition\nPARTNAME={label}\n").as_bytes());
            symlink(format!("../../devices/{name}/{own}"), self.path("sys/class/block").join(own)).unwrap();
        }
        symlink(format!("../../devices/{name}"), self.path("sys/class/block").join(name)).unwrap();
        fs::File::create(self.path("dev").join(name)).unwrap().set_len(2 << 20).unwrap();
        self
    }

    /// What the firmware says of this start.
    fn firmware(&self, name: &str, number: u32) -> &Self {
        self.put(&format!("proc/device-tree/chosen/bootloader/{name}"), &number.to_be_bytes());
        self
    }

    fn counted(&self, starts: u32) -> &Self {
        use std::os::unix::fs::FileExt;
        let disk = fs::OpenOptions::new().write(true).open(self.path("dev/mmcblk0")).unwrap();
        let sector = format!("{:<511}\n", format!("starts={starts} slot=A"));
        disk.write_all_at(sector.as_bytes(), 1_048_576).unwrap();
        self
    }

    fn start(&self) -> Started {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ota/initramfs/init");
        let here = self.path("").display().to_string();
        let script = fs::read_to_string(script).unwrap();
        let path = |line: &str| {
            if line.starts_with("export PATH=") { "export PATH=${here}bin".into() } else { line.to_owned() }
        };
        let mut script = script.lines().map(path).collect::<Vec<_>>().join("\n");
        // A file is written anew where the kernel's log goes on.
        script = script.replace("> /dev/kmsg", ">> /dev/kmsg");
        for folder in ["root", "proc", "sys", "dev", "modules"] {
            script = script.replace(&format!("/{folder}/"), &format!("${{here}}{folder}/"));
        }
        let script = script.replace("/etc/starts", "${here}etc/starts");
        assert!(Path::new(BUSYBOX).exists(), "busybox is missing (package busybox)");
        let output = Command::new("/bin/sh").arg("-c").arg(script).env("here", &here).output().unwrap();
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = fs::read_to_string(self.path("dev/kmsg")).unwrap() + &errors;
        Started { calls: calls.lines().map(|line| line.replace(&here, "/")).collect(), said }
    }

    fn link(&self, label: &str) -> Option<String> {
        let link = fs::read_link(self.path("dev/disk/by-parley").join(label)).ok()?;
        Some(link.to_string_lossy().into_owned())
    }

    fn machine_id(&self) -> String {
        fs::read_to_string(self.path("root/run/machine-id")).unwrap_or_default()
    }
}

const OURS: &[&str] = &["autoboot", "boot_a", "boot_b", "root_a", "root_b", "data"];
const SD_CARD: u32 = 1;
const USB: u32 = 4;

#[test]
fn the_root_and_all_names_are_those_of_the_disk_that_the_firmware_started_from() {
    // By the alphabet the stick would come first.
    for (mode, expected) in [(SD_CARD, "mmcblk0p"), (USB, "aa")] {
        let board = Board::new();
        let stick = if mode == USB { "sda" } else { "aa" };
        board.disk("mmcblk0", "p", OURS).disk(stick, "", OURS).firmware("boot-mode", mode);
        let started = board.start();
        let expected = if mode == USB { stick } else { expected };
        assert!(started.called(&format!("verity 1 /dev/{expected}4 ")), "{:?} {}", started.calls, started.said);
        assert_eq!(board.link("data"), Some(format!("../../{expected}6")));
        assert_eq!(board.link("autoboot"), Some(format!("../../{expected}1")));
        assert!(started.called("switch_root"), "{}", started.said);
    }
}

#[test]
fn a_stick_that_has_more_of_our_names_than_the_card_lends_it_none() {
    let board = Board::new();
    board.disk("mmcblk0", "p", &OURS[..5]).disk("sda", "", OURS).firmware("boot-mode", SD_CARD);
    assert!(board.start().called("switch_root"));
    assert_eq!(board.link("data"), None);
    assert_eq!(board.link("root_b"), Some("../../mmcblk0p5".into()));
}

#[test]
fn without_the_firmwares_word_the_first_disk_is_taken_and_that_is_said() {
    let board = Board::new();
    board.disk("vda", "", OURS);
    let started = board.start();
    assert!(started.called("switch_root"));
    assert!(started.said.contains("the firmware does not say"), "{}", started.said);
    assert!(!started.called("sleep"), "it does not wait for another");
}

#[test]
fn a_disk_of_another_kind_is_better_than_none_after_a_wait() {
    let board = Board::new();
    board.disk("vda", "", OURS).firmware("boot-mode", SD_CARD);
    let started = board.start();
    assert!(started.called("switch_root"));
    assert!(started.said.contains("there is no root_a on a disk of the kind mmcblk"), "{}", started.said);
    assert_eq!(started.calls.iter().filter(|call| call.starts_with("sleep")).count(), 50);
}

#[test]
fn a_name_that_is_a_path_makes_no_link() {
    let board = Board::new();
    board.disk("mmcblk0", "p", &["../../../x", "root_a", "data", "data"]).firmware("boot-mode", SD_CARD);
    assert!(board.start().called("switch_root"));
    assert_eq!(board.link("data"), Some("../../mmcblk0p3".into()), "the first of two");
    assert_eq!(fs::read_dir(board.path("dev/disk/by-parley")).unwrap().count(), 2);
    assert!(!board.path("x").is_symlink());
}

#[test]
fn the_machine_id_is_the_same_at_every_start_and_another_on_every_board() {
    let started = |serial: &[u8]| {
        let board = Board::new();
        board.disk("mmcblk0", "p", OURS).put("proc/device-tree/serial-number", serial);
        let started = board.start();
        let bound = started.called("mount -o bind /root/run/machine-id /root/etc/machine-id");
        (board.machine_id(), bound, started.said)
    };
    let (id, bound, said) = started(b"10000000abcdef12\0");
    assert!(bound, "{said}");
    assert_eq!(id, "4c53cf5a30a6bac39900cca3c8edf272\n");
    assert_ne!(started(b"10000000abcdef13\0").0, id);
    for none in [b"\0".as_slice(), b"0000000000000000\0"] {
        let (id, bound, said) = started(none);
        assert!(id.is_empty() && !bound && said.contains("no serial number"), "{said}");
    }
}

#[test]
fn a_slot_that_fails_again_and_again_waits_ever_longer_up_to_a_minute() {
    let waits = |counted: u32| {
        let board = Board::new();
        board.disk("mmcblk0", "p", OURS).firmware("boot-mode", SD_CARD).counted(counted);
        board.put("bin/dmsetup", b"#!/bin/sh\nexit 1\n");
        let started = board.start();
        assert_eq!(started.restart(), Some("0 tryboot"), "{}", started.said);
        started.calls.iter().filter(|call| *call == "sleep 5").count()
    };
    assert_eq!([0, 3, 6, 7, 8, 500].map(waits), [0, 0, 0, 1, 2, 12]);
}

#[test]
fn a_trial_that_fails_is_over_at_once() {
    let board = Board::new();
    board.disk("mmcblk0", "p", OURS).firmware("boot-mode", SD_CARD).firmware("tryboot", 1).counted(500);
    board.put("bin/dmsetup", b"#!/bin/sh\nexit 1\n");
    let started = board.start();
    assert_eq!(started.restart(), Some(""), "{}", started.said);
    assert!(!started.called("sleep"));
}

#[test]
fn a_card_that_takes_no_write_is_said_so_to_the_system() {
    let mark = |board: &Board| board.path("root/run/parley-data/card-is-read-only").exists();
    let board = Board::new();
    board.disk("mmcblk0", "p", OURS);
    assert!(board.start().called("switch_root"));
    assert!(!mark(&board));
    // Not by permissions, which root does not feel: dd fails where it would write.
    let board = Board::new();
    board.disk("mmcblk0", "p", OURS);
    fs::remove_file(board.path("bin/dd")).unwrap();
    let script = format!("#!/bin/sh\ncase $* in *of=*) exit 1 ;; esac\nexec {BUSYBOX} dd \"$@\"\n");
    board.put("bin/dd", script.as_bytes());
    fs::set_permissions(board.path("bin/dd"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(board.start().called("switch_root"));
    assert!(mark(&board));
}

#[test]
fn a_command_line_that_may_have_lost_its_end_is_said_so() {
    let board = Board::new();
    board.disk("mmcblk0", "p", OURS);
    assert!(!board.start().said.contains("its end may be lost"));
    let mut line = fs::read(board.path("proc/cmdline")).unwrap();
    line.splice(0..0, std::iter::repeat_n(b'x', 2047).chain([b' ']));
    board.put("proc/cmdline", &line);
    assert!(board.start().said.contains("its end may be lost"));
}

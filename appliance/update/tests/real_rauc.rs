//! The backend as RAUC itself calls it: RAUC's service on a bus of the test's own, with the product's configuration and images for
//! partitions. Installing needs the kernel's dm-verity and is left to the virtual device; marking does not.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use parley_update::autoboot;
use parley_update::card::{AUTOBOOT_FILE, Card, DeviceCard};
use parley_update::complete::{self, FILE, complete};
use parley_update::fat;
use parley_update::slot::Slot;

const MIB: u64 = 1024 * 1024;

/// A card of images, and RAUC on it.
struct Bench {
    folder: tempfile::TempDir,
    bus: Child,
    address: String,
}

impl Bench {
    /// A card with two complete slots.
    fn new() -> Bench {
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed (package dbus-daemon)");
        let mut address = String::new();
        let output = bus.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut address).expect("the daemon names its address");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bench = Bench { folder, bus, address: address.trim().to_owned() };
        for name in ["autoboot", "boot_a", "boot_b", "root_a", "root_b"] {
            fs::File::create(bench.path(name)).and_then(|file| file.set_len(16 * MIB)).expect("an image");
        }
        bench.card().restore(Slot::A).expect("a new card");
        let template = complete::padded("root={root} ro rauc.slot={slot}").expect("it fits");
        for slot in [Slot::A, Slot::B] {
            let boot = bench.path(slot.boot_label());
            fat::make_anew(&boot, "BOOT", FILE, &template).expect("a boot partition");
            complete(&boot, slot).expect("it is a template");
        }
        bench.configure();
        bench
    }

    /// The product's configuration, with images for partitions and without what only newer RAUCs know.
    fn configure(&self) {
        let backend = self.path("backend");
        let program = env!("CARGO_BIN_EXE_parley-tryboot");
        fs::write(&backend, format!("#!/bin/sh\nexec {program} --images {} \"$@\"\n", self.folder.path().display()))
            .and_then(|()| fs::set_permissions(&backend, fs::Permissions::from_mode(0o755)))
            .expect("it can be written");
        fs::write(self.path("keyring.pem"), "").expect("it can be written");
        let folder = self.folder.path().display();
        let product = include_str!("../../../ota/system.conf")
            .replace("/usr/lib/parley/parley-tryboot", &backend.to_string_lossy())
            .replace("/usr/lib/parley/rauc-pre-install", "/bin/true")
            .replace("/dev/disk/by-partlabel/", &format!("{folder}/"))
            .replace("/etc/rauc/", &format!("{folder}/"))
            .replace("/var/lib/rauc", &format!("{folder}/data"))
            .replace("/run/rauc", &format!("{folder}/mounts"));
        fs::create_dir_all(self.path("data")).expect("it can be made");
        fs::write(self.path("system.conf"), product).expect("it can be written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn card(&self) -> DeviceCard {
        DeviceCard { autoboot: self.path("autoboot"), boot: [self.path("boot_a"), self.path("boot_b")], disk: None }
    }

    /// RAUC's service on a system that was started so, until the guard is dropped.
    fn started(&self, slot: Slot, trial: bool) -> Service<'_> {
        let start = format!(r#"{{"slot": "{slot}", "trial": {trial}}}"#);
        fs::write(self.path("start.json"), start).expect("it can be written");
        let process = self
            .rauc(&[&format!("--override-boot-slot={slot}"), "service"])
            .spawn()
            .expect("RAUC is installed (package rauc)");
        let service = Service { bench: self, process };
        let began = Instant::now();
        while !service.ask(&["status"]).status.success() {
            assert!(began.elapsed() < Duration::from_secs(20), "{}", text(&service.ask(&["status"])));
            std::thread::sleep(Duration::from_millis(100));
        }
        service
    }

    fn rauc(&self, arguments: &[&str]) -> Command {
        let mut rauc = Command::new("rauc");
        rauc.arg("--conf").arg(self.path("system.conf")).args(arguments);
        rauc.env("DBUS_SYSTEM_BUS_ADDRESS", &self.address).stdout(Stdio::null()).stderr(Stdio::null());
        rauc
    }

    fn named(&self) -> Option<Slot> {
        let file = fat::find(&self.path("autoboot"), AUTOBOOT_FILE).expect("it can be read").content;
        autoboot::whole(&file)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.bus.kill().ok();
        self.bus.wait().ok();
    }
}

struct Service<'a> {
    bench: &'a Bench,
    process: Child,
}

impl Service<'_> {
    fn ask(&self, arguments: &[&str]) -> Output {
        self.bench.rauc(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("RAUC runs")
    }

    fn mark(&self, state: &str, slot: &str) -> bool {
        self.ask(&["status", state, slot]).status.success()
    }

    /// RAUC's own view: the slot that it takes for the primary one.
    fn primary(&self) -> String {
        let status = self.ask(&["status", "--output-format=shell"]);
        let said = text(&status);
        let line = said.lines().find_map(|line| line.strip_prefix("RAUC_BOOT_PRIMARY="));
        line.unwrap_or_else(|| panic!("no primary slot in:\n{said}")).trim_matches('\'').to_owned()
    }
}

impl Drop for Service<'_> {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn tryboot(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_parley-tryboot"));
    program.arg("--images").arg(folder).args(arguments).output().expect("it runs")
}

#[test]
fn rauc_arms_a_trial_and_commits_it_in_the_other_slot() {
    let bench = Bench::new();
    let service = bench.started(Slot::A, false);
    assert_eq!(service.primary(), "rootfs.0");
    assert!(service.mark("mark-active", "other"));
    assert_eq!(service.primary(), "rootfs.1");
    assert_eq!(bench.named(), Some(Slot::A), "nothing is committed before its trial");
    drop(service);
    // What `parley-tryboot restart` writes before it restarts.
    let journal = bench.path("boot.json");
    let armed = fs::read_to_string(&journal).expect("the journal");
    fs::write(&journal, armed.replace("armed", "trying")).expect("it can be written");
    let service = bench.started(Slot::B, true);
    assert!(service.mark("mark-good", "booted"));
    assert_eq!(bench.named(), Some(Slot::B));
    assert_eq!(service.primary(), "rootfs.1");
}

#[test]
fn rauc_cannot_write_the_committed_slot_while_a_trial_runs() {
    let bench = Bench::new();
    drop(bench.started(Slot::A, false));
    assert!(tryboot(bench.folder.path(), &["set-primary", "B"]).status.success());
    let service = bench.started(Slot::B, true);
    assert!(!service.mark("mark-bad", "other"), "the first step of an installation into it");
}

#[test]
fn rauc_does_not_arm_a_slot_whose_boot_partition_is_not_complete() {
    let bench = Bench::new();
    let template = complete::padded("root={root} ro rauc.slot={slot}").expect("it fits");
    fat::make_anew(&bench.path("boot_b"), "BOOT", FILE, &template).expect("a boot partition");
    let service = bench.started(Slot::A, false);
    assert!(!service.mark("mark-active", "other"));
    assert_eq!(service.primary(), "rootfs.0");
}

#[test]
fn a_missing_file_is_repaired_by_the_next_start() {
    let bench = Bench::new();
    drop(bench.started(Slot::B, false));
    fat::make_anew(&bench.path("autoboot"), "AUTOBOOT", "other.txt", b"x").expect("a card from a PC");
    let started = tryboot(bench.folder.path(), &["started"]);
    assert!(started.status.success(), "{}", text(&started));
    assert_eq!(bench.named(), Some(Slot::B), "the running slot is the only one that is known");
}

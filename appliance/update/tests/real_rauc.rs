//! The backend as RAUC itself calls it: RAUC's service on a bus of the test's own, with the product's configuration and
//! images for partitions. Installing needs the kernel's dm-verity and is left to the virtual device; marking does not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod double;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use double::{Bus, Device};
use parley_update::bootchain::fat;
use parley_update::bootchain::journal::Meaning;
use parley_update::bootchain::slot::Slot;
use parley_update::system::System;

/// A device with RAUC on it.
struct Bench {
    device: Device,
    bus: Bus,
}

impl Bench {
    /// The product's configuration, with images for partitions and without the handler, which only installations need.
    fn new() -> Self {
        let bench = Self { device: Device::new(), bus: Bus::start() };
        let (device, root) = (&bench.device, bench.device.root().display());
        let backend = device.path("backend");
        let program = env!("CARGO_BIN_EXE_parley-tryboot");
        device.write("backend", format!("#!/bin/sh\nexec {program} --root {root} \"$@\"\n"));
        fs::set_permissions(&backend, fs::Permissions::from_mode(0o755)).unwrap();
        device.write("keyring.pem", "");
        let product = include_str!("../../../ota/system.conf")
            .replace("/usr/lib/parley/parley-tryboot", &backend.to_string_lossy())
            .replace("/usr/lib/parley/rauc-pre-install", "/bin/true")
            .replace("/dev/disk/", &format!("{root}/dev/disk/"))
            .replace("/etc/rauc/", &format!("{root}/"))
            .replace("/var/lib/rauc", &format!("{root}/data"))
            .replace("/run/rauc", &format!("{root}/mounts"));
        fs::create_dir_all(device.path("data")).unwrap();
        device.write("system.conf", product);
        bench
    }

    /// RAUC's service on a system that was started so, until the guard is dropped.
    fn started(&self, slot: Slot, trial: bool) -> Service<'_> {
        self.device.started(slot, trial, "1.0.0");
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
        rauc.arg("--conf").arg(self.device.path("system.conf")).args(arguments);
        rauc.env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus.address).stdout(Stdio::null()).stderr(Stdio::null());
        rauc
    }
}

struct Service<'a> {
    bench: &'a Bench,
    process: Child,
}

impl Service<'_> {
    fn ask(&self, arguments: &[&str]) -> Output {
        self.bench.rauc(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
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

#[test]
fn rauc_arms_a_trial_and_commits_it_in_the_other_slot() {
    let bench = Bench::new();
    let service = bench.started(Slot::A, false);
    assert_eq!(service.primary(), "rootfs.0");
    assert!(service.mark("mark-active", "other"));
    assert_eq!(service.primary(), "rootfs.1");
    assert_eq!(bench.device.named(), Some(Slot::A), "nothing is committed before its trial");
    drop(service);
    System::below(bench.device.root()).boot_chain(|chain| chain.restarting()).unwrap();
    let service = bench.started(Slot::B, true);
    assert!(service.mark("mark-good", "booted"));
    assert_eq!(bench.device.named(), Some(Slot::B));
    assert_eq!(service.primary(), "rootfs.1");
}

#[test]
fn rauc_cannot_write_the_committed_slot_while_a_trial_runs() {
    let bench = Bench::new();
    drop(bench.started(Slot::A, false));
    assert!(bench.device.tryboot(&["set-primary", "B"]).status.success());
    let service = bench.started(Slot::B, true);
    assert!(!service.mark("mark-bad", "other"), "the first step of an installation into it");
}

#[test]
fn rauc_does_not_arm_a_slot_whose_boot_partition_is_not_complete() {
    let bench = Bench::new();
    bench.device.write_template(Slot::B);
    let service = bench.started(Slot::A, false);
    assert!(!service.mark("mark-active", "other"));
    assert_eq!(service.primary(), "rootfs.0");
}

#[test]
fn a_missing_file_is_repaired_by_the_next_start() {
    let bench = Bench::new();
    drop(bench.started(Slot::B, false));
    fat::make_anew(&bench.device.partition("autoboot"), "AUTOBOOT", "other.txt", b"x").unwrap();
    let meaning = System::below(bench.device.root()).boot_chain(|chain| chain.started(|_, _| Ok(()))).unwrap();
    assert_eq!(meaning, Meaning::Ordinary);
    assert_eq!(bench.device.named(), Some(Slot::B), "the running slot is the only one that is known");
}

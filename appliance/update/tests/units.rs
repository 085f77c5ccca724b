//! The product's units: nobody can reach them from the network, and what they share is written down once.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use parley_update::records::update_folder::UpdateFolder;

fn overlay() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rootfs-overlay")
}

/// A unit's settings in order, with what its drop-ins add: `[(section, name, value)]`.
fn settings(unit: &str) -> Vec<(String, String, String)> {
    let folder = overlay().join("usr/lib/systemd/system");
    let mut files = vec![folder.join(unit)];
    // systemd reads the drop-ins of every prefix that ends with a dash: `parley-.service.d` belongs to
    // `parley-gate.service`.
    if unit.starts_with("parley-") && unit.ends_with(".service") {
        files.push(folder.join("parley-.service.d/10-hardening.conf"));
    }
    let mut section = String::new();
    let mut settings = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name.to_owned();
            } else {
                let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{unit}: {line}"));
                settings.push((section.clone(), name.to_owned(), value.to_owned()));
            }
        }
    }
    settings
}

fn values(unit: &str, name: &str) -> Vec<String> {
    settings(unit).into_iter().filter(|(_, key, _)| key == name).map(|(_, _, value)| value).collect()
}

fn units(ending: &str) -> Vec<String> {
    let entries = fs::read_dir(overlay().join("usr/lib/systemd/system")).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(ending)).collect()
}

#[test]
fn nothing_of_ours_can_be_reached_from_the_network() {
    assert_eq!(units(".socket"), Vec::<String>::new(), "nobody listens");
    let services = units(".service");
    assert!(services.len() >= 7, "{services:?}");
    for service in services {
        assert_eq!(values(&service, "RestrictAddressFamilies"), ["AF_UNIX"], "{service}");
        assert_eq!(values(&service, "IPAddressDeny"), ["any"], "{service}");
        assert_eq!(values(&service, "IPAddressAllow"), Vec::<String>::new(), "{service}");
    }
}

/// The engines and the daemon open no socket at all; RAUC, hawkBit's client and, later, the dashboard are the only ones
/// that do.
#[test]
fn no_program_of_ours_listens() {
    fn look(folder: &Path, seen: &mut usize, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            // Tests may listen: they are no part of a program.
            if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
                look(&path, seen, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                *seen += 1;
                let text = fs::read_to_string(&path).unwrap();
                if ["TcpListener", "UdpSocket", "UnixListener"].iter().any(|socket| text.contains(socket)) {
                    found.push(path);
                }
            }
        }
    }
    let (mut seen, mut found) = (0, Vec::new());
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut seen, &mut found);
    assert!(seen > 150, "{seen} files were found");
    assert_eq!(found, Vec::<PathBuf>::new());
}

#[test]
fn every_wait_of_a_unit_has_an_end() {
    for service in units(".service") {
        let limits = values(&service, "TimeoutStartSec");
        assert!(limits.len() == 1 && limits[0] != "infinity", "{service}: {limits:?}");
    }
}

#[test]
fn a_hang_of_the_assistant_is_over_in_eight_seconds_and_it_is_always_started_again() {
    assert_eq!(values("parley.service", "Type"), ["notify"]);
    assert_eq!(values("parley.service", "WatchdogSec"), ["8"]);
    assert_eq!(values("parley.service", "Restart"), ["always"]);
}

#[test]
fn a_hang_of_the_system_is_over_in_eight_seconds() {
    let manager = fs::read_to_string(overlay().join("usr/lib/systemd/system.conf.d/10-parley.conf")).unwrap();
    assert!(manager.lines().any(|line| line == "RuntimeWatchdogSec=8s"));
    assert!(manager.lines().any(|line| line == "CrashAction=reboot"), "PID 1 that fails restarts the device");
}

#[test]
fn whatever_ends_a_trial_early_leaves_it() {
    for service in ["parley-gate.service", "parley-commit.service"] {
        assert_eq!(values(service, "OnFailure"), ["parley-leave-trial.service"], "{service}");
    }
    assert!(values("parley-commit.service", "Requires").contains(&"boot-complete.target".to_owned()));
}

#[test]
fn a_stick_can_run_nothing_and_is_written_only_for_the_report() {
    let before = values("parley-stick@.service", "ExecStartPre");
    assert!(before.iter().all(|line| line.contains("ro,nosuid,nodev,noexec")), "{before:?}");
    let report = fs::read_to_string(overlay().join("usr/lib/parley/report-on-stick")).unwrap();
    let mounts: Vec<&str> = report.lines().filter(|line| line.starts_with("mount ")).collect();
    assert_eq!(mounts.len(), 2);
    assert!(mounts.iter().all(|line| line.contains("nosuid,nodev,noexec")), "{mounts:?}");
    assert!(mounts[1].contains("remount,ro"), "{mounts:?}");
}

/// What a process mounts in a unit with a namespace of its own ends with that process, even with a plus before its
/// line: systemd makes the namespace all the same.
#[test]
fn no_unit_mounts_where_nobody_else_sees_it() {
    for service in units(".service") {
        for name in ["ExecStartPre", "ExecStart", "ExecStartPost"] {
            for line in values(&service, name) {
                assert!(!line.contains("/bin/mount "), "{service}: {line}");
            }
        }
    }
}

/// In tenths, as systemd counts what a service could do if it turned against the device. The guest measures the same of
/// units that run.
#[test]
fn every_unit_is_hardened_to_two_at_most() {
    let root = overlay();
    for service in units(".service") {
        let named = service.replace("@.", "@dev-sda1.");
        let mut analyse = Command::new("systemd-analyze");
        analyse.args(["security", "--offline=yes", "--threshold=20", "--no-pager"]);
        analyse.arg(format!("--root={}", root.display())).arg(&named);
        let output = analyse.output().expect("systemd-analyze is installed (package systemd)");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("exposure level"), "{service}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{service}: {}", said.lines().last().unwrap_or_default());
    }
}

/// Without them the kernel lets nobody act for the daemon, and a migration leaves folders that the daemon cannot read.
#[test]
fn whoever_takes_data_over_may_act_as_its_owner() {
    for service in ["parley-started.service", "parley-probation.service"] {
        let granted = values(service, "CapabilityBoundingSet").join(" ");
        for capability in ["CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE"] {
            assert!(granted.split(' ').any(|found| found == capability), "{service}: {granted}");
        }
        let calls = values(service, "SystemCallFilter");
        assert!(calls.iter().all(|line| !line.starts_with('~') || !line.contains("@setuid")), "{service}: {calls:?}");
    }
}

#[test]
fn every_orderly_shutdown_is_written_down_while_data_is_there() {
    assert_eq!(values("parley-started.service", "ExecStop"), ["/usr/bin/parley-update stopping"]);
    assert_eq!(
        values("parley-started.service", "RemainAfterExit"),
        ["yes"],
        "systemd stops what still counts as started"
    );
    assert_eq!(values("parley-started.service", "Conflicts"), ["shutdown.target"]);
    assert_eq!(values("parley-started.service", "RequiresMountsFor"), ["/var/lib/parley"]);
}

/// Who owns a folder may put another one in the place of what lies in it.
#[test]
fn roots_memory_lies_in_no_folder_of_anybody_else() {
    let text = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("d "));
    let folders: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    let memory = folders.iter().find(|folder| folder[1] == UpdateFolder::FOLDER).unwrap();
    assert_eq!(memory[2..5], ["2750", "root", "parley"]);
    for folder in folders.iter().filter(|folder| folder[3] == "root") {
        let above = folders.iter().filter(|above| Path::new(folder[1]).starts_with(above[1]) && above[3] != "root");
        assert_eq!(above.count(), 0, "{folder:?}");
    }
}

#[test]
fn the_programs_of_the_units_exist() {
    for service in units(".service") {
        for name in ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost"] {
            for line in values(&service, name) {
                let program = line.trim_start_matches(['-', '+', '@', '!']).split(' ').next().unwrap_or_default();
                let known = [
                    "/usr/bin/parley",
                    "/usr/bin/parley-update",
                    "/usr/lib/parley/judge-crash",
                    "/usr/lib/parley/report-on-stick",
                    "/usr/bin/systemd-mount",
                    "/usr/bin/systemd-umount",
                    "/usr/lib/parley/parley-tryboot",
                    "/usr/bin/rauc",
                ];
                assert!(known.contains(&program), "{service}: {program}");
            }
        }
    }
}

/// Whether what runs before the data partition is mounted puts an image right.
fn repaired(harm: impl FnOnce(&fs::File)) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("data.img");
    let file = fs::File::create(&image).unwrap();
    file.set_len(16 << 20).unwrap();
    // Not everybody's path holds the tools of file systems.
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let run = |program: &str, options: &[&str]| {
        let output = Command::new(program).args(options).arg(&image).env("PATH", &path).output();
        output.unwrap_or_else(|error| panic!("{program} (package e2fsprogs): {error}")).status.success()
    };
    assert!(run("mkfs.ext4", &["-q", "-F"]));
    harm(&file);
    let script = overlay().join("usr/lib/parley/repair-data");
    let repaired = run(&script.to_string_lossy(), &[]);
    assert_eq!(repaired, run("e2fsck", &["-f", "-n"]), "it says what became of it");
    repaired
}

#[test]
fn data_whose_first_superblock_is_torn_is_put_right_before_it_is_mounted() {
    use std::os::unix::fs::FileExt;
    // The superblock lies at 1024 and fills two sectors.
    let torn = |file: &fs::File| file.write_all_at(&[0; 512], 1536).unwrap();
    assert!(repaired(torn));
    assert!(repaired(|_| {}), "a whole one");
    let wiped = |file: &fs::File| file.write_all_at(&vec![0; 16 << 20], 0).unwrap();
    assert!(!repaired(wiped), "nothing is left to put right");
    let unit =
        overlay().join(r"usr/lib/systemd/system/systemd-fsck@dev-disk-by\x2dpartlabel-data.service.d/10-parley.conf");
    let unit = fs::read_to_string(unit).unwrap();
    assert!(unit.contains("ExecStart=\nExecStart=/usr/lib/parley/repair-data /dev/disk/by-partlabel/data"));
}

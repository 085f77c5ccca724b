//! The product's units: nobody can reach them from the network, and what they share is written down once.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use parley_update::announcements;
use parley_update::records::update_folder::UpdateFolder;

fn overlay() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rootfs-overlay")
}

/// The units that the layer adds to those of the overlay, each with its drop-in.
const OF_SETUP: [(&str, &str); 2] =
    [("parley-setup.service", "20-setup.conf"), ("parley-wifi.service", "20-wifi.conf")];

fn setup_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../meta-voice/recipes-core/parley-setup/files")
}

/// A unit's files in the order in which systemd reads them.
fn files(unit: &str) -> Vec<PathBuf> {
    if let Some((_, drop_in)) = OF_SETUP.iter().find(|(name, _)| *name == unit) {
        let hardening = overlay().join("usr/lib/systemd/system/parley-.service.d/10-hardening.conf");
        return vec![setup_files().join(unit), hardening, setup_files().join(drop_in)];
    }
    let folder = overlay().join("usr/lib/systemd/system");
    // systemd reads the drop-ins of every prefix that ends with a dash: `parley-.service.d` belongs to
    // `parley-gate.service`.
    let shared = unit.starts_with("parley-") && unit.ends_with(".service");
    let drop_ins =
        shared.then(|| folder.join("parley-.service.d")).into_iter().chain([folder.join(format!("{unit}.d"))]);
    let listed = drop_ins.flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let mut drop_ins: Vec<PathBuf> = listed.map(|entry| entry.path()).collect();
    drop_ins.sort_by_key(|path| path.file_name().map(|name| name.to_owned()));
    [vec![folder.join(unit)], drop_ins].concat()
}

/// A unit's settings in order, with what its drop-ins add: `[(section, name, value)]`.
fn settings(unit: &str) -> Vec<(String, String, String)> {
    let mut section = String::new();
    let mut settings = Vec::new();
    for file in files(unit) {
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
    names.chain(OF_SETUP.map(|(name, _)| name.to_owned())).filter(|name| name.ends_with(ending)).collect()
}

/// Wherever a unit lies that is installed with us: these tests see it.
#[test]
fn no_unit_of_ours_escapes_these_tests() {
    fn look(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            // Links only switch a unit on.
            if entry.file_type().unwrap().is_dir() {
                look(&path, found);
            } else if entry.file_type().unwrap().is_file() && (name.ends_with(".service") || name.ends_with(".socket"))
            {
                found.push(name);
            }
        }
    }
    let mut found = Vec::new();
    look(&overlay(), &mut found);
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../meta-voice"), &mut found);
    let mut seen = [units(".service"), units(".socket")].concat();
    found.sort_unstable();
    seen.sort_unstable();
    assert_eq!(found, seen);
}

#[test]
fn nothing_of_ours_can_be_reached_from_the_network() {
    assert_eq!(units(".socket"), Vec::<String>::new(), "nobody listens");
    let services = units(".service");
    assert!(services.len() >= 9, "{services:?}");
    for service in services {
        // The gateway is the only one that may be given more, and has no functions yet.
        assert_eq!(values(&service, "RestrictAddressFamilies"), ["AF_UNIX"], "{service}");
        assert_eq!(values(&service, "IPAddressDeny"), ["any"], "{service}");
        assert_eq!(values(&service, "IPAddressAllow"), Vec::<String>::new(), "{service}");
    }
}

/// RAUC, hawkBit's client and, later, the gateway are the only ones that open a socket of a network; the daemon's door is
/// the only place that lets anybody in at all. The Wi-Fi's supplicant answers to a Unix socket that has a name, of a
/// folder that root alone enters.
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
                let network = ["TcpListener", "UdpSocket", "TcpSocket"];
                let supplicant = path.ends_with("setup/src/wireless.rs");
                let door = path.components().any(|part| part.as_os_str() == "door") || path.ends_with("src/door.rs");
                let listens = text.contains("UnixListener") && !(door || path.ends_with("src/tests.rs"));
                let named = text.contains("UnixDatagram") && !supplicant;
                if listens || named || network.iter().any(|socket| text.contains(socket)) {
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

/// It may be absent, die or misbehave, and the voice goes on.
#[test]
fn the_voice_does_not_need_the_gateway() {
    for unit in units(".service") {
        for (_, name, value) in settings(&unit) {
            let needs =
                ["Requires", "Requisite", "BindsTo", "PartOf", "Wants", "Upholds", "After"].contains(&name.as_str());
            assert!(!needs || !value.contains("parley-gateway"), "{unit}: {name}={value}");
        }
    }
    let gateway = "parley-gateway.service";
    assert_eq!(values(gateway, "User"), ["parley-gateway"]);
    assert_eq!(values(gateway, "SupplementaryGroups"), ["parley-read"], "it may look, and not obey or be obeyed");
    assert_eq!(values(gateway, "MemoryMax").len(), 1);
    // An empty value takes back what the helpers of updates have.
    for name in ["CapabilityBoundingSet", "ReadWritePaths", "DeviceAllow"] {
        assert_eq!(values(gateway, name).last().map(String::as_str), Some(""), "{name}");
    }
}

/// A socket belongs to the group of its folder: the daemon, in a user namespace of its own, cannot give it away.
#[test]
fn each_door_is_for_a_group_of_its_own() {
    let folders = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let users = fs::read_to_string(overlay().join("usr/lib/sysusers.d/parley.conf")).unwrap();
    for door in ["read", "control"] {
        let line = folders.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line = line.into_iter().find(|line| line.get(1) == Some(&format!("/run/parley/door/{door}").as_str()));
        let group = format!("parley-{door}");
        assert_eq!(line.unwrap()[2..5], ["2750", "parley", group.as_str()]);
        assert!(users.lines().any(|line| line.split_whitespace().take(2).eq(["g", group.as_str()])), "{users}");
    }
    assert!(!users.contains("m     parley-gateway parley-control"));
    assert!(values("parley.service", "RuntimeDirectory").contains(&"parley".to_owned()), "where it may make sockets");
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
fn a_hang_of_the_system_is_over_in_twelve_seconds() {
    let manager = fs::read_to_string(overlay().join("usr/lib/systemd/system.conf.d/10-parley.conf")).unwrap();
    assert!(manager.lines().any(|line| line == "RuntimeWatchdogSec=12s"));
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
    let condition = values("parley-stick@.service", "ExecCondition");
    assert_eq!(condition, ["/usr/bin/parley-update stick-wanted"], "it is asked before anything is mounted");
    let rules = fs::read_to_string(overlay().join("usr/lib/udev/rules.d/80-parley-stick.rules")).unwrap();
    assert!(rules.contains("ENV{ID_FS_TYPE}==\"vfat|exfat\","), "{rules}");
    let before = values("parley-stick@.service", "ExecStartPre");
    assert!(before.iter().all(|line| line.contains("ro,nosuid,nodev,noexec")), "{before:?}");
    let report = fs::read_to_string(overlay().join("usr/lib/parley/report-on-stick")).unwrap();
    let mounts: Vec<&str> = report.lines().filter(|line| line.starts_with("mount ")).collect();
    assert_eq!(mounts.len(), 2);
    assert!(mounts.iter().all(|line| line.contains("nosuid,nodev,noexec")), "{mounts:?}");
    assert!(mounts[1].contains("remount,ro"), "{mounts:?}");
}

/// systemd runs a unit's conditions before anything else of it, and one that fails ends it without a fault.
#[test]
fn a_stick_is_mounted_only_if_the_owner_wants_sticks() {
    assert_eq!(values("parley-stick@.service", "ExecCondition"), ["/usr/bin/parley-update stick-wanted"]);
}

/// A key that is refused is tried again for ever, and the owner hears of it.
#[test]
fn the_supplicant_is_listened_to_where_it_speaks() {
    let supplicant = fs::read_to_string(setup_files().join("10-parley.conf")).unwrap();
    let listens = include_str!("../../setup/src/wireless.rs");
    let folder = supplicant.split("-C").nth(1).unwrap().trim();
    assert!(listens.contains(&format!("const CONTROL: &str = \"{folder}/wlan0\";")), "{folder}");
    assert_eq!(values("parley-wifi.service", "BindsTo"), ["wpa_supplicant@wlan0.service"]);
    assert_eq!(values("parley-wifi.service", "Restart"), ["always"]);
    assert_eq!(values("parley-wifi.service", "StartLimitIntervalSec"), ["0"]);
}

/// Both the service and the link have to want it; and of all that could be asked for names, only this answers.
#[test]
fn a_device_answers_to_its_name_by_cable_and_by_wifi() {
    let file = |name: &str| fs::read_to_string(setup_files().join(name)).unwrap();
    for name in ["10-names.conf", "20-wired.conf", "25-wlan.network"] {
        let text = file(name);
        assert!(text.contains("\nMulticastDNS=yes\n") && text.contains("\nLLMNR=no\n"), "{name}: {text}");
    }
    let recipe = fs::read_to_string(setup_files().join("../parley-setup_1.0.bb")).unwrap();
    for place in ["resolved.conf.d ${S}/10-names.conf", "80-wired.network.d ${S}/20-wired.conf"] {
        assert!(recipe.contains(place), "{place}");
    }
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

/// In a /var/tmp of its own a unit sees nothing of what a reset has to forget there.
#[test]
fn what_fulfils_a_reset_sees_all_of_the_data() {
    assert_eq!(values("parley-started.service", "PrivateTmp").last().map(String::as_str), Some("no"));
}

/// In tenths, as systemd counts what a service could do if it turned against the device. The guest measures the same of
/// units that run.
#[test]
fn every_unit_is_hardened_to_two_at_most() {
    let root = tempfile::tempdir().unwrap();
    for service in units(".service") {
        for (index, file) in files(&service).iter().enumerate() {
            let name = file.file_name().unwrap();
            let folder = root.path().join("usr/lib/systemd/system");
            let folder = if index == 0 { folder } else { folder.join(format!("{service}.d")) };
            fs::create_dir_all(&folder).unwrap();
            fs::copy(file, folder.join(name)).unwrap();
        }
        let named = service.replace("@.", "@dev-sda1.");
        let mut analyse = Command::new("systemd-analyze");
        analyse.args(["security", "--offline=yes", "--threshold=20", "--no-pager"]);
        analyse.arg(format!("--root={}", root.path().display())).arg(&named);
        let output = analyse.output().expect("systemd-analyze is installed (package systemd)");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("exposure level"), "{service}: {errors}");
        // What an older systemd does not know yet, the guest's knows.
        let unread = errors.lines().filter(|line| !line.contains("Restart"));
        assert_eq!(unread.collect::<Vec<_>>(), Vec::<&str>::new(), "{service}");
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

#[test]
fn who_goes_by_the_owners_hours_knows_the_owners_time_zone() {
    let files = values("parley-probation.service", "EnvironmentFile");
    assert_eq!(files, values("parley.service", "EnvironmentFile"));
    assert_eq!(files, ["-/var/lib/parley-setup/environment"]);
}

/// A board's clock may jump by years at any moment: it dates what an owner reads, chooses the hour of a restart, and
/// decides nothing else.
#[test]
fn no_step_of_an_update_goes_by_the_clock() {
    let mut users = Vec::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let is_test = entry.file_name() == "tests.rs";
        let code = text.split("#[cfg(test)]").next().filter(|_| !is_test).unwrap_or_default();
        let clocks = ["SystemTime::now", "Zoned::now", "Timestamp::now", ".modified()"];
        let found = clocks.iter().filter(|clock| code.contains(**clock));
        users.extend(found.map(|clock| format!("{} {clock}", entry.file_name().to_string_lossy())));
    }
    users.sort();
    // How old a baseline is: one that seems young or old by mistake is written an hour later, or sooner.
    let known = ["probation.rs Zoned::now", "update_folder.rs .modified()", "update_folder.rs SystemTime::now"];
    assert_eq!(users, known);
}

/// The daemon says what lies there, and must not be able to write it: whoever takes it over would speak for root.
#[test]
fn what_is_said_for_root_only_root_writes_and_the_daemon_reads() {
    let text = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let line = text.lines().find(|line| line.contains(announcements::FOLDER)).unwrap();
    assert_eq!(line.split_whitespace().skip(2).take(3).collect::<Vec<_>>(), ["2750", "root", "parley"]);
    assert_eq!(values("parley.service", "ReadWritePaths"), Vec::<String>::new());
    assert_eq!(values("parley.service", "StateDirectory"), ["parley"], "what was said is remembered there");
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
        for name in ["ExecCondition", "ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost"] {
            for line in values(&service, name) {
                let program = line.trim_start_matches(['-', '+', '@', '!']).split(' ').next().unwrap_or_default();
                let known = [
                    "/usr/bin/parley",
                    "/usr/bin/parley-setup",
                    "/usr/bin/parley-update",
                    "/usr/lib/parley/judge-crash",
                    "/usr/lib/parley/open-data",
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
}

#[test]
fn the_system_log_is_bounded_and_an_address_stays() {
    let log = fs::read_to_string(overlay().join("usr/lib/systemd/journald.conf.d/10-parley.conf")).unwrap();
    assert!(log.contains("\nStorage=volatile\n") && log.contains("\nRuntimeMaxUse=16M\n"), "{log}");
    let network = fs::read_to_string(setup_files().join("25-wlan.network")).unwrap();
    let client = network.split_once("[DHCPv4]").unwrap().1;
    assert!(client.contains("\nClientIdentifier=mac\n"), "{network}");
}

#[test]
fn the_time_that_is_kept_never_goes_back() {
    let kept = tempfile::NamedTempFile::new().unwrap();
    let keep = || {
        let script = overlay().join("usr/lib/parley/keep-time");
        assert!(Command::new(script).arg(kept.path()).status().unwrap().success());
        kept.path().metadata().unwrap().modified().unwrap()
    };
    let now = std::time::SystemTime::now();
    let day = std::time::Duration::from_secs(86_400);
    kept.as_file().set_modified(now - day).unwrap();
    assert!(keep() > now - day / 2, "the time goes on");
    kept.as_file().set_modified(now + day).unwrap();
    assert!(keep() > now + day / 2, "a clock that nobody has set yet says nothing");
    let missing = kept.path().with_extension("missing");
    Command::new(overlay().join("usr/lib/parley/keep-time")).arg(&missing).output().unwrap();
    assert!(!missing.exists(), "the file is systemd-timesyncd's to make");
}

/// Whoever starts instead of a shell that nobody sits at.
#[test]
fn no_start_ends_in_a_shell() {
    for unit in ["emergency.service", "rescue.service"] {
        let drop_in = overlay().join(format!("usr/lib/systemd/system/{unit}.d/10-parley.conf"));
        let text = fs::read_to_string(drop_in).unwrap();
        assert!(text.contains("ExecStart=\nExecStart=/usr/lib/parley/restart-soon\nStandardInput=null"), "{text}");
    }
    let script = fs::read_to_string(overlay().join("usr/lib/parley/restart-soon")).unwrap();
    assert!(script.trim_end().ends_with("systemctl --force reboot"), "{script}");
}

/// The data partition is what `open-data` says, and nobody else looks for one.
#[test]
fn the_data_comes_through_the_ladder_alone() {
    assert_eq!(values("var.mount", "What"), ["/run/parley-data/device"]);
    assert_eq!(values("var.mount", "Requires"), ["parley-data.service"]);
    let order = values("var.mount", "After");
    assert!(order.contains(&"parley-data.service".to_owned()), "{order:?}");
    assert_eq!(values("parley-data.service", "ExecStart"), ["/usr/lib/parley/open-data /dev/disk/by-parley/data"]);
    // A temporary folder of its own would lie in /var, which waits for it.
    assert_eq!(values("parley-data.service", "PrivateTmp").last().unwrap(), "no");
    assert_eq!(values("parley-data.service", "ReadWritePaths").last().unwrap(), "/run");
}

/// A stick or a second card may have the same names: only what the initramfs made counts.
#[test]
fn no_partition_is_found_by_a_name_that_another_disk_may_have() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open: Vec<PathBuf> =
        ["appliance", "meta-voice", "ota", "rootfs-overlay"].iter().map(|folder| top.join(folder)).collect();
    let mut seen = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().flatten().map(|entry| entry.path()));
            continue;
        }
        seen += 1;
        // Not in this test, which names them.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        if !path.ends_with("tests/units.rs") {
            let shared = ["by-partlabel", "by-partuuid", "by-label", "by-uuid"].iter().find(|way| text.contains(**way));
            assert_eq!(shared, None, "{}", path.display());
        }
    }
    assert!(seen > 300, "{seen} files were found");
}

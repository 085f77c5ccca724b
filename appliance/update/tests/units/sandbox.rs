//! Who can reach whom, and what each unit may do.

use super::*;

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
                let listens = text.contains("UnixListener") && !(door || path.ends_with("tests.rs"));
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

/// A key that is refused is tried again for ever, and the owner hears of it.
#[test]
fn the_supplicant_is_listened_to_where_it_speaks() {
    let supplicant = fs::read_to_string(setup_files().join("10-parley.conf")).unwrap();
    let listens = include_str!("../../../setup/src/wireless.rs");
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

/// The daemon says what lies there, and must not be able to write it: whoever takes it over would speak for root.
#[test]
fn what_is_said_for_root_only_root_writes_and_the_daemon_reads() {
    let text = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let line = text.lines().find(|line| line.contains(announcements::FOLDER)).unwrap();
    assert_eq!(line.split_whitespace().skip(2).take(3).collect::<Vec<_>>(), ["2750", "root", "parley"]);
    assert_eq!(values("parley.service", "ReadWritePaths"), Vec::<String>::new());
    assert_eq!(values("parley.service", "StateDirectory"), ["parley"], "what was said is remembered there");
}

/// The daemon leaves a wish in a folder of its own; root takes it away, and is started for nothing else that lies there.
#[test]
fn what_the_door_wishes_root_is_started_for() {
    let watched: Vec<String> = Wish::ALL.iter().map(|wish| format!("{}/{}", wishes::FOLDER, wish.name())).collect();
    assert_eq!(values("parley-wish.path", "PathExists"), watched);
    let link = overlay().join("usr/lib/systemd/system/paths.target.wants/parley-wish.path");
    assert_eq!(fs::read_link(link).unwrap(), Path::new("../parley-wish.path"), "it is switched on");
    assert_eq!(values("parley-wish.service", "ExecStart"), ["/usr/bin/parley-update wish"]);
    assert_eq!(values("parley-wish.service", "StartLimitIntervalSec"), ["0"], "a flood of wishes ends none to come");
    let folders = fs::read_to_string(overlay().join("usr/lib/tmpfiles.d/parley.conf")).unwrap();
    let line = folders.lines().find(|line| line.contains(wishes::FOLDER)).unwrap();
    assert_eq!(line.split_whitespace().skip(2).take(3).collect::<Vec<_>>(), ["0700", "parley", "parley"]);
    let writable = values("parley-wish.service", "ReadWritePaths").pop().unwrap();
    assert_eq!(writable, "/var/lib /run/parley /run/parley-update /run/systemd", "and nothing else of /run");
    // What is writable is found by its path: nobody but root may put a link there.
    assert!(!writable.contains(wishes::FOLDER) && wishes::FOLDER.starts_with("/run/parley/"));
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

/// `ProtectSystem=strict` leaves /run writable beside `ProtectProc=` and `ProtectKernelTunables=`, which all of ours have.
#[test]
fn who_need_not_write_run_cannot() {
    let paths = |unit: &str, name: &str| {
        let values = values(unit, name);
        let from = values.iter().rposition(String::is_empty).map_or(0, |reset| reset + 1);
        values[from..].iter().flat_map(|value| value.split(' ').map(str::to_owned)).collect::<Vec<_>>()
    };
    for unit in units(".service").into_iter().filter(|unit| unit.starts_with("parley")) {
        assert_eq!(values(&unit, "ProtectSystem"), ["strict"], "{unit}");
        let (read, written) = (paths(&unit, "ReadOnlyPaths"), paths(&unit, "ReadWritePaths"));
        let is_named = |paths: &[String]| paths.iter().any(|path| path == "/run");
        assert!(is_named(&read) != is_named(&written), "{unit}: {read:?}, {written:?}");
    }
}

/// The same for units of others that get a sandbox of ours: what they say themselves is read elsewhere, and may change.
#[test]
fn units_of_others_that_are_shut_in_cannot_write_run() {
    fn look(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                look(&path, found);
            } else if path.extension().is_some_and(|end| end == "conf" || end == "service") {
                found.push(path);
            }
        }
    }
    let canonical = |path: PathBuf| path.canonicalize().unwrap();
    let ours: Vec<PathBuf> = units(".service").iter().flat_map(|unit| files(unit)).map(canonical).collect();
    let mut found = Vec::new();
    look(&overlay(), &mut found);
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../meta-voice"), &mut found);
    let mut seen = Vec::new();
    for file in found.into_iter().map(canonical).filter(|file| !ours.contains(file)) {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        if !lines.iter().any(|line| line.starts_with("ProtectSystem=")) {
            continue;
        }
        assert!(lines.contains(&"ProtectSystem=strict"), "{}", file.display());
        assert!(lines.contains(&"ReadOnlyPaths=/run"), "{}", file.display());
        assert!(!lines.iter().any(|line| line.starts_with("ReadWritePaths=")), "{}", file.display());
        seen.push(file.file_name().unwrap().to_owned());
    }
    assert_eq!(seen, ["30-fleet.conf"], "hawkBit's client, and nobody else");
}

//! What can be installed, and what is said where it cannot.

use super::*;

#[test]
fn what_cannot_be_installed_is_said_and_written_down() {
    let bench = Bench::new();
    bench.device.started(Slot::A, false, NEW);
    let said = bench.says(&["install", BUNDLE, "--json"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("version 1.4.0 is already in use"), "{said:?}");
    let last: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["version"]), (&"not-installed".into(), &NEW.into()));
    assert_eq!(bench.happened(), ["refused"]);
    assert!(bench.installed.lock().unwrap().is_empty());
    assert!(bench.was_told("not-installed"));
}

#[test]
fn a_handler_that_refuses_is_quoted() {
    // Somebody else's candidate: the updater admitted version 1.4.0, and the file holds an older one by now.
    let bench =
        Bench::with(|device| Script { installs: Some(Arc::new(move || device.install("0.9.0"))), ..Script::default() });
    let said = bench.says(&["install", BUNDLE]);
    assert!(said.err.contains("version 0.9.0 is older than version 1.0.0"), "{said:?}");
    assert_eq!(bench.happened(), ["refused"]);
    let failing = Bench::with(|_| Script { result: Some(1), last_error: "no space left", ..Script::default() });
    assert!(failing.says(&["install", BUNDLE]).err.contains("too large for this device's card"));
    assert_eq!(failing.happened(), ["not-installed"]);
}

#[test]
fn a_check_installs_nothing() {
    let bench = Bench::new();
    assert_eq!(bench.done(&["check", BUNDLE]), "version 1.4.0 may be installed\n");
    bench.device.started(Slot::A, false, NEW);
    let said = bench.says(&["check", BUNDLE, "--json"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &answer["ok"], &answer["running"]), (Some(1), &false.into(), &NEW.into()));
    assert_eq!(answer["detail"], "version 1.4.0 is already in use");
    assert!(bench.installed.lock().unwrap().is_empty());
    let stranger = Bench::with(|_| Script { inspect_error: Some("self-signed certificate"), ..Script::default() });
    assert!(stranger.says(&["check", BUNDLE]).out.contains("not signed by anyone whom this device trusts"));
    assert_eq!(stranger.says(&["install", BUNDLE]).code, Some(1));
    assert!(stranger.installed.lock().unwrap().is_empty());
}

#[test]
fn an_owners_word_for_one_version_is_not_another_ones() {
    let bench = Bench::new();
    bench.in_trial(5);
    bench.device.write("restarts", "1");
    bench.says(&["gate"]);
    bench.device.started(Slot::A, false, "1.0.0");
    bench.done(&["started"]);
    // Somebody was killed who wanted another version.
    bench.device.write("run/parley-update/again.json", r#"{"version":"1.3.0","until_s":600}"#);
    assert!(!bench.device.install(NEW), "hawkBit's client brings it");
    bench.device.write("run/parley-update/again.json", r#"{"version":"1.4.0","until_s":600}"#);
    assert!(bench.device.install(NEW));
    assert!(!bench.device.install(NEW), "it is used up");
    bench.done(&["install", BUNDLE, "--again"]);
    assert!(!bench.device.path("run/parley-update/again.json").exists());
}

/// What becomes of RAUC when the stick is pulled after this was told.
fn pulled_after(script: Script, told: &str) -> bool {
    let bench = Bench::with(|_| script);
    let mut install = bench.device.program(env!("CARGO_BIN_EXE_parley-update"), &["install", BUNDLE]);
    let mut install = install.env("DBUS_SYSTEM_BUS_ADDRESS", &bench.bus.address).spawn().unwrap();
    while !bench.was_told(told) {
        assert_eq!(install.try_wait().unwrap(), None);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(Command::new("kill").arg(install.id().to_string()).status().unwrap().success());
    assert_eq!(install.wait().unwrap().code(), Some(1));
    bench.device.read("systemctl").contains("restart --no-block rauc.service")
}

#[test]
fn only_an_installation_of_ours_is_ended() {
    let never_ends = Script { progress: vec![10], ..Script::default() };
    assert!(pulled_after(never_ends, "progress"), "RAUC would wait for the stick for ever");
    // Meanwhile another's may have begun.
    assert!(!pulled_after(Script { inspect_hangs: true, ..Script::default() }, "inspecting"));
}

#[test]
fn a_laptop_is_told_that_it_has_no_slots() {
    let bench = Bench::new();
    bench.device.write("proc/cmdline", "quiet");
    std::fs::remove_dir_all(bench.device.path("proc/device-tree")).unwrap();
    for arguments in [&["status"][..], &["install", BUNDLE], &["reset", "--yes"], &["rollback"], &["started"]] {
        let said = bench.says(arguments);
        assert_eq!(said.code, Some(1), "{arguments:?}");
        let reason = "updates need a device with two slots, such as a flashed card: this system was not started from";
        assert!(said.err.starts_with(&format!("parley-update: {reason}")), "{said:?}");
    }
}

//! The gate of a trial and of an ordinary start, and what probation makes of a version.

use super::*;

#[test]
fn an_update_goes_its_way_from_the_bundle_to_the_end_of_its_probation() {
    let bench = Bench::new();
    let told = bench.done(&["install", BUNDLE, "--json"]);
    let told: Vec<Value> =
        told.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].take()).collect();
    assert_eq!((&told[..2], told.last()), (&["inspecting".into(), "admitted".into()][..], Some(&"installed".into())));
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "nobody asked for it");
    let status = bench.status();
    assert_eq!((&status["waiting"], &status["version"]), (&NEW.into(), &"1.0.0".into()));
    assert_eq!((&status["can-go-back"], &status["probation-left-s"]), (&true.into(), &Value::Null));
    assert!(bench.done(&["status"]).contains("waits for a restart"));
    bench.done(&["install"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    bench.device.started(Slot::B, true, NEW);
    bench.done(&["started"]);
    bench.measures("sound-card", 1.0, 1);
    bench.measures("self-test-s", 3.0, 1);
    bench.device.runs_for(61);
    assert!(bench.done(&["status"]).contains("It is being tried"));
    bench.done(&["gate"]);
    bench.done(&["committed"]);
    assert!(!bench.was_told("committed"), "RAUC has not done it yet");
    assert!(bench.device.tryboot(&["set-state", "B", "good"]).status.success());
    assert_eq!(bench.device.named(), Some(Slot::B));
    bench.done(&["committed"]);
    bench.done(&["committed"]);
    assert_eq!(bench.happened(), ["installed", "committed"]);
    assert!(!bench.device.path("var/lib/parley-update/data-before.json").exists(), "no data has another version");
    bench.done(&["probation"]);
    assert_eq!(bench.status()["probation-left-s"], DAY_S);
    assert!(bench.done(&["status"]).contains("another 24 h"));
    bench.device.runs_for(61 + DAY_S);
    bench.done(&["probation"]);
    assert_eq!(bench.happened(), ["installed", "committed", "proved"]);
    assert_eq!(bench.status()["probation-left-s"], Value::Null);
    assert!(bench.done(&["history"]).contains("has proved itself for a day"));
    for event in ["inspecting", "admitted", "installed", "restarting", "started", "committed", "proved"] {
        assert!(bench.was_told(event), "{event}");
    }
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

#[test]
fn a_trial_that_fails_one_limit_is_left_at_once_and_its_version_is_blocked() {
    let bench = Bench::new();
    bench.in_trial(5);
    bench.device.write("restarts", "1");
    let said = bench.says(&["gate"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("restarts: a part of the new version stopped working"), "{said:?}");
    assert_eq!(bench.device.reboots(), ["reboot"], "an ordinary one");
    assert!(bench.was_told("failed-the-gate"));
    bench.device.started(Slot::A, false, "1.0.0");
    bench.done(&["started"]);
    assert_eq!(bench.happened(), ["installed", "failed-the-gate"]);
    let status = bench.status();
    assert_eq!((&status["can-go-back"], &status["waiting"]), (&false.into(), &Value::Null));
    let again = bench.says(&["install", BUNDLE]);
    assert!(again.err.contains("tried before and failed its own tests"), "{again:?}");
    bench.done(&["install", BUNDLE, "--again"]);
    assert_eq!(bench.happened()[2..], ["refused", "installed", "allowed"]);
}

#[test]
fn the_gate_asks_rauc_and_fails_without_its_answer() {
    let bench = Bench::new();
    bench.in_trial(121);
    let mut alone = bench.device.program(env!("CARGO_BIN_EXE_parley-update"), &["gate"]);
    let output = alone.env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("updater: the new version could not be updated again"), "{said}");
}

#[test]
fn in_an_ordinary_start_the_gate_only_looks_whether_the_assistant_is_up() {
    let bench = Bench::new();
    bench.done(&["gate"]);
    assert_eq!(bench.device.read("systemctl"), "is-active --quiet parley.service\n");
    bench.device.write("inactive", "3");
    assert_eq!(bench.says(&["gate"]).code, Some(1));
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

/// What systemd was asked of the unit that confirms a start, since this was asked last.
fn asked_to_confirm(bench: &Bench) -> Vec<String> {
    let told = bench.device.read("systemctl");
    bench.device.write("systemctl", "");
    told.lines().filter(|line| line.ends_with("parley-commit.service")).map(str::to_owned).collect()
}

const IS_CONFIRMED: &str = "is-active --quiet parley-commit.service";
const CONFIRM: &str = "start --no-block parley-commit.service";

#[test]
fn a_start_that_its_gate_did_not_confirm_is_looked_at_again_until_it_is() {
    let bench = Bench::committed();
    bench.device.started(Slot::B, false, NEW);
    bench.done(&["started"]);
    bench.device.write("inactive", "3");
    assert_eq!(bench.says(&["gate"]).code, Some(1), "the assistant is just being started again");
    asked_to_confirm(&bench);
    bench.done(&["probation"]);
    assert_eq!(asked_to_confirm(&bench), [IS_CONFIRMED, CONFIRM]);
    bench.device.write("inactive", "0");
    bench.done(&["gate"]);
    bench.done(&["probation"]);
    assert_eq!(asked_to_confirm(&bench), [IS_CONFIRMED]);
    let trial = Bench::new();
    trial.in_trial(5);
    trial.device.write("inactive", "3");
    trial.done(&["probation"]);
    assert_eq!(asked_to_confirm(&trial), Vec::<String>::new(), "a trial has one chance");
}

#[test]
fn a_committed_version_that_dies_at_its_start_goes_back_where_the_other_slot_is_whole() {
    let dies = |bench: &Bench| {
        bench.device.started(Slot::B, false, NEW);
        bench.done(&["started"]);
        bench.device.write("inactive", "3");
        let mut ends = Vec::new();
        for restarts in ["0", "1", "2", "3"] {
            bench.device.write("restarts", restarts);
            assert_eq!(bench.says(&["gate"]).code, Some(1));
            ends.push((bench.says(&["probation"]), bench.device.reboots()));
        }
        ends
    };
    let bench = Bench::committed();
    let ends = dies(&bench);
    let none = Vec::<String>::new();
    assert_eq!(ends.iter().map(|(_, reboots)| reboots).collect::<Vec<_>>(), [&none, &none, &none, &vec![TRIAL.into()]]);
    assert_eq!(bench.happened().last().map(String::as_str), Some("went-back"));
    bench.device.started(Slot::A, true, "1.0.0");
    assert!(bench.done(&["started"]).contains(r#""meaning":"trial""#));

    let alone = Bench::committed();
    assert!(alone.device.tryboot(&["set-state", "A", "bad"]).status.success());
    let ends = dies(&alone);
    assert!(ends.iter().all(|(_, reboots)| reboots.is_empty()), "half a system is no way back: {ends:?}");
    assert!(ends[3].0.err.contains("slot B is the only one that can be started"), "{ends:?}");
}

#[test]
fn an_update_that_was_installed_meanwhile_is_tried_though_the_gate_has_failed() {
    let bench = Bench::new();
    bench.device.write(OWNER, "[updates]\nrestart = \"quiet\"\n");
    bench.done(&["install", BUNDLE]);
    bench.device.write("inactive", "3");
    assert_eq!(bench.says(&["gate"]).code, Some(1));
    bench.device.runs_for(60);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
    bench.device.runs_for(600);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
}

#[test]
fn an_owner_goes_back_by_a_trial_of_the_old_version() {
    let bench = Bench::committed();
    bench.done(&["rollback", "--no-restart"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
    bench.done(&["rollback"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert_eq!(bench.happened().last().map(String::as_str), Some("sent-back"));
    bench.device.started(Slot::A, true, "1.0.0");
    assert!(bench.done(&["started"]).contains(r#""meaning":"trial""#));
    let nowhere = Bench::new();
    nowhere.device.tryboot(&["set-state", "B", "bad"]);
    assert!(nowhere.says(&["rollback"]).err.contains("slot A is the only one that can be started"));
}

#[test]
fn a_version_that_crashes_on_probation_goes_back_by_itself_once() {
    let bench = Bench::committed();
    bench.done(&["probation"]);
    bench.device.write("sys/fs/pstore/dmesg", "a panic");
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert_eq!(bench.happened().last().map(String::as_str), Some("went-back"));
    assert!(bench.was_told("going-back"));
    // The restart was cut off: it is made up for, and nothing is written down twice.
    bench.device.started(Slot::B, false, NEW);
    bench.done(&["started"]);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert_eq!(bench.happened().iter().filter(|what| *what == "went-back").count(), 1);
}

#[test]
fn a_version_that_gives_trouble_is_left_even_where_its_data_cannot_be_carried_back() {
    let bench = Bench::committed();
    bench.device.write("var/lib/parley-update/data-before.json", r#"{"notes": 1}"#);
    // Nobody can write what is in use: a folder has its name.
    std::fs::create_dir_all(bench.device.path("var/lib/parley-update/data-in-use.json/x")).unwrap();
    let refused = bench.says(&["rollback"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("cannot be carried back"),
        "its owner is asked: {refused:?}"
    );
    bench.device.write("sys/fs/pstore/dmesg", "a panic of the start before");
    bench.done(&["probation"]);
    bench.device.write("sys/fs/pstore/dmesg-2", "a panic");
    let said = bench.says(&["probation"]);
    assert!(said.err.contains("cannot be carried back"), "{said:?}");
    assert_eq!(bench.device.reboots(), [TRIAL]);
}

#[test]
fn restarts_of_the_last_hour_send_a_version_back_and_older_ones_do_not() {
    let bench = Bench::committed();
    let goes_back = |seconds: u64, restarts: &str| {
        bench.device.runs_for(seconds);
        bench.device.write("restarts", restarts);
        bench.done(&["probation"]);
        !bench.device.reboots().is_empty()
    };
    assert!(!goes_back(100, "2"));
    assert!(!goes_back(9_000, "3"));
    assert!(goes_back(9_060, "5"));
}

#[test]
fn a_damaged_root_fails_the_gate_and_ends_probation() {
    let damaged = "#!/bin/sh\necho 'root: 0 7168 verity C'\n";
    let bench = Bench::new();
    bench.in_trial(61);
    bench.device.write_program("dmsetup", damaged);
    // What the daemon says of it changes nothing.
    bench.measures("verity", 1.0, 1);
    assert!(bench.says(&["gate"]).err.contains("verity: the installed system is not checked"));
    let bench = Bench::committed();
    bench.device.write_program("dmsetup", damaged);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
}

#[test]
fn a_device_that_cannot_save_anything_fails_the_gate() {
    let bench = Bench::new();
    bench.in_trial(61);
    std::fs::create_dir(bench.device.path("var/lib/parley-update/probe.part")).unwrap();
    assert!(bench.says(&["gate"]).err.contains("data-writable: the device cannot save anything"));
    assert_eq!(bench.device.reboots(), ["reboot"]);
}

#[test]
fn a_trial_in_another_slot_than_the_firmwares_fails_the_gate() {
    let bench = Bench::new();
    bench.in_trial(61);
    bench.device.write("proc/device-tree/chosen/bootloader/partition", 2_u32.to_be_bytes());
    assert!(bench.says(&["gate"]).err.contains("slot-identity"));
    let bench = Bench::new();
    bench.in_trial(61);
    bench.device.write("proc/cmdline", "root=PARTLABEL=root_a rauc.slot=B");
    assert!(bench.says(&["gate"]).err.contains("slot-identity"));
}

#[test]
fn probation_keeps_what_a_version_without_it_measures_as_the_baseline() {
    let bench = Bench::new();
    bench.measures("error-rate", 0.25, 100);
    bench.done(&["probation"]);
    let baseline = bench.device.read("var/lib/parley-update/baseline.json");
    assert!(baseline.contains("error-rate"), "{baseline}");
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

#[test]
fn a_warning_is_said_and_nothing_else() {
    let bench = Bench::committed();
    bench.measures("memory-mb", 500.0, 10);
    let said = bench.says(&["probation"]);
    assert!(said.err.contains("memory-mb: the new version needs much memory"), "{said:?}");
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

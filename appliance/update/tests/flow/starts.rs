//! What the starts of a device tell: repairs, resets, rescues, and a firmware that fell back.

use super::*;

#[test]
fn what_became_of_the_data_partition_is_told_in_every_report() {
    let bench = Bench::new();
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    bench.device.write("stick/parley.raucb", "x");
    let told = |state: &str, words: &str| {
        bench.device.write("run/parley-data/state.json", state);
        bench.done(&["stick", &stick, "--unit", "unit"]);
        bench.done(&["report", &stick]);
        for report in [bench.done(&["status"]), bench.device.read("stick/parley-report.txt")] {
            assert_eq!(report.contains("the memory on the card"), !words.is_empty(), "{report}");
            assert!(report.contains(words), "{report}");
        }
    };
    told(r#"{"data": "whole", "because": ""}"#, "");
    told(r#"{"data": "repaired", "because": "its file system was damaged"}"#, "was damaged, and was put right");
    told(r#"{"data": "memory", "because": "the card takes no write"}"#, "not in use, because the card takes no write;");
    told(r#"{"data": "fresh", "because": "it cannot be opened"}"#, "was made anew");
    told(r#"{"data": "of a later version"}"#, "");
    told("{", "");
}

#[test]
fn every_start_keeps_files_aside_and_a_reset_leaves_them() {
    let bench = Bench::new();
    let kept = || std::fs::read_dir(bench.device.path("var/lib/parley-update/spare")).map_or(0, Iterator::count);
    bench.done(&["started"]);
    let all = kept();
    assert!(all >= 20, "{all}: as many as root has files there");
    std::fs::remove_file(bench.device.path("var/lib/parley-update/spare/0")).unwrap();
    bench.done(&["started"]);
    assert_eq!(kept(), all, "one that was used up");
    bench.done(&["reset", "--yes"]);
    bench.done(&["started"]);
    assert_eq!(kept(), all);
}

#[test]
fn the_time_that_repairing_the_data_takes_is_not_the_versions() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE, "--restart"]);
    bench.device.started(Slot::B, true, NEW);
    bench.device.runs_for(300);
    bench.done(&["started"]);
    bench.device.runs_for(310);
    bench.measures("sound-card", 1.0, 1);
    bench.measures("self-test-s", 3.0, 1);
    let mut gate = bench.device.program(env!("CARGO_BIN_EXE_parley-update"), &["gate"]);
    let mut gate = gate.env("DBUS_SYSTEM_BUS_ADDRESS", &bench.bus.address).spawn().unwrap();
    let looked = || bench.device.read("systemctl").lines().filter(|line| line.starts_with("show")).count() > 3;
    while !looked() {
        assert_eq!(gate.try_wait().unwrap(), None, "it neither fails nor passes before its time");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    bench.device.runs_for(361);
    assert!(gate.wait().unwrap().success());
}

#[test]
fn a_version_that_resets_the_device_twice_within_an_hour_goes_back_at_its_next_start() {
    let bench = Bench::committed();
    bench.done(&["probation"]);
    let rsts = |value: u32| bench.device.write("proc/device-tree/chosen/bootloader/rsts", value.to_be_bytes());
    let restarts = |boot: &str| {
        bench.device.started(Slot::B, false, NEW);
        bench.device.write("proc/sys/kernel/random/boot_id", boot);
        bench.done(&["started"]);
        bench.device.reboots()
    };
    rsts(0x1000);
    assert_eq!(restarts("the plug was pulled"), Vec::<String>::new());
    assert_eq!(restarts("and once more"), Vec::<String>::new());
    bench.done(&["stopping"]);
    rsts(0x1020);
    assert_eq!(restarts("an orderly restart"), Vec::<String>::new());
    assert_eq!(restarts("a watchdog"), Vec::<String>::new());
    assert_eq!(restarts("a panic"), [TRIAL]);
    assert!(bench.done(&["history"]).contains("the new version restarted the device by itself"));
}

#[test]
fn a_rescue_does_not_give_up_a_version_that_has_proved_itself_for_an_older_one() {
    let bench = Bench::committed();
    bench.device.runs_for(61);
    bench.done(&["probation"]);
    bench.device.runs_for(61 + DAY_S);
    bench.done(&["probation"]);
    assert_eq!(bench.happened().last().map(String::as_str), Some("proved"));
    // Three starts of slot B were never confirmed.
    bench.device.started(Slot::A, true, "1.0.0");
    assert!(bench.done(&["started"]).contains(r#""meaning":"rescue""#));
    bench.device.runs_for(61);
    bench.done(&["gate"]);
    assert!(bench.device.tryboot(&["set-state", "A", "good"]).status.success());
    bench.done(&["committed"]);
    bench.done(&["probation"]);
    assert_eq!(bench.device.named(), Some(Slot::B));
    assert!(bench.was_told("helps-out") && bench.done(&["status"]).contains("It only helps out"));
    bench.device.started(Slot::B, false, NEW);
    assert!(bench.done(&["started"]).contains(r#""meaning":"ordinary""#));
    bench.device.runs_for(700);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

#[test]
fn a_rescue_from_a_version_on_probation_is_kept() {
    let bench = Bench::committed();
    bench.device.started(Slot::A, true, "1.0.0");
    bench.done(&["started"]);
    bench.device.runs_for(61);
    bench.done(&["gate"]);
    assert!(bench.device.tryboot(&["set-state", "A", "good"]).status.success());
    assert_eq!(bench.device.named(), Some(Slot::A));
}

#[test]
fn a_slot_to_which_the_firmware_fell_back_twice_takes_over_after_its_gate_and_is_updated_again() {
    let bench = Bench::committed();
    let boot = bench.device.partition("boot_b");
    std::fs::write(&boot, vec![0; 16 << 20]).unwrap();
    let falls = || {
        bench.device.started(Slot::A, false, "1.0.0");
        bench.done(&["started"])
    };
    let is_judged = || System::below(bench.device.root()).is_judged();
    assert!(falls().contains(r#""meaning":"fell-back""#) && !is_judged());
    assert!(!bench.device.tryboot(&["set-state", "B", "bad"]).status.success(), "nothing could be installed");
    assert!(falls().contains(r#""meaning":"rescue""#) && is_judged(), "the assistant has to ask itself its question");
    bench.device.runs_for(30);
    bench.device.write("restarts", "1");
    assert_eq!(bench.says(&["gate"]).code, Some(1));
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "there is nowhere to go");
    bench.device.write("restarts", "0");
    falls();
    bench.device.runs_for(61);
    bench.done(&["gate"]);
    assert!(bench.device.tryboot(&["set-state", "A", "good"]).status.success());
    assert_eq!(bench.device.named(), Some(Slot::A));
    bench.done(&["install", BUNDLE, "--again"]);
}

#[test]
fn an_old_firmware_is_said_at_every_start() {
    let bench = Bench::new();
    bench.device.write("proc/device-tree/chosen/bootloader/build-timestamp", 1_727_049_600_u32.to_be_bytes());
    assert!(bench.says(&["started"]).err.contains("EEPROM"));
    assert!(bench.was_told("firmware-too-old") && bench.done(&["status"]).contains("Note: the device's own firmware"));
    let said = parley_update::announcements::read(&bench.device.path("run/parley-announcements"));
    assert!(said["firmware"].every_start && said["firmware"].text.contains("Raspberry Pi Imager"), "{said:?}");
    assert!(bench.says(&["install", BUNDLE]).err.contains("EEPROM"));
}

#[test]
fn what_the_daemons_folder_held_is_taken_over_by_the_first_start() {
    let bench = Bench::new();
    bench
        .device
        .write("var/lib/parley/update/ledger.json", r#"[{"at_unix_s":1,"version":"1.4.0","what":"sent-back"}]"#);
    bench
        .device
        .write("var/lib/parley/update/boot.json", r#"{"committed":"A","phase":{"is":"idle"},"other-is-good":true}"#);
    bench.done(&["started"]);
    assert!(bench.says(&["install", BUNDLE]).err.contains("was sent back by its owner"));
    assert!(!bench.device.path("var/lib/parley/update").exists());
}

#[test]
fn a_trial_that_is_not_committed_can_be_left_by_the_small_program_alone() {
    let bench = Bench::new();
    let leave = || {
        assert!(bench.device.tryboot(&["leave-trial"]).status.success());
        bench.device.reboots()
    };
    assert_eq!(leave(), Vec::<String>::new(), "this is no trial");
    bench.in_trial(5);
    assert_eq!(leave(), ["reboot"]);
    assert!(bench.device.tryboot(&["set-state", "B", "good"]).status.success());
    assert_eq!(leave(), Vec::<String>::new(), "it is committed");
}

//! Absent hardware is not bad software.

use super::*;

/// A trial in which the daemon finds no sound devices, asks itself its question all the same, and is started again and
/// again.
fn deaf_trial(bench: &Bench) {
    bench.device.started(Slot::B, true, NEW);
    bench.done(&["started"]);
    bench.measures("self-test-s", 3.0, 1);
    bench.device.write("restarts", "7");
    bench.device.runs_for(61);
    bench.device.reboots();
}

#[test]
fn a_device_without_a_microphone_is_updated_by_itself_and_judged_without_sound() {
    let bench = Bench::new();
    bench.device.plug("c", false);
    bench.device.write(OWNER, "[updates]\nrestart = \"quiet\"\n");
    bench.done(&["install", BUNDLE]);
    bench.device.runs_for(600);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    deaf_trial(&bench);
    let said = bench.says(&["gate"]);
    assert!(said.code == Some(0) && said.err.contains("judged without sound"), "{said:?}");
    assert!(bench.device.tryboot(&["set-state", "B", "good"]).status.success());
    bench.done(&["committed"]);
    // The assistant goes on looking for its microphone, and no version can help that.
    for (seconds, restarts) in [(62, "8"), (122, "11"), (182, "13")] {
        bench.device.runs_for(seconds);
        bench.device.write("restarts", restarts);
        bench.done(&["probation"]);
    }
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
    bench.device.plug("c", true);
    bench.done(&["probation"]);
    bench.device.write("restarts", "16");
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL], "now it is the version's");
}

#[test]
fn without_sound_the_engines_are_judged_all_the_same() {
    let bench = Bench::new();
    bench.device.plug("c", false);
    bench.done(&["install", BUNDLE, "--restart"]);
    deaf_trial(&bench);
    bench.measures("self-test-s", 120.0, 1);
    let said = bench.says(&["gate"]);
    assert!(said.err.contains("self-test-s: the new version did not answer"), "{said:?}");
    assert_eq!(bench.happened(), ["installed", "failed-the-gate"]);
}

#[test]
fn where_nobody_knows_which_hardware_there_was_a_version_that_finds_none_has_no_verdict() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE, "--restart"]);
    // A version before wrote none.
    std::fs::remove_file(bench.device.path("var/lib/parley-update/hardware.json")).unwrap();
    bench.device.plug("c", false);
    deaf_trial(&bench);
    bench.device.runs_for(121);
    let said = bench.says(&["gate"]);
    assert!(said.err.contains("sound-card: the new version cannot use"), "{said:?}");
    assert_eq!((said.code, bench.device.reboots()), (Some(1), vec!["reboot".to_owned()]));
    assert!(bench.was_told("not-judged"));
    bench.device.write("restarts", "0");
    bench.device.started(Slot::A, false, "1.0.0");
    assert!(bench.done(&["started"]).contains(r#""meaning":"interrupted""#));
    assert_eq!(bench.happened(), ["installed", "not-judged"]);
}

#[test]
fn hardware_that_only_the_new_version_does_not_find_is_its_fault() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE, "--restart"]);
    bench.device.plug("c", false);
    deaf_trial(&bench);
    bench.says(&["gate"]);
    assert_eq!(bench.happened(), ["installed", "failed-the-gate"]);
}

#[test]
fn an_ordinary_start_without_a_microphone_is_confirmed() {
    let bench = Bench::new();
    bench.device.write("inactive", "3");
    bench.device.plug("c", false);
    let said = bench.says(&["gate"]);
    assert!(said.code == Some(0) && said.err.contains("no microphone"), "{said:?}");
}

#[test]
fn what_cannot_be_measured_neither_passes_nor_blocks_and_three_times_are_the_end() {
    let bench = Bench::new();
    bench.device.write_program("dmsetup", "#!/bin/sh\nexit 127\n");
    bench.done(&["install", BUNDLE]);
    for trial in 1..=3 {
        bench.done(&["install", "--restart"]);
        bench.device.started(Slot::B, true, NEW);
        bench.done(&["started"]);
        bench.measures("sound-card", 1.0, 1);
        bench.measures("self-test-s", 3.0, 1);
        bench.device.runs_for(121);
        let said = bench.says(&["gate"]);
        assert!(said.code == Some(1) && said.err.contains("verity: "), "{said:?}");
        bench.device.started(Slot::A, false, "1.0.0");
        let meaning = if trial < 3 { r#""meaning":"interrupted""# } else { r#""meaning":"gave-up""# };
        assert!(bench.done(&["started"]).contains(meaning));
    }
    assert_eq!(bench.happened(), ["installed", "not-judged", "not-judged", "not-judged", "given-up"]);
    assert!(bench.says(&["install", "--restart"]).err.contains("no trial is prepared"));
    bench.done(&["install", BUNDLE]);
}

#[test]
fn a_later_failure_does_not_hide_which_version_never_came_up() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE]);
    // Somebody's other attempt: the network was away.
    let elsewhere = r#"{"at_unix_s":1,"version":"1.5.0","what":"not-installed","because":"away"}"#;
    let ledger = bench.device.read("var/lib/parley-update/ledger.json");
    bench.device.write(
        "var/lib/parley-update/ledger.json",
        ledger.trim_end().trim_end_matches(']').to_owned() + "," + elsewhere + "]",
    );
    for _ in 0..3 {
        bench.done(&["install", "--restart"]);
        bench.device.started(Slot::A, false, "1.0.0");
        bench.done(&["started"]);
    }
    assert_eq!(bench.happened().last().map(String::as_str), Some("never-came-up"));
    assert!(bench.says(&["install", BUNDLE]).err.contains("tried before and never came up"));
}

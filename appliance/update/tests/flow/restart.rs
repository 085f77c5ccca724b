//! When a device restarts for an update, and what is no reason to judge.

use super::*;

#[test]
fn a_fleet_restarts_when_nobody_has_spoken_for_ten_minutes() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE]);
    let restarts_at = |seconds: u64| {
        bench.device.runs_for(seconds);
        bench.done(&["probation"]);
        bench.device.reboots() == [TRIAL]
    };
    assert!(!restarts_at(600), "an owner is asked");
    bench.device.write(OWNER, "[updates]\nrestart = \"quiet\"\n");
    assert!(!restarts_at(599));
    bench.measures("nobody-spoke-s", 599.0, 1);
    assert!(!restarts_at(10_000));
    bench.measures("nobody-spoke-s", 600.0, 1);
    assert!(restarts_at(600));
}

#[test]
fn a_restart_waits_for_the_hours_that_the_owners_clock_shows() {
    let bench = Bench::new();
    bench.done(&["install", BUNDLE]);
    bench.device.runs_for(600);
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // Half an hour before and after now, by a clock that is five and a half hours ahead, and by another one.
    let there = |minutes: u64| {
        let minute = (now_s / 60 + 330 + minutes) % 1440;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    };
    let hours = format!("{}-{}", there(1440 - 30), there(30));
    bench.device.write(OWNER, format!("[updates]\nrestart = \"quiet\"\nhours = \"{hours}\"\n"));
    let restarts_in = |zone: &str| {
        let mut program = bench.device.program(env!("CARGO_BIN_EXE_parley-update"), &["probation"]);
        program.env_remove("SERVICE_RESULT").env("TZ", zone);
        assert!(program.status().unwrap().success());
        bench.device.reboots() == [TRIAL]
    };
    assert!(!restarts_in("UTC0"), "{hours}");
    assert!(restarts_in("IST-5:30"), "{hours}");
}

#[test]
fn an_interrupted_trial_is_tried_again_when_nobody_talks() {
    let bench = Bench::new();
    bench.in_trial(5);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "a trial is the gate's");
    bench.device.started(Slot::A, false, "1.0.0");
    assert!(bench.done(&["started"]).contains(r#""meaning":"interrupted""#));
    assert_eq!(bench.status()["waiting"], NEW);
    bench.device.runs_for(600);
    bench.done(&["probation"]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert_eq!(bench.happened(), ["installed", "interrupted"]);
    assert!(bench.device.tryboot(&["set-primary", "A"]).status.success());
    assert_eq!(bench.status()["waiting"], Value::Null, "it was called off");
}

#[test]
fn the_orderly_end_of_the_assistant_is_no_reason_to_judge() {
    let bench = Bench::committed();
    bench.device.write("sys/fs/pstore/dmesg", "a panic");
    let mut program = bench.device.program(env!("CARGO_BIN_EXE_parley-update"), &["probation"]);
    assert!(program.env("SERVICE_RESULT", "success").status().unwrap().success());
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
}

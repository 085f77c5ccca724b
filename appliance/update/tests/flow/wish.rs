//! What the daemon's door wishes.

use super::*;

/// As the daemon leaves it, and as the unit of root takes it; what was told of it.
fn wishes(bench: &Bench, wish: &str) -> String {
    let told = bench.device.path("run/parley-update/events");
    let before = std::fs::read_to_string(&told).unwrap_or_default().len();
    bench.device.write(&format!("run/parley/wishes/{wish}"), "");
    bench.done(&["wish"]);
    assert!(!bench.device.path(&format!("run/parley/wishes/{wish}")).exists(), "it is taken");
    let told = std::fs::read_to_string(told).unwrap()[before..].to_owned();
    assert!(told.starts_with(&format!("{{\"event\":\"wish-taken\",\"wish\":\"{wish}\"}}\n")), "{told}");
    told
}

fn fulfilled(wish: &str) -> String {
    format!("{{\"event\":\"wish-fulfilled\",\"wish\":\"{wish}\"}}\n")
}

#[test]
fn a_restart_that_is_wished_needs_something_to_restart_into() {
    let bench = Bench::new();
    let told = wishes(&bench, "restart");
    assert!(told.contains(r#"{"event":"wish-refused","wish":"restart","because":"#), "nothing is installed: {told}");
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
    bench.done(&["install", BUNDLE]);
    let told = wishes(&bench, "restart");
    assert!(
        told.ends_with(&format!("{}{}", "{\"event\":\"restarting\",\"into\":\"B\"}\n", fulfilled("restart"))),
        "{told}"
    );
    assert_eq!(bench.device.reboots(), [TRIAL]);
    bench.done(&["wish"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "once");
}

#[test]
fn a_way_back_that_is_wished_goes_by_a_trial_of_the_old_version() {
    let bench = Bench::committed();
    assert!(wishes(&bench, "rollback").ends_with(&fulfilled("rollback")));
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert_eq!(bench.happened().last().map(String::as_str), Some("sent-back"));
}

/// The power goes, or somebody kills it, in the midst of what was wished.
#[test]
fn a_wish_is_fulfilled_once_at_most_whatever_dies() {
    let bench = Bench::committed();
    bench.device.reboots();
    let told = bench.device.path("systemctl");
    let script = format!("#!/bin/sh\necho \"$@\" >> {}\nkill -9 $PPID\n", told.display());
    bench.device.write_program("systemctl", &script);
    bench.device.write("run/parley/wishes/rollback", "");
    assert_eq!(bench.says(&["wish"]).code, None, "it is killed");
    assert_eq!(bench.device.reboots(), [TRIAL]);
    bench.done(&["wish"]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new());
    assert_eq!(bench.happened().iter().filter(|happened| *happened == "sent-back").count(), 1);
}

#[test]
fn a_yes_that_is_wished_is_one_to_what_a_stick_offers() {
    let bench = Bench::new();
    let told = wishes(&bench, "accept");
    assert!(told.contains(r#""because":"no stick offers an update"#), "{told}");
    bench.device.write("stick/parley.raucb", "x");
    stick::look(&bench);
    assert!(wishes(&bench, "accept").ends_with(&fulfilled("accept")));
    assert_eq!(bench.device.read("systemctl"), "restart --no-block unit\n");
    assert!(stick::look(&bench).contains("was installed"));
}

/// Whatever a daemon that somebody has taken over may leave there.
#[test]
fn nothing_is_done_for_what_is_no_wish() {
    let bench = Bench::committed();
    bench.device.write("secret", "the card");
    bench.device.write("run/parley/wishes/reset", "");
    for number in 0..1_000 {
        std::fs::write(bench.device.path(&format!("run/parley/wishes/{number}")), "rollback").unwrap();
    }
    std::os::unix::fs::symlink(bench.device.path("secret"), bench.device.path("run/parley/wishes/rollback")).unwrap();
    std::fs::create_dir_all(bench.device.path("run/parley/wishes/accept/full")).unwrap();
    bench.done(&["wish"]);
    assert!(!bench.device.path("run/parley/wishes/accept").exists(), "it would start root's unit again and again");
    assert_eq!((bench.device.reboots(), bench.device.read("secret").as_str()), (Vec::new(), "the card"));
    assert!(!bench.was_told("wish-taken"));
}

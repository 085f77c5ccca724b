//! The program `parley-update` through whole updates: on a device in a folder, with a double of RAUC on a bus of the
//! test's own.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod double;

use std::process::Command;
use std::sync::{Arc, Mutex};

use double::{Bus, Device, Installed, Script, ScriptedRauc};
use parley_update::bootchain::fat;
use parley_update::bootchain::slot::Slot;
use parley_update::system::System;
use serde_json::Value;

/// The version of the double's bundle.
const NEW: &str = "1.4.0";
/// What the owner said.
const OWNER: &str = "var/lib/parley-setup/parley.toml";
const BUNDLE: &str = "https://updates.example/parley.raucb";
const TRIAL: &str = "reboot --reboot-argument=0 tryboot";
const DAY_S: u64 = 24 * 3600;

struct Bench {
    device: Arc<Device>,
    bus: Bus,
    installed: Arc<Mutex<Vec<Installed>>>,
    _server: zbus::Connection,
    _runtime: tokio::runtime::Runtime,
}

/// What a command said, and how it ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Bench {
    /// RAUC installs version [`NEW`] from whatever source.
    fn new() -> Self {
        Self::with(|device| Script {
            progress: vec![0, 100],
            installs: Some(Arc::new(move || device.install(NEW))),
            ..Script::default()
        })
    }

    fn with(script: impl FnOnce(Arc<Device>) -> Script) -> Self {
        let (device, bus) = (Arc::new(Device::new()), Bus::start());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (server, installed) = runtime.block_on(ScriptedRauc::on(&bus, script(Arc::clone(&device))));
        Self { device, bus, installed, _server: server, _runtime: runtime }
    }

    fn says(&self, arguments: &[&str]) -> Said {
        let mut program = self.device.program(env!("CARGO_BIN_EXE_parley-update"), arguments);
        program.env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus.address);
        // As a unit has it.
        for name in ["SERVICE_RESULT", "HOME", "XDG_CONFIG_HOME"] {
            program.env_remove(name);
        }
        let output = program.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    fn done(&self, arguments: &[&str]) -> String {
        let said = self.says(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        said.out
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.done(&["status", "--json"])).unwrap()
    }

    /// What happened, as the ledger calls it: "installed", "committed" and so on.
    fn happened(&self) -> Vec<String> {
        let history = self.done(&["history", "--json"]);
        let entries = history.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        entries.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
    }

    fn was_told(&self, event: &str) -> bool {
        self.device.read("run/parley-update/events").contains(&format!("{{\"event\":\"{event}\""))
    }

    /// What the daemon of a healthy device measures.
    fn measures(&self, name: &str, value: f64, samples: u32) {
        let table = format!(r#"{{"{name}": {{"value": {value:?}, "samples": {samples}}}}}"#);
        self.device.write(&format!("run/parley/measurements/{name}.json"), table);
    }

    /// The trial of an installed version has run for so long, and nothing is wrong with it.
    fn in_trial(&self, seconds: u64) {
        self.done(&["install", BUNDLE, "--restart"]);
        self.device.started(Slot::B, true, NEW);
        let started = self.done(&["started"]);
        assert!(started.contains(r#""meaning":"trial""#), "{started}");
        self.measures("sound-card", 1.0, 1);
        self.measures("self-test-s", 3.0, 1);
        self.device.runs_for(seconds);
        self.device.reboots();
    }

    /// The version passed its gate and RAUC has committed it.
    fn committed() -> Self {
        let bench = Self::new();
        bench.in_trial(61);
        assert!(bench.done(&["gate"]).contains("passed its tests"));
        assert!(bench.device.tryboot(&["set-state", "B", "good"]).status.success());
        bench.done(&["committed"]);
        bench
    }
}

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
fn a_stick_is_offered_and_installed_with_a_yes() {
    let bench = Bench::new();
    let stick = bench.device.path("stick");
    let folder = stick.to_string_lossy().into_owned();
    let look = || bench.done(&["stick", &folder, "--unit", "parley-stick@sda1.service"]);
    bench.device.write("stick/holiday.jpg", "x");
    assert_eq!(look(), "", "no update is on it");
    assert!(bench.says(&["accept"]).err.contains("no stick offers an update"));
    bench.device.write("stick/parley.raucb", "x");
    assert!(look().contains("version 1.4.0 may be installed, and waits for a yes"));
    assert_eq!(bench.status()["offered"], NEW);
    assert!(bench.done(&["status"]).contains("A stick offers version 1.4.0"));
    bench.done(&["report", &folder]);
    let report = bench.device.read("stick/parley-report.txt");
    assert!(report.starts_with("Parley, version 1.0.0 in use\r\n\r\nversion 1.4.0 may be installed"), "{report}");
    bench.done(&["accept"]);
    assert_eq!(bench.device.read("systemctl"), "restart --no-block parley-stick@sda1.service\n");
    assert!(bench.installed.lock().unwrap().is_empty(), "the unit does it");
    assert!(look().contains("version 1.4.0 was installed; the device tries it now"));
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "the report comes first");
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
    assert!(bench.device.read("stick/parley-report.txt").contains("1.4.0        was installed into slot B"));
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.reboots(), Vec::<String>::new(), "nothing has become of any stick since");
    assert!(bench.was_told("offered") && bench.was_told("offer-gone"));
}

/// Looks at the stick of a device, as its unit does.
fn look(bench: &Bench) -> String {
    bench.done(&["stick", &bench.device.path("stick").to_string_lossy(), "--unit", "unit"])
}

#[test]
fn a_file_beside_the_update_is_a_yes_and_the_report_says_so() {
    let bench = Bench::new();
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    bench.device.write("stick/PARLEY.RAUCB", "x");
    std::os::unix::fs::symlink("/etc/hostname", bench.device.path("stick/install")).unwrap();
    assert!(look(&bench).contains("waits for a yes"), "a link is no file");
    bench.done(&["report", &stick]);
    let report = bench.device.read("stick/parley-report.txt");
    assert!(report.contains("put a file with the name install.txt beside it and plug the stick in again"), "{report}");
    assert!(bench.installed.lock().unwrap().is_empty());
    bench.device.write("stick/Install.TXT", "");
    assert!(look(&bench).contains("version 1.4.0 was installed; the device tries it now"));
    bench.done(&["report", &stick]);
    assert_eq!(bench.device.reboots(), [TRIAL]);
}

#[test]
fn a_stick_that_stays_in_place_installs_nothing_twice() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    bench.device.write("stick/install.txt", "");
    assert!(look(&bench).contains("was installed"));
    assert!(look(&bench).contains("version 1.4.0 is installed; the device tries it now"), "a cut came before");
    for trial in 1..=3 {
        bench.done(&["install", "--restart"]);
        bench.device.started(Slot::A, false, "1.0.0");
        bench.done(&["started"]);
        if trial < 3 {
            assert!(look(&bench).contains("will be tried again by itself"));
        }
    }
    assert_eq!(bench.installed.lock().unwrap().len(), 1);
    assert!(look(&bench).contains("parley.raucb: version 1.4.0 was tried before and never came up"));
    // The same for one that nobody could judge, and that may be installed once more.
    bench.device.write(
        "var/lib/parley-update/ledger.json",
        r#"[{"at_unix_s":1,"version":"1.4.0","what":"given-up"},{"at_unix_s":1,"version":"1.4.0","what":"refused","because":"x"}]"#,
    );
    std::fs::remove_file(bench.device.path("var/lib/parley-update/blocks")).unwrap();
    assert!(look(&bench).contains("could not be judged three times"));
    assert_eq!(bench.installed.lock().unwrap().len(), 1);
}

#[test]
fn what_is_too_large_or_too_much_on_a_stick_is_not_even_read() {
    // Whoever asked RAUC would wait for ever.
    let bench = Bench::with(|_| Script { inspect_hangs: true, ..Script::default() });
    bench.device.write("stick/holiday.raucb", "");
    let file = std::fs::File::options().write(true).open(bench.device.path("stick/holiday.raucb")).unwrap();
    file.set_len(20 << 30).unwrap();
    bench.device.write("stick/._holiday.raucb", "what a Mac notes of it");
    let said = look(&bench);
    assert!(
        said.starts_with("holiday.raucb: this file has 21475 MB, and no update for this device has more"),
        "{said}"
    );
    assert!(!said.contains("._"), "{said}");
    let file = bench.device.path("stick/holiday.raucb").to_string_lossy().into_owned();
    assert!(
        bench.says(&["install", &file]).err.contains("21475 MB") && bench.says(&["check", &file]).out.contains("MB")
    );
    for number in 0..1_000 {
        std::fs::write(bench.device.path(&format!("stick/{number}.raucb")), b"x").unwrap();
    }
    let said = look(&bench);
    assert!(said.starts_with("there are 1001 updates on this stick, and no more than 16 are looked at"), "{said}");
    assert!(bench.was_told("not-installed") && !bench.was_told("inspecting"));
    assert_eq!(bench.status()["offered"], Value::Null);
}

#[test]
fn a_clock_that_jumps_by_years_changes_no_more_than_dates() {
    let bench = Bench::committed();
    let far = r#"[{"at_unix_s":4102444800,"version":"1.4.0","what":"installed","slot":"B"},{"at_unix_s":1,"version":"1.4.0","what":"committed","slot":"B"}]"#;
    bench.device.write("var/lib/parley-update/ledger.json", far);
    let history = bench.done(&["history"]);
    let dates: Vec<&str> = history.lines().map(|line| &line[..10]).collect();
    assert_eq!(dates, ["2100-01-01", "1970-01-01"], "in the order in which it happened");
    bench.measures("memory-mb", 100.0, 10);
    bench.done(&["probation"]);
    assert_eq!(bench.status()["probation-left-s"], DAY_S);
    // What was kept in the future is no reason not to keep anything any more.
    bench.device.started(Slot::B, false, "1.0.0");
    bench.measures("error-rate", 0.25, 100);
    bench.done(&["probation"]);
    let baseline = bench.device.path("var/lib/parley-update/baseline.json");
    let future = std::time::SystemTime::now() + std::time::Duration::from_secs(10 * 365 * DAY_S);
    std::fs::File::options().write(true).open(&baseline).unwrap().set_modified(future).unwrap();
    bench.measures("error-rate", 0.5, 100);
    bench.done(&["probation"]);
    assert!(bench.device.read("var/lib/parley-update/baseline.json").contains("0.5"));
}

#[test]
fn an_offer_ends_with_its_stick_and_with_no_other() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    let [stick, other] = ["stick", "other"].map(|name| bench.device.path(name).to_string_lossy().into_owned());
    bench.done(&["stick", &stick, "--unit", "unit"]);
    bench.done(&["stick-gone", &other]);
    assert_eq!(bench.status()["offered"], NEW);
    bench.done(&["stick-gone", &stick]);
    assert_eq!(bench.status()["offered"], Value::Null);
}

#[test]
fn a_stick_does_what_the_owner_has_set() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    assert_eq!(bench.done(&["stick-wanted"]), "");
    bench.device.write(OWNER, "[updates]\nstick = \"ignore\"\n");
    let said = bench.says(&["stick-wanted"]);
    assert!(said.code == Some(1) && said.out.contains("switched off (updates.stick)"), "{said:?}");
    bench.device.write(OWNER, "[updates]\nstick = \"install\"\n");
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("was installed"));
    bench.device.started(Slot::A, false, NEW);
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("parley.raucb: version 1.4.0 is already in use"));
}

#[test]
fn updates_are_set_by_image_and_owner_together_and_no_mistake_of_either_stops_them() {
    let bench = Bench::new();
    bench.device.write("stick/parley.raucb", "x");
    bench.device.write("usr/share/parley/parley.toml", "[models]\nprofile = \"pi5\"\n[updates]\nstick = \"ignore\"\n");
    let stick = bench.device.path("stick").to_string_lossy().into_owned();
    let asked = || bench.says(&["stick-wanted"]);
    assert!(asked().out.contains("switched off"));
    bench.device.write(OWNER, "[updates]\nof-a-newer-version = 1\nrestart = \"soon\"\n");
    let said = asked();
    assert!(said.out.contains("switched off"), "the image's word holds: {said:?}");
    assert!(said.err.contains("line 2: this version has no setting updates.of-a-newer-version"), "{said:?}");
    assert!(said.err.contains("restart = \"soon\" has to be \"asked\" or \"quiet\""), "{said:?}");
    bench.device.write(OWNER, "[future]\nx = 1\n[updates]\nstick = \"install\"\n");
    assert!(bench.done(&["stick", &stick, "--unit", "unit"]).contains("was installed"), "the owner's word wins");
}

#[test]
fn a_reset_wants_a_yes_and_is_fulfilled_by_the_next_start() {
    let bench = Bench::new();
    bench.device.write("var/lib/parley/data/history/v1/today", "what was said");
    bench.done(&["install", BUNDLE]);
    assert!(bench.says(&["reset"]).err.contains("`parley update reset --yes` does it"));
    bench.done(&["started"]);
    assert!(bench.device.path("var/lib/parley/data/history").exists());
    bench.done(&["reset", "--yes"]);
    assert_eq!(bench.device.reboots(), ["reboot"]);
    assert!(bench.device.path("var/lib/parley/data/history").exists(), "its files are open");
    bench.device.write("var/lib/parley-setup/wpa_supplicant-wlan0.conf", "psk");
    let setup = "[wifi]\nnetwork = 'home'\npassword = 'correct horse'\n";
    let card = bench.device.partition("autoboot");
    fat::create(&card, "parley-setup.toml.txt", setup.as_bytes()).unwrap();
    assert!(bench.says(&["started"]).err.contains("the device was reset"));
    assert_eq!(bench.device.reboots(), ["reboot"], "what was running knew things");
    assert!(!bench.device.path("var/lib/parley-setup/wpa_supplicant-wlan0.conf").exists());
    let blanked = fat::find(&card, "parley-setup.toml.txt").unwrap().content;
    assert!(blanked.len() == setup.len() && blanked.starts_with(b"# "), "it is not applied once more");
    assert_eq!(bench.device.named(), Some(Slot::A));
    assert!(!bench.device.path("var/lib/parley/data").exists());
    assert_eq!(bench.happened(), ["installed"], "what is about the card stays");
    assert!(!bench.says(&["started"]).err.contains("reset"));
}

#[test]
fn a_reset_that_cannot_be_fulfilled_is_wished_for_until_it_can() {
    let bench = Bench::new();
    bench.device.write("var/lib/parley/data/history", "what was said");
    bench.done(&["reset", "--yes"]);
    let card = bench.device.partition("autoboot");
    let aside = bench.device.path("autoboot");
    std::fs::rename(&card, &aside).unwrap();
    // Whoever cannot overwrite a password forgets nothing else first: nothing would say that it is not done.
    std::fs::create_dir(&card).unwrap();
    let refused = bench.says(&["started"]);
    assert!(!refused.err.contains("was reset"), "{refused:?}");
    std::fs::remove_dir(&card).unwrap();
    std::fs::rename(&aside, &card).unwrap();
    let said = bench.says(&["started"]);
    assert!(said.err.contains("the device was reset"), "{said:?}");
    assert!(!bench.device.path("var/lib/parley/data/history").exists());
}

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
fn a_link_on_a_stick_leads_nowhere() {
    let bench = Bench::new();
    bench.device.write("stick/real.raucb", "x");
    let stick = bench.device.path("stick");
    let folder = stick.to_string_lossy().into_owned();
    bench.device.write("secret", "the card");
    std::os::unix::fs::symlink(bench.device.path("secret"), stick.join("parley-report.txt")).unwrap();
    bench.done(&["stick", &folder, "--unit", "unit"]);
    bench.done(&["report", &folder]);
    assert_eq!(bench.device.read("secret"), "the card");
    assert!(bench.device.read("stick/parley-report.txt").starts_with("Parley, version"));
    std::fs::rename(stick.join("real.raucb"), bench.device.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(bench.device.path("elsewhere"), stick.join("link.raucb")).unwrap();
    assert_eq!(bench.done(&["stick", &folder, "--unit", "unit"]), "", "no update is on it");
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

//! The program `parley-update` through whole updates: on a device in a folder, with a double of RAUC on a bus of the
//! test's own.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

#[path = "../double/mod.rs"]
mod double;
mod gate;
mod hardware;
mod installing;
mod reset;
mod restart;
mod starts;
mod stick;
mod wish;

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

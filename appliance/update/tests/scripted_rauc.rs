//! Installing through a bus of the test's own, with a double of RAUC on it.

#![allow(missing_docs, reason = "the D-Bus macro makes public items")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_update::events::Event;
use parley_update::rauc::{InstallerProxy, Limits, Problem, RaucError, Source, install};
use semver::Version;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};

/// A bus that ends with the test.
struct Bus {
    daemon: Child,
    address: String,
}

impl Bus {
    /// `None` on a machine without a bus daemon.
    fn start() -> Option<Bus> {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut address = String::new();
        BufReader::new(daemon.stdout.take()?).read_line(&mut address).ok()?;
        Some(Bus { daemon, address: address.trim().to_owned() })
    }

    async fn connect(&self) -> zbus::Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str()).expect("an address");
        builder.build().await.expect("the bus answers")
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}

/// How the double behaves.
#[derive(Debug, Clone, Default)]
struct Script {
    busy: bool,
    inspect_hangs: bool,
    inspect_error: Option<&'static str>,
    /// Percentages; then the end.
    progress: Vec<i32>,
    /// 0 is success; nothing means that no end ever comes.
    result: Option<i32>,
    last_error: &'static str,
}

/// Stands for RAUC.
struct ScriptedRauc {
    script: Script,
    installed: Arc<Mutex<Vec<String>>>,
    progress: (i32, String, i32),
}

/// As GLib names RAUC's errors on the bus.
#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark")]
enum RaucSays {
    #[zbus(error)]
    Bus(zbus::Error),
    Code30(String),
}

#[zbus::interface(name = "de.pengutronix.rauc.Installer")]
impl ScriptedRauc {
    async fn inspect_bundle(
        &self,
        _source: &str,
        _args: HashMap<String, OwnedValue>,
    ) -> Result<HashMap<String, OwnedValue>, RaucSays> {
        if self.script.inspect_hangs {
            std::future::pending::<()>().await;
        }
        if let Some(message) = self.script.inspect_error {
            return Err(RaucSays::Code30(message.into()));
        }
        // As RAUC 1.13 does it: one variant more than the type needs.
        let own =
            |value: Value<'static>| OwnedValue::try_from(Value::Value(Box::new(value))).expect("no file descriptors");
        let dictionary = |entries: Vec<(&str, Value<'static>)>| -> HashMap<String, Value<'static>> {
            entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
        };
        let update = dictionary(vec![("compatible", "parley-raspberrypi5".into()), ("version", "1.4.0".into())]);
        let image =
            |class: &'static str, size: u64| dictionary(vec![("slot-class", class.into()), ("size", size.into())]);
        let meta: HashMap<String, HashMap<String, String>> =
            HashMap::from([("parley".into(), HashMap::from([("allow-downgrade".into(), "true".into())]))]);
        Ok(HashMap::from([
            ("update".into(), own(update.into())),
            ("images".into(), own(vec![image("rootfs", 400), image("boot", 50)].into())),
            ("meta".into(), own(meta.into())),
        ]))
    }

    async fn install_bundle(
        &mut self,
        source: String,
        args: HashMap<String, OwnedValue>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        assert!(args.is_empty(), "RAUC refuses keys that it does not know");
        self.installed.lock().expect("nobody panicked").push(source);
        for percent in self.script.progress.clone() {
            self.progress = (percent, "copying".into(), 1);
            self.progress_changed(&emitter).await?;
        }
        if let Some(result) = self.script.result {
            ScriptedRauc::completed(&emitter, result).await?;
        }
        Ok(())
    }

    #[zbus(property)]
    async fn operation(&self) -> String {
        if self.script.busy { "installing".into() } else { "idle".into() }
    }

    #[zbus(property)]
    async fn last_error(&self) -> String {
        self.script.last_error.into()
    }

    #[zbus(property)]
    async fn progress(&self) -> (i32, String, i32) {
        self.progress.clone()
    }

    #[zbus(signal)]
    async fn completed(emitter: &SignalEmitter<'_>, result: i32) -> zbus::Result<()>;
}

/// What came of an installation.
struct Outcome {
    result: Result<Version, RaucError>,
    events: Vec<Event>,
    installed: Vec<String>,
}

const LIMITS: Limits =
    Limits { inspect: Duration::from_millis(300), stall: Duration::from_millis(600), look: Duration::from_millis(50) };

async fn run(script: Script, source: Source, admit: Result<(), Problem>) -> Option<Outcome> {
    let bus = Bus::start()?;
    let installed = Arc::default();
    let double = ScriptedRauc { script, installed: Arc::clone(&installed), progress: (0, String::new(), 0) };
    let server = bus.connect().await;
    server.object_server().at("/", double).await.expect("the path is free");
    server.request_name("de.pengutronix.rauc").await.expect("the name is free");
    let client = bus.connect().await;
    let rauc = InstallerProxy::new(&client).await.expect("it can be addressed");
    let mut events = Vec::new();
    let judged = |manifest: &parley_update::manifest::Manifest| {
        assert_eq!((manifest.images["rootfs"], manifest.images["boot"], manifest.allow_downgrade), (400, 50, true));
        admit.map(|()| manifest.version().expect("it has one"))
    };
    let result = install(&rauc, &source, LIMITS, judged, |event| events.push(event.clone())).await;
    let installed = installed.lock().expect("nobody panicked").clone();
    Some(Outcome { result, events, installed })
}

fn http() -> Source {
    Source::of("https://updates.example/parley.raucb")
}

fn good() -> Script {
    Script { progress: vec![0, 50, 100], result: Some(0), ..Script::default() }
}

fn problem(outcome: Outcome) -> Problem {
    match outcome.result {
        Err(RaucError::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_admitted_update_is_installed_and_its_progress_is_told() {
    let Some(outcome) = run(good(), http(), Ok(())).await else { return };
    let version = Version::new(1, 4, 0);
    assert_eq!(outcome.result.expect("it is installed"), version);
    assert_eq!(outcome.installed, [http().for_rauc()]);
    assert_eq!(outcome.events.first(), Some(&Event::Inspecting));
    assert_eq!(outcome.events[1], Event::Admitted { version: version.clone() });
    assert_eq!(outcome.events.last(), Some(&Event::Installed { version }));
}

#[tokio::test]
async fn what_is_not_admitted_is_never_given_to_rauc() {
    let no = Problem::Refused("older".into());
    let Some(outcome) = run(good(), http(), Err(no.clone())).await else { return };
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), no);
}

#[tokio::test]
async fn one_update_is_installed_at_a_time() {
    let Some(outcome) = run(Script { busy: true, ..good() }, http(), Ok(())).await else { return };
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), Problem::Busy);
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let Some(outcome) = run(Script { inspect_hangs: true, ..good() }, http(), Ok(())).await else { return };
    assert_eq!(problem(outcome), Problem::Stalled);
    let Some(outcome) = run(Script { result: None, ..good() }, http(), Ok(())).await else { return };
    assert_eq!(problem(outcome), Problem::Stalled);
}

#[tokio::test]
async fn a_stick_that_is_pulled_is_noticed_though_rauc_says_nothing() {
    let gone = Source::File("/run/parley-stick/parley.raucb".into());
    let Some(outcome) = run(Script { result: None, ..good() }, gone, Ok(())).await else { return };
    assert_eq!(problem(outcome), Problem::StickPulled);
}

#[tokio::test]
async fn a_failure_is_told_in_plain_words() {
    let script = Script { result: Some(1), last_error: "Failed to copy image: Input/output error", ..good() };
    let Some(outcome) = run(script, http(), Ok(())).await else { return };
    assert_eq!(problem(outcome), Problem::Damaged);
}

#[tokio::test]
async fn a_bundle_of_a_stranger_is_refused_before_anything_is_written() {
    let script = Script {
        inspect_error: Some("signature verification failed: unable to get local issuer certificate"),
        ..good()
    };
    let Some(outcome) = run(script, http(), Ok(())).await else { return };
    assert!(outcome.installed.is_empty());
    assert_eq!(problem(outcome), Problem::UntrustedSigner);
}

//! A bus of the test's own, a double of RAUC on it, and a device in a folder.

#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    reason = "the D-Bus macro makes public items, and no test uses all of them"
)]

mod device;

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

#[allow(unused_imports, reason = "not every test needs one")]
pub use device::Device;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};

/// A bus that ends with the test.
pub struct Bus {
    daemon: Child,
    /// Where its socket lies: whoever is killed leaves it.
    _folder: tempfile::TempDir,
    pub address: String,
}

impl Bus {
    /// As every user's session has one.
    pub fn start() -> Self {
        Self::with(&["--session"])
    }

    /// A bus with settings of its own.
    pub fn with(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address=1"])
            .arg(format!("--address=unix:dir={}", folder.path().display()))
            .args(settings)
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed (package dbus-daemon)");
        let mut address = String::new();
        let output = daemon.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Self { daemon, _folder: folder, address: address.trim().to_owned() }
    }

    pub async fn connect(&self) -> zbus::Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str()).unwrap();
        builder.build().await.unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}

/// How the double behaves.
#[derive(Clone, Default)]
pub struct Script {
    /// What is done to the device; whether that went well is the result then.
    pub installs: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    pub busy: bool,
    pub inspect_hangs: bool,
    pub inspect_error: Option<&'static str>,
    /// Percentages; then the end.
    pub progress: Vec<i32>,
    /// 0 is success; nothing means that no end ever comes.
    pub result: Option<i32>,
    pub last_error: &'static str,
    /// What the bundle's section of ours says beside a permission to go back.
    pub meta: Vec<(&'static str, &'static str)>,
}

/// What RAUC was told to install.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    pub source: String,
    pub headers: Vec<String>,
}

/// Stands for RAUC.
pub struct ScriptedRauc {
    script: Script,
    installed: Arc<Mutex<Vec<Installed>>>,
    progress: (i32, String, i32),
    /// An installation has begun that never ends.
    works: AtomicBool,
}

impl ScriptedRauc {
    /// On a bus, until the connection is dropped; with what it will have been told to install.
    pub async fn on(bus: &Bus, script: Script) -> (zbus::Connection, Arc<Mutex<Vec<Installed>>>) {
        let installed = Arc::default();
        let double = Self {
            script,
            installed: Arc::clone(&installed),
            progress: (0, String::new(), 0),
            works: AtomicBool::new(false),
        };
        let server = bus.connect().await;
        server.object_server().at("/", double).await.unwrap();
        server.request_name("de.pengutronix.rauc").await.unwrap();
        (server, installed)
    }
}

/// As GLib names RAUC's errors on the bus.
#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark")]
pub enum RaucSays {
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
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<HashMap<String, OwnedValue>, RaucSays> {
        if self.script.inspect_hangs {
            // Meanwhile somebody else's installation begins.
            self.works.store(true, Ordering::SeqCst);
            self.operation_changed(&emitter).await?;
            std::future::pending::<()>().await;
        }
        if let Some(message) = self.script.inspect_error {
            return Err(RaucSays::Code30(message.into()));
        }
        // As RAUC 1.13 does it: one variant more than the type needs.
        let own = |value: Value<'static>| OwnedValue::try_from(Value::Value(Box::new(value))).unwrap();
        let dictionary = |entries: Vec<(&str, Value<'static>)>| -> HashMap<String, Value<'static>> {
            entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
        };
        let update = dictionary(vec![("compatible", "parley-raspberrypi5".into()), ("version", "1.4.0".into())]);
        let image =
            |class: &'static str, size: u64| dictionary(vec![("slot-class", class.into()), ("size", size.into())]);
        let ours = [("allow-downgrade-from", "<1.5.0")].iter().chain(&self.script.meta);
        let ours = ours.map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let meta: HashMap<String, HashMap<String, String>> = HashMap::from([("parley".into(), ours)]);
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
        let known = ["http-headers", "tls-no-verify", "require-manifest-hash", "transaction-id"];
        assert!(args.keys().all(|key| known.contains(&key.as_str())), "RAUC refuses keys that it does not know");
        let headers = args.get("http-headers").and_then(|headers| Vec::<String>::try_from(headers.clone()).ok());
        let installed = Installed { source, headers: headers.unwrap_or_default() };
        self.installed.lock().unwrap().push(installed);
        for percent in self.script.progress.clone() {
            self.progress = (percent, "copying".into(), 1);
            self.progress_changed(&emitter).await?;
        }
        let done = self.script.installs.as_ref().map(|install| i32::from(!install()));
        if let Some(result) = done.or(self.script.result) {
            Self::completed(&emitter, result).await?;
        } else {
            self.works.store(true, Ordering::SeqCst);
            self.operation_changed(&emitter).await?;
        }
        Ok(())
    }

    #[zbus(property)]
    async fn operation(&self) -> String {
        if self.script.busy || self.works.load(Ordering::SeqCst) { "installing".into() } else { "idle".into() }
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

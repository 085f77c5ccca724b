//! A fleet's client with the product's configuration: the real `rauc-hawkbit-updater` between a double of hawkBit's
//! device interface (DDI) and a double of RAUC. Debian has no package of the client: with one in the path, `cargo
//! nextest run --run-ignored all` runs these too.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests fail like tests; a test that fails shows what the client said"
)]

mod double;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use double::{Bus, Installed, Script, ScriptedRauc};
use serde_json::{Value, json};

const CONFIGURATION: &str = include_str!("../../../ota/hawkbit/config.conf");
const TOKEN: &str = "cb115a721af28f781b493fa467819ef5";
const DEVICE: &str = "parley-0001";

/// A request that the server got.
#[derive(Debug, Clone)]
struct Request {
    what: String,
    authorised: bool,
    body: Value,
}

/// Stands for a hawkBit server with one action for the device.
struct ScriptedHawkBit {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl ScriptedHawkBit {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let (own, host) = (Arc::clone(&requests), address.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Some(request) = answer(stream, &host) {
                    own.lock().unwrap().push(request);
                }
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// What the device told about the action, in order: "proceeding", "closed" and so on, with the result.
    fn feedback(&self) -> Vec<(String, String)> {
        let told = self.requests().into_iter().filter(|request| request.what.contains("/feedback"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        told.map(|request| {
            let status = &request.body["status"];
            (text(&status["execution"]), text(&status["result"]["finished"]))
        })
        .collect()
    }
}

fn answer(stream: TcpStream, host: &str) -> Option<Request> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let what = line.rsplit_once(' ')?.0.to_owned();
    let (mut length, mut authorised) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorised = value == format!("TargetToken {TOKEN}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let base = format!("http://{host}/DEFAULT/controller/v1/{DEVICE}");
    let link = |path: &str| json!({ "href": format!("{base}/{path}") });
    let (status, answer) = if !authorised {
        ("401 Unauthorized", Value::Null)
    } else if what == format!("GET /DEFAULT/controller/v1/{DEVICE}") {
        let links = json!({ "configData": link("configData"), "deploymentBase": link("deploymentBase/7?c=1") });
        ("200 OK", json!({ "config": { "polling": { "sleep": "00:00:01" } }, "_links": links }))
    } else if what.contains("GET") && what.contains("/deploymentBase/7") {
        let artifact = json!({
            "filename": "parley-1.4.0.raucb", "size": 4096,
            "hashes": { "sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "md5": "", "sha256": "" },
            "_links": { "download-http": link("softwaremodules/1/artifacts/parley-1.4.0.raucb") },
        });
        let chunk = json!({ "part": "os", "version": "1.4.0", "name": "parley", "artifacts": [artifact] });
        ("200 OK", json!({ "id": "7", "deployment": { "download": "forced", "update": "forced", "chunks": [chunk] } }))
    } else {
        ("200 OK", json!({}))
    };
    let answer = answer.to_string();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/hal+json\r\nConnection: close\r\n");
    let mut stream = stream;
    write!(stream, "{head}Content-Length: {}\r\n\r\n{answer}", answer.len()).ok()?;
    Some(Request { what, authorised, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

/// What a device does with one look at the server.
async fn look(script: Script) -> (ScriptedHawkBit, Vec<Installed>) {
    let bus = Bus::start();
    let (_server, installed) = ScriptedRauc::on(&bus, script).await;
    let hawkbit = ScriptedHawkBit::start();
    let folder = tempfile::tempdir().unwrap();
    let configuration = folder.path().join("config.conf");
    configure(&configuration, &hawkbit.address);
    let address = bus.address.clone();
    let client = tokio::task::spawn_blocking(move || {
        let mut client = Command::new("rauc-hawkbit-updater");
        client.arg("--run-once").arg("--config-file").arg(configuration);
        client.env("DBUS_SYSTEM_BUS_ADDRESS", address).output().expect("rauc-hawkbit-updater is installed")
    });
    let said = client.await.unwrap();
    eprintln!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    let installed = installed.lock().unwrap().clone();
    (hawkbit, installed)
}

/// The product's configuration, but for the encryption: the double has none.
fn configure(file: &Path, server: &str) {
    let filled = CONFIGURATION.replace("{server}", server).replace("{device}", DEVICE);
    let filled = filled.replace("{name}", "kitchen").replace("{token}", TOKEN);
    let plain = filled.replace("ssl                       = true", "ssl                       = false");
    assert!(!plain.contains("{"), "a word in braces that nobody fills");
    fs::write(file, plain).unwrap();
}

#[test]
fn the_configuration_streams_encrypts_and_leaves_the_restart_to_parley() {
    let value = |key: &str| {
        let lines = CONFIGURATION.lines().filter_map(|line| line.split_once('='));
        lines.filter(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned()).collect::<Vec<_>>()
    };
    for (key, expected) in
        [("ssl", "true"), ("ssl_verify", "true"), ("stream_bundle", "true"), ("post_update_reboot", "false")]
    {
        assert_eq!(value(key), [expected], "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs rauc-hawkbit-updater, which Debian does not package"]
async fn a_fleets_update_is_streamed_by_rauc_and_its_success_told() {
    let script = Script { progress: vec![0, 50, 100], result: Some(0), ..Script::default() };
    let (hawkbit, installed) = look(script).await;
    assert_eq!(installed.len(), 1);
    assert!(installed[0].source.ends_with("/parley-1.4.0.raucb"), "{installed:?}");
    assert!(installed[0].headers.iter().any(|header| header.contains(TOKEN)), "the server knows the device");
    assert_eq!(hawkbit.feedback().last(), Some(&("closed".into(), "success".into())));
    let requests = hawkbit.requests();
    assert!(requests.iter().all(|request| request.authorised));
    assert!(
        !requests.iter().any(|request| request.what.contains("artifacts")),
        "RAUC fetches what it lacks, nobody else"
    );
    let attributes = requests.iter().find(|request| request.what.starts_with("PUT")).unwrap();
    assert_eq!(attributes.body["data"]["model"], "raspberrypi5");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs rauc-hawkbit-updater, which Debian does not package"]
async fn an_update_that_the_device_refuses_is_told_as_a_failure() {
    let script =
        Script { result: Some(1), last_error: "Handler failed: older than the version in use", ..Script::default() };
    let (hawkbit, installed) = look(script).await;
    assert_eq!(installed.len(), 1);
    assert_eq!(hawkbit.feedback().last(), Some(&("closed".into(), "failure".into())));
}

//! The real daemon: `parley run`, with models that are whole at a glance, workers that never get ready, and a sound card
//! of ALSA's that is silent.

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::{eventually, only_unix_sockets};
use parley_door::{FOLDER_VARIABLE, SoundHello};
use parley_door_client::SeatClient;
use parley_models::Manifest;

/// A file that begins like a model of its kind, and has its size; it takes no room on the disk.
fn double(path: &Path, bytes: u64) {
    let mut content = Vec::new();
    let number = |content: &mut Vec<u8>, number: u32| content.extend(number.to_le_bytes());
    match path.extension().and_then(|end| end.to_str()).expect("an ending") {
        "bin" => {
            // Whisper's: eleven numbers, no filters, no words, and tensors of one byte before a large one.
            number(&mut content, 0x6767_6d6c);
            (0..11).for_each(|_| number(&mut content, 1));
            (0..3).for_each(|_| number(&mut content, 0));
            for _ in 0..49 {
                [1, 0, 24, 1].into_iter().for_each(|value| number(&mut content, value));
                content.extend([0]);
            }
            let rest = u32::try_from(bytes - content.len() as u64 - 16).expect("it is below 4 GB");
            [1, 0, 24, rest].into_iter().for_each(|value| number(&mut content, value));
        }
        "gguf" => {
            content.extend(b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
            content.extend(b"\x01\0\0\0\0\0\0\0x\x01\0\0\0\x01\0\0\0\0\0\0\0\x18\0\0\0\0\0\0\0\0\0\0\0");
        }
        "onnx" => {
            let mut length = bytes - 7;
            content.extend(b"\x08\x08\x3a");
            for _ in 0..3 {
                content.push(0x80 | u8::try_from(length & 0x7f).expect("seven bits"));
                length >>= 7;
            }
            content.push(u8::try_from(length).expect("models of this test have 2 to 256 MB"));
        }
        _ => content.push(b'{'),
    }
    let mut file = File::create(path).expect("it can be made");
    file.write_all(&content).expect("it can be written");
    file.set_len(bytes).expect("it has room");
}

const SILENCE: &str = "pcm.silence { type null }\n";

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `devices`: what ALSA knows.
fn start(folder: &Path, devices: &str) -> Daemon {
    let path = |name: &str| folder.join(name);
    ["models", "workers", "door"].iter().for_each(|name| fs::create_dir(path(name)).expect("it can be made"));
    let manifest = Manifest::embedded().expect("it is part of the program");
    for model in manifest.models_of("demo") {
        for file in &model.files {
            let pin = file.pin.as_ref().expect("what the demo uses is pinned");
            double(&path("models").join(&file.name), pin.bytes);
        }
        let worker = path("workers").join(model.worker.as_ref().expect("what the demo uses can run"));
        fs::write(&worker, "#!/bin/sh\nexec sleep 1000\n").expect("it can be written");
        fs::set_permissions(&worker, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    fs::write(path("asound.conf"), devices).expect("it can be written");
    let settings = format!(
        "[audio]\ninput = \"silence\"\noutput = \"silence\"\n[engines]\nfolder = {:?}\n",
        path("workers").display().to_string()
    );
    fs::write(path("parley.toml"), settings).expect("it can be written");
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_parley"));
    daemon.arg("run").arg("--config").arg(path("parley.toml"));
    daemon.env("HOME", folder).env("PARLEY_MODELS", path("models")).env("ALSA_CONFIG_PATH", path("asound.conf"));
    daemon.env(FOLDER_VARIABLE, path("door")).env_remove("PARLEY_LOG").env_remove("XDG_CONFIG_HOME");
    Daemon(daemon.stdout(Stdio::null()).spawn().expect("it starts"))
}

fn ctl(folder: &Path, command: &str) -> Option<String> {
    let mut ctl = Command::new(env!("CARGO_BIN_EXE_parley"));
    let output = ctl.args(["ctl", command]).env(FOLDER_VARIABLE, folder.join("door")).output().expect("it starts");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Of the process, as the kernel lists them; that its unit forbids others, `appliance/update/tests/units` looks at.
#[test]
fn the_daemon_opens_no_address_but_unix_sockets() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = start(folder.path(), SILENCE);
    eventually("the daemon opens its doors", || {
        assert_eq!(daemon.0.try_wait().expect("it can be asked"), None, "it has ended");
        ctl(folder.path(), "status").is_some()
    });
    assert!(ctl(folder.path(), "settings").is_some_and(|said| said.contains("audio.input = \"silence\"")));
    assert!(only_unix_sockets(daemon.0.id()) >= 3, "its two doors, and the socket for sound");
    let children = format!("/proc/{0}/task/{0}/children", daemon.0.id());
    for worker in fs::read_to_string(children).unwrap_or_default().split_whitespace() {
        only_unix_sockets(worker.parse().expect("a number"));
    }
    let socket = folder.path().join("door/control/socket");
    let mode = socket.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "it is nobody else's");
    let seat = SeatClient::connect_below(&folder.path().join("door"), SoundHello::new("a test"));
    assert_eq!(seat.expect("a program gets a seat").welcome().seat, "seat-2");
    let asked = Command::new("kill").arg(daemon.0.id().to_string()).status().expect("it starts");
    assert!(asked.success());
    assert!(daemon.0.wait().expect("it ends").success());
    assert!(!socket.exists(), "it is removed at an orderly end");
}

/// It starts without microphone and loudspeaker, says so, answers at its door, and takes them up when they come; and it goes on
/// when they go.
#[test]
fn the_daemon_lives_without_sound_devices() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut daemon = start(folder.path(), "pcm.other { type null }\n");
    let mut status_says = |what: &str, is_said: &dyn Fn(&str) -> bool| {
        eventually(what, || {
            assert_eq!(daemon.0.try_wait().expect("it can be asked"), None, "it has ended");
            ctl(folder.path(), "status").is_some_and(|said| is_said(&said))
        });
    };
    let missing = |said: &str| {
        ["microphone", "loudspeaker"].iter().all(|part| said.contains(&format!("the {part} is not there")))
    };
    status_says("both are missed", &missing);
    let replace = |devices: &str| {
        let other = folder.path().join("other.conf");
        fs::write(&other, devices).expect("it can be written");
        fs::rename(&other, folder.path().join("asound.conf")).expect("it is ours");
    };
    replace(SILENCE);
    status_says("both are taken up", &|said| !said.contains("is not there"));
}

//! The real daemon: `parley run`, with models that are whole at a glance, workers that never get ready, and a sound card
//! of ALSA's that is silent.

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{eventually, only_unix_sockets};
use parley_door::{Door, DoorReply, DoorRequest, ErrorCode, FOLDER_VARIABLE, SoundHello, ToolCall, UpdateWish};
use parley_door_client::{DoorClient, DoorClientError, DoorNews, SeatClient};
use parley_models::Manifest;

/// Far longer than anything here may take.
const FAR_TOO_LONG: Duration = Duration::from_secs(30);

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
    prepare(folder, devices);
    run(folder)
}

fn prepare(folder: &Path, devices: &str) {
    let path = |name: &str| folder.join(name);
    ["models", "workers", "door"].iter().for_each(|name| fs::create_dir(path(name)).expect("it can be made"));
    let manifest = Manifest::embedded().expect("it is part of the program");
    for (model, worker) in manifest.models_of("tiny").filter_map(|model| Some((model, model.worker.as_ref()?))) {
        for file in &model.files {
            let pin = file.pin.as_ref().expect("what the demo uses is pinned");
            double(&path("models").join(&file.name), pin.bytes);
        }
        let worker = path("workers").join(worker);
        fs::write(&worker, "#!/bin/sh\nexec sleep 1000\n").expect("it can be written");
        fs::set_permissions(&worker, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    fs::write(path("asound.conf"), devices).expect("it can be written");
    let settings = format!(
        "[audio]\ninput = \"silence\"\noutput = \"silence\"\n[engines]\nfolder = {:?}\n",
        path("workers").display().to_string()
    );
    fs::write(path("parley.toml"), settings).expect("it can be written");
}

fn run(folder: &Path) -> Daemon {
    let path = |name: &str| folder.join(name);
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_parley"));
    daemon.arg("run").arg("--config").arg(path("parley.toml"));
    daemon.env("HOME", folder).env("PARLEY_MODELS", path("models")).env("ALSA_CONFIG_PATH", path("asound.conf"));
    daemon.env(FOLDER_VARIABLE, path("door")).env_remove("PARLEY_LOG").env_remove("XDG_CONFIG_HOME");
    daemon.env_remove("XDG_STATE_HOME").env_remove("STATE_DIRECTORY");
    Daemon(daemon.stdout(Stdio::null()).spawn().expect("it starts"))
}

fn ctl(folder: &Path, command: &str) -> Option<String> {
    let mut ctl = Command::new(env!("CARGO_BIN_EXE_parley"));
    let output = ctl.args(["ctl", command]).env(FOLDER_VARIABLE, folder.join("door")).output().expect("it starts");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn client(folder: &Path, door: Door) -> DoorClient {
    let begun = Instant::now();
    loop {
        match DoorClient::connect_below(&folder.join("door"), door, "a test", true) {
            Ok(client) => return client,
            Err(error) => assert!(begun.elapsed() < FAR_TOO_LONG, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn offer(name: &str, sentence: &str) -> DoorRequest {
    let (name, description) = (name.into(), "for a test".into());
    DoorRequest::OfferTool { name, description, sentences: vec![sentence.into()], parameters: None, any: false }
}

/// What is refused, with its code.
fn refused(client: &mut DoorClient, request: DoorRequest) -> Option<ErrorCode> {
    match client.call(request, FAR_TOO_LONG) {
        Ok(_) => None,
        Err(DoorClientError::Refused(error)) => Some(error.code),
        Err(error) => panic!("{error}"),
    }
}

fn called(client: &mut DoorClient) -> ToolCall {
    loop {
        match client.wait(Some(FAR_TOO_LONG)).expect("the door is open") {
            Some(DoorNews::ToolCalled(call)) => return call,
            Some(_) => {}
            None => panic!("it is not called"),
        }
    }
}

/// A line as no client of ours says it, to a client that never reads.
fn raw(folder: &Path, door: Door, lines: &str) -> UnixStream {
    let mut stream = UnixStream::connect(door.socket(&folder.join("door"))).expect("the door is open");
    stream.write_all(lines.as_bytes()).expect("it is taken");
    stream
}

/// Whoever is let in at the control door can make trouble, and none for anybody else.
#[test]
fn a_program_that_wants_everything_leaves_enough_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let _daemon = start(folder, SILENCE);
    let mut greedy = client(folder, Door::Control);
    let taken = (0..100).filter(|n| refused(&mut greedy, offer(&format!("t{n}"), &format!("do {n}"))).is_none());
    assert_eq!(taken.count(), 8);
    let hello = || SoundHello::new("a test");
    let seats: Vec<SeatClient> =
        std::iter::from_fn(|| SeatClient::connect_below(&folder.join("door"), hello()).ok()).collect();
    assert_eq!(seats.len(), 4);
    // Others have tools, and not those.
    let mut other = client(folder, Door::Control);
    assert_eq!(refused(&mut other, offer("t1", "something else")), Some(ErrorCode::Taken));
    assert_eq!(refused(&mut other, offer("other", "Do 1!")), Some(ErrorCode::Taken));
    assert_eq!(refused(&mut other, offer("other", "do another thing")), None);
    // Somebody asks, and the tool's client dies in the midst of it.
    let words = r#"{"type":"hello","version":"1.1","words":true}"#;
    let ask = |text: &str| {
        raw(
            folder,
            Door::Control,
            &format!("{words}\n{{\"type\":\"request\",\"id\":1,\"request\":\"ask\",\"text\":\"{text}\"}}\n"),
        )
    };
    let _person = ask("do 1");
    let call = called(&mut greedy);
    assert_eq!((call.name.as_str(), call.seat.as_str()), ("t1", "own"));
    let result = |call, text: &str| DoorRequest::ToolResult { call, text: text.into(), think: false };
    assert_eq!(refused(&mut other, result(call.call, "mine")), Some(ErrorCode::BadRequest));
    assert_eq!(refused(&mut greedy, result(call.call + 1, "not yet")), Some(ErrorCode::BadRequest));
    drop(greedy);
    eventually("its name is free", || refused(&mut other, offer("t1", "do 1")).is_none());
    assert_eq!(refused(&mut other, result(call.call, "mine now")), Some(ErrorCode::BadRequest));
    // Nonsense of every kind, a megabyte as a result, and clients that never read.
    let tool = format!(
        "{{\"type\":\"request\",\"id\":2,\"request\":\"tool-result\",\"call\":9,\"text\":\"{}\"}}\n",
        "x".repeat(60_000)
    );
    let mut dead: Vec<UnixStream> = [
        "{\"type\":\"hello\",\"version\":\"2.0\"}\n".to_owned(),
        "{\"type\":\"hello\",\"version\":\"1.4294967296\"}\n".to_owned(),
        "\n\n\n".to_owned(),
        format!("{words}\n{words}\n{{\"type\":\"request\",\"id\":-1,\"request\":\"status\"}}\n"),
        format!("{words}\n{tool}"),
    ]
    .iter()
    .flat_map(|lines| [raw(folder, Door::Control, lines), raw(folder, Door::Read, lines)])
    .collect();
    let mut megabyte = raw(folder, Door::Control, &format!("{words}\n"));
    megabyte.set_nonblocking(true).expect("it can be set");
    let _ = megabyte.write(&vec![b'x'; 1 << 20]);
    dead.push(megabyte);
    // The read door tells, and the control door of a laptop has nobody who takes wishes.
    let mut reader = client(folder, Door::Read);
    for request in [
        DoorRequest::Settings,
        DoorRequest::SetSetting { key: "audio.volume".into(), value: "1".into() },
        offer("reader", "read"),
        result(1, ""),
        DoorRequest::Update { wish: UpdateWish::Restart },
        DoorRequest::Forget { minutes: None, seat: None },
        DoorRequest::NearMisses,
        DoorRequest::ClearNearMisses,
    ] {
        assert_eq!(refused(&mut reader, request.clone()), Some(ErrorCode::NotAllowed), "{request:?}");
    }
    assert_eq!(refused(&mut other, DoorRequest::Update { wish: UpdateWish::Restart }), Some(ErrorCode::NotAvailable));
    // Whoever comes now is served: a seat as soon as one is left, a tool, the state.
    let _person = ask("do another thing");
    let call = called(&mut other);
    assert_eq!(call.name, "other");
    assert_eq!(refused(&mut other, result(call.call, "done")), None);
    drop(seats);
    eventually("a seat is left", || SeatClient::connect_below(&folder.join("door"), hello()).is_ok());
    assert!(ctl(folder, "status").is_some() && ctl(folder, "settings").is_some());
    drop(dead);
}

/// At any moment: what was confirmed is what the next start reads.
#[test]
fn a_daemon_that_is_killed_has_kept_what_it_has_confirmed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    prepare(folder, SILENCE);
    let key = "conversation.remembered-turns";
    let (mut confirmed, mut tried) = (5_u64, 5_u64);
    for life in 0..6_u64 {
        let mut daemon = run(folder);
        let mut owner = client(folder, Door::Control);
        let listed = owner.call(DoorRequest::Settings, FAR_TOO_LONG).expect("it is answered");
        let DoorReply::Settings { settings } = listed else { panic!("{listed:?}") };
        let found = settings.into_iter().find(|setting| setting.key == key).and_then(|setting| setting.value);
        let found: u64 = found.expect("it has a value").parse().expect("a number");
        assert!(found == confirmed || found == tried, "{found}: {confirmed} was confirmed, {tried} was tried");
        let pid = daemon.0.id();
        let killer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(5 + 17 * life));
            let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
        });
        (confirmed, tried) = (found, found);
        for step in 0.. {
            tried = (found + 1 + step) % 100;
            let request = DoorRequest::SetSetting { key: key.into(), value: tried.to_string() };
            match owner.call(request, FAR_TOO_LONG) {
                Ok(_) => confirmed = tried,
                Err(DoorClientError::Refused(error)) => panic!("{error}"),
                Err(_) => break,
            }
        }
        killer.join().expect("it ends");
        assert!(!daemon.0.wait().expect("it ends").success());
    }
    let left = fs::read_dir(folder.join(".local/state/parley")).expect("it was kept").flatten().count();
    assert!(left <= 2, "the file, and perhaps what was being written");
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

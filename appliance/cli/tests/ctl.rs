//! `parley ctl` at the door of a conversation whose engines are scripted, and at nobody's.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{eventually, only_unix_sockets};
use parley_audio::playback::{LOUDSPEAKER_HZ, PlaybackThread, RecordingSink};
use parley_conversation::{BargeIn, Conversation, ModelOnly, SeatId, Settings};
use parley_daemon::conductor::{Conductor, Engines, Generating, Loudspeaker};
use parley_daemon::door::{ClientSeats, OpenDoors, Patience, SessionHost, SoundPatience};
use parley_daemon::listening::{AudioFrame, Mute};
use parley_daemon::seats::{Seat, Seats};
use parley_daemon::volume::Volume;
use parley_daemon::workers::EngineHealth;
use parley_door::{Door, DoorPhase, DoorRequest, ErrorCode, FOLDER_VARIABLE, SoundHello};
use parley_door_client::{DoorClient, DoorClientError, SeatClient};
use parley_engines::scripted::Scripted;
use parley_engines::{LanguageModel, SpeechToText, TextToSpeech};
use parley_settings::Places;
use parley_update::records::events::{UpdateEvent, tell};
use parley_update::wishes;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A running Parley with scripted engines.
struct House {
    folder: TempDir,
    doors: Option<OpenDoors>,
    seat: Option<Seat>,
    _playback: PlaybackThread,
    _frames: mpsc::Sender<AudioFrame>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl House {
    fn answering(answer: &str) -> Self {
        let mut house = Self::without_doors();
        house.open(answer);
        house
    }

    fn without_doors() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (frames, _) = mpsc::channel(1);
        let (sink, _) = RecordingSink::new(LOUDSPEAKER_HZ);
        let (_, playback) = PlaybackThread::start(sink).expect("a thread");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = Some(runtime.expect("a runtime"));
        Self { folder, doors: None, seat: None, _playback: playback, _frames: frames, runtime }
    }

    /// A daemon begins, or begins anew.
    fn open(&mut self, answer: &str) {
        let (conductor, receiver) = self.open_doors(answer);
        self.runtime.as_ref().expect("it goes on").spawn(conductor.run(receiver));
    }

    /// The doors of a daemon whose conductor stands still.
    fn open_doors(&mut self, answer: &str) -> (Conductor, mpsc::Receiver<AudioFrame>) {
        let engines = Engines {
            speech_to_text: Arc::new(Scripted::<SpeechToText>::hearing("what is a sonnet?")),
            language_model: Arc::new(Scripted::<LanguageModel>::answering(answer)),
            text_to_speech: Arc::new(Scripted::<TextToSpeech>::tone()),
            end_of_turn: None,
            seat: SeatId::default(),
        };
        let (sink, _) = RecordingSink::new(LOUDSPEAKER_HZ);
        let (mixer, playback) = PlaybackThread::start(sink).expect("a thread");
        let volume = Volume::with(mixer.clone(), 100, Some(self.folder.path().join("volume.json")));
        let settings = Settings { barge_in: BargeIn::Key, ..Settings::default() };
        let seats = Seats::new(engines);
        let seat = self.seat.insert(seats.take().expect("nobody sits there"));
        let conversation = Conversation::new(settings.clone(), Box::new(ModelOnly), false);
        let loudspeaker = Loudspeaker::open(mixer).ok();
        let (conductor, handle) = Conductor::new(conversation, seat.engines(), Generating::default(), loudspeaker);
        let (frames, receiver) = mpsc::channel(1);
        (self._frames, self._playback) = (frames, playback);
        let places = Places::below(self.folder.path()).with_door(Some(self.folder.path().join("state")));
        let config = places.load().config;
        let host = SessionHost::of(handle, Mute::default(), Some(volume), &config, self.folder.path());
        let inside = self.runtime.as_ref().expect("it goes on").enter();
        let clients = ClientSeats::of(seats, settings, Generating::default(), EngineHealth::default());
        drop(inside);
        let host = host.with_seats(clients.taken()).with_places(places, None);
        let doors = OpenDoors::open(self.folder.path(), host, Patience::default());
        let mut doors = doors.expect("the doors can be opened");
        doors.open_for_sound(clients, SoundPatience::default()).expect("it can be opened");
        self.doors = Some(doors);
        (conductor, receiver)
    }

    fn ctl(&self, arguments: &[&str]) -> Output {
        ctl(self.folder.path(), arguments).output().expect("it can be started")
    }

    fn said(&self, arguments: &[&str]) -> String {
        let output = self.ctl(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.said(&[arguments, &["--json"]].concat())).expect("JSON")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.doors = None;
        self.runtime.take().expect("it goes on").shutdown_background();
    }
}

fn ctl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command.arg("ctl").args(arguments).env(FOLDER_VARIABLE, folder).env_remove("PARLEY_LOG");
    command
}

/// A program that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_state_is_told_in_words_and_as_json() {
    let house = House::answering("Half past four.");
    let said = house.said(&["status"]);
    assert!(said.contains("waits for somebody to speak; volume 100 %"), "{said}");
    assert_eq!(house.said(&["volume", "30"]), "volume 30 %\n");
    house.said(&["mute"]);
    let state = house.json(&["status"]);
    let own = json!({"seat": "own", "phase": "quiet", "muted": true, "volume": 30});
    assert_eq!(state["seats"], json!([own]));
    assert!(house.said(&["status"]).contains("the microphone is closed"));
    house.said(&["mute", "off"]);
    assert_eq!(house.json(&["status"])["seats"][0]["muted"], json!(false));
    assert_eq!(house.json(&["volume"]), json!({"reply": "volume", "percent": 30}));
    assert!(!house.ctl(&["volume", "101"]).status.success());
}

#[test]
fn a_question_is_answered_here_and_aloud() {
    let house = House::answering("It is half past four. Why?");
    assert_eq!(house.said(&["ask", "what", "time", "is", "it?"]), "It is half past four. Why?\n");
    let reply = house.json(&["ask", "and now?"]);
    assert_eq!(reply["answer"], json!("It is half past four. Why?"));
    assert_eq!((reply["reply"].clone(), reply["outcome"].clone()), (json!("answered"), json!("completed")));
    let long = "x".repeat(4_001);
    let refused = house.ctl(&["ask", "--json", &long]);
    let refused: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(refused["error"]["code"], json!("bad-request"));
}

#[test]
fn an_answer_is_interrupted() {
    let house = House::answering(&"This goes on and on. ".repeat(40));
    let asked = ctl(house.folder.path(), &["ask", "tell me a story"]).stdout(Stdio::piped()).spawn();
    let mut asked = Running(asked.expect("it starts"));
    let mut light = DoorClient::connect_below(house.folder.path(), Door::Read, "test", true).expect("it is there");
    while light.state().seats[0].phase != DoorPhase::Speaking {
        light.wait(Some(Duration::from_secs(10))).expect("it is there").expect("something happens");
    }
    house.said(&["interrupt"]);
    let mut said = String::new();
    let out = asked.0.stdout.as_mut().expect("it is piped");
    std::io::Read::read_to_string(out, &mut said).expect("it ends");
    assert!(said.trim_end().ends_with("(interrupted)"), "{said}");
}

#[test]
fn what_happens_is_told_as_it_happens_and_words_only_where_they_are_asked_for() {
    let house = House::answering("A secret.");
    for (arguments, told) in [(&["watch", "--json"][..], false), (&["watch", "--json", "--words"], true)] {
        let watching = ctl(house.folder.path(), arguments).stdout(Stdio::piped()).spawn();
        let mut watching = Running(watching.expect("it starts"));
        let mut lines = BufReader::new(watching.0.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        let next = |lines: &mut dyn Iterator<Item = String>| lines.next().expect("it goes on");
        assert!(next(&mut lines).starts_with(r#"{"type":"state","#));
        house.said(&["ask", "what is it?"]);
        let mut all = String::new();
        while !all.contains("turn-ended") {
            all += &next(&mut lines);
        }
        assert!(all.contains(r#""event":"understood""#) && all.contains(r#""event":"answering""#), "{all}");
        assert_eq!(all.contains("A secret.") && all.contains("what is it?"), told, "{all}");
        assert_eq!(all.contains("secret"), told, "{all}");
    }
}

#[test]
fn settings_are_listed() {
    let house = House::answering("Yes.");
    let settings = house.said(&["settings"]);
    assert!(settings.contains("conversation.barge-in = \"auto\"\n"), "{settings}");
    assert!(settings.contains("conversation.persona is not set\n"), "{settings}");
    assert_eq!(house.json(&["settings"])["settings"][0]["key"], json!("audio.input"));
}

#[test]
fn a_setting_is_set_and_unset_and_a_bad_one_is_refused_as_in_a_file() {
    let mut house = House::answering("Yes.");
    assert_eq!(house.said(&["settings", "set", "audio.volume", "30"]), "audio.volume = 30 (set here)\n");
    eventually("it is as loud", || house.said(&["volume"]) == "volume 30 %\n");
    let said = house.said(&["settings", "set", "conversation.language", "de"]);
    assert_eq!(said, "conversation.language = \"de\" (set here); takes effect after a restart\n");
    let settings = house.said(&["settings"]);
    assert!(
        settings.contains("conversation.language = \"auto\" (set here); another one after a restart\n"),
        "{settings}"
    );
    let reply = house.json(&["settings", "set", "conversation.remembered-turns", "1"]);
    let wanted = json!({"reply": "setting", "key": "conversation.remembered-turns", "value": "1", "set": true, "restart": false});
    assert_eq!(reply, wanted);
    let reply = house.json(&["settings", "unset", "conversation.remembered-turns"]);
    assert_eq!((reply["value"].clone(), reply["set"].clone()), (json!("5"), Value::Null));
    for (key, value, code, word) in [
        ("audio.volume", "-1", "bad-request", "audio.volume = -1 has to be 0 to 100 percent"),
        ("conversation.language", "English", "bad-request", "write \"en\" for English"),
        ("updates.restart", "quiet", "not-allowed", "root"),
    ] {
        let refused = house.ctl(&["settings", "set", key, value, "--json"]);
        let error: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
        let message = error["error"]["message"].as_str().expect("words").to_owned();
        assert!(refused.status.code() == Some(1) && error["error"]["code"] == json!(code), "{error}");
        assert!(message.contains(word), "{message}");
    }
    // Another daemon begins with what was set.
    house.doors = None;
    house.open("Yes.");
    assert!(house.said(&["settings"]).contains("audio.volume = 30 (set here)"), "{}", house.said(&["settings"]));
}

#[test]
fn what_is_to_be_said_is_said_and_what_was_said_is_forgotten() {
    let house = House::answering("Yes.");
    house.said(&["say", "hello"]);
    house.said(&["announce", "--urgency", "high", "tea is ready"]);
    house.said(&["forget"]);
    house.said(&["forget", "--minutes", "5"]);
    let refused = house.ctl(&["say", "", "--json"]);
    let error: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!((refused.status.code(), error["error"]["code"].clone()), (Some(1), json!("bad-request")));
}

/// Whatever clients want, they never wait in the conductor's way, nor it in theirs.
#[test]
fn where_the_conductor_has_its_hands_full_a_request_is_refused_at_once() {
    let mut house = House::without_doors();
    let (conductor, frames) = house.open_doors("Yes.");
    let mut client = DoorClient::connect_below(house.folder.path(), Door::Control, "test", false).expect("it is there");
    let mut interrupt = || client.call(DoorRequest::Interrupt { seat: None }, Duration::from_secs(10));
    let taken = (0..1_000).take_while(|_| interrupt().is_ok()).count();
    assert_eq!(taken, 64, "as many as its channel holds");
    match interrupt() {
        Err(DoorClientError::Refused(error)) => assert_eq!(error.code, ErrorCode::Busy),
        other => panic!("{other:?}"),
    }
    house.runtime.as_ref().expect("it goes on").spawn(conductor.run(frames));
    assert!(house.said(&["ask", "and now?"]).contains("Yes."), "it goes on where it was");
}

/// The conversation that docs/DOOR.md shows.
#[test]
fn the_page_shows_what_is_really_said() {
    const PAGE: &str = include_str!("../../../docs/DOOR.md");
    let (_, rest) = PAGE.split_once("```text\n").expect("the page shows a conversation");
    let house = House::answering("Half past four.");
    let mut stream = UnixStream::connect(Door::Control.socket(house.folder.path())).expect("the door is open");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("it can be set");
    let mut lines = BufReader::new(stream.try_clone().expect("a second one")).lines();
    // Numbers depend on the moment, and messages for people on the version.
    let comparable = |line: &str| {
        let mut value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        (value["number"], value["parley"]) = (Value::Null, Value::Null);
        if let Some(error) = value.get_mut("error") {
            error["message"] = Value::Null;
        }
        value
    };
    let (mut said, mut heard) = (0, 0);
    for shown in rest.split("```").next().expect("it ends").lines() {
        if let Some(line) = shown.strip_prefix("> ") {
            writeln!(stream, "{line}").expect("it is taken");
            said += 1;
        } else {
            let wanted = comparable(shown.strip_prefix("< ").expect("a line of either side"));
            while comparable(&lines.next().expect("it goes on").unwrap_or_else(|_| panic!("in vain: {shown}")))
                != wanted
            {}
            heard += 1;
        }
    }
    assert!(said > 5 && heard > 5);
}

#[test]
fn what_happens_with_updates_is_told_too() {
    let house = House::answering("Yes.");
    let line = r#"{"event":"offered","version":"1.4.0"}"#;
    let log = house.folder.path().join("run/parley-update/events");
    std::fs::create_dir_all(log.parent().expect("a folder")).expect("it can be made");
    std::fs::write(log, format!("{line}\n")).expect("it can be written");
    eventually("the offer is told", || house.said(&["status"]).contains("update: offered 1.4.0"));
}

#[test]
fn what_is_wished_of_updates_root_does_or_says_why_not() {
    let house = House::answering("Yes.");
    let refused = house.ctl(&["update", "accept"]);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(1) && message.contains("`sudo parley update accept`"), "{message}");
    let (folder, log) = (house.folder.path().to_owned(), house.folder.path().join("run/parley-update/events"));
    for folder in [folder.join("run/parley/wishes"), folder.join("run/parley-update")] {
        std::fs::create_dir_all(folder).expect("it can be made");
    }
    // As `parley-update wish`, for two of them.
    let root = std::thread::spawn(move || {
        for refused in [None, Some("slot A is the only one that can be started")] {
            let begun = Instant::now();
            let wish = loop {
                match wishes::take(&folder).expect("it can be taken") {
                    Some(wish) => break wish,
                    None => assert!(begun.elapsed() < Duration::from_secs(20)),
                }
                std::thread::sleep(Duration::from_millis(5));
            };
            tell(
                &log,
                &refused.map_or(UpdateEvent::WishFulfilled { wish }, |because| UpdateEvent::WishRefused {
                    wish,
                    because: because.into(),
                }),
            );
        }
    });
    assert_eq!(house.json(&["update", "restart"]), json!({"reply": "done"}));
    let refused = house.ctl(&["update", "rollback", "--json"]);
    let error: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(refused.status.code(), Some(1));
    let because = "slot A is the only one that can be started";
    assert_eq!(error, json!({"error": {"code": "not-available", "message": because}}));
    root.join().expect("it has taken both");
    let help = house.said(&["update", "--help"]);
    assert!(["accept", "rollback", "restart", "stick"].iter().all(|word| help.contains(word)), "{help}");
    assert!(!house.ctl(&["update", "reset"]).status.success(), "a reset is root's");
}

#[test]
fn a_parley_that_does_not_run_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["status", "watch", "interrupt", "mute", "volume", "settings", "forget"] {
        let failed = ctl(folder.path(), &[command]).output().expect("it starts");
        let message = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert!(failed.status.code() == Some(1) && message.contains("`parley run`"), "{command}: {message}");
    }
    let failed = ctl(folder.path(), &["status", "--json"]).output().expect("it starts");
    let error: Value = serde_json::from_slice(&failed.stdout).expect("JSON");
    assert_eq!(error["error"]["code"], json!("not-available"));
    let mut nowhere = ctl(folder.path(), &["status"]);
    let nowhere = nowhere.env_remove(FOLDER_VARIABLE).env_remove("XDG_RUNTIME_DIR").output().expect("it starts");
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("XDG_RUNTIME_DIR"), "{nowhere:?}");
}

#[test]
fn the_gateway_lives_with_and_without_a_daemon_and_opens_no_socket_of_a_network() {
    let mut house = House::without_doors();
    let manager = UnixDatagram::bind(house.folder.path().join("notify")).expect("a socket");
    manager.set_read_timeout(Some(Duration::from_secs(20))).expect("it can be set");
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_parley"));
    gateway
        .arg("gateway")
        .env(FOLDER_VARIABLE, house.folder.path())
        .env("NOTIFY_SOCKET", house.folder.path().join("notify"));
    let gateway = Running(gateway.spawn().expect("it starts"));
    let told = |wanted: &str| {
        let begun = Instant::now();
        loop {
            let mut buffer = [0; 4_096];
            let length = manager.recv(&mut buffer).unwrap_or_else(|error| panic!("waiting for {wanted:?}: {error}"));
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            assert!(text.contains("WATCHDOG=1"), "every word is a sign of life: {text}");
            if text.contains(wanted) {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(40), "waiting for {wanted:?}");
        }
    };
    told("READY=1");
    told("STATUS=waits for the daemon");
    house.open("Yes.");
    told("STATUS=follows Parley");
    only_unix_sockets(gateway.0.id());
    house.doors = None;
    told("STATUS=waits for the daemon");
    house.open("Yes.");
    told("STATUS=follows Parley");
    assert!(house.said(&["ask", "do you need it?"]).contains("Yes."));
}

#[test]
fn a_seat_can_be_named() {
    let house = House::answering("Half past four.");
    let refused = house.ctl(&["interrupt", "--seat", "seat-2", "--json"]);
    assert!(!refused.status.success());
    let error: Value = serde_json::from_slice(&refused.stdout).expect("JSON");
    assert_eq!(error["error"]["code"], "unknown-seat");
    let seat = SeatClient::connect_below(house.folder.path(), SoundHello::new("a test")).expect("a seat is free");
    assert!(house.said(&["status"]).contains("(seat-2) waits for somebody to speak\n"));
    house.said(&["mute", "--seat", "seat-2"]);
    let muted: Vec<Value> = house.json(&["status"])["seats"].as_array().expect("seats").clone();
    let muted: Vec<&Value> = muted.iter().map(|seat| &seat["muted"]).collect();
    assert_eq!(muted, [false, true]);
    house.said(&["forget", "--seat", "seat-2"]);
    house.said(&["forget", "--seat", "own"]);
    assert!(!house.ctl(&["volume", "--seat", "seat-2"]).status.success());
    assert!(!house.ctl(&["settings", "--seat", "seat-2"]).status.success(), "they are of all seats");
    drop(seat);
    eventually("it is left", || !house.said(&["status"]).contains("seat-2"));
}

use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use parley_door::{DoorError, DoorEvent, DoorPhase, ErrorCode, OWN_SEAT, SeatState};
use tempfile::TempDir;

use super::*;

/// A daemon that answers one client with these lines, whatever it asks, and then closes; it gives back what it was told.
fn daemon(lines: Vec<String>) -> (TempDir, JoinHandle<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Door::Control.socket(folder.path());
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    let listener = UnixListener::bind(path).expect("it can be bound");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(lines.concat().as_bytes()).expect("it reads");
        stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        let mut told = String::new();
        stream.read_to_string(&mut told).expect("it can be read");
        told
    });
    (folder, thread)
}

fn line(message: &FromDaemon) -> String {
    serde_json::to_string(message).expect("it can be written") + "\n"
}

fn welcome() -> Vec<String> {
    let hello = DaemonHello { version: DoorVersion::THIS, parley: "1.2.3".into(), control: true, words: true };
    let state = DoorState::new(vec![SeatState::own()]);
    vec![line(&FromDaemon::Hello(hello)), line(&FromDaemon::State { missed: 0, state })]
}

fn phase(number: u64, phase: DoorPhase) -> String {
    line(&FromDaemon::Event(NumberedEvent { number, event: DoorEvent::Phase { seat: OWN_SEAT.into(), phase } }))
}

#[test]
fn what_happens_while_an_answer_is_waited_for_is_not_lost() {
    let answer = line(&FromDaemon::Answer(DoorAnswer { id: Some(1), result: AnswerResult::Ok(DoorReply::Done) }));
    let more = vec![phase(1, DoorPhase::Listening), "{\"type\":\"new\"}\n".into(), answer, phase(2, DoorPhase::Quiet)];
    let (folder, daemon) = daemon([welcome(), more].concat());
    let mut client = DoorClient::connect_below(folder.path(), Door::Control, "test", true).expect("it is there");
    assert_eq!(client.hello().parley, "1.2.3");
    let reply = client.call(DoorRequest::Interrupt { seat: None }, PATIENCE).expect("an answer");
    assert_eq!(reply, DoorReply::Done);
    assert_eq!(client.state().seats[0].phase, DoorPhase::Listening);
    for number in [1, 2] {
        let news = client.wait(Some(PATIENCE)).expect("it is there");
        assert!(
            matches!(news, Some(DoorNews::Event(NumberedEvent { number: seen, .. })) if seen == number),
            "{news:?}"
        );
    }
    assert_eq!(client.state().seats[0].phase, DoorPhase::Quiet);
    assert!(matches!(client.wait(None), Err(DoorClientError::Closed)));
    drop(client);
    let told = daemon.join().expect("it ends");
    assert_eq!(told.lines().count(), 2, "{told}");
}

#[test]
fn who_is_sent_away_learns_why() {
    let error = DoorError::new(ErrorCode::Busy, "32 programs are connected");
    let (folder, _daemon) = daemon(vec![line(&FromDaemon::Goodbye(error.clone()))]);
    match DoorClient::connect_below(folder.path(), Door::Control, "test", false) {
        Err(DoorClientError::Refused(said)) => assert_eq!(said, error),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_door_that_cannot_be_used_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let connect = || DoorClient::connect_below(folder.path(), Door::Read, "test", false).expect_err("nobody is there");
    assert!(connect().to_string().contains("`parley run`"));
    let path = Door::Read.socket(folder.path());
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    drop(UnixListener::bind(&path).expect("it can be bound"));
    assert!(connect().to_string().contains("`parley run`"), "one that was killed leaves its socket");
    let refused = DoorClientError::of_connecting(ErrorKind::PermissionDenied.into(), path, Door::Read);
    assert!(refused.to_string().contains("usermod --append --groups parley-read"), "{refused}");
}

#[test]
fn nonsense_from_the_other_side_is_an_error() {
    for nonsense in ["hello\n".to_owned(), "x".repeat(200_000), "[]\n".to_owned()] {
        let (folder, _daemon) = daemon(vec![nonsense]);
        let refused = DoorClient::connect_below(folder.path(), Door::Control, "test", false);
        assert!(matches!(refused, Err(DoorClientError::NoDoor | DoorClientError::Closed)), "{refused:?}");
    }
}

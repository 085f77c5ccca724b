use std::os::unix::net::UnixListener;
use std::thread::JoinHandle;

use tempfile::TempDir;

use super::*;

/// A daemon that says this to one client, whatever that says, and closes; it gives back what it was told.
fn daemon(said: Vec<u8>) -> (TempDir, JoinHandle<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = Door::sound_socket(folder.path());
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    let listener = UnixListener::bind(path).expect("it can be bound");
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(&said).expect("it reads");
        stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        let mut told = Vec::new();
        stream.read_to_end(&mut told).expect("it can be read");
        told
    });
    (folder, thread)
}

fn welcome() -> Vec<u8> {
    let line = r#"{"type":"hello","version":"1.1","parley":"1.2.3","seat":"seat-2","rate-hz":24000,"frame-ms":20,"ahead-ms":400}"#;
    format!("{{\"type\":\"weather\"}}\n{line}\n").into_bytes()
}

#[test]
fn frames_go_both_ways_and_a_goodbye_says_why() {
    let goodbye = serde_json::to_vec(&DoorError::new(ErrorCode::NotRead, "nothing was played")).expect("JSON");
    let mut said = welcome();
    let frames = [SoundFromDaemon::Sound(vec![1, 2]), SoundFromDaemon::Flush];
    frames.iter().for_each(|frame| frame.write(&mut said));
    SoundFromDaemon::Goodbye(goodbye).write(&mut said);
    let (folder, daemon) = daemon(said);
    let mut seat = SeatClient::connect_below(folder.path(), SoundHello::new("test")).expect("it is there");
    assert_eq!((seat.welcome().seat.as_str(), seat.welcome().rate_hz), ("seat-2", 24_000));
    seat.send(&[5; LONGEST_SOUND + 1]).expect("it is taken");
    for frame in frames {
        assert_eq!(seat.receive(PATIENCE).expect("it goes on"), Some(frame));
    }
    seat.flushed(1).expect("it is taken");
    let end = seat.receive(PATIENCE);
    assert!(matches!(&end, Err(DoorClientError::Refused(error)) if error.code == ErrorCode::NotRead), "{end:?}");
    drop(seat);
    let told = daemon.join().expect("it ends");
    let begin = told.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    let mut cutter = FrameCutter::default();
    cutter.push(&told[begin..]);
    let frames: Vec<_> = std::iter::from_fn(|| cutter.next_from_client().expect("frames")).collect();
    let sound = |samples| SoundFromClient::Sound(vec![5; samples]);
    assert_eq!(frames, [sound(LONGEST_SOUND), sound(1), SoundFromClient::Flushed(1)]);
}

#[test]
fn whoever_is_behind_its_time_reads_what_has_come() {
    let (here, mut there) = UnixStream::pair().expect("a pair");
    assert_eq!(read_piece(&here, Instant::now()).expect("it is open"), None);
    there.write_all(b"x").expect("it is open");
    assert_eq!(read_piece(&here, Instant::now()).expect("it is open"), Some(b"x".to_vec()));
    drop(there);
    assert!(matches!(read_piece(&here, Instant::now()), Err(DoorClientError::Closed)));
}

#[test]
fn who_gets_no_seat_learns_why_and_nonsense_is_an_error() {
    let (folder, _daemon) = daemon(b"{\"type\":\"goodbye\",\"code\":\"busy\",\"message\":\"full\"}\n".to_vec());
    let refused = SeatClient::connect_below(folder.path(), SoundHello::new("test"));
    assert!(matches!(&refused, Err(DoorClientError::Refused(error)) if error.code == ErrorCode::Busy), "{refused:?}");
    for nonsense in [b"hello\n".to_vec(), vec![b'x'; 200_000]] {
        let (folder, _daemon) = self::daemon(nonsense);
        let refused = SeatClient::connect_below(folder.path(), SoundHello::new("test"));
        assert!(
            matches!(refused, Err(DoorClientError::NoDoor | DoorClientError::Closed | DoorClientError::Io(_))),
            "{refused:?}"
        );
    }
}

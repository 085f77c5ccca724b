//! Where files are: pipes, folders, disks that are full; and what is advised.

use std::io::{Read, Write};

use super::*;

/// A named pipe; it goes with its folder.
fn pipe() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.wav");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    (folder, path)
}

#[test]
fn a_pipe_is_read_like_a_file() {
    let whole = good(8_000);
    let mut unclosed = whole.clone();
    unclosed[40..44].fill(0);
    let behind = [&whole[..], b"LIST\x06\0\0\0title."].concat();
    for content in [whole, unclosed, behind] {
        let (_folder, path) = pipe();
        let writing = path.clone();
        let written = content.clone();
        let writer = std::thread::spawn(move || std::fs::File::create(writing).unwrap().write_all(&written));
        let samples = load(&path, 16_000).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!((samples, false), (read(&content).unwrap().0, false));
    }
}

#[test]
fn a_pipe_is_written_like_a_file() {
    let (_folder, path) = pipe();
    let reading = path.clone();
    let reader = std::thread::spawn(move || {
        let mut content = Vec::new();
        std::fs::File::open(reading).unwrap().read_to_end(&mut content).unwrap();
        content
    });
    let mut writer = WavWriter::create(&path, 16_000).unwrap();
    writer.write(&[1, 2, 3]).unwrap();
    writer.write(&[4]).unwrap();
    writer.finish().unwrap();
    let content = reader.join().unwrap();
    assert_eq!(read(&content).unwrap(), (vec![1, 2, 3, 4], false));
    assert_eq!(content[..4], good(4)[..4]);
    assert_eq!(content[8..40], good(4)[8..40], "the same header but for the lengths");
}

#[test]
fn a_reader_who_has_gone_is_known() {
    let (_folder, path) = pipe();
    let reading = path.clone();
    let reader = std::thread::spawn(move || drop(std::fs::File::open(reading).unwrap()));
    // They may have gone before the header is written.
    let written = WavWriter::create(&path, 16_000).and_then(|mut writer| {
        reader.join().unwrap();
        writer.write(&[0; 100_000])
    });
    assert!(written.unwrap_err().is_reader_gone());
}

/// Each message names the file, what is wrong, and what helps.
#[test]
fn advice_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let reading = |path: &Path| WavReader::open(path).err().unwrap().to_string();
    let writing = |path: &Path| {
        let written = WavWriter::create(path, 16_000).and_then(|mut writer| writer.write(&[0; 100_000]));
        written.err().unwrap().to_string()
    };
    for (message, words) in [
        (reading(folder.path()), "is a folder. Name a WAV file in it"),
        (reading(Path::new("/nowhere/x.wav")), "No such file or directory (os error 2). Check how its name is written"),
        (reading(&file.join("x.wav")), "Not a directory (os error 20). Check how its name is written"),
        (reading(Path::new("/dev/zero")), "does not begin with RIFF"),
        (reading(Path::new("/dev/null")), "it ends within its header"),
        (writing(folder.path()), "Is a directory (os error 21). Name a file in this folder"),
        (writing(Path::new("/nowhere/x.wav")), "Make its folder first"),
        (writing(&file.join("x.wav")), "is a file and no folder"),
        (writing(Path::new("/dev/full")), "No space left on device (os error 28). Free some space"),
        (writing(Path::new("/proc/x.wav")), "Make its folder first"),
    ] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    let shown = |problem: WavProblem| problem.of(Path::new("x.wav")).to_string();
    let errno = std::io::Error::from_raw_os_error;
    for (message, words) in [
        (shown(WavProblem::Open(errno(libc::EACCES))), "permission to read"),
        (shown(WavProblem::Write(errno(libc::EACCES))), "that you may write to"),
        (shown(WavProblem::Write(errno(libc::EROFS))), "nothing can be written on that disk"),
        (shown(WavProblem::Write(errno(libc::EDQUOT))), "Free some space"),
        (shown(WavProblem::Read(errno(libc::EIO))), "Check the disk"),
        (shown(WavProblem::Keep { error: errno(libc::ENOSPC) }), "TMPDIR"),
    ] {
        assert!(message.contains(words), "{words} is not in: {message}");
    }
    assert!(!shown(WavProblem::Read(errno(libc::EISDIR))).contains("disk"));
}

//! The guest's serial console: lines, kept in order, with the kernel's own time and the place in the recording of
//! writes.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub text: String,
    /// How long the recording of writes was when the line had arrived, bytes: whatever the guest had on the disk when
    /// it said this is before that place. 0 without a recording.
    pub recorded: u64,
}

#[derive(Clone, Default)]
pub struct Console {
    heard: Arc<(Mutex<Vec<Line>>, Condvar)>,
    recording: Option<Growing>,
}

/// The file that the guest's writes are recorded in.
#[derive(Clone)]
pub struct Growing {
    pub log: PathBuf,
    /// Where its byte 0 is in the whole recording.
    pub from: u64,
}

impl Growing {
    fn length(&self) -> u64 {
        self.from + self.log.metadata().map_or(0, |metadata| metadata.len())
    }
}

impl Console {
    /// Listens until the guest's end is closed.
    pub fn listen(mut stream: UnixStream, recording: Option<Growing>) -> (Self, JoinHandle<()>) {
        let console = Self { heard: Arc::default(), recording };
        let listener = console.clone();
        let thread = std::thread::spawn(move || {
            let (mut rest, mut buffer) = (Vec::new(), [0; 4096]);
            // An error means the same as the end: the emulator is gone.
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                rest.extend_from_slice(&buffer[..read]);
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    listener.add(String::from_utf8_lossy(&line).trim_end().to_owned());
                }
            }
            if !rest.is_empty() {
                listener.add(String::from_utf8_lossy(&rest).trim_end().to_owned());
            }
        });
        (console, thread)
    }

    pub fn lines(&self) -> Vec<Line> {
        self.locked().clone()
    }

    /// The first line from `first` on that contains the words, with its place; waits no longer than `time` of the
    /// host's.
    pub fn find(&self, words: &str, first: usize, time: Duration) -> Option<(usize, Line)> {
        let found = |lines: &[Line]| {
            let mut new = lines.iter().enumerate().skip(first);
            new.find(|(_, line)| line.text.contains(words)).map(|(index, line)| (index, line.clone()))
        };
        let (lock, changed) = &*self.heard;
        let lines = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = changed.wait_timeout_while(lines, time, |lines| found(lines).is_none());
        found(&waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn add(&self, text: String) {
        let recorded = self.recording.as_ref().map_or(0, Growing::length);
        self.locked().push(Line { text, recorded });
        self.heard.1.notify_all();
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Line>> {
        self.heard.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kernel's time at the head of a console line, since the guest's start.
pub fn time_of(line: &str) -> Option<Duration> {
    let (seconds, _) = line.split_once('[')?.1.split_once(']')?;
    seconds.trim().parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_arrive_whole_however_they_are_cut() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let (console, thread) = Console::listen(ours, None);
        for part in ["[    1.5] DEV", "ICE started slot=A\r\n", "half"] {
            theirs.write_all(part.as_bytes()).unwrap();
        }
        let (index, line) = console.find("DEVICE started", 0, Duration::from_secs(10)).unwrap();
        assert_eq!((index, time_of(&line.text)), (0, Some(Duration::from_millis(1500))));
        drop(theirs);
        thread.join().unwrap();
        assert_eq!(console.lines()[1..], [Line { text: "half".into(), recorded: 0 }]);
        assert_eq!(console.find("never", 0, Duration::ZERO), None);
    }

    proptest! {
        #[test]
        fn any_line_has_a_time_or_none(line: String) {
            let _ = time_of(&line);
        }
    }
}

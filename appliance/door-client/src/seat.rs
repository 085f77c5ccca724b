//! A seat of one's own, at the socket for sound.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use parley_door::{
    Door, DoorError, ErrorCode, FrameCutter, LONGEST_SOUND, LineCutter, SoundFromClient, SoundFromDaemon, SoundHello,
    SoundOpening, SoundReply, SoundWelcome,
};

use crate::{DoorClientError, PATIENCE};

/// A conversation of one's own with Parley; dropping it ends the conversation.
///
/// One thread can do it all: every 20 ms it sends what the microphone gave, says how much has been played, and waits for
/// frames until the next 20 ms are over.
#[derive(Debug)]
pub struct SeatClient {
    stream: UnixStream,
    frames: FrameCutter,
    welcome: SoundWelcome,
}

impl SeatClient {
    /// Asks this machine's Parley for a seat.
    ///
    /// # Errors
    /// Nobody listens, this user may not, or the daemon refuses: all seats are taken, or the sound is not what it takes.
    pub fn connect(hello: SoundHello) -> Result<Self, DoorClientError> {
        let folder = Door::folder(|name| std::env::var_os(name)).ok_or(DoorClientError::NoFolder)?;
        Self::connect_below(&folder, hello)
    }

    /// The same with the doors below this folder.
    ///
    /// # Errors
    /// As [`SeatClient::connect`].
    pub fn connect_below(folder: &Path, hello: SoundHello) -> Result<Self, DoorClientError> {
        let path = Door::sound_socket(folder);
        let stream = UnixStream::connect(&path);
        let stream = stream.map_err(|error| DoorClientError::of_connecting(error, path, Door::Control))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut line = serde_json::to_vec(&SoundOpening::Hello(hello)).map_err(|_| DoorClientError::NoDoor)?;
        line.push(b'\n');
        // A daemon that has no place for it says so, and closes, perhaps before this is written.
        let written = (&stream).write_all(&line);
        let until = Instant::now() + PATIENCE;
        let mut lines = LineCutter::default();
        let welcome = loop {
            match lines.next_line().map_err(|_| DoorClientError::NoDoor)?.map(serde_json::from_slice) {
                Some(Ok(SoundReply::Hello(welcome))) => break welcome,
                Some(Ok(SoundReply::Goodbye(error))) => return Err(DoorClientError::Refused(error)),
                Some(Ok(SoundReply::Unknown)) => continue,
                Some(Err(_)) => return Err(DoorClientError::NoDoor),
                None => {}
            }
            match read_piece(&stream, until) {
                Ok(Some(piece)) => lines.push(&piece),
                Ok(None) => return Err(DoorClientError::TooLate),
                Err(DoorClientError::Closed) => return Err(written.err().map_or(DoorClientError::Closed, Into::into)),
                Err(error) => return Err(error),
            }
        };
        let mut frames = FrameCutter::default();
        frames.push(&lines.into_rest());
        Ok(Self { stream, frames, welcome })
    }

    /// What the daemon said of the seat: its name, and how its sound is.
    pub fn welcome(&self) -> &SoundWelcome {
        &self.welcome
    }

    /// Sends what the microphone gave, mono at 16 kHz, in real time; without samples it is a sign of life.
    ///
    /// # Errors
    /// The daemon is gone, or takes nothing for seconds because it was sent much more than real time.
    pub fn send(&mut self, samples: &[i16]) -> Result<(), DoorClientError> {
        if samples.is_empty() {
            return self.write(&SoundFromClient::Sound(Vec::new()));
        }
        samples.chunks(LONGEST_SOUND).try_for_each(|part| self.write(&SoundFromClient::Sound(part.to_vec())))
    }

    /// Tells that so many samples have been heard, in all: best every 20 ms, and at least five times a second.
    ///
    /// # Errors
    /// As [`SeatClient::send`].
    pub fn played(&mut self, samples: u64) -> Result<(), DoorClientError> {
        self.write(&SoundFromClient::Played(samples))
    }

    /// Answers a [`SoundFromDaemon::Flush`]: the rest is dropped, and so many samples have been heard, in all.
    ///
    /// # Errors
    /// As [`SeatClient::send`].
    pub fn flushed(&mut self, samples: u64) -> Result<(), DoorClientError> {
        self.write(&SoundFromClient::Flushed(samples))
    }

    /// The next frame, or none within this time. In no time at all it is one that has come already.
    ///
    /// # Errors
    /// The conversation is over: [`DoorClientError::Refused`] where the daemon has said why.
    pub fn receive(&mut self, patience: Duration) -> Result<Option<SoundFromDaemon>, DoorClientError> {
        let until = Instant::now() + patience;
        loop {
            match self.frames.next_from_daemon().map_err(|_| DoorClientError::NoDoor)? {
                Some(SoundFromDaemon::Goodbye(error)) => {
                    let unreadable = |_| DoorError::new(ErrorCode::Unknown, "Parley has ended the conversation");
                    return Err(DoorClientError::Refused(serde_json::from_slice(&error).unwrap_or_else(unreadable)));
                }
                Some(frame) => return Ok(Some(frame)),
                None => {}
            }
            match read_piece(&self.stream, until)? {
                Some(piece) => self.frames.push(&piece),
                None => return Ok(None),
            }
        }
    }

    fn write(&mut self, frame: &SoundFromClient) -> Result<(), DoorClientError> {
        let mut bytes = Vec::new();
        frame.write(&mut bytes);
        match self.stream.write_all(&bytes) {
            Ok(()) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                Err(self.why_closed())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What the daemon said last, where it has closed the connection.
    fn why_closed(&mut self) -> DoorClientError {
        loop {
            match self.receive(PATIENCE) {
                Ok(Some(_)) => {}
                Ok(None) => return DoorClientError::Closed,
                Err(error) => return error,
            }
        }
    }
}

/// Some bytes; none until then.
fn read_piece(mut stream: &UnixStream, until: Instant) -> Result<Option<Vec<u8>>, DoorClientError> {
    loop {
        let left = until.saturating_duration_since(Instant::now());
        // Whoever is behind its time reads all the same what has come.
        stream.set_nonblocking(left.is_zero())?;
        if !left.is_zero() {
            stream.set_read_timeout(Some(left))?;
        }
        let mut piece = [0; 4_096];
        let read = stream.read(&mut piece);
        stream.set_nonblocking(false)?;
        match read {
            Ok(0) => return Err(DoorClientError::Closed),
            Ok(read) => return Ok(Some(piece.get(..read).unwrap_or_default().to_vec())),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(DoorClientError::Closed),
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;

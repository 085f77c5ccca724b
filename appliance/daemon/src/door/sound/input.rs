//! Frames from a client, each when its time has come.

use parley_door::{BadFrame, DoorError, ErrorCode, FrameCutter, SoundFromClient};
use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::time::{Instant, sleep_until};

use super::End;
use super::pace::Pace;

/// How much is read at once: 128 ms of sound.
const PIECE: usize = 4 * 1_024;

pub(super) struct Input {
    reader: OwnedReadHalf,
    frames: FrameCutter,
    pace: Pace,
}

impl Input {
    /// `rest`: what has been read already.
    pub(super) fn new(reader: OwnedReadHalf, rest: &[u8]) -> Self {
        let mut frames = FrameCutter::default();
        frames.push(rest);
        Self { reader, frames, pace: Pace::new(Instant::now()) }
    }

    /// The next frame, when it may be read. Cancel-safe.
    pub(super) async fn frame(&mut self) -> Result<SoundFromClient, End> {
        loop {
            let due = self.pace.next();
            if due > Instant::now() {
                sleep_until(due).await;
            }
            let refuse = |error: BadFrame| End::Goodbye(DoorError::new(ErrorCode::BadRequest, error.to_string()));
            if let Some(frame) = self.frames.next_from_client().map_err(refuse)? {
                let samples = if let SoundFromClient::Sound(samples) = &frame { samples.len() } else { 0 };
                self.pace.spend(samples, Instant::now());
                return Ok(frame);
            }
            let mut piece = [0; PIECE];
            match self.reader.read(&mut piece).await? {
                0 => return Err(End::Left),
                read => self.frames.push(piece.get(..read).unwrap_or_default()),
            }
        }
    }
}

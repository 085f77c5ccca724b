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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::AsyncWriteExt;
    use tokio::net::UnixStream;

    use super::*;

    /// However much lies in its socket: real time, a twentieth, and the half second that may come at once.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_a_minute_at_once_is_read_in_real_time() {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        tokio::spawn(async move {
            let mut second = Vec::new();
            (0..50).for_each(|_| SoundFromClient::Sound(vec![7; 320]).write(&mut second));
            while there.write_all(&second).await.is_ok() {}
        });
        let mut input = Input::new(here.into_split().0, &[]);
        let begun = Instant::now();
        let mut samples = 0;
        while begun.elapsed() < Duration::from_secs(10) {
            match input.frame().await {
                Ok(SoundFromClient::Sound(sound)) => samples += sound.len(),
                Ok(_) | Err(_) => panic!("it sends nothing else"),
            }
            // Where nothing waits, this time stands still.
            assert!(samples < 60 * 16_000, "a minute was read");
        }
        let seconds = samples as f64 / 16_000.0;
        assert!((10.0..10.0 / 0.95 + 0.6).contains(&seconds), "{seconds} s of sound in 10 s");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_sound_has_a_rate_too() {
        let (here, mut there) = UnixStream::pair().expect("a pair");
        tokio::spawn(async move {
            let mut many = Vec::new();
            (0..100).for_each(|_| SoundFromClient::Played(0).write(&mut many));
            while there.write_all(&many).await.is_ok() {}
        });
        let mut input = Input::new(here.into_split().0, &[]);
        let (begun, mut frames) = (Instant::now(), 0);
        while begun.elapsed() < Duration::from_secs(10) {
            assert!(input.frame().await.is_ok());
            frames += 1;
            assert!(frames < 60_000, "as much as comes");
        }
        assert!((10_000..10_600).contains(&frames), "{frames} in 10 s");
    }
}

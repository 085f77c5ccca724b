//! A client in its seat, until its end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use parley_door::{DoorError, ErrorCode, SoundFromClient, SoundFromDaemon};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::time::{Instant, sleep, timeout};

use super::super::Hub;
use super::input::Input;
use super::microphone::ClientMicrophone;
use super::playout::BadCount;
use super::seats::ClientSeat;
use super::{End, SoundPatience};
use crate::listening::AudioFrame;

/// How often is looked whether there is something to be heard, or to be silent about.
const LOOK: Duration = Duration::from_millis(10);
/// How long a client may take to take a goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// `rest`: what the client has said already.
pub(super) async fn converse(
    stream: UnixStream,
    rest: &[u8],
    mut seat: ClientSeat,
    hub: &Arc<Hub>,
    patience: SoundPatience,
) {
    let (reader, mut writer) = stream.into_split();
    let end = sit(&mut seat, Input::new(reader, rest), &mut writer, hub, patience).await;
    seat.end().await;
    if let End::Goodbye(error) = end {
        tracing::debug!(code = ?error.code, error = error.message, "a client's seat is taken from it");
        // Behind what was begun: a frame that is cut off could not be understood.
        let mut bytes = seat.loudspeaker.bytes().to_vec();
        SoundFromDaemon::Goodbye(serde_json::to_vec(&error).unwrap_or_default()).write(&mut bytes);
        let _ = timeout(GOODBYE, writer.write_all(&bytes)).await;
    }
    drop(writer);
    seat.leave().await;
}

async fn sit(
    seat: &mut ClientSeat,
    mut input: Input,
    writer: &mut OwnedWriteHalf,
    hub: &Hub,
    patience: SoundPatience,
) -> End {
    let ClientSeat { control, frames, loudspeaker, .. } = seat;
    let mut frames = Frames { to: frames, seat: &control.name, lost: 0 };
    let mut microphone = ClientMicrophone::new(Instant::now());
    let mut last_word = Instant::now();
    let mut follow = pin!(control.follow(hub));
    loop {
        let now = Instant::now();
        microphone.fill(now, |frame| frames.hear(frame));
        loudspeaker.go_on(now);
        if last_word + patience.silent <= now {
            let text = format!("nothing has come for {:?}; send sound, or frames without samples", patience.silent);
            return End::Goodbye(DoorError::new(ErrorCode::TooLate, text));
        }
        if loudspeaker.is_not_played(now, patience.unplayed) {
            let text = format!("of what was sent, nothing was played for {:?}; say what is played", patience.unplayed);
            return End::Goodbye(DoorError::new(ErrorCode::NotRead, text));
        }
        tokio::select! {
            frame = input.frame() => {
                let frame = match frame {
                    Ok(frame) => frame,
                    Err(end) => return end,
                };
                last_word = Instant::now();
                let counted = match frame {
                    SoundFromClient::Sound(samples) => {
                        let muted = control.mute.is_set();
                        microphone.push(&samples, muted, last_word, |frame| frames.hear(frame));
                        Ok(())
                    }
                    SoundFromClient::Played(samples) => loudspeaker.played(samples, last_word),
                    SoundFromClient::Flushed(samples) => loudspeaker.flushed(samples, last_word),
                    SoundFromClient::Unknown => Ok(()),
                };
                if let Err(BadCount) = counted {
                    let text = "what was played is counted wrongly: samples since the beginning, of those that were sent";
                    return End::Goodbye(DoorError::new(ErrorCode::BadRequest, text));
                }
            }
            written = writer.write(loudspeaker.bytes()), if !loudspeaker.bytes().is_empty() => match written {
                Ok(bytes) => loudspeaker.sent(bytes),
                Err(_) => return End::Left,
            },
            () = &mut follow => {
                return End::Goodbye(DoorError::new(ErrorCode::NotAvailable, "the conversation is over"));
            }
            () = sleep(LOOK) => {}
        }
    }
}

/// What a client's conductor hears.
struct Frames<'a> {
    to: &'a mpsc::Sender<AudioFrame>,
    seat: &'a str,
    /// Where the conductor was more than a second behind.
    lost: u64,
}

impl Frames<'_> {
    fn hear(&mut self, frame: AudioFrame) {
        if let Err(TrySendError::Full(_)) = self.to.try_send(frame) {
            if self.lost == 0 {
                tracing::warn!(seat = self.seat, "the microphone waits for the conversation, which is too slow for it");
            }
            self.lost += 1;
        }
    }
}

impl Drop for Frames<'_> {
    fn drop(&mut self) {
        if self.lost > 0 {
            tracing::warn!(seat = self.seat, frames = self.lost, "sound of the microphone was lost");
        }
    }
}

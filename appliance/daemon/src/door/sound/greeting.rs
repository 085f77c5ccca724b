//! How a client gets its seat: a line from either side.

use std::sync::Arc;

use parley_door::{DoorError, DoorVersion, ErrorCode, LineCutter, SoundHello, SoundOpening, SoundReply, SoundWelcome};
use parley_settings::language;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::super::Hub;
use super::seats::{ClientSeat, ClientSeats};
use super::{AHEAD_MS, End, FRAME_MS, RATE_HZ, SoundPatience};

/// How much is read at once.
const PIECE: usize = 1_024;

/// A client with its seat, and what it has said behind its hello; `None`: it was sent away, or has left.
pub(super) async fn greet(
    mut stream: UnixStream,
    seats: &ClientSeats,
    hub: &Arc<Hub>,
    patience: SoundPatience,
) -> Option<(UnixStream, Vec<u8>, ClientSeat)> {
    let welcomed = match welcome(&mut stream, seats, hub, patience).await {
        Ok((rest, mut seat, reply)) => match timeout(patience.hello, stream.write_all(&line_of(&reply))).await {
            Ok(Ok(())) => return Some((stream, rest, seat)),
            Ok(Err(_)) | Err(_) => {
                drop(stream);
                seat.end().await;
                seat.leave().await;
                return None;
            }
        },
        Err(end) => end,
    };
    if let End::Goodbye(error) = welcomed {
        tracing::debug!(code = ?error.code, error = error.message, "a client gets no seat");
        // Best effort: it may be gone, or not read.
        let _ = timeout(patience.hello, stream.write_all(&line_of(&SoundReply::Goodbye(error)))).await;
    }
    None
}

async fn welcome(
    stream: &mut UnixStream,
    seats: &ClientSeats,
    hub: &Arc<Hub>,
    patience: SoundPatience,
) -> Result<(Vec<u8>, ClientSeat, SoundReply), End> {
    let mut lines = LineCutter::default();
    let said = timeout(patience.hello, first_line(stream, &mut lines)).await;
    let line = said.map_err(|_| End::Goodbye(no_hello(&format!("nothing was said for {:?}", patience.hello))))??;
    let hello = hello_in(&line).map_err(End::Goodbye)?;
    let seat = seats.take(&hello, hub).map_err(End::Goodbye)?;
    tracing::debug!(seat = seat.control.name, name = hello.name, "a client has taken a seat");
    let welcome = SoundWelcome {
        version: DoorVersion::THIS,
        parley: env!("CARGO_PKG_VERSION").to_owned(),
        seat: seat.control.name.clone(),
        rate_hz: RATE_HZ,
        frame_ms: FRAME_MS,
        ahead_ms: AHEAD_MS,
    };
    Ok((lines.into_rest(), seat, SoundReply::Hello(welcome)))
}

async fn first_line(stream: &mut UnixStream, lines: &mut LineCutter) -> Result<Vec<u8>, End> {
    loop {
        match lines.next_line() {
            Ok(Some(line)) => return Ok(line.to_vec()),
            Ok(None) => {}
            Err(error) => return Err(End::Goodbye(DoorError::new(ErrorCode::LineTooLong, error.to_string()))),
        }
        let mut piece = [0; PIECE];
        match stream.read(&mut piece).await? {
            0 => return Err(End::Left),
            read => lines.push(piece.get(..read).unwrap_or_default()),
        }
    }
}

/// The hello in a line, if its seat can be served.
fn hello_in(line: &[u8]) -> Result<SoundHello, DoorError> {
    let refuse = |text: String| Err(DoorError::new(ErrorCode::BadRequest, text));
    match serde_json::from_slice(line) {
        Ok(SoundOpening::Hello(hello)) => {
            if !hello.version.agrees_with(DoorVersion::THIS) {
                let text = format!("version {} was said, and {} is spoken here", hello.version, DoorVersion::THIS);
                return Err(DoorError::new(ErrorCode::BadVersion, text));
            }
            if let Some(text) = hello.refusal() {
                return refuse(text);
            }
            match hello.language.as_deref().map(language::parse) {
                Some(Err(text)) => refuse(format!("the language is not known: {text}")),
                // It is detected anyhow.
                Some(Ok(code)) if code == language::AUTO => Ok(SoundHello { language: None, ..hello }),
                Some(Ok(_)) | None => Ok(hello),
            }
        }
        Ok(SoundOpening::Unknown) => Err(no_hello("that is no hello")),
        Err(error) => Err(no_hello(&format!("that is no hello ({error})"))),
    }
}

fn no_hello(text: &str) -> DoorError {
    let example = serde_json::to_string(&SoundOpening::Hello(SoundHello::new("me"))).unwrap_or_default();
    DoorError::new(ErrorCode::BadHello, format!("{text}; begin with a line such as {example}"))
}

fn line_of(reply: &SoundReply) -> Vec<u8> {
    // Nothing in it can fail: there is no map, and no variant that is not written.
    let mut line = serde_json::to_vec(reply).unwrap_or_default();
    line.push(b'\n');
    line
}

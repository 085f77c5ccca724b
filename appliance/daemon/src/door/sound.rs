//! The socket for sound: whoever connects gets a seat of its own. It sends its microphone's sound, is sent the answer's, and
//! says what of it has been heard.
//!
//! ```text
//! client ──frames──▶ Input ─▶ ClientMicrophone ──frames──▶ Conductor
//!        ◀──frames── ClientLoudspeaker ◀─ Renderer ◀─feeds─┘
//!        ──what was played─▶ Playout
//! ```
//! Rules:
//! - All clients share one thread, which only moves sound; their conductors run where the device's own does. Five seats at
//!   most, that one included, are taken at a time ([`crate::seats::MOST_SEATS`]).
//! - A client is sent [`AHEAD_MS`] of sound at most before it has said that it played it, and is read at little more than
//!   the rate of real time ([`pace`]): what it does not take or sends too much of waits in its socket. So memory is bounded,
//!   however it behaves.
//! - Frames that the conductor is too slow for ([`crate::listening::FRAMES_IN_FLIGHT`]) are dropped.
//! - What was heard is what a client says, and never more than it was sent.
//! - A seat ends with its connection, with a client that says or plays nothing for too long ([`SoundPatience`]), and with
//!   whatever is no frame. Its conversation is forgotten.

mod greeting;
mod input;
mod loudspeaker;
mod microphone;
mod pace;
mod playout;
mod seats;
mod session;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use parley_door::DoorError;
use tokio::task::LocalSet;

use super::Hub;
use super::sockets::Socket;

pub use self::seats::ClientSeats;

/// Of the sound that clients are sent: that of good voices.
const RATE_HZ: u32 = 24_000;
/// The length of a frame of it.
const FRAME_MS: u32 = 20;
/// How much a client is sent before it has played it: what a network may hold up without a gap.
const AHEAD_MS: u32 = 400;

/// How long a client may take, or be still.
#[derive(Debug, Clone, Copy)]
pub struct SoundPatience {
    /// To say who it is.
    pub hello: Duration,
    /// Without a frame, whatever is in it.
    pub silent: Duration,
    /// Without playing any of what it was sent, or without an answer to a flush.
    pub unplayed: Duration,
}

impl Default for SoundPatience {
    fn default() -> Self {
        Self { hello: Duration::from_secs(5), silent: Duration::from_secs(30), unplayed: Duration::from_secs(10) }
    }
}

/// Why a seat ends.
enum End {
    /// Its client has left.
    Left,
    /// It is told why.
    Goodbye(DoorError),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Left
    }
}

/// Lets clients in, on the thread that calls it.
pub(super) async fn serve(
    socket: Socket,
    seats: ClientSeats,
    hub: Arc<Hub>,
    patience: SoundPatience,
) -> io::Result<()> {
    let listener = socket.listener()?;
    let clients = LocalSet::new();
    let accept = super::accept(listener, |stream, place| {
        let (seats, hub) = (seats.clone(), Arc::clone(&hub));
        clients.spawn_local(async move {
            if let Some((stream, rest, seat)) = greeting::greet(stream, &seats, &hub, patience).await {
                session::converse(stream, &rest, seat, &hub, patience).await;
            }
            drop(place);
        });
    });
    clients.run_until(accept).await;
    Ok(())
}

/// Samples of what a client is sent.
const fn samples_in(milliseconds: u32) -> usize {
    (RATE_HZ as usize * milliseconds as usize) / 1_000
}

#[cfg(test)]
mod tests;

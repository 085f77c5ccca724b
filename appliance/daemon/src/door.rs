//! The local door: Unix sockets at which an owner's programs see what Parley does, and tell it what to do. Messages and
//! terms are those of [`parley_door`].
//!
//! Terms: the [`DoorHost`] is what stands behind the door; the **hub** numbers what happens, and keeps the state; a
//! [`Guest`] is a client as its host knows it.
//!
//! Rules:
//! - The door has a thread and a runtime of its own: whatever its clients do, the conductor is never in a queue with them.
//!   What they want reaches it through its control channel, and is refused where that is full.
//! - Memory is bounded: [`CONNECTIONS`] for each socket, one line of input and one of output for each connection,
//!   [`REQUESTS_IN_FLIGHT`], and [`EVENTS_KEPT`] for all of them.
//! - Time is bounded: for the hello, for what is not read, and for each request. So is work: see [`budget`].
//! - Queues, with what happens when they are full: events ([`EVENTS_KEPT`]): a client that is further behind is told how many it
//!   has missed, and given the whole state; requests in flight: one more is read, and no further one until another is
//!   answered; results of tools, for which what is in flight may wait, do not count; calls of a client's tools: see [`Guest`].
//! - What one client sets is set in the order in which it asked.
//! - Sound has a socket and a thread of its own: see [`sound`].
//! - On a device a door belongs to the group of its folder, which is given to what is made in it (the folder's set-group-ID
//!   bit): in the daemon's user namespace no other group has a number, so that it could not give the socket away itself.
//!   systemd's socket units could; but then whoever connects would start a voice that somebody has stopped.

mod budget;
mod client;
mod guest;
mod host;
mod hub;
mod near_misses;
mod own;
mod seat;
mod settings;
mod sockets;
mod sound;
mod told;
mod updates;
mod wishes;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parley_door::{Door, DoorError, DoorReply, DoorRequest, DoorState, ErrorCode};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use self::client::Client;
pub use self::guest::Guest;
pub(crate) use self::guest::OutgoingCall;
pub use self::host::SessionHost;
pub use self::hub::Hub;
pub use self::near_misses::KeptNearMisses;
pub use self::own::OwnDoor;
pub use self::seat::{SeatControl, SeatList};
use self::sockets::Socket;
pub use self::sound::{ClientSeats, SoundPatience};

/// Connections to one socket at a time: lights, a page, a few scripts. More are sent away with a word.
pub const CONNECTIONS: usize = 32;
/// Requests of one connection that may be under way.
pub const REQUESTS_IN_FLIGHT: usize = 8;
/// Events that a slow client may be behind.
pub const EVENTS_KEPT: usize = 256;

/// How long a client may take to say who it is, and not to read what it is told.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub hello: Duration,
    pub unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { hello: Duration::from_secs(5), unread: Duration::from_secs(10) }
    }
}

/// What stands behind the door.
pub trait DoorHost: Send + Sync + 'static {
    /// Everything that is so at the beginning.
    fn state(&self) -> DoorState;

    /// Tells the hub what happens, until nothing more can. Dropped with the door.
    fn follow(&self, hub: &Hub) -> impl Future<Output = ()> + Send;

    /// Does what a client of the control door wants, and ends in bounded time. Dropped with the connection.
    fn handle(
        &self,
        request: DoorRequest,
        guest: &Guest,
        hub: &Hub,
    ) -> impl Future<Output = Result<DoorReply, DoorError>> + Send;

    /// A client has gone: nothing more is handled for it, or told to it.
    fn left(&self, _guest: &Guest) {}
}

/// Doors that are open; dropping them closes them and removes their sockets.
pub struct OpenDoors {
    folder: PathBuf,
    hub: Arc<Hub>,
    own: OwnDoor,
    sound: Option<DoorThread>,
    _doors: DoorThread,
}

impl OpenDoors {
    /// Opens both doors below a folder.
    pub fn open(folder: &Path, host: impl DoorHost, patience: Patience) -> io::Result<Self> {
        let sockets = [Socket::bind(Door::Read, folder)?, Socket::bind(Door::Control, folder)?];
        let hub = Arc::new(Hub::new(host.state()));
        let its = Arc::clone(&hub);
        let (own, requests) = OwnDoor::new(Arc::clone(&hub));
        let serve = async move || {
            let host = Arc::new(host);
            let own = requests.serve(Arc::clone(&host), Arc::clone(&its));
            tokio::join!(serve(sockets, host, its, patience), own).0
        };
        let doors = DoorThread::start("door", serve)?;
        Ok(Self { folder: folder.to_owned(), hub, own, sound: None, _doors: doors })
    }

    /// The daemon's own place at the control door.
    pub fn own(&self) -> OwnDoor {
        self.own.clone()
    }

    /// Opens the socket for sound beside the control door's, where clients take these seats.
    pub fn open_for_sound(&mut self, seats: ClientSeats, patience: SoundPatience) -> io::Result<()> {
        let socket = Socket::bind_for_sound(&self.folder)?;
        let hub = Arc::clone(&self.hub);
        self.sound = Some(DoorThread::start("sound", move || sound::serve(socket, seats, hub, patience))?);
        Ok(())
    }
}

/// A thread with a runtime of its own, for sockets; dropping it ends it.
struct DoorThread {
    /// Dropped to end the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl DoorThread {
    /// `serve` makes what the thread does until it is ended.
    fn start<F: Future<Output = io::Result<()>>>(
        name: &str,
        serve: impl FnOnce() -> F + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    served = serve() => {
                        if let Err(error) = served {
                            tracing::warn!(%error, "the door is closed");
                        }
                    }
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// Serves both doors below a folder in the runtime of whoever awaits it, until it is dropped: for tests in simulated time.
pub async fn serve_below(folder: &Path, host: impl DoorHost, patience: Patience) -> io::Result<()> {
    let sockets = [Socket::bind(Door::Read, folder)?, Socket::bind(Door::Control, folder)?];
    let hub = Arc::new(Hub::new(host.state()));
    serve(sockets, Arc::new(host), hub, patience).await
}

impl Drop for DoorThread {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // An error is a panic, which was told when it happened.
            let _ = thread.join();
        }
    }
}

async fn serve<H: DoorHost>(sockets: [Socket; 2], host: Arc<H>, hub: Arc<Hub>, patience: Patience) -> io::Result<()> {
    let [read, control] = &sockets;
    let accept = |socket: &Socket| {
        let (door, host, hub) = (socket.door, Arc::clone(&host), Arc::clone(&hub));
        let welcome = move |stream, place| {
            let client = Client::new(stream, door, Arc::clone(&host), Arc::clone(&hub), patience);
            tokio::spawn(async move {
                client.serve().await;
                drop(place);
            });
        };
        Ok::<_, io::Error>(accept(socket.listener()?, welcome))
    };
    let (read, control) = (accept(read)?, accept(control)?);
    let follow = async {
        host.follow(&hub).await;
        // Nothing more happens, but what is wanted may still be answered.
        std::future::pending::<()>().await;
    };
    tokio::join!(read, control, follow);
    Ok(())
}

/// Lets clients in, each with the place that it takes among [`CONNECTIONS`].
async fn accept(listener: UnixListener, mut welcome: impl FnMut(UnixStream, OwnedSemaphorePermit)) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // No file is free, for instance: those who are here may go.
                tracing::warn!(%error, "nobody can be let in");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => welcome(stream, place),
            Err(_) => {
                let text = format!("{CONNECTIONS} programs are connected, and no more may be; end one of them");
                client::send_away(&stream, DoorError::new(ErrorCode::Busy, text));
            }
        }
    }
}

#[cfg(test)]
mod tests;

//! A client of the local door, for programs that may wait: [`DoorClient`]. Messages and terms are those of
//! [`parley_door`]; `examples/` of the repository has programs that use it. [`SeatClient`] is a client of the socket for
//! sound, which gives it a seat of its own, and [`PlayQueue`] what it has to play.

mod error;
mod play_queue;
mod seat;

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use parley_door::{
    AnswerResult, ClientHello, DaemonHello, Door, DoorAnswer, DoorReply, DoorRequest, DoorState, DoorVersion,
    FromClient, FromDaemon, LineCutter, NumberedEvent, ToolCall,
};

pub use self::error::DoorClientError;
pub use self::play_queue::PlayQueue;
pub use self::seat::SeatClient;

/// How long the daemon may take to say hello, and to take what is written.
const PATIENCE: Duration = Duration::from_secs(5);

/// Events that wait while an answer is waited for; the oldest are dropped, and are in the state all the same.
const EVENTS_KEPT: usize = 1_024;

/// A connection to one of the doors.
#[derive(Debug)]
pub struct DoorClient {
    stream: UnixStream,
    lines: LineCutter,
    hello: DaemonHello,
    state: DoorState,
    told: VecDeque<DoorNews>,
    next_id: u64,
}

/// What the daemon told unasked.
#[derive(Debug, Clone, PartialEq)]
pub enum DoorNews {
    /// Something happened; the state has it already.
    Event(NumberedEvent),
    /// So many events were missed; the state is whole again.
    Missed(u64),
    /// A tool that this client has offered is to do something; answer with [`DoorRequest::ToolResult`].
    ToolCalled(ToolCall),
}

impl DoorClient {
    /// Goes to a door of this machine's Parley. `name`: who asks, for the daemon's log; `words`: what people and Parley
    /// say is wanted too, which only the control door tells.
    ///
    /// # Errors
    /// Nobody listens, this user may not, or the daemon does not want to.
    pub fn connect(door: Door, name: &str, words: bool) -> Result<Self, DoorClientError> {
        let folder = Door::folder(|name| std::env::var_os(name)).ok_or(DoorClientError::NoFolder)?;
        Self::connect_below(&folder, door, name, words)
    }

    /// The same with the doors below this folder.
    ///
    /// # Errors
    /// As [`DoorClient::connect`].
    pub fn connect_below(folder: &Path, door: Door, name: &str, words: bool) -> Result<Self, DoorClientError> {
        let path = door.socket(folder);
        let stream = UnixStream::connect(&path).map_err(|error| DoorClientError::of_connecting(error, path, door))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut connection = Connection { stream: &stream, lines: LineCutter::default() };
        // A daemon that has no place for it says so, and closes, perhaps before this is written.
        let hello = ClientHello { version: DoorVersion::THIS, name: name.into(), words };
        let written = connection.write(&FromClient::Hello(hello));
        let until = Instant::now() + PATIENCE;
        let mut hello = None;
        loop {
            match connection.read(Some(until)).map_err(|error| written_or(&written, error))? {
                Some(FromDaemon::Hello(said)) => hello = Some(said),
                Some(FromDaemon::State { state, .. }) => {
                    let hello = hello.ok_or(DoorClientError::NoDoor)?;
                    let Connection { lines, .. } = connection;
                    return Ok(Self { stream, lines, hello, state, told: VecDeque::new(), next_id: 1 });
                }
                Some(FromDaemon::Goodbye(error)) => return Err(DoorClientError::Refused(error)),
                Some(
                    FromDaemon::Event(_) | FromDaemon::Answer(_) | FromDaemon::ToolCalled(_) | FromDaemon::Unknown,
                ) => {}
                None => return Err(DoorClientError::TooLate),
            }
        }
    }

    /// How the daemon introduced itself.
    pub fn hello(&self) -> &DaemonHello {
        &self.hello
    }

    /// What is known now: kept up to date by [`DoorClient::wait`] and [`DoorClient::call`].
    pub fn state(&self) -> &DoorState {
        &self.state
    }

    /// Waits for something to happen: for ever, or for this long, after which there is nothing.
    ///
    /// # Errors
    /// The daemon is gone, or does not want to talk any more.
    pub fn wait(&mut self, patience: Option<Duration>) -> Result<Option<DoorNews>, DoorClientError> {
        if let Some(news) = self.told.pop_front() {
            return Ok(Some(news));
        }
        let until = patience.map(|patience| Instant::now() + patience);
        loop {
            let Some(message) = self.read(until)? else { return Ok(None) };
            if let Some(news) = self.take(message)? {
                return Ok(Some(news));
            }
        }
    }

    /// Asks for something, and waits at most this long for what comes of it. What happens meanwhile is kept for
    /// [`DoorClient::wait`].
    ///
    /// # Errors
    /// The daemon refuses, is gone, or takes longer.
    pub fn call(&mut self, request: DoorRequest, patience: Duration) -> Result<DoorReply, DoorClientError> {
        let mut kept = VecDeque::new();
        let result = self.call_with(request, patience, |news| {
            if kept.len() == EVENTS_KEPT {
                kept.pop_front();
            }
            kept.push_back(news);
        });
        self.told.append(&mut kept);
        result
    }

    /// The same, and whoever asks sees at once what happens meanwhile.
    ///
    /// # Errors
    /// As [`DoorClient::call`].
    pub fn call_with(
        &mut self,
        request: DoorRequest,
        patience: Duration,
        mut meanwhile: impl FnMut(DoorNews),
    ) -> Result<DoorReply, DoorClientError> {
        let id = self.next_id;
        self.next_id += 1;
        let until = Instant::now() + patience;
        let written = Connection { stream: &self.stream, lines: LineCutter::default() }
            .write(&FromClient::Request { id, request });
        loop {
            let message = self.read(Some(until)).map_err(|error| written_or(&written, error))?;
            let message = message.ok_or(DoorClientError::TooLate)?;
            if let FromDaemon::Answer(DoorAnswer { id: Some(answered), result }) = message {
                match result {
                    AnswerResult::Ok(reply) if answered == id => return Ok(reply),
                    AnswerResult::Error(error) if answered == id => return Err(DoorClientError::Refused(error)),
                    // To what was given up.
                    AnswerResult::Ok(_) | AnswerResult::Error(_) => {}
                }
            } else {
                self.take(message)?.into_iter().for_each(&mut meanwhile);
            }
        }
    }

    fn read(&mut self, until: Option<Instant>) -> Result<Option<FromDaemon>, DoorClientError> {
        let mut connection = Connection { stream: &self.stream, lines: std::mem::take(&mut self.lines) };
        let read = connection.read(until);
        self.lines = connection.lines;
        read
    }

    fn take(&mut self, message: FromDaemon) -> Result<Option<DoorNews>, DoorClientError> {
        match message {
            FromDaemon::Event(event) => {
                self.state.apply(&event);
                Ok(Some(DoorNews::Event(event)))
            }
            FromDaemon::State { missed, state } => {
                self.state = state;
                Ok(Some(DoorNews::Missed(missed)))
            }
            FromDaemon::ToolCalled(call) => Ok(Some(DoorNews::ToolCalled(call))),
            FromDaemon::Goodbye(error) => Err(DoorClientError::Refused(error)),
            FromDaemon::Hello(_) | FromDaemon::Answer(_) | FromDaemon::Unknown => Ok(None),
        }
    }
}

struct Connection<'a> {
    stream: &'a UnixStream,
    lines: LineCutter,
}

impl Connection<'_> {
    fn write(&mut self, message: &FromClient) -> Result<(), DoorClientError> {
        let mut line = serde_json::to_vec(message).map_err(|_| DoorClientError::NoDoor)?;
        line.push(b'\n');
        Ok(self.stream.write_all(&line)?)
    }

    /// The next message; `None` where there is none until then.
    fn read(&mut self, until: Option<Instant>) -> Result<Option<FromDaemon>, DoorClientError> {
        loop {
            if let Some(line) = self.lines.next_line().map_err(|_| DoorClientError::NoDoor)? {
                return serde_json::from_slice(line).map(Some).map_err(|_| DoorClientError::NoDoor);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Ok(None);
            }
            self.stream.set_read_timeout(left)?;
            let mut piece = [0; 4_096];
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(DoorClientError::Closed),
                Ok(read) => self.lines.push(piece.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(DoorClientError::Closed),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What was read says more than that it could not be written; that says more than an end.
fn written_or(written: &Result<(), DoorClientError>, read: DoorClientError) -> DoorClientError {
    match (written, read) {
        (Err(DoorClientError::Io(error)), DoorClientError::Closed) => DoorClientError::Io(error.kind().into()),
        (_, read) => read,
    }
}

#[cfg(test)]
mod tests;

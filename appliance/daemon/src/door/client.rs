//! One connection, from its hello to its end.

use std::io;
use std::sync::Arc;

use parley_door::{
    AnswerResult, ClientHello, DaemonHello, Door, DoorAnswer, DoorError, DoorReply, DoorRequest, DoorVersion,
    ErrorCode, FromClient, FromDaemon, LONGEST_LINE, LineCutter, LineTooLong, NumberedEvent,
};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::budget::Budget;
use super::{DoorHost, Guest, Hub, Patience, REQUESTS_IN_FLIGHT};

/// How much is read at once.
const PIECE: usize = 4 * 1024;

pub(super) struct Client<H> {
    input: Input,
    output: Output,
    door: Door,
    host: Arc<H>,
    hub: Arc<Hub>,
    patience: Patience,
}

/// Tells the host when a client has gone, however it went.
struct Presence<H: DoorHost> {
    host: Arc<H>,
    guest: Arc<Guest>,
}

impl<H: DoorHost> Presence<H> {
    /// What comes of a request.
    fn handle(
        &self,
        id: u64,
        request: DoorRequest,
        hub: &Arc<Hub>,
    ) -> impl Future<Output = DoorAnswer> + Send + use<H> {
        let (host, guest, hub) = (Arc::clone(&self.host), Arc::clone(&self.guest), Arc::clone(hub));
        async move { answer_of(Some(id), host.handle(request, &guest, &hub).await) }
    }
}

impl<H: DoorHost> Drop for Presence<H> {
    fn drop(&mut self) {
        self.host.left(&self.guest);
    }
}

/// Why a connection ends before its client has said all.
enum End {
    /// It cannot be talked to any more.
    Gone,
    /// It is told why.
    Goodbye(DoorError),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl<H: DoorHost> Client<H> {
    pub(super) fn new(stream: UnixStream, door: Door, host: Arc<H>, hub: Arc<Hub>, patience: Patience) -> Self {
        let (reader, writer) = stream.into_split();
        let (input, output) = (Input::new(reader), Output { writer, words: false, patience });
        Self { input, output, door, host, hub, patience }
    }

    pub(super) async fn serve(mut self) {
        let Err(End::Goodbye(error)) = self.converse().await else { return };
        tracing::debug!(code = ?error.code, error = error.message, "a client of the door is sent away");
        // Best effort: it may be gone, or not read.
        let _ = self.output.send(FromDaemon::Goodbye(error)).await;
    }

    async fn converse(&mut self) -> Result<(), End> {
        let Some(hello) = self.hello().await? else { return Ok(()) };
        let control = self.door == Door::Control;
        self.output.words = control && hello.words;
        tracing::debug!(door = self.door.name(), name = hello.name, "somebody is at the door");
        let (version, parley) = (DoorVersion::THIS, env!("CARGO_PKG_VERSION").to_owned());
        self.output.send(FromDaemon::Hello(DaemonHello { version, parley, control, words: self.output.words })).await?;
        let mut events = self.tell_all(0).await?;
        let (guest, mut calls) = Guest::new();
        let guest = Arc::new(guest.with_words(self.output.words));
        let presence = Presence { host: Arc::clone(&self.host), guest };
        let mut requests = JoinSet::new();
        // One that was read and has to wait for another's answer.
        let mut waiting = None;
        let mut asks = true;
        while asks || !requests.is_empty() || waiting.is_some() {
            if requests.len() < REQUESTS_IN_FLIGHT
                && let Some((id, request)) = waiting.take()
            {
                requests.spawn(presence.handle(id, request, &self.hub));
            }
            tokio::select! {
                Some(answer) = requests.join_next(), if !requests.is_empty() => {
                    // An error is a panic of the host's, which was told when it happened.
                    let failed = || answer_of(None, Err(DoorError::new(ErrorCode::NotAvailable, "it failed")));
                    self.output.send(FromDaemon::Answer(answer.unwrap_or_else(|_| failed()))).await?;
                }
                event = events.recv() => match event {
                    Ok(event) => self.output.send(FromDaemon::Event(event)).await?,
                    Err(RecvError::Lagged(missed)) => events = self.tell_all(missed).await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                Some(call) = calls.recv() => if let Some(call) = call.if_wanted() {
                    self.output.send(FromDaemon::ToolCalled(call)).await?;
                },
                line = self.input.line(), if asks && waiting.is_none() => match line? {
                    Some(line) => match self.request(&line) {
                        // What is asked may wait for this very result.
                        Ok((id, request @ DoorRequest::ToolResult { .. })) => {
                            let answer = presence.handle(id, request, &self.hub).await;
                            self.output.send(FromDaemon::Answer(answer)).await?;
                        }
                        Ok(request) => waiting = Some(request),
                        Err((id, error)) => self.output.send(FromDaemon::Answer(answer_of(id, Err(error)))).await?,
                    },
                    // It has nothing more to say; what it has asked is answered.
                    None => asks = false,
                },
            }
        }
        Ok(())
    }

    /// Sends the whole state, and says where to listen from then on.
    async fn tell_all(&mut self, missed: u64) -> Result<broadcast::Receiver<NumberedEvent>, End> {
        let (state, events) = self.hub.join();
        self.output.send(FromDaemon::State { missed, state }).await?;
        Ok(events)
    }

    /// `None`: it left without one.
    async fn hello(&mut self) -> Result<Option<ClientHello>, End> {
        let example = FromClient::Hello(ClientHello { version: DoorVersion::THIS, name: "me".into(), words: false });
        let example = serde_json::to_string(&example).unwrap_or_default();
        let refused = |text: String| {
            let text = format!("{text}; begin with a line such as {example}");
            End::Goodbye(DoorError::new(ErrorCode::BadHello, text))
        };
        let line = timeout(self.patience.hello, self.input.line()).await;
        let line = line.map_err(|_| refused(format!("nothing was said for {:?}", self.patience.hello)))??;
        let Some(line) = line else { return Ok(None) };
        match serde_json::from_slice(&line) {
            Ok(FromClient::Hello(hello)) if hello.version.agrees_with(DoorVersion::THIS) => Ok(Some(hello)),
            Ok(FromClient::Hello(hello)) => {
                let text = format!("version {} was said, and {} is spoken here", hello.version, DoorVersion::THIS);
                Err(End::Goodbye(DoorError::new(ErrorCode::BadVersion, text)))
            }
            Ok(FromClient::Request { .. } | FromClient::Unknown) => Err(refused("that is no hello".into())),
            Err(error) => Err(refused(format!("that is no hello ({error})"))),
        }
    }

    /// What a line asks for, where this door may do it; otherwise the id, if there is one, and what is wrong.
    fn request(&self, line: &[u8]) -> Result<(u64, DoorRequest), (Option<u64>, DoorError)> {
        /// What can be read of a request that is wrong.
        #[derive(Deserialize)]
        struct Id {
            id: u64,
        }
        let refuse = |id, code, text: String| Err((id, DoorError::new(code, text)));
        let (id, request) = match serde_json::from_slice(line) {
            Ok(FromClient::Request { id, request }) => (id, request),
            Ok(FromClient::Hello(_)) => {
                return refuse(None, ErrorCode::BadRequest, "one hello is enough".into());
            }
            Ok(FromClient::Unknown) => {
                let id = serde_json::from_slice(line).ok().map(|Id { id }| id);
                return refuse(id, ErrorCode::UnknownRequest, "this version has no such type of message".into());
            }
            Err(error) => {
                let id = serde_json::from_slice(line).ok().map(|Id { id }| id);
                return refuse(id, ErrorCode::BadRequest, format!("that is no request: {error}"));
            }
        };
        if request == DoorRequest::Unknown {
            refuse(Some(id), ErrorCode::UnknownRequest, "this version has no such request".into())
        } else if self.door == Door::Read && !request.is_for_the_read_door() {
            let text = "this door only tells; the control door, for the group ";
            refuse(Some(id), ErrorCode::NotAllowed, format!("{text}{}, obeys", Door::Control.group()))
        } else {
            Ok((id, request))
        }
    }
}

fn answer_of(id: Option<u64>, result: Result<DoorReply, DoorError>) -> DoorAnswer {
    DoorAnswer { id, result: result.map_or_else(AnswerResult::Error, AnswerResult::Ok) }
}

/// What comes from the client.
struct Input {
    reader: OwnedReadHalf,
    lines: LineCutter,
    budget: Budget,
}

impl Input {
    fn new(reader: OwnedReadHalf) -> Self {
        Self { reader, lines: LineCutter::default(), budget: Budget::new(Instant::now()) }
    }

    /// The next line that is not blank, when its time has come; `None` at the end. Cancel-safe.
    async fn line(&mut self) -> Result<Option<Vec<u8>>, End> {
        loop {
            sleep_until(self.budget.next()).await;
            match self.lines.next_line() {
                Ok(Some(line)) => {
                    self.budget.spend(line.len(), Instant::now());
                    if !line.trim_ascii().is_empty() {
                        return Ok(Some(line.to_vec()));
                    }
                }
                Ok(None) => {
                    let mut piece = [0; PIECE];
                    match self.reader.read(&mut piece).await? {
                        0 => return Ok(None),
                        read => self.lines.push(piece.get(..read).unwrap_or_default()),
                    }
                }
                Err(error @ LineTooLong) => {
                    return Err(End::Goodbye(DoorError::new(ErrorCode::LineTooLong, error.to_string())));
                }
            }
        }
    }
}

/// What goes to the client.
struct Output {
    writer: OwnedWriteHalf,
    words: bool,
    patience: Patience,
}

impl Output {
    async fn send(&mut self, message: FromDaemon) -> Result<(), End> {
        let line = if self.words { encode(&message).filter(|line| line.len() <= LONGEST_LINE + 1) } else { None };
        // What does not fit into a line comes without words.
        let Some(line) = line.or_else(|| encode(&message.without_words())) else { return Ok(()) };
        match timeout(self.patience.unread, self.writer.write_all(&line)).await {
            Ok(written) => Ok(written?),
            Err(_) => {
                tracing::debug!("a client of the door does not read");
                Err(End::Gone)
            }
        }
    }
}

/// A message as a line; `None` for one that only a newer version could write.
fn encode(message: &FromDaemon) -> Option<Vec<u8>> {
    let mut line = serde_json::to_vec(message).ok()?;
    line.push(b'\n');
    Some(line)
}

/// Tells a connection that is not taken why, if it can be told at once.
pub(super) fn send_away(stream: &UnixStream, error: DoorError) {
    if let Some(line) = encode(&FromDaemon::Goodbye(error)) {
        let _ = stream.try_write(&line);
    }
}

//! A seat for a client: a conversation like the device's own, whose sound comes and goes through a socket.

use std::sync::Arc;
use std::time::Duration;

use parley_audio::playback::{NoFreeFeed, Renderer};
use parley_conversation::{BargeIn, Conversation, Settings};
use parley_door::{DoorBargeIn, DoorError, DoorEvent, ErrorCode, SoundHello};
use tokio::runtime::Handle as RuntimeHandle;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::super::Hub;
use super::super::seat::{SeatControl, SeatList};
use super::loudspeaker::ClientLoudspeaker;
use super::{FRAME_MS, RATE_HZ, samples_in};
use crate::conductor::{Conducting, Conductor, Generating, Loudspeaker};
use crate::listening::{AudioFrame, FRAMES_IN_FLIGHT, Mute};
use crate::seats::{Seat, Seats};
use crate::session::Session;
use crate::signals::Signals;
use crate::tools::Tools;
use crate::workers::EngineHealth;

/// A seat is taken for so long at least: whoever comes and goes all the time makes little work, and few events.
const SHORTEST: Duration = Duration::from_secs(1);

/// Gives seats to clients; clones give the same ones.
#[derive(Clone)]
pub struct ClientSeats {
    seats: Seats,
    settings: Settings,
    generating: Generating,
    health: EngineHealth,
    tools: Tools,
    /// Those of the device: a client's are chosen with them.
    signals: Option<Signals>,
    /// Where the conductors run.
    runtime: RuntimeHandle,
    taken: SeatList,
}

/// A seat that a client has; dropping it ends the conversation.
pub(super) struct ClientSeat {
    pub(super) control: SeatControl,
    pub(super) frames: mpsc::Sender<AudioFrame>,
    pub(super) loudspeaker: ClientLoudspeaker,
    conductor: JoinSet<()>,
    taken_at: Instant,
    // In this order: others learn that it is free before it is taken again.
    _listed: Listed,
    _seat: Seat,
}

/// An entry in the list of seats, which the door's clients know of.
struct Listed {
    name: String,
    taken: SeatList,
    hub: Arc<Hub>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.taken.remove(&self.name);
        self.hub.publish(DoorEvent::SeatLeft { seat: self.name.clone() });
    }
}

impl ClientSeats {
    /// Seats beside a session's own, with the same engines, settings and tools.
    pub fn beside(session: &Session) -> Self {
        let (settings, generating) = (session.settings.clone(), session.generating.clone());
        let seats = Self::of(session.seats.clone(), settings, generating, session.workers.health());
        Self { signals: session.signals.clone(), ..seats }.with_tools(session.tools.clone())
    }

    /// The same of its parts. Their conversations are conducted in the runtime of whoever calls.
    pub fn of(seats: Seats, settings: Settings, generating: Generating, health: EngineHealth) -> Self {
        let (runtime, taken, tools) = (RuntimeHandle::current(), SeatList::default(), Tools::default());
        Self { seats, settings, generating, health, tools, signals: None, runtime, taken }
    }

    /// The same, conducted like this: a client's microphone is not the device's, and nobody knows what it hears.
    #[must_use]
    pub fn conducted(self, Conducting { settings, generating }: Conducting) -> Self {
        Self { settings, generating, ..self }
    }

    /// The same where clients offer the tools of this house.
    #[must_use]
    pub fn with_tools(self, tools: Tools) -> Self {
        Self { tools, ..self }
    }

    /// Those that are taken.
    pub fn taken(&self) -> SeatList {
        self.taken.clone()
    }

    pub(super) fn take(&self, hello: &SoundHello, hub: &Arc<Hub>) -> Result<ClientSeat, DoorError> {
        let seat = self.seats.take().map_err(|error| DoorError::new(ErrorCode::Busy, error.to_string()))?;
        let name = format!("seat-{}", seat.id().0 + 1);
        let engines = seat.engines();
        let own_barge_in = hello.barge_in.map(|barge_in| match barge_in {
            DoorBargeIn::Voice => BargeIn::Voice,
            DoorBargeIn::Key => BargeIn::Key,
        });
        let barge_in = own_barge_in.unwrap_or(self.settings.barge_in);
        // Whoever plays and records somewhere else knows of a key there.
        let rest = if own_barge_in.is_some() { Duration::ZERO } else { self.settings.rest };
        let settings = Settings { seat: seat.id(), barge_in, rest, spoken: true, ..self.settings.clone() };
        let conversation = Conversation::new(settings, Box::new(self.tools.router()), engines.end_of_turn.is_some());
        let (mixer, renderer) = Renderer::new(RATE_HZ, samples_in(FRAME_MS));
        // A new mixer has free feeds.
        let not_free = |error: NoFreeFeed| DoorError::new(ErrorCode::NotAvailable, error.to_string());
        let signals = {
            let _inside = self.runtime.enter();
            self.signals.as_ref().map_or_else(|| Signals::start(&mixer), |own| own.beside(&mixer))
        };
        let signals = signals.map_err(not_free)?;
        let feeds = Loudspeaker::open(mixer).map_err(not_free)?;
        let (conductor, handle) = Conductor::new(conversation, engines, self.generating.clone(), Some(feeds));
        let loudspeaker = ClientLoudspeaker::new(renderer);
        let (frames, incoming) = mpsc::channel(FRAMES_IN_FLIGHT);
        let health = self.health.clone().report(handle.control.downgrade());
        let conductor = conductor.with_performer(Arc::new(self.tools.performer(&name))).with_signals(signals);
        let conduct = conductor.with_language(hello.language.clone()).run(incoming);
        let mut conductor = JoinSet::new();
        let both = async {
            tokio::join!(conduct, health);
        };
        conductor.spawn_on(both, &self.runtime);
        let control = SeatControl::of(name.clone(), handle, Mute::default(), own_barge_in);
        self.taken.add(control.clone());
        hub.publish(DoorEvent::SeatTaken(control.state()));
        let listed = Listed { name, taken: self.taken.clone(), hub: Arc::clone(hub) };
        let taken_at = Instant::now();
        Ok(ClientSeat { control, frames, loudspeaker, conductor, taken_at, _listed: listed, _seat: seat })
    }
}

impl ClientSeat {
    /// Ends the conversation: nothing of it is under way when the seat is free again.
    pub(super) async fn end(&mut self) {
        self.conductor.shutdown().await;
    }

    /// Leaves it, when it may be left. The conversation has ended.
    pub(super) async fn leave(self) {
        sleep_until(self.taken_at + SHORTEST).await;
    }
}

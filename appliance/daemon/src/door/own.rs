//! The daemon's own client of its control door: what is on the board's pins sees and asks as any other program does.

use std::sync::Arc;

use parley_door::{DoorError, DoorReply, DoorRequest, DoorState, ErrorCode, NumberedEvent};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::{DoorHost, Guest, Hub};

/// Requests that may wait; whoever presses faster waits.
const WAITING: usize = 8;

/// A place at the door without a socket; clones are the same.
#[derive(Clone)]
pub struct OwnDoor {
    hub: Arc<Hub>,
    requests: mpsc::Sender<OwnRequest>,
}

/// A request, and where its answer goes.
struct OwnRequest {
    request: DoorRequest,
    answer: oneshot::Sender<Result<DoorReply, DoorError>>,
}

/// What the door does for its own client.
pub(super) struct OwnRequests(mpsc::Receiver<OwnRequest>);

impl OwnDoor {
    pub(super) fn new(hub: Arc<Hub>) -> (Self, OwnRequests) {
        let (requests, receiver) = mpsc::channel(WAITING);
        (Self { hub, requests }, OwnRequests(receiver))
    }

    /// A door behind which nobody is.
    #[cfg(test)]
    pub(crate) fn to_nobody() -> Self {
        Self::new(Arc::new(Hub::new(DoorState::new(Vec::new())))).0
    }

    /// The state, and what happens from then on.
    pub fn join(&self) -> (DoorState, broadcast::Receiver<NumberedEvent>) {
        self.hub.join()
    }

    /// The state now.
    pub fn state(&self) -> DoorState {
        self.hub.state()
    }

    /// Asks for something.
    ///
    /// # Errors
    /// It is refused, or the door is closed.
    pub async fn ask(&self, request: DoorRequest) -> Result<DoorReply, DoorError> {
        let closed = || DoorError::new(ErrorCode::NotAvailable, "the door is closed");
        let (answer, answered) = oneshot::channel();
        self.requests.send(OwnRequest { request, answer }).await.map_err(|_| closed())?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }
}

impl OwnRequests {
    /// Does what is asked, each beside the others, until nobody can ask any more.
    pub(super) async fn serve<H: DoorHost>(mut self, host: Arc<H>, hub: Arc<Hub>) {
        let (guest, _calls) = Guest::new();
        let guest = Arc::new(guest);
        while let Some(OwnRequest { request, answer }) = self.0.recv().await {
            let (host, hub, guest) = (Arc::clone(&host), Arc::clone(&hub), Arc::clone(&guest));
            tokio::spawn(async move {
                // An error means that nobody waits for it any more.
                let _ = answer.send(host.handle(request, &guest, &hub).await);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use parley_door::{DoorEvent, SeatState};

    use super::*;

    /// A host that answers one thing and refuses the rest.
    struct Double;

    impl DoorHost for Double {
        fn state(&self) -> DoorState {
            DoorState::new(vec![SeatState::own()])
        }

        async fn follow(&self, _: &Hub) {}

        async fn handle(&self, request: DoorRequest, _: &Guest, hub: &Hub) -> Result<DoorReply, DoorError> {
            let DoorRequest::Mute { muted, .. } = request else {
                return Err(DoorError::new(ErrorCode::UnknownRequest, format!("{request:?}")));
            };
            hub.publish(DoorEvent::Muted { seat: "own".into(), muted });
            Ok(DoorReply::Done)
        }
    }

    #[tokio::test]
    async fn it_sees_and_asks_as_a_program_does_until_the_door_is_closed() {
        let hub = Arc::new(Hub::new(Double.state()));
        let (own, requests) = OwnDoor::new(Arc::clone(&hub));
        let serving = tokio::spawn(requests.serve(Arc::new(Double), hub));
        let (mut state, mut events) = own.join();
        assert_eq!(own.ask(DoorRequest::Mute { muted: true, seat: None }).await, Ok(DoorReply::Done));
        state.apply(&events.recv().await.expect("it is told"));
        assert!(state.seats[0].muted && own.state() == state);
        assert!(own.ask(DoorRequest::CheckRoom).await.is_err());
        serving.abort();
        let refused = tokio::time::timeout(std::time::Duration::from_secs(9), own.ask(DoorRequest::Status)).await;
        assert_eq!(refused.expect("it waits for nobody").expect_err("it is closed").code, ErrorCode::NotAvailable);
    }
}

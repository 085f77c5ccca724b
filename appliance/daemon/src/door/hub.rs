//! The hub: numbers what happens, keeps the state, and tells the clients.

use std::sync::{Mutex, PoisonError};

use parley_door::{DoorEvent, DoorState, NumberedEvent};
use tokio::sync::broadcast;

use super::EVENTS_KEPT;

pub struct Hub {
    state: Mutex<DoorState>,
    events: broadcast::Sender<NumberedEvent>,
}

impl Hub {
    pub(super) fn new(state: DoorState) -> Self {
        Self { state: Mutex::new(state), events: broadcast::Sender::new(EVENTS_KEPT) }
    }

    pub fn publish(&self, event: DoorEvent) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let event = NumberedEvent { number: state.number + 1, event };
        state.apply(&event);
        // Under the lock: whoever joins finds an event in the state or in the channel, and never in both. An error means
        // that nobody is connected.
        let _ = self.events.send(event);
    }

    pub fn state(&self) -> DoorState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The state, and what happens from then on.
    pub(super) fn join(&self) -> (DoorState, broadcast::Receiver<NumberedEvent>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.clone(), self.events.subscribe())
    }
}

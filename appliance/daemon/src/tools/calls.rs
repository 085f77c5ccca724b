//! Calls under way: each has one result, of the client that was called.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parley_conversation::{Effect, EffectResult};
use parley_door::ToolCall;
use tokio::sync::oneshot;

use crate::door::{Guest, OutgoingCall};

/// Calls of one client's tools that may be under way: a few seats, and what was begun for turns that are over.
const MOST_CALLS_OF_A_CLIENT: usize = 8;

/// Calls that are over and still known, so that a client learns what is wrong with its result.
const REMEMBERED: usize = 64;

/// Why a result is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotWaiting {
    /// There was no such call of this client, or it was long ago.
    Unknown,
    Answered,
    GivenUp,
}

#[derive(Debug, Default)]
pub(super) struct Calls {
    latest: u64,
    waiting: HashMap<u64, Waiting>,
    /// The latest ones: call, client, and how it ended.
    over: VecDeque<(u64, u64, NotWaiting)>,
}

#[derive(Debug)]
struct Waiting {
    client: u64,
    result: oneshot::Sender<EffectResult>,
    /// The call is told as long as this is held.
    _wanted: Arc<()>,
}

impl Calls {
    /// Calls a tool; its number, and where the result comes. What comes to nothing is a client that has gone.
    ///
    /// # Errors
    /// Why it cannot be called, for logs.
    pub(super) fn begin(
        &mut self,
        guest: &Guest,
        effect: &Effect,
        seat: String,
    ) -> Result<(u64, oneshot::Receiver<EffectResult>), String> {
        let client = guest.number();
        if self.waiting.values().filter(|waiting| waiting.client == client).count() >= MOST_CALLS_OF_A_CLIENT {
            return Err(format!("its program has {MOST_CALLS_OF_A_CLIENT} calls under way"));
        }
        let (call, wanted) = (self.latest + 1, Arc::new(()));
        let Effect { name, arguments } = effect.clone();
        let waits = Arc::downgrade(&wanted);
        if !guest.call(OutgoingCall { call: ToolCall { call, name, arguments, seat }, waits }) {
            return Err("its program cannot be told".into());
        }
        self.latest = call;
        let (result, receiver) = oneshot::channel();
        self.waiting.insert(call, Waiting { client, result, _wanted: wanted });
        Ok((call, receiver))
    }

    /// A client tells what came of a call.
    pub(super) fn result(&mut self, client: u64, call: u64, result: EffectResult) -> Result<(), NotWaiting> {
        if self.waiting.get(&call).is_some_and(|waiting| waiting.client == client) {
            let taken = self.waiting.remove(&call).map(|waiting| waiting.result.send(result).is_ok());
            let how = if taken == Some(true) { NotWaiting::Answered } else { NotWaiting::GivenUp };
            self.remember(call, client, how);
            return if how == NotWaiting::Answered { Ok(()) } else { Err(how) };
        }
        let over = self.over.iter().find(|(over, whose, _)| (*over, *whose) == (call, client));
        Err(over.map_or(NotWaiting::Unknown, |(.., how)| *how))
    }

    /// Nobody waits for its result any more.
    pub(super) fn give_up(&mut self, call: u64) {
        if let Some(waiting) = self.waiting.remove(&call) {
            self.remember(call, waiting.client, NotWaiting::GivenUp);
        }
    }

    /// No result of this client will come.
    pub(super) fn left(&mut self, client: u64) {
        self.waiting.retain(|_, waiting| waiting.client != client);
    }

    fn remember(&mut self, call: u64, client: u64, how: NotWaiting) {
        if self.over.len() == REMEMBERED {
            self.over.pop_front();
        }
        self.over.push_back((call, client, how));
    }
}

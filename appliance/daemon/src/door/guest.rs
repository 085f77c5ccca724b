//! A client as the host knows it: by a number, and by what can be told to it alone.
//!
//! The queue of calls ([`CALLS_WAITING`]): where it is full, the call fails at once. So it does where the client has gone.

use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};

use parley_door::ToolCall;
use tokio::sync::mpsc;

/// Calls that a client may not have been told of yet.
const CALLS_WAITING: usize = 8;

/// A client that is connected.
#[derive(Debug, Clone)]
pub struct Guest {
    number: u64,
    calls: mpsc::Sender<OutgoingCall>,
    words: bool,
}

/// A call on its way to a client.
#[derive(Debug)]
pub(crate) struct OutgoingCall {
    pub(crate) call: ToolCall,
    /// Held by whoever waits for the result.
    pub(crate) waits: Weak<()>,
}

impl OutgoingCall {
    /// What to tell. Nothing where nobody waits any more: what is not begun in time is not begun at all.
    pub(crate) fn if_wanted(self) -> Option<ToolCall> {
        (self.waits.strong_count() > 0).then_some(self.call)
    }
}

impl Guest {
    /// A client, and what it is to be told.
    pub(crate) fn new() -> (Self, mpsc::Receiver<OutgoingCall>) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let (calls, receiver) = mpsc::channel(CALLS_WAITING);
        (Self { number: NEXT.fetch_add(1, Ordering::Relaxed), calls, words: false }, receiver)
    }

    /// The same, which may be told what people say or not.
    #[must_use]
    pub(crate) fn with_words(self, words: bool) -> Self {
        Self { words, ..self }
    }

    /// Whether it may be told what people say.
    pub(crate) fn words(&self) -> bool {
        self.words
    }

    /// No other client of this process has it.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Whether it was taken.
    pub(crate) fn call(&self, call: OutgoingCall) -> bool {
        self.calls.try_send(call).is_ok()
    }
}

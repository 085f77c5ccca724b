//! Tools: what an owner's programs do when somebody asks for it.
//!
//! A client of the control door *offers* a tool: a name, and the sentences by which people ask for it. The router of a
//! conversation ([`Tools::router`]) knows the sentences, and answers one with an effect; its performer ([`Tools::performer`])
//! *calls* the tool at the release of the turn, and waits for the *result*, which is said or thought on.
//!
//! Rules:
//! - Whoever offers a name or a sentence first has it, until they go. All that is offered is bounded, see [`MOST_TOOLS`].
//! - A call goes to the client that offers its very sentence, and is told once. One that was not told when its time is over
//!   is not told any more.
//! - Each call has one result within the limit: the client's, or that there is none. A client that goes leaves none waiting.
//! - One tool may be for *any* text that no sentence asks for, of a client that may be told what people say. It is asked last,
//!   and where it has nothing to say in time ([`LONGEST_ANY`]) the language model answers as if there were none.
//! - The router never waits: it reads what is offered through a pointer that is replaced whole.

mod calls;
mod offered;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use parley_conversation::{Effect, EffectId, EffectResult, MAX_RESULT_CHARS, Request, Route, Router};
use parley_door::{DoorError, DoorReply, ErrorCode};
use tokio::time::timeout;

use self::calls::{Calls, NotWaiting};
pub(crate) use self::offered::ToolOffer;
pub use self::offered::{LONGEST_SENTENCE_CHARS, MOST_SENTENCES, MOST_TOOLS, MOST_TOOLS_OF_A_CLIENT};
use self::offered::{Offered, is_for_any};
use crate::clock;
use crate::conductor::{Performer, Performing, lock};
use crate::door::Guest;
use crate::ready_made;

/// How long a tool may take: as long as people wait for an answer without asking again.
pub const LONGEST_CALL: Duration = Duration::from_secs(10);

/// How long one may take that is asked for any text: so long people wait for what the language model then begins to say.
pub const LONGEST_ANY: Duration = Duration::from_secs(2);

/// All tools that are offered. Clones are the same.
#[derive(Clone)]
pub struct Tools(Arc<Shared>);

struct Shared {
    offered: RwLock<Arc<Offered>>,
    calls: Mutex<Calls>,
    longest_call: Duration,
}

impl Default for Tools {
    fn default() -> Self {
        Self::with_longest_call(LONGEST_CALL)
    }
}

impl Tools {
    /// The same with another limit, for tests.
    pub fn with_longest_call(longest_call: Duration) -> Self {
        Self(Arc::new(Shared { offered: RwLock::default(), calls: Mutex::default(), longest_call }))
    }

    /// Leaves what somebody offers a sentence for to them, and everything else to the language model.
    pub fn router(&self) -> impl Router + use<> {
        ToolRouter(self.clone())
    }

    /// Has done what the router of this seat wants done.
    pub fn performer(&self, seat: &str) -> impl Performer + use<> {
        ToolPerformer { tools: self.clone(), seat: seat.to_owned() }
    }

    /// A client offers a tool; of a bad one, the words say what is wrong with it.
    pub(crate) fn offer(&self, guest: &Guest, offer: Result<ToolOffer, String>) -> Result<DoorReply, DoorError> {
        let offer = offer.map_err(|wrong| DoorError::new(ErrorCode::BadRequest, wrong))?;
        let name = offer.name().to_owned();
        self.change(|offered| offered.add(offer, guest))?;
        tracing::debug!(name, "a tool is offered");
        Ok(DoorReply::Done)
    }

    /// A client tells what came of a call.
    pub(crate) fn result(&self, guest: &Guest, call: u64, text: String, think: bool) -> Result<DoorReply, DoorError> {
        if text.chars().nth(MAX_RESULT_CHARS).is_some() {
            let text = format!("a result has at most {MAX_RESULT_CHARS} characters; call {call} still waits for one");
            return Err(DoorError::new(ErrorCode::BadRequest, text));
        }
        let result = if think { EffectResult::Think(text) } else { EffectResult::Say(text) };
        let refused = match lock(&self.0.calls).result(guest.number(), call, result) {
            Ok(()) => return Ok(DoorReply::Done),
            Err(NotWaiting::Unknown) => (ErrorCode::BadRequest, format!("no call {call} was made to this client")),
            Err(NotWaiting::Answered) => (ErrorCode::BadRequest, format!("call {call} has a result already")),
            Err(NotWaiting::GivenUp) => (ErrorCode::TooLate, format!("call {call} was given up")),
        };
        Err(DoorError::new(refused.0, refused.1))
    }

    /// A client has gone, with its tools; whatever waits for it waits no longer.
    pub(crate) fn left(&self, guest: &Guest) {
        if self.offered().are_of(guest.number()) {
            self.change(|offered| offered.remove(guest.number()));
        }
        lock(&self.0.calls).left(guest.number());
    }

    fn offered(&self) -> Arc<Offered> {
        Arc::clone(&self.0.offered.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces what is offered by what a change makes of it. Changes come one after the other, from the door's one thread.
    fn change<T>(&self, change: impl FnOnce(&mut Offered) -> T) -> T {
        let mut offered = Offered::clone(&self.offered());
        let changed = change(&mut offered);
        *self.0.offered.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(offered);
        changed
    }

    /// What comes of it. Whoever is asked for any text is not waited for long, and where nothing comes the language model
    /// answers as ever.
    async fn done(self, seat: String, effect: Effect) -> EffectResult {
        let is_any = is_for_any(&effect);
        let limit = if is_any { LONGEST_ANY.min(self.0.longest_call) } else { self.0.longest_call };
        let result = self.call(seat, effect, limit).await;
        if is_any && let EffectResult::Failed(reason) = &result {
            tracing::debug!(reason, "the language model answers instead");
            return EffectResult::Think(String::new());
        }
        result
    }

    async fn call(self, seat: String, effect: Effect, limit: Duration) -> EffectResult {
        let offered = self.offered();
        let Some(guest) = offered.who_offers(&effect) else {
            return EffectResult::Failed("nobody offers that any more".into());
        };
        let waiting = lock(&self.0.calls).begin(guest, &effect, seat);
        let (waiting, mut result) = match waiting {
            Ok((call, result)) => (WaitingCall { tools: &self, call }, result),
            Err(reason) => return EffectResult::Failed(reason),
        };
        let told = timeout(limit, &mut result).await;
        // What comes from now on is refused; what came in the last moment is taken.
        result.close();
        let told = told.or_else(|_| result.try_recv().map(Ok));
        drop(waiting);
        match told {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => EffectResult::Failed("the program that offered it has gone".into()),
            Err(_) => EffectResult::Failed(format!("its program has not answered within {limit:?}")),
        }
    }
}

/// A call, until nobody waits for it any more.
struct WaitingCall<'a> {
    tools: &'a Tools,
    call: u64,
}

impl Drop for WaitingCall<'_> {
    fn drop(&mut self) {
        lock(&self.tools.0.calls).give_up(self.call);
    }
}

struct ToolRouter(Tools);

impl Router for ToolRouter {
    fn route(&self, request: &Request<'_>) -> Route {
        let effect = self.0.offered().effect(request.transcript);
        effect.map_or_else(|| ready_made::route(request, clock::now), Route::Do)
    }
}

struct ToolPerformer {
    tools: Tools,
    seat: String,
}

impl Performer for ToolPerformer {
    fn perform(&self, _: EffectId, effect: Effect) -> Performing {
        Box::pin(self.tools.clone().done(self.seat.clone(), effect))
    }

    /// A little longer than the tool's own limit, which says more.
    fn limit(&self) -> Duration {
        self.tools.0.longest_call + Duration::from_secs(1)
    }
}

//! Who does things in a seat: at once, slowly, too late, never, or not at all; and remembers all of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parley_conversation::{Effect, EffectId, EffectResult, Request, Route, Router};
use parley_daemon::conductor::{Performer, Performing};

use super::super::ms;
use super::words::{LATE, NAMES, RESULT, seats, words};

/// What follows "light" in a question.
pub(super) const WAYS: [&str; 9] = ["now", "slowly", "late", "never", "dies", "bursts", "thinks", "fails", "much"];

/// How long a result is waited for.
const LIMIT: Duration = Duration::from_secs(4);

/// What a question with "light" in it asks for is done; "hello" needs no model.
pub(super) struct Commands;

impl Router for Commands {
    fn route(&self, request: &Request<'_>) -> Route {
        let text = request.transcript.text.as_str();
        let named = seats(text);
        assert!(named.is_empty() || named.contains(&(request.seat.0 as usize)), "{text:?} in seat {}", request.seat);
        let mut said = words(text);
        if said.any(|word| word == "light") {
            let name = said.next().unwrap_or("now").to_owned();
            Route::Do(Effect { name, arguments: format!("{text:?}") })
        } else if words(text).any(|word| word == "hello") {
            Route::Say("Hello there.".into())
        } else {
            Route::Model
        }
    }
}

/// What was asked for in a seat, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// The questions that wanted it.
    pub asked: Vec<(EffectId, String)>,
    pub finished: usize,
    pub died: usize,
    /// Still under way, for ever.
    pub never: usize,
}

/// Clones are the same hands.
#[derive(Debug, Clone)]
pub(super) struct Hands {
    seat: usize,
    done: Arc<Mutex<Done>>,
}

impl Hands {
    pub fn new(seat: usize) -> Self {
        Self { seat, done: Arc::default() }
    }

    pub fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Without a word on standard error, for it is meant.
    fn die(&self) -> ! {
        self.done().died += 1;
        std::panic::resume_unwind(Box::new("a bulb burst"));
    }
}

impl Performer for Hands {
    fn perform(&self, id: EffectId, effect: Effect) -> Performing {
        self.done().asked.push((id, effect.arguments));
        let (hands, name) = (self.clone(), NAMES[self.seat]);
        // Different in each seat, so that its number is said once in the house.
        let number = id.0 * NAMES.len() as u64 + self.seat as u64;
        if effect.name == "bursts" {
            hands.die();
        }
        Box::pin(async move {
            let said = format!("{name} result {RESULT}{number}.");
            let (takes, result) = match effect.name.as_str() {
                "slowly" => (ms(300 + number % 7 * 400), EffectResult::Say(said)),
                "late" => (LIMIT + ms(700), EffectResult::Say(format!("{name} comes {LATE}{number}."))),
                "thinks" => (ms(200), EffectResult::Think(said)),
                "fails" => (ms(200), EffectResult::Failed("no light".into())),
                "much" => (ms(100), EffectResult::Say(said + &" ".repeat(1 << 20))),
                "dies" => {
                    tokio::time::sleep(ms(number % 5 * 100)).await;
                    hands.die()
                }
                "never" => {
                    hands.done().never += 1;
                    std::future::pending().await
                }
                _ => (Duration::ZERO, EffectResult::Say(said)),
            };
            tokio::time::sleep(takes).await;
            hands.done().finished += 1;
            result
        })
    }

    fn limit(&self) -> Duration {
        LIMIT
    }
}

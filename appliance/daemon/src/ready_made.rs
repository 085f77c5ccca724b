//! Answers that need neither a tool nor the language model: sums, units, the time, and what nobody here can know
//! (`parley-answers`).

use parley_answers::{Now, Ready};
use parley_conversation::{Request, Route};

/// Who answers what no tool takes. `clock`: asked where the time is asked for.
pub fn route(request: &Request<'_>, clock: impl FnOnce() -> Option<Now>) -> Route {
    let told = request.history.exchanges().map(|exchange| exchange.question.as_str());
    match parley_answers::answer(&request.transcript.text, request.answer_language, told, clock) {
        Some(Ready::Computed(text)) => Route::Say(text),
        Some(Ready::Declined(_, text) | Ready::Unable(text)) => Route::Decline(text),
        None if parley_answers::asks_for_fact(&request.transcript.text, request.answer_language) => Route::Fact,
        None => Route::Model,
    }
}

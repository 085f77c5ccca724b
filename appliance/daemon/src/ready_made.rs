//! Answers that need neither a tool nor the language model: sums, units, and what nobody here can know (`parley-answers`).

use parley_answers::Ready;
use parley_conversation::{Request, Route};

/// Who answers what no tool takes.
pub fn route(request: &Request<'_>) -> Route {
    let told = request.history.exchanges().map(|exchange| exchange.question.as_str());
    match parley_answers::answer(&request.transcript.text, request.answer_language, told, || None) {
        Some(Ready::Computed(text)) => Route::Say(text),
        Some(Ready::Declined(_, text)) => Route::Decline(text),
        None => Route::Model,
    }
}

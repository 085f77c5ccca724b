//! What Parley has just said itself, and may hear.

use std::time::Duration;

use super::Listener;
use super::hearing::Utterance;
use crate::ids::Position;
use crate::remarks::words_of;
use crate::settings::BargeIn;

/// So long after the guard what repeats the last words is still their echo: long halls, slow loudspeakers.
const LATE_ECHO: Duration = Duration::from_secs(1);
/// No echo has more words.
const ECHOED_WORDS: usize = 12;

/// The end of what was said last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Echo {
    /// Until here, Parley's own voice may still be in the air.
    pub(super) until: Position,
    words: Vec<String>,
    asks: bool,
}

impl Echo {
    pub(super) fn new(until: Position, said: &str) -> Self {
        let words = words_of(said);
        let words = words.get(words.len().saturating_sub(ECHOED_WORDS)..).unwrap_or_default().to_vec();
        Self { until, words, asks: said.trim_end().ends_with(['?', '？', '؟']) }
    }

    /// Whether these words are its last ones. One word alone may be what was chosen: "Tea or coffee?"
    fn is(&self, words: &[String]) -> bool {
        let enough = words.len() > 1 || (words.len() == 1 && !self.asks);
        enough && self.words.windows(words.len()).any(|said| said == words)
    }
}

impl Listener {
    /// Whether somebody only seems to have said this.
    pub(super) fn is_echo(&self, utterance: &Utterance, text: &str) -> bool {
        let soon = utterance.onset >= self.echo.until && utterance.onset.since(self.echo.until) < LATE_ECHO;
        self.barge_in == BargeIn::Key && soon && self.echo.is(&words_of(text))
    }
}

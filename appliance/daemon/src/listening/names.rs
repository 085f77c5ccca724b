//! The wake words in what a microphone hears.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_conversation::Position;
use parley_wake::{Heard, RATE_HZ, WakeListener, Word};

use super::{FRAME_SAMPLES, Name};
use crate::conductor::lock;

/// The words that a listening thread is to listen for, which may change while it does. Clones are the same.
#[derive(Clone, Default)]
pub struct ListenedFor(Arc<Mutex<Option<Vec<Word>>>>);

impl ListenedFor {
    /// Listens for these.
    pub fn new(words: Vec<Word>) -> Self {
        let listened_for = Self::default();
        listened_for.set(words);
        listened_for
    }

    /// From the next frame on it listens for these alone; of several sets the last counts.
    pub fn set(&self, words: Vec<Word>) {
        *lock(&self.0) = Some(words);
    }

    /// What is to be listened for from now on, if that has changed.
    pub(super) fn take(&self) -> Option<Vec<Word>> {
        lock(&self.0).take()
    }
}

/// Listens for the names by which Parley is called; for none by default, and then costs nothing.
#[derive(Default)]
pub(super) struct Names {
    listener: Option<WakeListener>,
    /// Samples that were listened to.
    heard: u64,
}

impl Names {
    pub(super) fn new(words: Vec<Word>) -> Self {
        Self { listener: Some(words).filter(|words| !words.is_empty()).map(WakeListener::new), heard: 0 }
    }

    /// A name that was heard with this frame, or may have been. `end`: where the frame ends.
    pub(super) fn hear(&mut self, frame: &[i16; FRAME_SAMPLES], end: Position) -> Option<Name> {
        let heard = self.listener.as_mut()?.push(frame);
        self.heard += FRAME_SAMPLES as u64;
        let Heard { word, likelihood, sure, ended } = heard.into_iter().max_by_key(|heard| heard.sure)?;
        tracing::debug!(word, likelihood, sure, "a wake word");
        let ago = self.heard.saturating_sub(ended);
        let ended = end.back(Duration::from_micros(ago * 1_000_000 / u64::from(RATE_HZ)));
        Some(Name { ended, sure, word, percent: (100.0 * likelihood) as u8 })
    }
}

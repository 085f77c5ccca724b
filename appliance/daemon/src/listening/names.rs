//! The wake words in what a microphone hears.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_conversation::Position;
use parley_wake::{Heard, RATE_HZ, WakeListener, Word};

use super::{FRAME_SAMPLES, Name};
use crate::conductor::lock;

/// The words that a listening thread is to listen for, which may change while it does. Clones are the same.
#[derive(Clone, Default)]
pub struct ListenedFor(Arc<Mutex<Option<Listened>>>);

/// Wake words, and what hears "stop".
type Listened = (Vec<Word>, Option<Word>);

impl ListenedFor {
    /// Listens for these.
    pub fn new(words: Vec<Word>, stop: Option<Word>) -> Self {
        let listened_for = Self::default();
        listened_for.set(words, stop);
        listened_for
    }

    /// From the next frame on it listens for these alone; of several sets the last counts.
    pub fn set(&self, words: Vec<Word>, stop: Option<Word>) {
        *lock(&self.0) = Some((words, stop));
    }

    /// What is to be listened for from now on, if that has changed.
    pub(super) fn take(&self) -> Option<Listened> {
        lock(&self.0).take()
    }
}

/// What was heard with a frame.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Called {
    /// A name, or what may have been one.
    pub(super) name: Option<Name>,
    /// "Stop", for certain.
    pub(super) stop: bool,
}

impl Called {
    /// Nothing, where nobody speaks who could have called.
    pub(super) fn unless(self, nobody_speaks: bool) -> Self {
        if nobody_speaks { Self::default() } else { self }
    }
}

/// Listens for the names by which Parley is called, and for "stop"; for nothing by default, and then costs nothing.
#[derive(Default)]
pub(super) struct Names {
    listener: Option<WakeListener>,
    /// The place of "stop" among what is listened for.
    stop: Option<usize>,
    /// Samples that were listened to.
    heard: u64,
}

impl Names {
    pub(super) fn new(mut words: Vec<Word>, stop: Option<Word>) -> Self {
        let stops = stop.is_some();
        words.extend(stop);
        let listener = Some(words).filter(|words| !words.is_empty()).map(WakeListener::new);
        let last = listener.as_ref().and_then(|listener| listener.names().len().checked_sub(1));
        Self { listener, stop: last.filter(|_| stops), heard: 0 }
    }

    /// What was heard with this frame. `end`: where the frame ends.
    pub(super) fn hear(&mut self, frame: &[i16; FRAME_SAMPLES], end: Position) -> Called {
        let Some(listener) = &mut self.listener else { return Called::default() };
        let heard = listener.push(frame);
        self.heard += FRAME_SAMPLES as u64;
        for Heard { word, likelihood, sure, .. } in &heard {
            tracing::debug!(word = listener.names()[*word], likelihood, sure, "a word");
        }
        let (stops, names): (Vec<_>, Vec<_>) = heard.into_iter().partition(|heard| Some(heard.word) == self.stop);
        let name = names.into_iter().max_by_key(|heard| heard.sure).map(|Heard { word, likelihood, sure, ended }| {
            let ago = self.heard.saturating_sub(ended);
            let ended = end.back(Duration::from_micros(ago * 1_000_000 / u64::from(RATE_HZ)));
            Name { ended, sure, word, percent: (100.0 * likelihood) as u8 }
        });
        Called { name, stop: stops.iter().any(|heard| heard.sure) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nobody_speaks_nobody_has_called() {
        let name = Some(Name { ended: Position(9), sure: true, word: 0, percent: 90 });
        let counts = |nobody_speaks| {
            let Called { name, stop } = Called { name, stop: true }.unless(nobody_speaks);
            (name.is_some(), stop)
        };
        assert_eq!((counts(true), counts(false)), ((false, false), (true, true)));
    }
}

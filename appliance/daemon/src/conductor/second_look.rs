//! A second look at what may have been a wake word: at its words.
//!
//! Meanwhile frames wait, so that a question behind the name is whole, however soon it is over; nothing else does, and for a
//! bounded time. It is taken only while Parley sleeps: whoever is attentive needs no name, and no answer stops for a doubt.

use std::time::Duration;

use parley_conversation::{Event, FRAME, Phase, Position, Waking};
use parley_engines::{Order, Priority, Transcribe};

use super::{Conductor, Report, Task};
use crate::listening::Name;
use crate::near_misses;
use crate::wake_words;

/// The longest name, with what a recogniser needs before it.
const NAME: Duration = Duration::from_millis(1_600);
/// Frames that wait at most: two seconds.
const MOST_HELD: usize = 2_000 / FRAME.as_millis() as usize;

/// A look that is under way.
pub(super) struct SecondLook {
    ended: Position,
    /// What it may have been, and how likely that was.
    word: usize,
    percent: u8,
    held: Vec<Event>,
    #[expect(dead_code, reason = "held for its drop")]
    job: Task,
}

impl Conductor {
    /// A wake word was heard, or may have been.
    pub(super) fn called(&mut self, Name { ended, sure, word, percent }: Name, now: Position) {
        if sure {
            return self.woken(ended);
        }
        if self.second_look.is_some() || self.conversation.phase() != Phase::Asleep {
            return;
        }
        let task = Transcribe { language: self.language.clone(), audio: self.audio.stretch(ended.back(NAME), now) };
        let order = Order { seat: self.engines.seat.0, priority: Priority::Draft };
        let mut job = self.engines.speech_to_text.start_as(task, order);
        let reports = self.reports.clone();
        let job = Task::spawn(async move {
            let words = match job.next().await {
                Some(Ok(transcript)) => transcript.text,
                Some(Err(_)) | None => String::new(),
            };
            let _ = reports.send(Report::Looked { ended, words }).await;
        });
        self.second_look = Some(SecondLook { ended, word, percent, held: Vec::with_capacity(MOST_HELD), job });
    }

    /// The frame, unless it waits for a look that is under way.
    pub(super) fn not_held(&mut self, frame: Event) -> Option<Event> {
        let Some(look) = &mut self.second_look else { return Some(frame) };
        look.held.push(frame);
        if look.held.len() >= MOST_HELD {
            tracing::debug!("nobody knows in time whether it was a wake word");
            self.let_go();
        }
        None
    }

    /// The words are known.
    pub(super) fn looked(&mut self, ended: Position, words: &str) {
        if self.second_look.as_ref().is_none_or(|look| look.ended != ended) {
            return;
        }
        let called = wake_words::are_said(words, &self.names);
        tracing::debug!(called, "a second look at a wake word");
        if called {
            return self.woken(ended);
        }
        self.pulse.nearly();
        self.keep_near_miss();
        self.let_go();
    }

    /// Keeps the sound of what was looked at, where the owner agrees.
    fn keep_near_miss(&self) {
        let (Some(kept), Some(SecondLook { ended, word, percent, .. })) = (&self.near_misses, &self.second_look) else {
            return;
        };
        let sound = self.audio.stretch(ended.back(near_misses::BEFORE), ended.forward(near_misses::BEHIND));
        kept.add(self.names.get(*word).cloned().unwrap_or_default(), *percent, sound);
    }

    fn woken(&mut self, ended: Position) {
        let look = self.second_look.take();
        self.handle(Event::Woken { by: Waking::Word(ended) });
        look.into_iter().flat_map(|look| look.held).for_each(|frame| self.handle(frame));
    }

    fn let_go(&mut self) {
        let look = self.second_look.take();
        look.into_iter().flat_map(|look| look.held).for_each(|frame| self.handle(frame));
    }
}

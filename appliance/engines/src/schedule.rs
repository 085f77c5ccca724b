//! Which of the jobs that wait for an engine is next. Pure: no clock, no task, no channel.
//!
//! Rules:
//! - What is more urgent goes first; priorities are looked at when something is taken out, so they may change.
//! - Among equally urgent ones the seats take turns: the one that was served longest ago goes first.
//! - What a seat asked for with one priority is done in the order in which it was asked.
//! - What was interrupted by a crash goes before everything ([`Schedule::put_first`]); what gave way goes before what
//!   its seat asked for later ([`Schedule::put_back`]).
//! - Bounded, for each seat and in all: a seat that never cancels cannot keep the others out.

use std::collections::VecDeque;

use crate::{Order, Priority};

/// Jobs of one seat that may wait for an engine. A conversation keeps two or three: more means that nobody cancels.
pub const QUEUE_LENGTH: usize = 32;
/// Jobs of all seats that may wait for an engine.
pub const QUEUE_LENGTH_OF_ALL: usize = 128;
/// Seats whose last turn is remembered, at each priority; forgetting the one before them all changes nothing for it.
const SEATS_REMEMBERED: usize = 64;

/// What can wait in a [`Schedule`].
pub trait Scheduled {
    /// Its place among the others, now.
    fn order(&self) -> Order;
    /// Whether nobody wants it any more.
    fn is_dropped(&self) -> bool;
}

/// Jobs that wait for an engine.
#[derive(Debug)]
pub struct Schedule<T> {
    interrupted: VecDeque<T>,
    waiting: VecDeque<T>,
    /// Whose turn it was, the last one last.
    served: VecDeque<Order>,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { interrupted: VecDeque::new(), waiting: VecDeque::new(), served: VecDeque::new() }
    }
}

impl<T: Scheduled> Schedule<T> {
    /// Whether nothing more of this seat may wait.
    pub fn is_full(&self, seat: u32) -> bool {
        self.waiting.len() >= QUEUE_LENGTH_OF_ALL
            || self.waiting.iter().filter(|item| item.order().seat == seat).count() >= QUEUE_LENGTH
    }

    /// Adds what was asked last.
    ///
    /// # Errors
    /// Gives it back where its seat may have nothing more waiting.
    pub fn push(&mut self, item: T) -> Result<(), T> {
        if self.is_full(item.order().seat) {
            return Err(item);
        }
        self.waiting.push_back(item);
        Ok(())
    }

    /// Adds what an engine had begun when it died.
    pub fn put_first(&mut self, item: T) {
        self.interrupted.push_front(item);
    }

    /// Adds what has given way to something more urgent.
    pub fn put_back(&mut self, item: T) {
        self.waiting.push_front(item);
    }

    /// Takes out what is next. What nobody wants any more comes out too, and counts as nobody's turn.
    pub fn pop(&mut self) -> Option<T> {
        if let Some(item) = self.interrupted.pop_front() {
            return Some(item);
        }
        let priority = self.waiting.iter().map(|item| item.order().priority).max()?;
        let next = |(index, item): (usize, &T)| {
            let order = item.order();
            // `None`, never served, is before all others.
            (order.priority == priority).then(|| (self.served.iter().position(|served| *served == order), index))
        };
        let (_, index) = self.waiting.iter().enumerate().filter_map(next).min()?;
        let item = self.waiting.remove(index)?;
        if !item.is_dropped() {
            self.note_served(item.order());
        }
        Some(item)
    }

    /// The priority of the most urgent that waits and is still wanted.
    pub fn most_urgent(&self) -> Option<Priority> {
        self.waiting.iter().filter(|item| !item.is_dropped()).map(|item| item.order().priority).max()
    }

    /// Takes out all that nobody wants any more.
    pub fn take_dropped(&mut self) -> Vec<T> {
        let (dropped, wanted): (VecDeque<T>, VecDeque<T>) = self.waiting.drain(..).partition(Scheduled::is_dropped);
        self.waiting = wanted;
        Vec::from(dropped)
    }

    /// Takes out everything.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.interrupted.drain(..).chain(self.waiting.drain(..))
    }

    fn note_served(&mut self, order: Order) {
        self.served.retain(|served| *served != order);
        self.served.push_back(order);
        let of_priority = self.served.iter().filter(|served| served.priority == order.priority).count();
        if of_priority > SEATS_REMEMBERED
            && let Some(oldest) = self.served.iter().position(|served| served.priority == order.priority)
        {
            self.served.remove(oldest);
        }
    }
}

#[cfg(test)]
mod tests;

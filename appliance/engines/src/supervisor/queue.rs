//! What waits for a worker: tasks, a replacement, the end.
//!
//! Bounded twice: [`INBOX_LENGTH`] messages on their way in, and the [`Schedule`]. When it is full for a seat, tasks whose
//! job was dropped are removed; if that does not help, the newest task fails. A task whose job was dropped is never
//! begun.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::replace::{ANOTHER, Replacement};
use crate::replay::Said;
use crate::schedule::{Schedule, Scheduled};
use crate::{EngineError, Fed, JobPriority, JobSender, Kind, Order};

/// Messages on their way into the queue, which is emptied at once.
pub(super) const INBOX_LENGTH: usize = 32;

/// A task, and how much of its answer was delivered.
pub(super) struct Waiting<K: Kind> {
    pub task: K::Task,
    pub sender: JobSender<K::Output>,
    pub seat: u32,
    /// What its owner has.
    pub said: Said,
    /// How many workers died over it.
    pub crashes: u32,
    pub fed: Option<Feed>,
}

/// The input of a fed job.
pub(super) struct Feed {
    pub pieces: mpsc::Receiver<Fed>,
    /// Something has gone to a worker, and cannot be sent to another.
    pub has_flowed: bool,
}

impl<K: Kind> Waiting<K> {
    pub fn new(task: K::Task, seat: u32, sender: JobSender<K::Output>, fed: Option<mpsc::Receiver<Fed>>) -> Self {
        let fed = fed.map(|pieces| Feed { pieces, has_flowed: false });
        Self { task, sender, seat, said: Said::default(), crashes: 0, fed }
    }
}

impl<K: Kind> Scheduled for Waiting<K> {
    fn order(&self) -> Order {
        Order { seat: self.seat, priority: self.sender.job_priority().get() }
    }
    fn is_dropped(&self) -> bool {
        self.sender.is_cancelled()
    }
}

/// What a [`super::Supervised`] tells its actor.
pub(super) enum Message<K: Kind> {
    Task(Waiting<K>),
    Replace(Replacement<K>),
    ShutDown,
}

/// What an idle worker does next.
pub(super) enum Next<K: Kind> {
    Task(Waiting<K>),
    /// [`Queue::replacement`] holds the one that takes its place.
    Replace,
    ShutDown,
}

/// Why an actor that is not idle should leave what it is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interruption {
    ShutDown,
    /// [`Queue::replacement`] holds another worker.
    Replace,
    /// Something more urgent waits.
    MoreUrgent,
}

pub(super) struct Queue<K: Kind> {
    inbox: mpsc::Receiver<Message<K>>,
    schedule: Schedule<Waiting<K>>,
    /// The worker that is to take the place of this one.
    pub replacement: Option<Replacement<K>>,
    /// Why tasks fail at once.
    refusing: Option<String>,
    changed: Arc<Notify>,
}

impl<K: Kind> Queue<K> {
    /// `changed`: that of the [`JobPriority`] of every job.
    pub fn new(inbox: mpsc::Receiver<Message<K>>, changed: Arc<Notify>) -> Self {
        Self { inbox, schedule: Schedule::default(), replacement: None, refusing: None, changed }
    }

    /// Waits for what there is to do. Cancel-safe.
    pub async fn next(&mut self) -> Next<K> {
        loop {
            // All that is there, so that the most urgent of it goes first.
            while let Ok(message) = self.inbox.try_recv() {
                if !self.take(message) {
                    return Next::ShutDown;
                }
            }
            if self.replacement.is_some() {
                return Next::Replace;
            }
            while let Some(waiting) = self.schedule.pop() {
                if !waiting.is_dropped() {
                    return Next::Task(waiting);
                }
            }
            if !self.receive().await {
                return Next::ShutDown;
            }
        }
    }

    /// Takes messages in until shutdown, or until there is a replacement. Cancel-safe.
    pub async fn fill(&mut self) -> Interruption {
        while self.replacement.is_none() {
            if !self.receive().await {
                return Interruption::ShutDown;
            }
        }
        Interruption::Replace
    }

    /// Takes messages in until shutdown, or until something is more urgent than the job that runs, where it gives way.
    /// Cancel-safe.
    pub async fn fill_beside(&mut self, gives_way: Option<&JobPriority>) -> Interruption {
        loop {
            if gives_way.is_some_and(|running| self.schedule.most_urgent() > Some(running.get())) {
                return Interruption::MoreUrgent;
            }
            let changed = Arc::clone(&self.changed);
            tokio::select! {
                goes_on = self.receive() => if !goes_on {
                    return Interruption::ShutDown;
                },
                () = changed.notified() => {}
            }
        }
    }

    /// Puts a task that a crash interrupted before all others.
    pub fn put_first(&mut self, waiting: Waiting<K>) {
        self.schedule.put_first(waiting);
    }

    /// Puts back a task that gave way.
    pub fn put_back(&mut self, waiting: Waiting<K>) {
        self.schedule.put_back(waiting);
    }

    /// Fails every task that waits and, until [`Queue::welcome`], every new one.
    pub fn refuse(&mut self, reason: &str) {
        self.refusing = Some(reason.to_owned());
        for waiting in self.schedule.drain() {
            waiting.sender.fail(unavailable::<K>(reason));
        }
    }

    /// Fails everything, including what is still on its way in.
    pub fn close(mut self, reason: &str) {
        self.refuse(reason);
        self.inbox.close();
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        if let Some(replacement) = self.replacement {
            replacement.fail(unavailable::<K>(reason));
        }
    }

    /// Takes tasks again after [`Queue::refuse`].
    pub fn welcome(&mut self) {
        self.refusing = None;
    }

    /// Takes one message in; `false` at shutdown. Cancel-safe.
    async fn receive(&mut self) -> bool {
        match self.inbox.recv().await {
            Some(message) => self.take(message),
            None => false,
        }
    }

    /// `false` at shutdown.
    fn take(&mut self, message: Message<K>) -> bool {
        match message {
            Message::Task(waiting) => self.accept(waiting),
            Message::Replace(replacement) => {
                if let Some(earlier) = self.replacement.replace(replacement) {
                    earlier.fail(unavailable::<K>(ANOTHER));
                }
            }
            Message::ShutDown => return false,
        }
        true
    }

    fn accept(&mut self, waiting: Waiting<K>) {
        if let Some(reason) = &self.refusing {
            waiting.sender.fail(unavailable::<K>(reason));
            return;
        }
        if self.schedule.is_full(waiting.seat) {
            drop(self.schedule.take_dropped());
        }
        if let Err(waiting) = self.schedule.push(waiting) {
            waiting.sender.fail(queue_full::<K>());
        }
    }
}

pub(super) fn unavailable<K: Kind>(reason: &str) -> EngineError {
    EngineError::Unavailable { engine: K::NAME, reason: reason.to_owned() }
}

pub(crate) fn queue_full<K: Kind>() -> EngineError {
    EngineError::Refused { engine: K::NAME, message: "too many tasks are waiting; cancel some or wait".to_owned() }
}

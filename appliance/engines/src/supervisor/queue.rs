//! The tasks that wait for a worker.
//!
//! Bounded twice: [`INBOX_LENGTH`] tasks on their way in, [`QUEUE_LENGTH`] waiting. When it is full, tasks whose job
//! was dropped are removed; if that does not help, the newest task fails. A task whose job was dropped is never begun.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use crate::{EngineError, JobSender, Kind};

/// Tasks that may wait for a worker. A conversation keeps two or three: more means that nobody cancels.
pub const QUEUE_LENGTH: usize = 32;
/// Tasks on their way into the queue, which is emptied at once.
pub(super) const INBOX_LENGTH: usize = 32;

/// A task, and how much of its answer was delivered.
pub(super) struct Waiting<K: Kind> {
    pub task: K::Task,
    pub sender: JobSender<K::Output>,
    /// [`Kind::amount`] of all outputs that the owner has.
    pub delivered: usize,
    /// Outputs without an amount that the owner has, such as the end of an answer.
    pub markers_delivered: usize,
    /// How many workers died over it.
    pub crashes: u32,
}

impl<K: Kind> Waiting<K> {
    pub fn new(task: K::Task, sender: JobSender<K::Output>) -> Self {
        Self { task, sender, delivered: 0, markers_delivered: 0, crashes: 0 }
    }
}

/// What a [`super::Supervised`] tells its actor.
pub(super) enum Message<K: Kind> {
    Task(Waiting<K>),
    ShutDown,
}

pub(super) struct Queue<K: Kind> {
    inbox: mpsc::Receiver<Message<K>>,
    waiting: VecDeque<Waiting<K>>,
    refusing: Option<String>,
}

impl<K: Kind> Queue<K> {
    pub fn new(inbox: mpsc::Receiver<Message<K>>) -> Self {
        Self { inbox, waiting: VecDeque::new(), refusing: None }
    }

    /// The next task whose job is still wanted; `None` at shutdown. Cancel-safe.
    pub async fn next(&mut self) -> Option<Waiting<K>> {
        loop {
            while let Some(waiting) = self.waiting.pop_front() {
                if !waiting.sender.is_cancelled() {
                    return Some(waiting);
                }
            }
            match self.inbox.recv().await {
                Some(Message::Task(waiting)) => self.accept(waiting),
                Some(Message::ShutDown) | None => return None,
            }
        }
    }

    /// Takes tasks in until shutdown. Cancel-safe.
    pub async fn fill(&mut self) {
        while let Some(Message::Task(waiting)) = self.inbox.recv().await {
            self.accept(waiting);
        }
    }

    /// Puts a task back in front of all others.
    pub fn put_back(&mut self, waiting: Waiting<K>) {
        self.waiting.push_front(waiting);
    }

    /// Fails every task that waits and, until [`Queue::welcome`], every new one.
    pub fn refuse(&mut self, reason: &str) {
        self.refusing = Some(reason.to_owned());
        for waiting in self.waiting.drain(..) {
            waiting.sender.fail(unavailable::<K>(reason));
        }
    }

    /// Fails everything, including what is still on its way in.
    pub fn close(mut self, reason: &str) {
        self.refuse(reason);
        self.inbox.close();
        while let Ok(message) = self.inbox.try_recv() {
            if let Message::Task(waiting) = message {
                self.accept(waiting);
            }
        }
    }

    /// Takes tasks again after [`Queue::refuse`].
    pub fn welcome(&mut self) {
        self.refusing = None;
    }

    fn accept(&mut self, waiting: Waiting<K>) {
        if let Some(reason) = &self.refusing {
            waiting.sender.fail(unavailable::<K>(reason));
            return;
        }
        if self.waiting.len() >= QUEUE_LENGTH {
            self.waiting.retain(|waiting| !waiting.sender.is_cancelled());
        }
        if self.waiting.len() >= QUEUE_LENGTH {
            waiting.sender.fail(queue_full::<K>());
        } else {
            self.waiting.push_back(waiting);
        }
    }
}

pub(super) fn unavailable<K: Kind>(reason: &str) -> EngineError {
    EngineError::Unavailable { engine: K::NAME, reason: reason.to_owned() }
}

pub(super) fn queue_full<K: Kind>() -> EngineError {
    EngineError::Refused { engine: K::NAME, message: "too many tasks are waiting; cancel some or wait".to_owned() }
}

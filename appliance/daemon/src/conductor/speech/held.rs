//! The synthesised audio of a turn, held until the loudspeaker takes it.
//!
//! Rules:
//! - A clause that has been begun is taken as fast as the voice makes it: nobody else waits for the voice while somebody
//!   listens to this turn.
//! - Bounded: no clause is begun while [`MOST_HELD`] waits to be heard, nor, in a draft, a third one; and a clause is no
//!   longer than [`LONGEST_CLAUSE`].
//! - Nobody waits for what comes later, unless what is held runs short.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use parley_engines::{EngineError, JobPriority, Priority, Spoken};
use tokio::sync::Notify;

use super::super::lock;

/// A turn's audio that waits to be heard: 8 MB at 22,050 Hz.
const MOST_HELD: Duration = Duration::from_secs(180);
/// No clause has more characters than a minute of speech.
pub(super) const LONGEST_CLAUSE: Duration = Duration::from_secs(180);
/// Clauses of a draft: more would be work that is thrown away where the person goes on.
const CLAUSES_OF_A_DRAFT: usize = 2;
/// Less than this, and a busy voice might be late.
const SHORT: Duration = Duration::from_millis(1_500);

/// What comes next in a turn's speech.
#[derive(Debug)]
pub(super) enum Piece {
    Block(Spoken),
    /// The silence between two sentences.
    Rest(Spoken),
    /// The voice has failed; there is nothing more.
    Failed(EngineError),
}

/// What a turn has to say and has not been heard.
#[derive(Debug, Default)]
pub(super) struct Held {
    state: Mutex<State>,
    filled: Notify,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct State {
    pieces: VecDeque<Piece>,
    length: Duration,
    /// Clauses that the voice has begun.
    begun: usize,
    released: bool,
    ended: bool,
    /// Of the job that the voice has for this turn.
    urgency: Option<JobPriority>,
}

impl State {
    fn has_room(&self) -> bool {
        if self.released { self.length < MOST_HELD } else { self.begun < CLAUSES_OF_A_DRAFT }
    }

    fn priority(&self) -> Priority {
        match (self.released, self.begun) {
            (true, _) if self.length < SHORT => Priority::Released,
            (false, 0 | 1) => Priority::Draft,
            (true | false, _) => Priority::ReadingAhead,
        }
    }

    fn set_priority(&self) {
        if let Some(urgency) = &self.urgency {
            urgency.set(self.priority());
        }
    }
}

/// How long a block sounds.
pub(super) fn length(block: &Spoken) -> Duration {
    Duration::from_secs_f64(block.audio.len() as f64 / f64::from(block.rate_hz.max(1)))
}

impl Held {
    /// Waits until another clause may be begun; how urgent it is. Cancel-safe.
    pub async fn begin(&self) -> Priority {
        loop {
            {
                let mut state = lock(&self.state);
                if state.has_room() {
                    state.begun += 1;
                    state.urgency = None;
                    return state.priority();
                }
            }
            self.emptied.notified().await;
        }
    }

    /// The job of the clause that was begun; from now on it is as urgent as it should be.
    pub fn follow(&self, urgency: JobPriority) {
        let mut state = lock(&self.state);
        state.urgency = Some(urgency);
        state.set_priority();
    }

    pub fn push(&self, block: Spoken) {
        self.add(block, Piece::Block);
    }

    pub fn rest(&self, silence: Spoken) {
        self.add(silence, Piece::Rest);
    }

    fn add(&self, block: Spoken, piece: impl FnOnce(Spoken) -> Piece) {
        if block.audio.is_empty() {
            return;
        }
        let mut state = lock(&self.state);
        state.length += length(&block);
        state.pieces.push_back(piece(block));
        state.set_priority();
        self.filled.notify_one();
    }

    pub fn fail(&self, error: EngineError) {
        lock(&self.state).pieces.push_back(Piece::Failed(error));
        self.end();
    }

    /// Nothing follows.
    pub fn end(&self) {
        lock(&self.state).ended = true;
        self.filled.notify_one();
    }

    /// The next piece; `None` after the last one. Cancel-safe.
    pub async fn next(&self) -> Option<Piece> {
        loop {
            {
                let mut state = lock(&self.state);
                if let Some(piece) = state.pieces.pop_front() {
                    return Some(piece);
                }
                if state.ended {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// The loudspeaker has a block of this length.
    pub fn taken(&self, length: Duration) {
        let mut state = lock(&self.state);
        state.length = state.length.saturating_sub(length);
        state.set_priority();
        self.emptied.notify_one();
    }

    /// The turn is certain to be heard.
    pub fn release(&self) {
        let mut state = lock(&self.state);
        state.released = true;
        state.set_priority();
        self.emptied.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parley_engines::Job;

    use super::*;

    const RATE_HZ: u32 = 1_000;

    fn sound(length: Duration) -> Spoken {
        Spoken { rate_hz: RATE_HZ, audio: vec![1; length.as_millis() as usize] }
    }

    async fn begins(held: &Held) -> Option<Priority> {
        tokio::time::timeout(Duration::from_secs(1), held.begin()).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_held_decides_how_urgent_the_next_clause_is() {
        let held = Held::default();
        let (_sender, job) = Job::<Spoken>::channel();
        let urgency = job.job_priority();
        assert_eq!(begins(&held).await, Some(Priority::Draft));
        held.follow(urgency.clone());
        held.release();
        assert_eq!(urgency.get(), Priority::Released, "a draft that is released moves up");
        held.push(sound(SHORT));
        assert_eq!(begins(&held).await, Some(Priority::ReadingAhead));
        held.follow(urgency.clone());
        assert_eq!(urgency.get(), Priority::ReadingAhead);
        held.taken(Duration::from_millis(1));
        assert_eq!(urgency.get(), Priority::Released, "what is held runs short");
        held.push(sound(Duration::from_millis(1)));
        assert_eq!(urgency.get(), Priority::ReadingAhead);
    }

    #[tokio::test(start_paused = true)]
    async fn a_draft_has_two_clauses_and_a_turn_three_minutes_and_one_clause() {
        let held = Arc::new(Held::default());
        assert_eq!(begins(&held).await, Some(Priority::Draft));
        assert_eq!(begins(&held).await, Some(Priority::ReadingAhead));
        assert_eq!(begins(&held).await, None);
        let waiting = tokio::spawn({
            let held = Arc::clone(&held);
            async move { held.begin().await }
        });
        tokio::task::yield_now().await;
        held.release();
        assert_eq!(waiting.await.ok(), Some(Priority::Released));
        held.push(sound(MOST_HELD));
        assert_eq!(begins(&held).await, None);
        held.taken(Duration::from_millis(10));
        assert_eq!(begins(&held).await, Some(Priority::ReadingAhead));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_comes_after_what_was_said_before_it() {
        let held = Held::default();
        held.push(sound(Duration::ZERO));
        held.push(sound(SHORT));
        held.fail(EngineError::Crashed { engine: "voice" });
        assert!(matches!(held.next().await, Some(Piece::Block(_))));
        assert!(matches!(held.next().await, Some(Piece::Failed(_))));
        assert!(held.next().await.is_none());
    }
}

//! The figures that probation wants to know of the conversations: errors, latencies, noise, and the daemon's own cost.
//!
//! Nothing of what people say is in it. It lies in memory and goes with the power.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use parley_conversation::{Notice, Outcome, Stage};
use parley_engines::ProcessUsage;
use parley_update::policy::table::Table;
use parley_update::{files, observed};
use tokio::sync::broadcast;
use tokio::time::Instant;

use crate::conductor::{Handle, Observation};

/// How often the table is written, into memory.
const EVERY: Duration = Duration::from_secs(10);

const TURNS: usize = 200;

/// The processor's share is that of the last five minutes.
const SHARES: usize = 30;

const MINUTE: Duration = Duration::from_secs(60);

/// The last turns; all times since the daemon's start.
#[derive(Debug, Default)]
pub struct Conversations {
    turns: VecDeque<Turn>,
    /// An engine failed since the last turn ended, or something that was to be done did.
    engine_failed: bool,
    last_word: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Turn {
    at: Duration,
    failed: bool,
    /// From the end of speech to the first sound.
    answered_after: Option<Duration>,
}

impl Conversations {
    pub fn note(&mut self, observation: &Observation, at: Duration) {
        match observation {
            Observation::Notice(Notice::Degraded { stage, degraded: true }) if *stage != Stage::EndOfTurn => {
                self.engine_failed = true;
            }
            Observation::Notice(
                Notice::Degraded { .. }
                | Notice::Ended { .. }
                | Notice::Announcing { .. }
                | Notice::Announced { .. }
                | Notice::Attentive { .. },
            ) => {}
            Observation::Notice(
                Notice::SpeechBegan | Notice::NoWords | Notice::Understood { .. } | Notice::Answering { .. },
            ) => self.last_word = at,
            Observation::Turn(report) => {
                self.last_word = at;
                self.engine_failed |= report.failed;
                let silent = report.answer.is_empty();
                self.end(report.outcome, silent, report.timeline.stages().played, at);
            }
        }
    }

    /// `silent`: nothing was to be said.
    fn end(&mut self, outcome: Outcome, silent: bool, played_ms: Option<f64>, at: Duration) {
        let failed = std::mem::take(&mut self.engine_failed);
        let answered_after = played_ms.map(|ms| Duration::from_secs_f64(ms.max(0.0) / 1_000.0));
        match outcome {
            // Somebody spoke in between, or had not finished: nobody's fault.
            Outcome::Interrupted | Outcome::Withdrawn if !failed => return,
            // "Stop" was obeyed.
            Outcome::Completed if silent && !failed => return,
            Outcome::Interrupted | Outcome::Withdrawn | Outcome::Completed => {}
        }
        let failed = failed || answered_after.is_none();
        self.turns.push_back(Turn { at, failed, answered_after });
        if self.turns.len() > TURNS {
            self.turns.pop_front();
        }
    }

    pub fn table(&self, now: Duration) -> Table {
        let mut table = Table::default();
        let count = |turns: usize| u32::try_from(turns).unwrap_or(u32::MAX);
        let failed = self.turns.iter().filter(|turn| turn.failed).count();
        if !self.turns.is_empty() {
            let rate = failed as f64 / self.turns.len() as f64;
            table.note_many("error-rate", rate, count(self.turns.len()));
        }
        let recent = self.turns.iter().filter(|turn| turn.at + MINUTE >= now);
        let recent: Vec<Duration> = recent.filter_map(|turn| turn.answered_after).collect();
        if let (Some(quickest), Some(slowest)) = (recent.iter().min(), recent.iter().max()) {
            table.note_many("quickest-answer-of-a-minute-s", quickest.as_secs_f64(), count(recent.len()));
            table.note_many("slowest-answer-s", slowest.as_secs_f64(), count(recent.len()));
        }
        table.note("nobody-spoke-s", now.saturating_sub(self.last_word).as_secs_f64());
        table
    }
}

/// The processor's time since the machine's start: busy, and in all.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Processor {
    busy: u64,
    all: u64,
}

impl Processor {
    fn now() -> Option<Self> {
        Self::read(&std::fs::read_to_string("/proc/stat").ok()?)
    }

    /// The first line of `/proc/stat`: user, nice, system, idle, waiting, and more.
    fn read(stat: &str) -> Option<Self> {
        let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
        let times: Vec<u64> = fields.map_while(|field| field.parse().ok()).take(8).collect();
        let idle = times.get(3)? + times.get(4)?;
        let all: u64 = times.iter().sum();
        Some(Self { busy: all - idle, all })
    }

    fn share_since(self, before: Self) -> Option<f64> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        Some(self.busy.saturating_sub(before.busy) as f64 / all as f64)
    }
}

/// Measures until the conversation ends; where no gate and no probation look, it does nothing.
pub async fn keep(handle: Handle) {
    let folder = Path::new(observed::FOLDER);
    if !folder.exists() {
        return;
    }
    let mut observations = handle.observations.subscribe();
    let pulse = handle.pulse.clone();
    drop(handle);
    let (begun, mut conversations) = (Instant::now(), Conversations::default());
    let (mut processor, mut shares) = (Processor::now(), VecDeque::new());
    let mut tick = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            observation = observations.recv() => match observation {
                Ok(observation) => conversations.note(&observation, begun.elapsed()),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                let mut table = conversations.table(begun.elapsed());
                let now = Processor::now();
                shares.extend(now.zip(processor).and_then(|(now, before)| now.share_since(before)));
                shares.drain(..shares.len().saturating_sub(SHARES));
                processor = now;
                if !shares.is_empty() {
                    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
                    table.note_many("processor-share", mean, u32::try_from(shares.len()).unwrap_or(u32::MAX));
                }
                if let Ok(usage) = ProcessUsage::of(std::process::id()) {
                    table.note_many("memory-mb", usage.resident_bytes as f64 / 1e6, 10);
                }
                if let Some((signal_to_noise_db, seconds)) = pulse.signal_to_noise() {
                    table.note_many("signal-to-noise-db", f64::from(signal_to_noise_db), seconds);
                }
                if let Err(error) = files::replace_json(&folder.join("conversation.json"), &table) {
                    tracing::warn!(%error, "the measurements cannot be written");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use parley_update::policy::probation::{self, ProbationVerdict};

    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn exceeded(conversations: &Conversations, now: Duration) -> Vec<String> {
        let table = conversations.table(now);
        match probation::compare(probation::LIMITS, &table, &Table::default(), Duration::ZERO) {
            ProbationVerdict::GoBack(exceeded) => exceeded.into_iter().map(|limit| limit.name).collect(),
            ProbationVerdict::Watching(_) | ProbationVerdict::Passed => Vec::new(),
        }
    }

    #[test]
    fn what_is_measured_is_what_probation_knows() {
        let known = |name: &str| probation::LIMITS.iter().any(|limit| limit.name == name) || name == "nobody-spoke-s";
        let table = Conversations::default().table(seconds(1));
        assert!(table.0.keys().all(|name| known(name)), "{table:?}");
    }

    #[test]
    fn quick_answers_are_no_reason_to_go_back() {
        let mut conversations = Conversations::default();
        (0..100).for_each(|at| conversations.end(Outcome::Completed, false, Some(900.0), seconds(at)));
        assert_eq!(exceeded(&conversations, seconds(100)), Vec::<String>::new());
    }

    #[test]
    fn a_minute_of_late_answers_is_one_and_a_single_late_answer_is_not() {
        let mut conversations = Conversations::default();
        conversations.end(Outcome::Completed, false, Some(900.0), seconds(1));
        for at in 2..5 {
            conversations.end(Outcome::Completed, false, Some(2_100.0), seconds(at));
        }
        assert_eq!(exceeded(&conversations, seconds(5)), Vec::<String>::new(), "one was in time");
        assert_eq!(exceeded(&conversations, seconds(62)), ["quickest-answer-of-a-minute-s"]);
        assert_eq!(exceeded(&conversations, seconds(65)), Vec::<String>::new(), "it was a minute ago");
    }

    #[test]
    fn failures_count_and_interruptions_do_not() {
        let mut conversations = Conversations::default();
        for at in 0..30 {
            conversations.end(Outcome::Interrupted, false, Some(500.0), seconds(at));
            conversations.end(Outcome::Completed, false, Some(500.0), seconds(at));
        }
        assert_eq!(conversations.table(seconds(30)).get("error-rate").map(|rate| rate.value), Some(0.0));
        for at in 30..32 {
            conversations.end(Outcome::Completed, true, None, seconds(at));
        }
        assert_eq!(
            exceeded(&conversations, seconds(32)),
            Vec::<String>::new(),
            "somebody said stop, and it was silent"
        );
        for at in 30..32 {
            conversations.end(Outcome::Completed, false, None, seconds(at));
        }
        assert_eq!(exceeded(&conversations, seconds(32)), ["error-rate"]);
    }

    #[test]
    fn an_engine_that_fails_is_the_failure_of_its_turn() {
        let mut conversations = Conversations::default();
        let failure = Observation::Notice(Notice::Degraded { stage: Stage::LanguageModel, degraded: true });
        conversations.note(&failure, seconds(1));
        conversations.end(Outcome::Completed, false, Some(500.0), seconds(2));
        let rate = conversations.table(seconds(2)).get("error-rate");
        assert_eq!(rate.map(|rate| (rate.value, rate.samples)), Some((1.0, 1)));
    }

    #[test]
    fn the_time_since_somebody_spoke_is_known() {
        let mut conversations = Conversations::default();
        conversations.note(&Observation::Notice(Notice::SpeechBegan), seconds(100));
        let quiet = conversations.table(seconds(700)).get("nobody-spoke-s");
        assert_eq!(quiet.map(|quiet| quiet.value), Some(600.0));
    }

    #[test]
    fn the_processors_share_is_that_of_the_time_between() {
        let before = Processor::read("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1").expect("a line");
        let now = Processor::read("cpu  150 0 130 710 110 0 0 0 0 0\n").expect("a line");
        assert_eq!(now.share_since(before), Some(0.8));
        assert_eq!(Processor::read("intr 1"), None);
    }
}

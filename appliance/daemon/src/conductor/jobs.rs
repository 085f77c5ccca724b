//! The jobs of a turn: each waits for its engine and sends what comes of it as events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parley_conversation::{Author, Event, Message, Stage, Transcript, TurnId};
use parley_engines::{ChatMessage, Generate, Generated, Job, Role};
use tokio::sync::Notify;

use super::{Generating, Report, Reports, Task};

/// Clauses that may wait to be spoken; the language model waits with them.
const WAITING_CLAUSES: usize = 2;

pub(super) async fn transcribe(turn: TurnId, mut job: Job<parley_engines::Transcript>, reports: Reports) {
    let event = match job.next().await {
        Some(Ok(done)) => Event::Transcribed {
            turn,
            transcript: Transcript {
                text: done.text,
                language: done.language,
                language_probability: done.language_probability,
                confidence: done.confidence,
            },
        },
        failure => failed(turn, Stage::SpeechToText, failure),
    };
    send(&reports, event).await;
}

pub(super) async fn judge(turn: TurnId, mut job: Job<f32>, reports: Reports) {
    let event = match job.next().await {
        Some(Ok(probability)) => Event::EndOfTurnJudged { turn, probability },
        failure => failed(turn, Stage::EndOfTurn, failure),
    };
    send(&reports, event).await;
}

pub(super) fn failed<T>(turn: TurnId, stage: Stage, failure: Option<Result<T, parley_engines::EngineError>>) -> Event {
    if let Some(Err(error)) = failure {
        tracing::warn!(%turn, ?stage, %error, "a job failed");
    }
    Event::Failed { turn, stage }
}

pub(super) async fn send(reports: &Reports, event: Event) {
    // An error means that the conductor is gone, and the job with it.
    let _ = reports.send(Report::Event(event)).await;
}

pub(super) fn generate_task(chat: Vec<Message>, generating: &Generating) -> Generate {
    let role = |author| match author {
        Author::System => Role::System,
        Author::Person => Role::User,
        Author::Parley => Role::Assistant,
        Author::Tool => Role::Tool,
    };
    Generate {
        messages: chat.into_iter().map(|line| ChatMessage { role: role(line.author), text: line.text }).collect(),
        max_tokens: generating.max_tokens,
        grammar: None,
        temperature: generating.temperature,
        seed: 0,
    }
}

/// How many clauses wait to be spoken; the language model waits while there are too many.
#[derive(Debug, Clone, Default)]
pub(super) struct WaitingClauses(Arc<(AtomicUsize, Notify)>);

impl WaitingClauses {
    pub(super) fn add(&self) {
        self.0.0.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn remove(&self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
        self.0.1.notify_one();
    }

    async fn room(&self) {
        while self.0.0.load(Ordering::Acquire) >= WAITING_CLAUSES {
            self.0.1.notified().await;
        }
    }
}

/// The language model at work for a turn; dropping it cancels.
pub(super) struct AnswerJob {
    _task: Task,
    waiting: WaitingClauses,
}

impl AnswerJob {
    pub(super) fn start(turn: TurnId, mut job: Job<Generated>, reports: Reports) -> Self {
        let waiting = WaitingClauses::default();
        let room = waiting.clone();
        let _task = Task::spawn(async move {
            let end = loop {
                room.room().await;
                match job.next().await {
                    Some(Ok(Generated::Sentence(probability))) => {
                        send(&reports, Event::SentenceJudged { turn, probability }).await;
                    }
                    Some(Ok(Generated::Text(text))) => send(&reports, Event::Text { turn, text }).await,
                    Some(Ok(Generated::Finished {
                        reason,
                        prompt_tokens,
                        reused_tokens,
                        generated_tokens,
                        prefill_ms,
                    })) => {
                        tracing::debug!(%turn, ?reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms, "generated");
                    }
                    None => break Event::GenerationEnded { turn },
                    failure => break failed(turn, Stage::LanguageModel, failure),
                }
            };
            send(&reports, end).await;
        });
        Self { waiting, _task }
    }

    pub(super) fn waiting_clauses(&self) -> WaitingClauses {
        self.waiting.clone()
    }
}

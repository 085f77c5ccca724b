//! The jobs of a turn: each waits for its engine and sends what comes of it as events.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::{Generating, Report, Reports, Task};
use parley_conversation::{Author, Event, GenerationEnd, Message, Stage, Transcript, TurnId};
use parley_engines::{ChatMessage, Generate, Generated, Job, Role, StopReason};

/// Of an answer's text: no vocabulary has longer tokens.
const BYTES_OF_A_TOKEN: usize = 256;

pub(super) async fn transcribe(turn: TurnId, mut job: Job<parley_engines::Transcript>, reports: Reports) {
    let event = match job.next().await {
        Some(Ok(done)) => Event::Transcribed { turn, transcript: as_transcript(done) },
        failure => failed(turn, Stage::SpeechToText, failure),
    };
    send(&reports, event).await;
}

/// The words, where they can be known.
pub(super) async fn transcript(mut job: Job<parley_engines::Transcript>) -> Option<Transcript> {
    match job.next().await {
        Some(Ok(done)) => Some(as_transcript(done)),
        Some(Err(error)) => {
            tracing::warn!(%error, "nobody knows what was said");
            None
        }
        None => None,
    }
}

fn as_transcript(done: parley_engines::Transcript) -> Transcript {
    let parley_engines::Transcript { text, language, language_probability, confidence, incomplete, .. } = done;
    Transcript { text, language, language_probability, confidence, incomplete }
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
        // At 0 there is nothing to choose.
        seed: if generating.temperature > 0.0 { RandomState::new().build_hasher().finish() as u32 } else { 0 },
    }
}

fn end_of(reason: StopReason) -> GenerationEnd {
    match reason {
        StopReason::EndOfAnswer => GenerationEnd::Complete,
        StopReason::Length => GenerationEnd::Length,
        StopReason::Repetition => GenerationEnd::Repetition,
    }
}

/// The language model at work for a turn; dropping it cancels.
pub(super) struct AnswerJob(#[expect(dead_code, reason = "held for its drop")] Task);

impl AnswerJob {
    /// Takes the text as fast as it comes: the language model never waits for somebody who listens.
    pub(super) fn start(turn: TurnId, mut job: Job<Generated>, max_tokens: u32, reports: Reports) -> Self {
        let mut room = max_tokens as usize * BYTES_OF_A_TOKEN;
        Self(Task::spawn(async move {
            let mut ended = GenerationEnd::Complete;
            let end = loop {
                match job.next().await {
                    Some(Ok(Generated::Sentence(probability))) => {
                        send(&reports, Event::SentenceJudged { turn, probability }).await;
                    }
                    Some(Ok(Generated::Text(text))) => {
                        let Some(rest) = room.checked_sub(text.len()) else {
                            tracing::warn!(%turn, "the language model says more than it was asked for");
                            break Event::GenerationEnded { turn, end: GenerationEnd::Length };
                        };
                        room = rest;
                        send(&reports, Event::Text { turn, text }).await;
                    }
                    Some(Ok(Generated::Certainty(probability))) => {
                        send(&reports, Event::AnswerJudged { turn, probability }).await;
                    }
                    Some(Ok(Generated::Finished {
                        reason,
                        prompt_tokens,
                        reused_tokens,
                        generated_tokens,
                        prefill_ms,
                    })) => {
                        ended = end_of(reason);
                        tracing::debug!(%turn, ?reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms, "generated");
                    }
                    None => break Event::GenerationEnded { turn, end: ended },
                    failure => break failed(turn, Stage::LanguageModel, failure),
                }
            };
            send(&reports, end).await;
        }))
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_model_that_says_more_than_it_was_asked_for_is_not_listened_to_for_ever() {
        let (sender, job) = Job::channel();
        let (reports, mut told) = mpsc::channel(1);
        let _answer = AnswerJob::start(TurnId(1), job, 3, reports);
        let endless = async { while sender.send(Ok(Generated::Text("x".repeat(BYTES_OF_A_TOKEN)))).await {} };
        let mut pieces = 0;
        let taken = async {
            while let Some(Report::Event(Event::Text { .. })) = told.recv().await {
                pieces += 1;
                assert!(pieces <= 3, "it is listened to for ever");
            }
        };
        tokio::join!(endless, taken);
    }

    #[tokio::test]
    async fn why_a_model_says_no_more_is_told() {
        for (reason, end) in [
            (StopReason::EndOfAnswer, GenerationEnd::Complete),
            (StopReason::Length, GenerationEnd::Length),
            (StopReason::Repetition, GenerationEnd::Repetition),
        ] {
            let (sender, job) = Job::channel();
            let (reports, mut told) = mpsc::channel(4);
            let _answer = AnswerJob::start(TurnId(1), job, 3, reports);
            let (prompt_tokens, reused_tokens, generated_tokens, prefill_ms) = Default::default();
            let finished = Generated::Finished { reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms };
            assert!(sender.send(Ok(finished)).await);
            drop(sender);
            let Some(Report::Event(Event::GenerationEnded { end: ended, .. })) = told.recv().await else {
                panic!("nothing is told");
            };
            assert_eq!(ended, end);
        }
    }

    #[test]
    fn the_same_question_is_another_task_only_where_there_is_something_to_choose() {
        let task = |temperature| generate_task(Vec::new(), &Generating { max_tokens: 10, temperature });
        assert_eq!(task(0.0), task(0.0));
        assert_ne!(task(0.8).seed, task(0.8).seed);
    }
}

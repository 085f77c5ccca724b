//! Engines: speech-to-text, language model, text-to-speech and end of turn, each in a worker process of its own.
//!
//! Terms: an [`Engine`] is of one of four kinds ([`SpeechToText`], [`LanguageModel`], [`TextToSpeech`], [`EndOfTurn`]);
//! a **worker** is the process that runs it, by whichever supplier; a **task** is what it is asked, a **job** one task
//! under way, an **output** one of the pieces in which the answer comes back.
//!
//! [`Supervised`] is an engine with a worker that it keeps alive, [`scripted`] one without, for tests; a worker's own
//! `main` is built on [`mod@worker`].
//!
//! Rules:
//! - Nothing here links a native engine. A crash, a leak or a licence stays in the worker.
//! - A job whose handle is dropped is cancelled; its worker is free again within a bounded time, or is killed.
//! - Every channel is bounded: a job's outputs wait for their reader, and the worker waits with them. ([`mod@worker`]
//!   names the one exception, which holds at most one job.)

mod job;
pub mod openmp;
pub mod protocol;
pub mod scripted;
pub mod supervisor;
mod task;
pub mod worker;

pub use job::{Engine, EngineError, Job, JobSender, OUTPUTS_IN_FLIGHT};
pub use supervisor::{Limits, ProcessUsage, Supervised, WorkerHealth, WorkerProgram};
pub use task::{
    ChatMessage, EndOfTurn, Generate, Generated, INPUT_RATE_HZ, JudgeEndOfTurn, Kind, LanguageModel, Role, Speak,
    SpeechToText, Spoken, StopReason, TextToSpeech, Transcribe, Transcript, Wire, WorkerDetails,
};

//! Engines: speech-to-text, language model, text-to-speech and end of turn, each in a worker process of its own.
//!
//! Terms: an [`Engine`] is of one of four kinds ([`SpeechToText`], [`LanguageModel`], [`TextToSpeech`], [`EndOfTurn`]);
//! a **worker** is the process that runs it, by whichever supplier; a **task** is what it is asked, a **job** one task
//! under way, an **output** one of the pieces in which the answer comes back. A job may be **fed**: sound or text flows
//! into it while it runs ([`JobInput`]).
//!
//! [`Supervised`] is an engine with a worker that it keeps alive, [`scripted`] one without, for tests; a worker's own
//! `main` is built on [`mod@worker`].
//!
//! Rules:
//! - Nothing here links a native engine. A crash, a leak or a licence stays in the worker.
//! - A job whose handle is dropped is cancelled; its worker is free again within a bounded time, or is killed.
//! - All seats share an engine: what waits for it is ordered by [`mod@schedule`], by priority and fair between seats.
//! - Every channel is bounded: a job's outputs wait for their reader, and the worker waits with them. ([`mod@worker`]
//!   names the one exception, which holds at most one job.)

mod fed;
mod job;
pub mod openmp;
mod order;
pub mod protocol;
mod replay;
pub mod schedule;
pub mod scripted;
pub mod supervisor;
mod task;
pub mod worker;

pub use fed::{Fed, MAX_FED_BYTES, MAX_FED_SAMPLES};
pub use job::{Engine, EngineError, FeedError, Job, JobInput, JobSender, OUTPUTS_IN_FLIGHT};
pub use order::{JobPriority, Order, Priority};
pub use supervisor::{Limits, ProcessUsage, ReplaceOrder, Supervised, WorkerHealth, WorkerProgram};
pub use task::{
    ChatMessage, EndOfTurn, Generate, Generated, INPUT_RATE_HZ, JudgeEndOfTurn, Kind, LanguageModel, MAX_SPOKEN_CHARS,
    Remedy, Role, Speak, SpeechToText, Spoken, StopReason, TextToSpeech, Transcribe, Transcript, Units, Wire,
    WorkerDetails,
};

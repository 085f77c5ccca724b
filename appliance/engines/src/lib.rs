//! Engines: the models that listen, think and speak, each in a worker process of its own.
//!
//! Terms: an **engine** is one of four traits ([`SpeechToText`], [`LanguageModel`], [`TextToSpeech`], [`Ears`]);
//! a **worker** is the process that runs it; a **task** is what it is asked, a **job** one task under way,
//! an **output** one of the pieces in which the answer comes back.
//!
//! [`Supervised`] implements the traits with a worker that it keeps alive, [`scripted`] without one, for tests; a
//! worker's own `main` is built on [`mod@worker`].
//!
//! Rules:
//! - Nothing here links a native engine. A crash, a leak or a licence stays in the worker.
//! - A job whose handle is dropped is cancelled; its worker is free again within a bounded time or is killed.
//! - Every channel is bounded: a job's outputs wait for their reader, and the worker waits with them.

mod engines;
mod job;
pub mod openmp;
pub mod protocol;
pub mod scripted;
pub mod supervisor;
mod task;
pub mod worker;

pub use engines::{Ears, LanguageModel, SpeechToText, TextToSpeech};
pub use job::{EngineError, Job, JobSender, OUTPUTS_IN_FLIGHT};
pub use supervisor::{Limits, ProcessUsage, Supervised, WorkerHealth, WorkerProgram};
pub use task::{
    ChatMessage, EndOfTurn, Generate, Generated, INPUT_RATE_HZ, Judge, Kind, Listen, Role, Speak, Spoken, StopReason,
    Talk, Think, Transcribe, Transcript, Wire, WorkerDetails,
};

//! The four engines as their users see them. A supervised worker is one implementation, a script another.

use crate::{EndOfTurn, Generate, Generated, Job, Speak, Spoken, Transcribe, Transcript};

/// Turns speech into text; a job has one output.
pub trait SpeechToText: Send + Sync {
    /// Starts a job; never blocks.
    fn transcribe(&self, task: Transcribe) -> Job<Transcript>;
}

/// Answers a chat; a job has at most one [`Generated::Sentence`], any number of [`Generated::Text`] and then one [`Generated::Finished`].
pub trait LanguageModel: Send + Sync {
    /// Starts a job; never blocks.
    fn generate(&self, task: Generate) -> Job<Generated>;
}

/// Turns text into speech; a job has one or more blocks.
pub trait TextToSpeech: Send + Sync {
    /// Starts a job; never blocks.
    fn speak(&self, task: Speak) -> Job<Spoken>;
}

/// Tells from the sound whether a speaker has finished; a job has one output, 0..1.
pub trait Ears: Send + Sync {
    /// Starts a job; never blocks.
    fn end_of_turn(&self, task: EndOfTurn) -> Job<f32>;
}

//! The ears worker: small models that listen to the sound itself, not to words.
//!
//! Terms: a **head** is one such model with what it needs to prepare sound for it; a **log-mel** spectrogram is sound as
//! loudness over pitch and time, the input of Whisper and of models made from it.
//!
//! Rules:
//! - A head is one file and one field of [`engine::Ears`]; a wake word will be the second.
//! - A head sees nothing but the sound of its task: no state is kept from one task to the next.

pub mod end_of_turn;
pub mod engine;
pub mod log_mel;
mod session;

//! The end-of-turn worker: smart-turn listens to the sound itself, not to words.
//!
//! Terms: a **log-mel** spectrogram is sound as loudness over pitch and time, the input of Whisper and of models made
//! from it.
//!
//! Rule: the model sees nothing but the sound of its task; no state is kept from one task to the next.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod log_mel;
pub mod smart_turn;

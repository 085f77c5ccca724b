//! The text-to-speech worker: voices of three makes, spoken clause by clause.
//!
//! - **Piper**: a model for each voice, fast; computed in blocks, so that sound comes at once.
//! - **Kokoro**: one model with many voices, slow; computed in pieces of a sentence.
//! - **espeak-ng**: its own voices, like a machine's; instead of silence in a language that has no other.
//!
//! Terms: **phonemes** are what espeak-ng makes of a text; a **voice** is of one language; a **frame** is the step in
//! which a Piper voice thinks (about 12 ms of sound); a **block** is sound on its way out.
//!
//! Rules:
//! - How a clause is cut into blocks never changes a sample by more than one step of 16 bits.
//! - The same task gives the same samples, to that step, whatever ran before it: a job that is sent again goes on.
//! - espeak-ng keeps its state in globals: one thread at a time makes phonemes.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod chunked;
pub mod engine;
pub mod espeak;
pub mod kokoro;
pub mod noise;
pub mod onnx;
pub mod pcm;
pub mod phonemes;
pub mod plan;
pub mod reach;
pub mod said;
mod session;
pub mod split;
pub mod text;
pub mod voice;

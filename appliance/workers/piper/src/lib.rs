//! The text-to-speech worker: Piper voices, spoken clause by clause.
//!
//! Terms: **phonemes** are what espeak-ng makes of a text; a **voice** is one Piper model, of one language; a **frame**
//! is the step in which a voice thinks (about 12 ms of sound); a **block** is sound on its way out.
//!
//! Rules:
//! - How a clause is cut into blocks never changes a sample by more than one step of 16 bits.
//! - The same task gives the same samples, to that step, whatever ran before it: a job that is sent again goes on.
//! - espeak-ng keeps its state in globals: one thread at a time makes phonemes.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod chunked;
pub mod engine;
pub mod noise;
pub mod onnx;
pub mod pcm;
pub mod phonemes;
pub mod plan;
pub mod reach;
mod session;
pub mod split;
pub mod text;
pub mod voice;

//! The built program on real models and real recordings, as its user runs it.
//!
//! `cargo xtask test` builds the program, fetches the models and makes the recordings; without them these tests fail.

mod bad_input;
mod command_line;
mod conversation;
mod seat;
mod support;
mod transcription;
mod wake;
